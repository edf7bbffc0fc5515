"""Pictures and paths out of the tables, within one transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select, update

from streamresize.catalog import schema
from streamresize.catalog.database import groups
from streamresize.catalog.generations import next_generation
from streamresize.catalog.records import name_hash


def remove_images(connection: Connection, numbers: Iterable[int], generation: int) -> int:
    """How many were there. What belongs to them goes with them; indexes learn of it."""
    image, gone = schema.image, 0
    for group in groups(numbers):
        there = list(connection.scalars(select(image.c.id).where(image.c.id.in_(group))))
        if there:
            rows = [{"image_id": number, "generation": generation} for number in there]
            connection.execute(insert(schema.removed), rows)
            connection.execute(delete(image).where(image.c.id.in_(there)))
        gone += len(there)
    return gone


def remove_pathless(connection: Connection, numbers: Iterable[int], generation: int) -> int:
    """Remove those of the pictures that have no path; how many these were."""
    path, pathless = schema.path, set(numbers)
    for group in groups(sorted(pathless)):
        rows = select(path.c.image_id).where(path.c.image_id.in_(group))
        pathless -= set(connection.scalars(rows))
    return remove_images(connection, pathless, generation)


def remove_paths(connection: Connection, paths: Iterable[str]) -> int:
    """Forget paths, and pictures that are left without one; how many paths were there."""
    generation = next_generation(connection)
    path, gone = schema.path, 0
    left: set[int] = set()
    for group in groups(name_hash(name) for name in paths):
        rows = select(path.c.image_id).where(path.c.name_hash.in_(group))
        left |= set(connection.scalars(rows))
        gone += connection.execute(delete(path).where(path.c.name_hash.in_(group))).rowcount
    remove_pathless(connection, left, generation)
    return gone


def forget_removed(connection: Connection) -> None:
    """Indexes older than this must be made anew."""
    generation = next_generation(connection)
    connection.execute(delete(schema.removed))
    connection.execute(update(schema.state).values(vacuumed=generation))


def remove_numbers(connection: Connection, numbers: Iterable[int]) -> int:
    """Remove pictures with all their paths; how many there were."""
    return remove_images(connection, numbers, next_generation(connection))
