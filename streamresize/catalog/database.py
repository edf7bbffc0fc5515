"""SQLite, PostgreSQL or MariaDB behind one engine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError

from streamresize.errors import CatalogError

BUSY_SECONDS = 60.0
ATTEMPTS = 6
FIRST_PAUSE = 0.05  # seconds, doubled each time

MOST_TOGETHER = 500  # values in one statement

Outcome = TypeVar("Outcome")
Value = TypeVar("Value")


def open_engine(where: str | os.PathLike[str], *, create: bool) -> Engine:
    """The database at a URL, or in an SQLite file. Raises CatalogError."""
    url = _url(where)
    if url.get_backend_name() != "sqlite":
        try:
            return create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise CatalogError(f"{url.drivername} needs a package: {error}") from error
    file = Path(url.database or "")
    if not create and not file.is_file():
        raise CatalogError(f"there is no catalog {file}")
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _url(where: str | os.PathLike[str]) -> URL:
    name = os.fspath(where)
    if "://" not in name:
        return URL.create("sqlite", database=name)
    try:
        url = make_url(name)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise CatalogError(f"{name}: {error}") from error
    if url.get_backend_name() not in ("sqlite", "postgresql", "mysql", "mariadb"):
        raise CatalogError(f"{url.get_backend_name()} is none of SQLite, PostgreSQL and MariaDB")
    return url


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    _keep_wal(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _keep_wal(connection: sqlite3.Connection) -> None:
    """Waits for others here: SQLite has already read the file, and then does not wait itself."""
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() > deadline:
                raise
        sleep(FIRST_PAUSE)


def _begin_sqlite(connection: Connection) -> None:
    """Whoever is going to write waits before it reads, since it cannot wait afterwards."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Generator[Connection, None, None]:
    """A transaction that writes; committed at the end, or as if it had never been."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def retrying(work: Callable[..., Outcome], *arguments: Any) -> Outcome:
    """`work`, a whole transaction, again where others were in the way. Raises CatalogError."""
    pause = FIRST_PAUSE
    for _ in range(ATTEMPTS - 1):
        try:
            with reporting():
                return work(*arguments)
        except CatalogError as error:
            if not isinstance(error.__cause__, OperationalError):
                raise
        sleep(pause)  # a deadlock, a lost connection, a lock that was held for too long
        pause *= 2
    with reporting():
        return work(*arguments)


def groups(values: Iterable[Value]) -> Iterator[list[Value]]:
    """So many values at a time that a statement can hold them."""
    remaining = iter(values)
    while group := list(islice(remaining, MOST_TOGETHER)):
        yield group


@contextmanager
def reporting() -> Generator[None, None, None]:
    """What the database says becomes a CatalogError."""
    try:
        yield
    except SQLAlchemyError as error:
        raise CatalogError(str(getattr(error, "orig", None) or error)) from error
