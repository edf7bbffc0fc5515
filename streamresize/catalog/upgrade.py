"""A catalog of another form."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from streamresize.catalog import migrate
from streamresize.errors import CatalogError


def upgrade(connection: Connection) -> None:
    """Bring its tables up to date. Raises CatalogError where a newer version has made them."""
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    version = migrate.version_of(connection)
    if version is not None and version not in known:
        raise CatalogError(f"the catalog has form {version}, made by a newer version")
    command.upgrade(config, "head")
