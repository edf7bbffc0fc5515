"""Which form a catalog's tables have."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table

VERSION_TABLE = "catalog_version"
SCRIPTS = Path(__file__).parent / "migrations"


def bring_up_to_date(engine: Engine) -> None:
    """Raises CatalogError for a catalog that a newer version has made, and for what is none."""
    with engine.connect() as connection:
        if version_of(connection) == newest_version():
            return
    from streamresize.catalog.upgrade import upgrade  # Alembic takes long to import

    upgrade(engine)


def version_of(connection: Connection) -> str | None:
    """None for what is no catalog."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    versions = table(VERSION_TABLE, column("version_num"))
    version: str | None = connection.execute(select(versions.c.version_num)).scalar()
    return version


def newest_version() -> str:
    """The number that the name of the last script begins with."""
    return max(script.name for script in SCRIPTS.glob("versions/*.py")).partition("_")[0]
