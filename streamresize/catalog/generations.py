"""The number of the last change, by which writers take turns and indexes know what they miss."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select, update

from streamresize.catalog import schema


class Generation(NamedTuple):
    """catalog: tells one catalog from another. vacuumed: older indexes must be made anew."""

    catalog: str
    number: int
    vacuumed: int


def next_generation(connection: Connection) -> int:
    """Take the turn of writing: other writers wait here until the transaction ends."""
    state = schema.state
    connection.execute(update(state).values(generation=state.c.generation + 1))
    return int(connection.execute(select(state.c.generation)).scalar_one())


def last_generation(connection: Connection) -> Generation:
    state = schema.state.c
    row = connection.execute(select(state.catalog, state.generation, state.vacuumed)).one()
    return Generation(*row)
