"""Search among hashes against brute force, and the arrays that keep them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from streamresize import _native
from streamresize.catalog import Catalog, scan, search
from streamresize.catalog.index import PictureHashes
from streamresize.catalog.rows import FolderRows, Header, MemoryRows
from streamresize.catalog.search import HashIndex
from streamresize.catalog.tables import MOST_RADIUS, ChunkTables, masks
from streamresize.kernels import hamming

from .support.records import fingerprint, picture

Words = NDArray[np.uint64]
every_form = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=["compiled", "jit", "plain"])
def kernels(request: pytest.FixtureRequest) -> Any:
    if request.param == "jit":
        pytest.importorskip("numba", reason="the JIT form needs the extra `jit`")
        from streamresize.kernels import jit

        return jit
    return {"compiled": _native, "plain": SimpleNamespace(**vars(hamming))}[request.param]


def distances(hashes: Words, queries: Words) -> NDArray[np.int64]:
    """(n, queries), bit by bit."""
    both = hashes[:, None, :] ^ queries[None, :, :]
    bits: NDArray[np.int64] = np.unpackbits(both.view(np.uint8), axis=2).sum(axis=2, dtype=np.int64)
    return bits


def near_to(query: Words, flips: NDArray[np.int64], random: np.random.Generator) -> Words:
    """For each number of `flips` a hash that differs from `query` in so many bits."""
    bits = np.unpackbits(query.view(np.uint8))
    rows = np.tile(bits, (len(flips), 1))
    for row, count in zip(rows, flips):
        row[random.permutation(bits.size)[:count]] ^= 1
    return np.packbits(rows, axis=1).view(np.uint64)


@st.composite
def hashes_and_queries(draw: st.DrawFn, words: int | None = None) -> tuple[Words, Words]:
    """Hashes at all distances from the queries, more of them near than chance would have it."""
    words = words or draw(st.sampled_from([1, 4]))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    queries = random.integers(0, 2**64, (draw(st.integers(1, 3)), words), np.uint64)
    parts = [
        near_to(query, random.integers(0, 25, draw(st.integers(0, 20))), random)
        for query in queries
    ]
    hashes = np.concatenate([*parts, random.integers(0, 2**64, (5, words), np.uint64)])
    return random.permutation(hashes), queries


@every_form
@given(case=hashes_and_queries(), radius=st.integers(0, 256), room=st.integers(0, 300))
def test_pairs_within_a_radius(
    kernels: Any, case: tuple[Words, Words], radius: int, room: int
) -> None:
    hashes, queries = case
    exact = distances(hashes, queries)
    expected = np.argwhere(exact <= radius)
    pairs = [np.full(room, -1, np.int64) for _ in range(3)]
    within = kernels.hamming_within_64 if hashes.shape[1] == 1 else kernels.hamming_within_256
    assert within(hashes, queries, radius, *pairs) == len(expected)
    filled = min(room, len(expected))
    found = np.stack(pairs[:2], axis=1)[:filled]
    assert {tuple(pair) for pair in found} <= {tuple(pair) for pair in expected}
    assert len({tuple(pair) for pair in found}) == filled
    np.testing.assert_array_equal(pairs[2][:filled], exact[tuple(found.T)])
    assert all((column[filled:] == -1).all() for column in pairs)


@pytest.mark.parametrize("words", [1, 4])
@pytest.mark.parametrize("rows", [255, 256, 257, 700])
def test_pairs_among_many(kernels: Any, words: int, rows: int) -> None:
    random = np.random.default_rng(rows)
    queries = random.integers(0, 2**64, (8, words), np.uint64)
    near = [near_to(query, random.integers(0, 60, 100), random) for query in queries]
    hashes = random.permutation(np.concatenate(near))[:rows]
    within = kernels.hamming_within_64 if words == 1 else kernels.hamming_within_256
    pairs = [np.empty(rows * 8, np.int64) for _ in range(3)]
    count = within(hashes, queries, 20, *pairs)
    expected = np.argwhere(distances(hashes, queries) <= 20)
    assert sorted(zip(pairs[0][:count], pairs[1][:count])) == [tuple(pair) for pair in expected]


@every_form
@given(case=hashes_and_queries())
def test_distances_to_the_nearest(kernels: Any, case: tuple[Words, Words]) -> None:
    hashes, queries = case
    found, numbers = np.empty(len(hashes), np.uint16), np.empty(len(hashes), np.uint16)
    kernels.hamming_nearest(hashes, queries, found, numbers)
    exact = distances(hashes, queries)
    np.testing.assert_array_equal(found, exact.min(axis=1))
    np.testing.assert_array_equal(numbers, exact.argmin(axis=1))


@every_form
@given(case=hashes_and_queries(words=1), radius=st.integers(0, MOST_RADIUS))
def test_probing_finds_the_same(kernels: Any, case: tuple[Words, Words], radius: int) -> None:
    hashes, queries = case
    tables = ChunkTables(hashes)
    rows, found = np.empty(200, np.int64), np.empty(200, np.int64)
    arrays = (tables._hashes, tables._order, tables._starts, *masks())
    count = kernels.probe_within(*arrays, queries[0], radius, rows, found)
    exact = distances(hashes, queries[:1])[:, 0]
    assert sorted(rows[:count]) == np.flatnonzero(exact <= radius).tolist()
    np.testing.assert_array_equal(found[:count], exact[rows[:count]])


def test_kernels_refuse_what_does_not_fit() -> None:
    one, four = np.zeros((3, 1), np.uint64), np.zeros((3, 4), np.uint64)
    room = np.empty(5, np.int64)
    for within, right, wrong in (
        (_native.hamming_within_64, one, four),
        (_native.hamming_within_256, four, one),
    ):
        for arguments in ((wrong, right), (right, wrong)):
            with pytest.raises(ValueError, match="another length"):
                within(*arguments, 3, room, room, room)
        with pytest.raises(ValueError, match="differ in length"):
            within(right, right, 3, room, room, room[:2].copy())
    short = np.empty(3, np.uint16)
    with pytest.raises(ValueError, match="different lengths"):
        _native.hamming_nearest(four, one, short, short)
    with pytest.raises(ValueError, match="one for each hash"):
        _native.hamming_nearest(four, four, short, short[:2].copy())
    with pytest.raises(ValueError, match="too many queries"):
        _native.hamming_nearest(one, np.zeros((65_536, 1), np.uint64), short, short)
    tables = ChunkTables(one)
    probe: Any = _native.probe_within
    arrays = [tables._hashes, tables._order, tables._starts, *masks(), one[0]]
    with pytest.raises(ValueError, match="radius out of range"):
        probe(*arrays, MOST_RADIUS + 1, room, room)
    for at, message in ((0, "a row for each chunk"), (2, "starts"), (5, "64 bits")):
        damaged = [*arrays[:at], arrays[at][:0].copy(), *arrays[at + 1 :]]
        with pytest.raises(ValueError, match=message):
            probe(*damaged, 3, room, room)
    arrays[2] = np.full_like(tables._starts, 2**32 - 1)
    arrays[2][:, ::2] = 0
    assert probe(*arrays, 3, room, room) <= 4 * 697 * 3


@settings(max_examples=40, deadline=None)
@given(case=hashes_and_queries(), k=st.integers(0, 70), removed=st.sets(st.integers(0, 60)))
def test_nearest(case: tuple[Words, Words], k: int, removed: set[int]) -> None:
    hashes, queries = case
    ids = np.arange(len(hashes)) + 100
    ids[[row for row in removed if row < len(ids)]] = -1
    found = HashIndex({"id": ids, "hash": hashes}).nearest("hash", queries, k)
    exact = distances(hashes, queries).min(axis=1)
    expected = sorted((exact[row], ids[row]) for row in range(len(ids)) if ids[row] >= 0)[:k]
    assert list(zip(found.distances, found.image_ids)) == expected
    at = distances(hashes, queries)[found.image_ids - 100, found.queries]
    np.testing.assert_array_equal(at, found.distances)


def test_tables_and_what_was_added_since(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers are the same before tables are made, with them, and with rows behind them."""
    monkeypatch.setattr(search, "LEAST_FOR_TABLES", 100)
    monkeypatch.setattr(search, "SCANS_BEFORE_TABLES", 3)
    random = np.random.default_rng(5)
    queries = random.integers(0, 2**64, (2, 1), np.uint64)
    near = [near_to(query, random.integers(0, 20, 300), random) for query in queries]
    hashes = random.permutation(np.concatenate(near))
    ids = np.arange(len(hashes))
    index = HashIndex({"id": ids[:500], "hash": hashes[:500]})
    for asked in range(8):
        count = 500 if asked < 5 else 600
        if asked == 5:
            index = index.extended({"id": ids, "hash": hashes})
        found = index.within("hash", queries, 8)
        rows, numbers = np.nonzero(distances(hashes[:count], queries) <= 8)
        assert sorted(zip(found.image_ids, found.queries)) == list(zip(rows, numbers))
        assert (np.diff(found.distances) >= 0).all()
        assert ("hash" in index._tables) == (asked >= 2)
    assert index._tables["hash"].count == 500
    index = index.extended({"id": np.arange(1200), "hash": np.concatenate([hashes, hashes])})
    for _ in range(3):
        index.within("hash", queries, 8)
    assert index._tables["hash"].count == 1200, "made anew when much has been added"


def block(ids: list[int]) -> dict[str, NDArray[Any]]:
    columns = {name: np.array([[i] * width for i in ids], np.uint64)
               for name, width in PictureHashes.layout.items()}  # fmt: skip
    return {**columns, "id": np.array(ids, np.int64)}


@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_rows(kind: str, tmp_path: Path) -> None:
    layout = PictureHashes.layout
    rows = MemoryRows(layout) if kind == "memory" else FolderRows(tmp_path / "rows", layout)
    with rows.held():
        assert rows.header() is None
        assert len(rows.columns()["id"]) == 0
        rows.write([block([1, 2]), block([3])], Header("cat", 1), anew=True)
        rows.write([block([4])], Header("cat", 2), anew=False)
        rows.remove([2, 9])
    assert rows.header() is not None
    columns = rows.columns()
    assert columns["id"].tolist() == [1, -1, 3, 4]
    assert columns["pdq"].tolist() == [[i] * 4 for i in (1, 2, 3, 4)]
    with rows.held():
        rows.write([], Header("cat", 3), anew=True)
    assert len(rows.columns()["id"]) == 0
    assert columns["id"].tolist() == [1, -1, 3, 4], "what is mapped stays"


def test_a_killed_writer_leaves_the_rows_of_before(tmp_path: Path) -> None:
    rows = FolderRows(tmp_path, PictureHashes.layout)

    def blocks() -> Any:
        yield block([7, 8, 9])
        raise KeyboardInterrupt

    with rows.held():
        rows.write([block([1, 2])], Header("cat", 1), anew=True)
        with pytest.raises(KeyboardInterrupt):
            rows.write(blocks(), Header("cat", 2), anew=False)
    assert rows.columns()["id"].tolist() == [1, 2]
    with rows.held():
        rows.write([block([3])], Header("cat", 2), anew=False)
    assert rows.columns()["id"].tolist() == [1, 2, 3]
    assert rows.columns()["phash"].tolist() == [[1], [2], [3]]


@pytest.mark.parametrize("damage", ["missing", "short", "header", "form", "other catalog"])
def test_arrays_that_do_not_fit_are_made_anew(damage: str, tmp_path: Path) -> None:
    file = tmp_path / "cat.db"
    with Catalog.open(file) as catalog:
        number = catalog.add(picture(1))
        assert catalog.within(fingerprint(1), 0)
    folder = tmp_path / "cat.db.index" / "pictures"
    header = folder / "header.json"
    facts = json.loads(header.read_text())
    array = folder / f"{facts['data']}.phash"
    if damage == "missing":
        array.unlink()
    elif damage == "short":
        array.write_bytes(b"")
    elif damage == "header":
        header.write_text("{")
    else:
        change = {"form": 99} if damage == "form" else {"catalog": "another"}
        header.write_text(json.dumps({**facts, **change}))
    with Catalog.open(file) as catalog:
        assert [hit.image_id for hit in catalog.within(fingerprint(1), 0)] == [number]


def test_an_index_learns_what_others_did(tmp_path: Path) -> None:
    file = tmp_path / "cat.db"
    with Catalog.open(file) as ours, Catalog.open(file) as theirs:
        first, second = theirs.add_many([picture(1), picture(2)])
        assert [hit.image_id for hit in ours.within(fingerprint(1), 0)] == [first]
        theirs.remove([first])
        assert ours.within(fingerprint(1), 0) == []
        theirs.vacuum()
        assert [hit.image_id for hit in ours.within(fingerprint(2), 0)] == [second]
        assert len(ours.index()) == 1


def test_an_index_in_use_stays_as_it_was(tmp_path: Path) -> None:
    """A thread that searches it meets no rows that another has added behind them."""
    with Catalog.open(tmp_path / "cat.db") as catalog:
        catalog.add(picture(1))
        before = catalog.index()
        catalog.add(picture(2))
        assert len(catalog.index()) == 2
        assert len(before) == 1


def test_a_folder_for_the_index(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "cat.db", index=tmp_path / "elsewhere") as catalog:
        catalog.add(picture(1))
        assert catalog.within(fingerprint(1), 0)
    assert (tmp_path / "elsewhere" / "pictures" / "header.json").exists()
    assert not (tmp_path / "cat.db.index").exists()


def test_more_pairs_than_there_was_room_for() -> None:
    hashes = np.zeros((scan.FIRST_ROOM + 10, 1), np.uint64)
    assert len(scan.within(hashes, hashes[:2], 0).rows) == 2 * len(hashes)
    assert len(ChunkTables(hashes).within(hashes[:2], 0).rows) == 2 * len(hashes)
