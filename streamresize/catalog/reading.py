"""Rows of the tables as records, some hundred at a time."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, exists, func, select

from streamresize.catalog import schema
from streamresize.catalog.database import MOST_TOGETHER, groups, reporting
from streamresize.catalog.records import NUMBERS, Feature, Image, hash_of_number, name_hash


def image_numbers(engine: Engine, after: int = 0) -> Iterator[int]:
    """Of all pictures behind `after`, ascending; no transaction stays open meanwhile."""
    image, last = schema.image.c, after
    while True:
        rows = select(image.id).where(image.id > last).order_by(image.id).limit(MOST_TOGETHER)
        with reporting(), engine.connect() as connection:
            numbers = list(connection.scalars(rows))
        if not numbers:
            return
        yield from numbers
        last = numbers[-1]


def read_images(connection: Connection, numbers: Sequence[int]) -> dict[int, Image]:
    image = schema.image.c
    rows = select(
        image.id, image.content_hash, image.bytes, image.width, image.height, image.added
    ).where(image.id.in_(numbers))
    paths = _paths(connection, numbers)
    return {
        row.id: Image(row.id, row.content_hash, paths[row.id], *row[2:])
        for row in connection.execute(rows)
    }


def _paths(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    path = schema.path.c
    rows = select(path.image_id, path.name).where(path.image_id.in_(numbers))
    found: dict[int, list[str]] = defaultdict(list)
    for number, name in connection.execute(rows):
        found[number].append(os.fsdecode(name))
    return defaultdict(tuple, {number: tuple(sorted(names)) for number, names in found.items()})


def read_fingerprints(connection: Connection, numbers: Sequence[int]) -> dict[int, bytes]:
    """The binary forms."""
    table = schema.fingerprint.c
    rows = select(table.image_id, table.data).where(table.image_id.in_(numbers))
    return {row.image_id: row.data for row in connection.execute(rows)}


def read_hashes(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The hashes as bytes, and the quality of PDQ, by the names of the columns."""
    table = schema.fingerprint.c
    names = [column.name for column in table if column.name not in ("image_id", "version", "data")]
    rows = select(table.image_id, *(table[name] for name in names)).where(
        table.image_id.in_(numbers)
    )
    return {row[0]: _hashes(dict(zip(names, row[1:]))) for row in connection.execute(rows)}


def _hashes(columns: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: columns[name] for name in NUMBERS}
    return columns | {name: hash_of_number(number) for name, number in numbers.items()}


def read_features(connection: Connection, kind: str, numbers: Sequence[int]) -> dict[int, Feature]:
    table = schema.feature.c
    rows = select(table.image_id, table.hashes, table.data).where(
        table.image_id.in_(numbers), table.kind == kind
    )
    return {
        row.image_id: Feature(kind, np.frombuffer(row.hashes, "<u8").reshape(-1, 4), row.data)
        for row in connection.execute(rows)
    }


def read_stamps(
    connection: Connection, paths: Iterable[str], kinds: Sequence[str]
) -> dict[str, str]:
    """The stamps of those paths that the catalog has, with features of all these kinds."""
    path, names = schema.path.c, {name_hash(name): name for name in paths}
    feature = schema.feature.c
    has_all = [
        exists().where(feature.image_id == path.image_id, feature.kind == kind) for kind in kinds
    ]
    found: dict[str, str] = {}
    for group in groups(names):
        rows = select(path.name_hash, path.stamp).where(path.name_hash.in_(group), *has_all)
        found.update((names[row.name_hash], row.stamp) for row in connection.execute(rows))
    return found


def read_paths(engine: Engine) -> Iterator[str]:
    """Of all pictures; no transaction stays open meanwhile."""
    for group in groups(image_numbers(engine)):
        with reporting(), engine.connect() as connection:
            names = [name for names in _paths(connection, group).values() for name in names]
        yield from names


def read_facts(connection: Connection) -> dict[str, Any]:
    """What the catalog holds, for people."""
    image, path, state = schema.image, schema.path, schema.state.c
    pictures, total = connection.execute(select(func.count(), func.sum(image.c.bytes))).one()
    return {
        "pictures": pictures,
        "names": connection.execute(select(func.count()).select_from(path)).scalar_one(),
        "bytes": int(total or 0),
        "features": read_kinds(connection),
        "chunks": bool(connection.execute(select(state.chunks)).scalar_one()),
        "changes": connection.execute(select(state.generation)).scalar_one(),
    }


def number_of_path(connection: Connection, path: str) -> int | None:
    table = schema.path.c
    rows = select(table.image_id).where(table.name_hash == name_hash(path))
    return connection.execute(rows).scalar_one_or_none()


def count_images(connection: Connection) -> int:
    table = schema.image
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def read_kinds(connection: Connection) -> list[str]:
    """Kinds of features."""
    kind = schema.feature.c.kind
    return sorted(connection.scalars(select(kind).distinct()))
