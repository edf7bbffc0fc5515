"""The tables in the form that this version knows, made or brought up to date."""

from __future__ import annotations

import secrets

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, insert, inspect, select, text

from streamresize.catalog import migrate, schema
from streamresize.catalog.database import writing
from streamresize.errors import CatalogError

LOCK = 0x73747265616D  # of PostgreSQL's advisory locks
LOCK_SECONDS = 60


def upgrade(engine: Engine) -> None:
    """Raises CatalogError for a catalog that a newer version has made, and for what is none."""
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        _require_known(connection, script)
    with writing(engine) as connection:
        _hold_lock(connection)
        if not _is_current(connection, script):
            _require_catalog_or_nothing(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        if connection.execute(select(schema.state.c.id)).first() is None:
            connection.execute(insert(schema.state).values(
                id=1, catalog=secrets.token_hex(16), generation=0, vacuumed=0, chunks=False
            ))  # fmt: skip
        _release_lock(connection)


def _is_current(connection: Connection, script: ScriptDirectory) -> bool:
    _require_known(connection, script)
    return migrate.version_of(connection) == script.get_current_head()


def _require_known(connection: Connection, script: ScriptDirectory) -> None:
    version = migrate.version_of(connection)
    if version is not None and version not in {known.revision for known in script.walk_revisions()}:
        raise CatalogError(f"the catalog has form {version}, made by a newer version")


def _require_catalog_or_nothing(connection: Connection) -> None:
    """A catalog has a version, so tables of these names without one are another program's.

    Or of a first opening that was interrupted, where a database cannot take back tables.
    """
    there = sorted(set(inspect(connection).get_table_names()) & set(schema.metadata.tables))
    if there and migrate.version_of(connection) is None:
        raise CatalogError(f"the database is no catalog, but has tables named {', '.join(there)}")


def _hold_lock(connection: Connection) -> None:
    """One process at a time; SQLite's writers are alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    elif connection.dialect.name in ("mysql", "mariadb"):
        held = text("SELECT GET_LOCK(CONCAT(DATABASE(), '.streamresize'), :seconds)")
        if connection.execute(held, {"seconds": LOCK_SECONDS}).scalar() != 1:
            raise CatalogError("another process is changing the form of the catalog")


def _release_lock(connection: Connection) -> None:
    if connection.dialect.name in ("mysql", "mariadb"):
        connection.execute(text("DO RELEASE_LOCK(CONCAT(DATABASE(), '.streamresize'))"))
