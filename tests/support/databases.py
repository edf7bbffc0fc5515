"""PostgreSQL and MariaDB as private servers in a temporary folder, reached by a socket there."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from signal import SIGQUIT
from typing import Protocol

import sqlalchemy

START_SECONDS = 60.0
UNPRIVILEGED = "nobody"  # neither server runs as root


class Server(Protocol):
    name: str

    def missing(self) -> str | None:
        """Why it cannot be started."""

    def make(self, folder: Path) -> Sequence[str]: ...

    def command(self, folder: Path) -> Sequence[str]: ...

    def socket(self, folder: Path) -> Path:
        """There when it is ready."""

    def url(self, folder: Path, database: str) -> str: ...


def program(name: str) -> str | None:
    """Debian keeps PostgreSQL's programs where no PATH leads."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places = [os.environ.get("PATH", ""), "/usr/sbin", *map(str, folders)]
    return shutil.which(name, path=os.pathsep.join(places))


def missing_of(names: Sequence[str]) -> str | None:
    absent = [name for name in names if program(name) is None]
    return f"{' and '.join(absent)} not installed" if absent else None


class PostgreSQL:
    name = "postgresql"

    def missing(self) -> str | None:
        return missing_of(["initdb", "postgres"])

    def make(self, folder: Path) -> Sequence[str]:
        options = ("-U", "catalog", "-A", "trust", "-E", "UTF8", "--no-sync")
        return (str(program("initdb")), "-D", str(folder / "data"), *options)

    def command(self, folder: Path) -> Sequence[str]:
        options = ("-k", str(folder), "-h", "", "-c", "fsync=off")
        return (str(program("postgres")), "-D", str(folder / "data"), *options)

    def socket(self, folder: Path) -> Path:
        return folder / ".s.PGSQL.5432"

    def url(self, folder: Path, database: str) -> str:
        return f"postgresql+psycopg://catalog@/{database or 'postgres'}?host={folder}"


class MariaDB:
    name = "mariadb"

    def missing(self) -> str | None:
        return missing_of(["mariadb-install-db", "mariadbd"])

    def make(self, folder: Path) -> Sequence[str]:
        options = ("--auth-root-authentication-method=normal", "--skip-test-db")
        data = f"--datadir={folder / 'data'}"
        return (str(program("mariadb-install-db")), "--no-defaults", data, *options)

    def command(self, folder: Path) -> Sequence[str]:
        options = ("--skip-networking", "--innodb-flush-log-at-trx-commit=0")
        places = (f"--datadir={folder / 'data'}", f"--socket={folder / 'socket'}")
        return (str(program("mariadbd")), "--no-defaults", *places, *options)

    def socket(self, folder: Path) -> Path:
        return folder / "socket"

    def url(self, folder: Path, database: str) -> str:
        return f"mariadb+pymysql://root@localhost/{database}?unix_socket={folder / 'socket'}"


SERVERS: tuple[Server, ...] = (PostgreSQL(), MariaDB())


class Running:
    """A server that was started."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._folder = server, folder

    def new_database(self) -> str:
        """The URL of an empty one."""
        name = f"catalog_{secrets.token_hex(4)}"
        self.execute(f"CREATE DATABASE {name}")
        return self._server.url(self._folder, name)

    def execute(self, statement: str) -> None:
        engine = sqlalchemy.create_engine(
            self._server.url(self._folder, ""), isolation_level="AUTOCOMMIT"
        )
        try:
            with engine.connect() as connection:
                connection.execute(sqlalchemy.text(statement))
        finally:
            engine.dispose()


@contextmanager
def running(server: Server) -> Generator[Running, None, None]:
    """The server, as a user without rights where the tests are run by root."""
    user = UNPRIVILEGED if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    account = pwd.getpwnam(user)
    folder = Path(tempfile.mkdtemp(prefix="catalog-"))
    os.chown(folder, account.pw_uid, account.pw_gid)
    log = folder / "log"
    identity = {"user": account.pw_uid, "group": account.pw_gid} if os.geteuid() == 0 else {}
    try:
        with log.open("wb") as output:
            options = {"stdout": output, "stderr": output, "cwd": folder, **identity}
            subprocess.run(server.make(folder), check=True, **options)  # type: ignore[call-overload]
            process = subprocess.Popen(server.command(folder), **options)  # type: ignore[call-overload]
            try:
                wait_for(server.socket(folder), process, log)
                yield Running(server, folder)
            finally:
                process.send_signal(SIGQUIT)  # at once, whoever is still connected
                process.wait()
    finally:
        shutil.rmtree(folder)


def wait_for(socket: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text()[-2000:])
        time.sleep(0.1)
