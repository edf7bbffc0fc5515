"""Catalogs of other versions, and what is no catalog."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from streamresize.catalog import Catalog, CatalogError, migrate, schema
from streamresize.catalog.database import writing
from streamresize.catalog.migrate import VERSION_TABLE
from streamresize.catalog.upgrade import upgrade

from .support.records import fingerprint, picture

FIRST_FORM = Path(__file__).parent / "support" / "catalog_0001.sql"

NEXT_FORM = """\
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("image", sa.Column("pages", sa.Integer(), nullable=False, server_default="1"))
    op.execute("UPDATE image SET pages = 7 WHERE width > {wide}")
"""


@pytest.fixture
def next_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """From its call on, this version knows one more form of the catalog."""

    def know(wide: str) -> None:
        folder = tmp_path / "migrations"
        (folder / "versions").mkdir(parents=True)
        for file in ("env.py", "versions/0001_first.py"):
            (folder / file).write_bytes((migrate.SCRIPTS / file).read_bytes())
        (folder / "versions" / "0002_next.py").write_text(NEXT_FORM.format(wide=wide))
        monkeypatch.setattr(migrate, "SCRIPTS", folder)

    return know


def tables(database: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with Catalog.open(database) as catalog, catalog._engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table))]
            for table in schema.metadata.sorted_tables
        }


def test_scripts_are_named_by_their_numbers() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    assert migrate.newest_version() == ScriptDirectory.from_config(config).get_current_head()


def forms(connection: sa.Connection) -> dict[str, object]:
    """What a database says of its tables."""
    inspector = sa.inspect(connection)
    columns, keys = inspector.get_columns, inspector.get_foreign_keys
    found: dict[str, object] = {
        name: (
            [{**column, "type": str(column["type"])} for column in columns(name)],
            inspector.get_pk_constraint(name),
            sorted(map(str, keys(name))),
            sorted(map(str, inspector.get_indexes(name))),
            sorted(map(str, inspector.get_unique_constraints(name))),
        )
        for name in sorted(inspector.get_table_names())
    }
    if connection.dialect.name == "sqlite":
        texts = connection.execute(sa.text("SELECT name, sql FROM sqlite_master ORDER BY name"))
        found["texts"] = [(row.name, " ".join((row.sql or "").split())) for row in texts]
    return found


def test_tables_made_at_once_are_those_of_the_scripts(database: str) -> None:
    with Catalog.open(database) as catalog:
        with writing(catalog._engine) as connection:
            at_once = forms(connection)
            for metadata in (schema.metadata, migrate.versions.metadata):
                metadata.drop_all(connection)
        with writing(catalog._engine) as connection:
            upgrade(connection)
            assert forms(connection) == at_once
            assert set(at_once) >= {"image", "chunk", VERSION_TABLE}
            assert migrate.version_of(connection) == migrate.newest_version()


def test_a_catalog_of_the_first_form(tmp_path: Path) -> None:
    file = tmp_path / "first.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(FIRST_FORM.read_text())
    connection.close()
    with Catalog.open(file) as catalog:
        assert list(catalog.numbers()) == [1, 2]
        for number in (1, 2):
            assert catalog.get(number).content_hash == picture(number).content_hash
            assert catalog.fingerprint(number) == fingerprint(number)
            assert catalog.number_of(f"/pictures/{number}.jpg") == number
            assert [hit.image_id for hit in catalog.within(fingerprint(number), 0)] == [number]
        hashes = catalog.features("windows", [1])[1].hashes
        np.testing.assert_array_equal(hashes, np.arange(8).reshape(2, 4))
        assert catalog.different() == {(1, 2)}
        assert catalog.add_many([picture(2), picture(3)]) == [2, 4]
        catalog.vacuum()
        assert len(catalog.index()) == 3
        with catalog._engine.connect() as database:
            options = {"version_table": VERSION_TABLE, "compare_type": True}
            context = MigrationContext.configure(database, opts=options)
            assert compare_metadata(context, schema.metadata) == []


def test_an_older_catalog_is_brought_up_to_date(
    database: str, next_form: Callable[[str], None]
) -> None:
    with Catalog.open(database) as catalog:
        catalog.add_many([picture(seed) for seed in (1, 2, 45)])  # 41, 42 and 85 pixels wide
    before = tables(database)
    next_form("50")
    for _ in range(2):
        assert tables(database) == before
    with Catalog.open(database) as catalog, catalog._engine.connect() as connection:
        pages = connection.execute(sa.text("SELECT pages FROM image ORDER BY id"))
        assert [row.pages for row in pages] == [1, 1, 7]
        version = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
        assert version.scalars().all() == ["0002"]


def test_a_failed_upgrade_leaves_the_catalog_as_it_was(
    database: str, next_form: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalog.open(database) as catalog:
        number = catalog.add(picture(1))
    if database.startswith("mariadb"):
        pytest.skip("MariaDB cannot take back changes of tables")
    known = migrate.SCRIPTS
    next_form("no_such_column")
    with pytest.raises(CatalogError, match="no_such_column"):
        Catalog.open(database)
    monkeypatch.setattr(migrate, "SCRIPTS", known)
    with Catalog.open(database) as catalog, catalog._engine.connect() as connection:
        assert list(catalog.numbers()) == [number]
        assert "pages" not in {c["name"] for c in sa.inspect(connection).get_columns("image")}


@pytest.mark.parametrize("version", ["DELETE FROM {}", "DROP TABLE {}"])
def test_a_catalog_without_a_version_is_refused(database: str, version: str) -> None:
    with Catalog.open(database) as catalog, catalog._engine.begin() as connection:
        connection.execute(sa.text(version.format(VERSION_TABLE)))
    for _ in range(2):
        with pytest.raises(CatalogError, match=r"no catalog, but has tables named .*image"):
            Catalog.open(database)


def test_tables_of_others_are_left_alone(database: str) -> None:
    engine = sa.create_engine(database if "://" in database else f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE recipe (id INTEGER)"))
        connection.execute(sa.text("INSERT INTO recipe VALUES (3)"))
    with Catalog.open(database) as catalog:
        catalog.add(picture(1))
    with engine.begin() as connection:
        assert connection.execute(sa.text("SELECT id FROM recipe")).scalars().all() == [3]
    engine.dispose()


def test_a_damaged_file_is_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "cat.db"
    with Catalog.open(file) as catalog:
        catalog.add_many([picture(seed) for seed in range(50)])
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    whole = file.read_bytes()
    for length in (100, 5000, len(whole) // 2):
        file.write_bytes(whole[:length])
        with pytest.raises(CatalogError), Catalog.open(file) as catalog:
            catalog.fingerprints(range(1, 51))
    file.write_bytes(whole)
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE fingerprint")
    connection.close()
    with Catalog.open(file) as catalog, pytest.raises(CatalogError, match="fingerprint"):
        catalog.fingerprint(1)
