"""What people and settings say of pictures, within one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from streamresize.catalog import schema
from streamresize.catalog.adding import add_chunks
from streamresize.catalog.generations import next_generation


def mark_different(connection: Connection, first: int, second: int) -> None:
    """Raises KeyError for numbers that are unknown, ValueError for twice the same."""
    if first == second:
        raise ValueError("a picture does not differ from itself")
    next_generation(connection)
    image, table = schema.image.c, schema.not_duplicate
    there = set(connection.scalars(select(image.id).where(image.id.in_([first, second]))))
    for number in (first, second):
        if number not in there:
            raise KeyError(number)
    pair = {"first": min(first, second), "second": max(first, second)}
    if connection.execute(select(table).filter_by(**pair)).first() is None:
        connection.execute(insert(table).values(pair))


def different_pairs(connection: Connection) -> set[tuple[int, int]]:
    table = schema.not_duplicate.c
    return {
        (first, second) for first, second in connection.execute(select(table.first, table.second))
    }


def keep_chunks(connection: Connection) -> None:
    next_generation(connection)
    connection.execute(update(schema.state).values(chunks=True))


def fill_chunks(connection: Connection, numbers: Sequence[int]) -> None:
    """Of those of the pictures that are still there."""
    next_generation(connection)
    table, chunk = schema.fingerprint.c, schema.chunk
    connection.execute(delete(chunk).where(chunk.c.image_id.in_(numbers)))
    rows = select(table.image_id, table.phash256).where(table.image_id.in_(numbers))
    add_chunks(connection, [(number, hash) for number, hash in connection.execute(rows)])
