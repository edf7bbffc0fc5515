"""Pictures into the tables, within one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select

from streamresize.catalog import schema
from streamresize.catalog.database import groups
from streamresize.catalog.generations import next_generation
from streamresize.catalog.records import Picture, name_bytes, name_hash
from streamresize.catalog.removing import remove_pathless
from streamresize.fingerprint import chunks


class Added(NamedTuple):
    """A picture's number, and whether its bytes were not known before."""

    number: int
    new: bool


def add_pictures(connection: Connection, pictures: Sequence[Picture]) -> list[Added]:
    """What became of each; those whose bytes are known already get one more path at most."""
    generation = next_generation(connection)
    by_hash = {picture.content_hash: picture for picture in pictures}
    known = _numbers(connection, by_hash)
    new = {hash: picture for hash, picture in by_hash.items() if hash not in known}
    if new:
        rows = [_image_row(picture, generation) for picture in new.values()]
        _insert(connection, schema.image, rows)
        known |= _numbers(connection, new)
        _add_fingerprints(connection, list(new.values()), known)
    _add_features(connection, by_hash.values(), known, generation)
    _add_paths(connection, pictures, known, generation)
    hashes = [picture.content_hash for picture in pictures]
    return [Added(known[hash], hash in new) for hash in hashes]


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _numbers(connection: Connection, hashes: Iterable[bytes]) -> dict[bytes, int]:
    image = schema.image.c
    found: dict[bytes, int] = {}
    for group in groups(hashes):
        rows = select(image.content_hash, image.id).where(image.content_hash.in_(group))
        found.update((row.content_hash, row.id) for row in connection.execute(rows))
    return found


def _image_row(picture: Picture, generation: int) -> dict[str, Any]:
    return {
        "content_hash": picture.content_hash,
        "bytes": picture.bytes,
        "width": picture.width,
        "height": picture.height,
        "added": datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None),
        "generation": generation,
    }


def _add_fingerprints(
    connection: Connection, pictures: Sequence[Picture], numbers: dict[bytes, int]
) -> None:
    rows = [{"image_id": numbers[p.content_hash], **p.columns} for p in pictures]
    _insert(connection, schema.fingerprint, rows)
    if connection.execute(select(schema.state.c.chunks)).scalar_one():
        add_chunks(connection, ((row["image_id"], row["phash256"]) for row in rows))


def add_chunks(connection: Connection, hashes: Iterable[tuple[int, bytes]]) -> None:
    """Rows of the table `chunk` for (number, phash256) of pictures."""
    for group in groups(hashes):
        rows = [
            {"slot": slot, "value16": value, "image_id": number}
            for number, hash in group
            for slot, value in enumerate(chunks(hash))
        ]
        _insert(connection, schema.chunk, rows)


def _add_features(
    connection: Connection, pictures: Iterable[Picture], numbers: dict[bytes, int], generation: int
) -> None:
    """Those that the catalog does not have yet, also of pictures that it has."""
    wanted = {
        (numbers[picture.content_hash], feature.kind): feature
        for picture in pictures
        for feature in picture.features
    }
    table = schema.feature
    for group in groups({number for number, _ in wanted}):
        rows = select(table.c.image_id, table.c.kind).where(table.c.image_id.in_(group))
        for row in connection.execute(rows):
            wanted.pop((row.image_id, row.kind), None)
    _insert(connection, table, [
        {
            "image_id": number,
            "kind": kind,
            "generation": generation,
            "hashes": feature.hashes.astype("<u8").tobytes(),
            "data": feature.data,
        }
        for (number, kind), feature in wanted.items()
    ])  # fmt: skip


def _add_paths(
    connection: Connection, pictures: Sequence[Picture], numbers: dict[bytes, int], generation: int
) -> None:
    """A path that had other bytes before leaves them; what is left without a path is removed."""
    table = schema.path
    rows = {name_hash(picture.path): picture for picture in pictures}
    left: set[int] = set()
    for group in groups(rows):
        known = table.c.name_hash.in_(group)
        if before := set(connection.scalars(select(table.c.image_id).where(known))):
            connection.execute(delete(table).where(known))
            left |= before
    _insert(connection, table, [
        {
            "name_hash": hash,
            "name": name_bytes(picture.path),
            "stamp": picture.stamp,
            "image_id": numbers[picture.content_hash],
        }
        for hash, picture in rows.items()
    ])  # fmt: skip
    remove_pathless(connection, left, generation)
