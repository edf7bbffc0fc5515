"""Which form a catalog's tables have: they are made, or brought up to date, when it is opened."""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    select,
    text,
)

from streamresize.catalog import schema
from streamresize.catalog.database import writing
from streamresize.errors import CatalogError

VERSION_TABLE = "catalog_version"
SCRIPTS = Path(__file__).parent / "migrations"
LOCK = 0x73747265616D  # of PostgreSQL's advisory locks
LOCK_SECONDS = 60

# As Alembic makes it.
versions = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)


def bring_up_to_date(engine: Engine) -> None:
    """Raises CatalogError for a catalog that a newer version has made, and for what is none."""
    with engine.connect() as connection:
        if version_of(connection) == newest_version():
            return
    with _alone(engine), writing(engine) as connection:
        version = version_of(connection)
        if version is None:
            _make_tables(connection)
        elif version != newest_version():
            from streamresize.catalog.upgrade import upgrade  # Alembic takes long to import

            upgrade(connection)


def version_of(connection: Connection) -> str | None:
    """None for what is no catalog."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.execute(select(versions.c.version_num)).scalar()
    return version


def newest_version() -> str:
    """The number that the name of the last script begins with."""
    return max(script.name for script in SCRIPTS.glob("versions/*.py")).partition("_")[0]


def _make_tables(connection: Connection) -> None:
    """The version comes last: what has one is complete, also where tables cannot be taken back."""
    _require_nothing(connection)
    schema.metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(schema.state).values(
        id=1, catalog=secrets.token_hex(16), generation=0, vacuumed=0, chunks=False
    ))  # fmt: skip
    versions.create(connection, checkfirst=True)
    connection.execute(insert(versions).values(version_num=newest_version()))


def _require_nothing(connection: Connection) -> None:
    """A catalog has a version, so tables of these names without one are another program's.

    Or of a first opening that was interrupted, where a database cannot take back tables.
    """
    there = sorted(set(inspect(connection).get_table_names()) & set(schema.metadata.tables))
    if there:
        raise CatalogError(f"the database is no catalog, but has tables named {', '.join(there)}")


@contextmanager
def _alone(engine: Engine) -> Generator[None, None, None]:
    """One process at a time, until its changes are committed; SQLite's writers are alone anyway."""
    if engine.dialect.name == "sqlite":
        yield
        return
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield
            return
        held = text("SELECT GET_LOCK(CONCAT(DATABASE(), '.streamresize'), :seconds)")
        if connection.execute(held, {"seconds": LOCK_SECONDS}).scalar() != 1:
            raise CatalogError("another process is changing the form of the catalog")
        try:
            yield
        finally:
            connection.execute(text("DO RELEASE_LOCK(CONCAT(DATABASE(), '.streamresize'))"))
