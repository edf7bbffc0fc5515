"""The catalog over SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Timer

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from streamresize import StreamResizeError
from streamresize.catalog import (
    HASHES,
    Catalog,
    CatalogError,
    Feature,
    content_hasher,
    read_picture,
    schema,
)
from streamresize.catalog.migrate import VERSION_TABLE
from streamresize.fingerprint import chunks

from .support.pictures import photo, pillow_jpeg
from .support.records import fingerprint, picture, with_bits_flipped

LATIN_1 = "/pictures/caf\udce9.jpg"  # a name that is no UTF-8, as Python has it


def rows(catalog: Catalog, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    with catalog._engine.connect() as connection:
        return list(connection.execute(sa.select(table)))


def test_what_was_added_comes_back(database: str) -> None:
    with Catalog.open(database) as catalog:
        number = catalog.add(picture(7))
        image = catalog.get(number)
        assert image.paths == ("/pictures/7.jpg",)
        assert (image.bytes, image.width, image.height) == (1007, 47, 30)
        assert image.content_hash == picture(7).content_hash
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        assert abs(now - image.added) < timedelta(minutes=5)
        assert catalog.fingerprint(number) == fingerprint(7)
        hashes = catalog.hashes([number])[number]
        assert hashes["phash"] == fingerprint(7).phash
        assert hashes["pdq"] == fingerprint(7).pdq
        assert hashes["pdq_quality"] == 7
        with pytest.raises(KeyError):
            catalog.get(number + 1)
        with pytest.raises(KeyError):
            catalog.fingerprint(number + 1)


def test_the_same_bytes_are_one_picture(database: str) -> None:
    with Catalog.open(database) as catalog:
        first = catalog.add_many([picture(1), picture(1, "/copy.jpg"), picture(2)])
        assert first == [first[0], first[0], first[2]]
        assert catalog.add_many([picture(1), picture(2), picture(1, LATIN_1)]) == [
            first[0], first[2], first[0],
        ]  # fmt: skip
        assert len(catalog) == 2
        assert [image.id for image in catalog] == sorted({first[0], first[2]})
        assert catalog.get(first[0]).paths == ("/copy.jpg", "/pictures/1.jpg", LATIN_1)
        assert catalog.number_of(LATIN_1) == first[0]
        assert catalog.number_of("/pictures/3.jpg") is None
        assert sorted(catalog.paths()) == sorted(
            ["/copy.jpg", "/pictures/1.jpg", "/pictures/2.jpg", LATIN_1]
        )


def test_a_file_with_other_bytes_leaves_its_picture(database: str) -> None:
    with Catalog.open(database) as catalog:
        old, kept = catalog.add_many([picture(1, "/a.jpg"), picture(2, "/b.jpg")])
        catalog.add(picture(2, "/c.jpg"))
        new, _ = catalog.add_many([picture(3, "/a.jpg"), picture(4, "/b.jpg")])
        assert catalog.number_of("/a.jpg") == new
        assert catalog.get(kept).paths == ("/c.jpg",)
        assert old not in list(catalog.numbers())
        assert catalog.stamps(["/a.jpg", "/b.jpg", "/d.jpg"]) == {
            "/a.jpg": "stamp 3", "/b.jpg": "stamp 4",
        }  # fmt: skip


def test_removing(database: str) -> None:
    with Catalog.open(database) as catalog:
        numbers = catalog.add_many([picture(seed) for seed in range(4)])
        catalog.add(picture(0, "/copy.jpg"))
        catalog.mark_different(numbers[0], numbers[1])
        catalog.mark_different(numbers[3], numbers[0])
        catalog.mark_different(numbers[0], numbers[3])
        assert catalog.different() == {(numbers[0], numbers[1]), (numbers[0], numbers[3])}
        assert catalog.remove([numbers[1], numbers[2], 10**6]) == 2
        assert catalog.different() == {(numbers[0], numbers[3])}
        assert catalog.remove_paths(["/copy.jpg", "/none.jpg"]) == 1
        assert catalog.get(numbers[0]).paths == ("/pictures/0.jpg",)
        assert catalog.remove_paths(["/pictures/0.jpg"]) == 1
        assert list(catalog.numbers()) == [numbers[3]]
        assert len(rows(catalog, schema.fingerprint)) == len(rows(catalog, schema.path)) == 1
        assert catalog.add(picture(1)) not in numbers, "numbers are not given twice"


def test_only_known_pictures_are_marked(database: str) -> None:
    with Catalog.open(database) as catalog:
        number = catalog.add(picture(1))
        with pytest.raises(KeyError):
            catalog.mark_different(number, number + 1)
        with pytest.raises(ValueError, match="itself"):
            catalog.mark_different(number, number)
        assert catalog.different() == set()


def test_all_or_nothing(database: str) -> None:
    bad = replace(picture(2), content_hash=None)  # type: ignore[arg-type]
    with Catalog.open(database) as catalog:
        with pytest.raises(StreamResizeError):
            catalog.add_many([picture(1), bad])
        assert catalog.count() == 0
        assert rows(catalog, schema.path) == []


def test_chunks(database: str) -> None:
    with Catalog.open(database) as catalog:
        first = catalog.add(picture(1))
        assert rows(catalog, schema.chunk) == []
        catalog.fill_chunks()
        second, third = catalog.add_many([picture(2), picture(3)])
        catalog.fill_chunks()
        catalog.remove([third])
        expected: set[tuple[object, ...]] = {
            (slot, value, number)
            for number, seed in ((first, 1), (second, 2))
            for slot, value in enumerate(chunks(fingerprint(seed).phash256))
        }
        assert {tuple(row) for row in rows(catalog, schema.chunk)} == expected
        assert catalog.info()["chunks"] is True


@pytest.mark.parametrize("name", ["postgresql", "mariadb"])
def test_databases_count_bits(name: str, servers: dict[str, object]) -> None:
    """The form of the 64-bit hashes that docs/catalog.md tells to join on."""
    database = servers[name].new_database()  # type: ignore[attr-defined]
    near = replace(fingerprint(1), phash=with_bits_flipped(fingerprint(1).phash, 5))
    count = {
        "postgresql": "bit_count((a.phash # b.phash)::bit(64))",
        "mariadb": "BIT_COUNT(a.phash ^ b.phash)",
    }
    with Catalog.open(database) as catalog:
        catalog.add_many([picture(1), picture(2, print=near)])
        with catalog._engine.connect() as connection:
            query = f"SELECT {count[name]} FROM fingerprint a, fingerprint b"  # noqa: S608
            where = " WHERE a.image_id < b.image_id"
            assert connection.execute(sa.text(query + where)).scalar_one() == 5


def windows(seed: int, count: int) -> Feature:
    random = np.random.default_rng(seed)
    return Feature("windows", random.integers(0, 2**64, (count, 4), np.uint64), b"where they are")


def test_features(database: str) -> None:
    with Catalog.open(database) as catalog:
        bare, rich, empty = catalog.add_many([
            picture(1),
            picture(2, features=(windows(2, 5), Feature("orb", np.empty((0, 4), np.uint64), b"x"))),
            picture(3, features=(windows(3, 0),)),
        ])  # fmt: skip
        assert catalog.kinds() == ["orb", "windows"]
        found = catalog.features("windows", [bare, rich, empty])
        assert list(found) == [rich, empty]
        np.testing.assert_array_equal(found[rich].hashes, windows(2, 5).hashes)
        assert found[rich].data == b"where they are"
        assert found[empty].hashes.shape == (0, 4)
        hits = catalog.features_within("windows", windows(2, 5).hashes[3:], 10)
        assert [list(column) for column in hits] == [[rich, rich], [3, 4], [0, 1], [0, 0]]
        catalog.add(picture(1, features=(windows(1, 2),)))  # of a picture that is there
        hits = catalog.features_within("windows", windows(1, 2).hashes[:1], 10)
        assert hits.image_ids.tolist() == [bare]
        catalog.remove([rich])
        assert len(catalog.features_within("windows", windows(2, 5).hashes, 10).places) == 0


def test_searching(database: str) -> None:
    near = replace(fingerprint(1), phash=with_bits_flipped(fingerprint(1).phash, 5))
    with Catalog.open(database) as catalog:
        assert catalog.within(fingerprint(1), 8) == []
        assert catalog.nearest(fingerprint(1), 3) == []
        numbers = catalog.add_many([picture(seed) for seed in range(4)])
        assert [hit[:2] for hit in catalog.within(near, 8)] == [(numbers[1], 5)]
        assert catalog.within(near, 4) == []
        assert catalog.within(near, -1) == []
        added = catalog.add(picture(9, print=near))
        assert [hit[:2] for hit in catalog.nearest(near, 2)] == [(added, 0), (numbers[1], 5)]
        catalog.remove([added])
        assert [hit[:2] for hit in catalog.nearest(near, 1)] == [(numbers[1], 5)]
        assert len(catalog.nearest(near, 10)) == 4
        catalog.vacuum()
        assert [hit[:2] for hit in catalog.within(near, 8)] == [(numbers[1], 5)]
        assert len(catalog.index()) == 4
        with pytest.raises(ValueError, match="hash must be one of"):
            catalog.within(near, 8, "ahash")


@pytest.mark.parametrize("turn", [None, *range(7)])
def test_turned_pictures_are_found(turn: int | None, tmp_path: Path) -> None:
    from PIL import Image

    pixels = Image.fromarray(photo(90, 64))
    turned = pixels if turn is None else pixels.transpose(Image.Transpose(turn))
    for name, image in (("a", pixels), ("b", turned)):
        (tmp_path / f"{name}.jpg").write_bytes(pillow_jpeg(np.asarray(image)))
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        number = catalog.add(read_picture(str(tmp_path / "a.jpg")))
        query = read_picture(str(tmp_path / "b.jpg")).columns["data"]
        from streamresize.fingerprint import Fingerprint

        wanted = Fingerprint.from_bytes(query)
        (hit,) = catalog.within(wanted, 48, "symmetric")
        assert hit.image_id == number
        original = catalog.fingerprint(number)
        assert original.symmetric_distance(wanted) == (hit.distance, hit.orientation)


def test_pictures_are_known_by_blake3() -> None:
    """Against the hash of nothing among the test vectors that its authors publish."""
    hasher = content_hasher()
    assert hasher.digest().hex() == (
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    )
    hasher.update(b"more")
    assert content_hasher().digest() != hasher.digest()


def test_the_tables_are_those_of_the_migrations(database: str) -> None:
    with Catalog.open(database) as catalog, catalog._engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, schema.metadata) == []


def test_opening_again(database: str) -> None:
    with Catalog.open(database) as catalog:
        number = catalog.add(picture(1))
    with Catalog.open(database, create=False) as catalog:
        assert catalog.get(number).paths == ("/pictures/1.jpg",)


def test_a_newer_catalog_is_refused(database: str) -> None:
    with Catalog.open(database) as catalog, catalog._engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608
    with pytest.raises(CatalogError, match="newer version"):
        Catalog.open(database)


def test_opening_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="there is no catalog"):
        Catalog.open(tmp_path / "none.db", create=False)
    (tmp_path / "other.db").write_bytes(b"no database" * 100)
    with pytest.raises(CatalogError, match="not a database"):
        Catalog.open(tmp_path / "other.db")
    with pytest.raises(CatalogError):
        Catalog.open(tmp_path / "no folder" / "cat.db")
    with pytest.raises(CatalogError, match="none of SQLite"):
        Catalog.open("oracle://here/there")
    with pytest.raises(CatalogError, match="unknown"):
        Catalog.open("unknown://here/there")
    with pytest.raises(CatalogError):
        Catalog.open("postgresql+psycopg://nobody@localhost:1/none")


def test_many_writers_at_once(database: str) -> None:
    """Each of several engines adds the same pictures, in another order."""
    Catalog.open(database).close()

    def add_all(writer: int) -> list[int]:
        seeds = np.random.default_rng(writer).permutation(60)
        with Catalog.open(database) as catalog:
            return [catalog.add(picture(int(seed), f"/{writer}/{seed}.jpg")) for seed in seeds]

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(add_all, range(4)))
    with Catalog.open(database) as catalog:
        assert catalog.count() == 60
        assert {frozenset(of_writer) for of_writer in numbers} == {frozenset(catalog.numbers())}
        assert all(len(image.paths) == 4 for image in catalog)
        assert len(rows(catalog, schema.fingerprint)) == 60
        assert len(catalog.index()) == 60


def test_threads_share_a_catalog(database: str) -> None:
    """Some add and remove while others search: nobody sees half of a change."""
    with Catalog.open(database) as catalog, ThreadPoolExecutor(6) as pool:
        kept = catalog.add(picture(1000))

        def change(start: int) -> list[int]:
            numbers = [catalog.add(picture(seed)) for seed in range(start, start + 15)]
            catalog.remove(numbers[::2])
            return numbers[1::2]

        def look(_: int) -> list[int]:
            searches = [catalog.nearest(fingerprint(1000), 5, name) for name in HASHES] * 8
            assert all(hits[0][:2] == (kept, 0) for hits in searches)
            return []

        work = [pool.submit(change, 100 * n) for n in range(3)]
        work += [pool.submit(look, n) for n in range(6)]
        left = {kept, *(number for done in work for number in done.result())}
        assert {hit.image_id for hit in catalog.nearest(fingerprint(1), 100)} == left


def test_which_of_the_added_were_new(database: str) -> None:
    with Catalog.open(database) as catalog:
        assert catalog.add_each([picture(1)]) == [(1, True)]
        again, new, twice = catalog.add_each([picture(1, "other"), picture(2), picture(2, "twice")])
        assert again == (1, False)
        assert new == twice == (new.number, True)


def test_numbers_behind_one(database: str) -> None:
    with Catalog.open(database) as catalog:
        numbers = catalog.add_many([picture(seed) for seed in range(5)])
        assert list(catalog.numbers(after=numbers[2])) == numbers[3:]


def test_opened_by_many_at_once(database: str) -> None:
    def open_it(_: int) -> int:
        with Catalog.open(database) as catalog:
            return catalog.count()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(open_it, range(6))) == [0] * 6
    with Catalog.open(database) as catalog:
        assert len(rows(catalog, schema.state)) == 1


@pytest.fixture
def written_elsewhere(tmp_path: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """A file that SQLite has made in its own way, and who is writing into it."""
    file = tmp_path / "catalog.db"
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as writer:
        writer.execute("CREATE TABLE other (number INTEGER)")
        writer.execute("BEGIN IMMEDIATE")
        yield file, writer


def test_opening_waits_for_who_is_writing(
    written_elsewhere: tuple[Path, sqlite3.Connection],
) -> None:
    file, writer = written_elsewhere
    release = Timer(0.2, writer.execute, ["COMMIT"])
    release.start()
    with Catalog.open(file) as catalog:
        assert not release.is_alive()
        assert catalog.count() == 0


def test_opening_does_not_wait_for_ever(
    written_elsewhere: tuple[Path, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamresize.catalog.database.BUSY_SECONDS", 0.1)
    with pytest.raises(CatalogError, match="locked"):
        Catalog.open(written_elsewhere[0])


def test_importing_the_package_leaves_the_catalog_alone() -> None:
    code = "import sys, streamresize; print([m for m in sys.modules if m.startswith('sqlal')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
