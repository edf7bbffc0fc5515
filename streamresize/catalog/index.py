"""The hashes of a catalog in arrays, brought to the state of the database before each search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, cast

import numpy as np
from sqlalchemy import Engine, Row, Select, select

from streamresize.catalog import schema
from streamresize.catalog.database import reporting
from streamresize.catalog.generations import Generation, last_generation
from streamresize.catalog.rows import FolderRows, Header, Layout, MemoryRows, Rows, empty_columns
from streamresize.catalog.search import HASHES, Columns, HashIndex, words

IMAGES_TOGETHER = 5000


class PictureHashes:
    """The hashes of whole pictures, a row for each."""

    layout: ClassVar[Layout] = {"id": 1, **HASHES}

    def query(self) -> Select[Any]:
        """Number and generation first."""
        table, image = schema.fingerprint.c, schema.image
        columns = [table[name] for name in HASHES]
        return select(image.c.id, image.c.generation, *columns).join_from(image, schema.fingerprint)

    def columns(self, rows: Sequence[Row[Any]]) -> Columns:
        numbers, _, phashes, *others = zip(*rows)
        hashes = [np.array(phashes, np.int64).view(np.uint64)[:, None]]
        hashes += [words(*column) for column in others]
        return {"id": np.array(numbers, np.int64), **dict(zip(HASHES, hashes))}


class FeatureHashes:
    """The hashes of one kind of feature, any number of rows for each picture."""

    layout: ClassVar[Layout] = {"id": 1, "place": 1, "hash": 4}

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def query(self) -> Select[Any]:
        table = schema.feature.c
        return select(table.image_id, table.generation, table.hashes).where(
            table.kind == self._kind
        )

    def columns(self, rows: Sequence[Row[Any]]) -> Columns:
        hashes = [np.frombuffer(row.hashes, "<u8").reshape(-1, 4) for row in rows]
        return {
            "id": np.repeat([row.image_id for row in rows], [len(part) for part in hashes]),
            "place": np.concatenate([np.arange(len(part)) for part in hashes]),
            "hash": np.concatenate(hashes),
        }


class Index:
    """One family of hashes of one catalog; threads may share it.

    folder: where its arrays are, or None for memory.
    """

    def __init__(
        self, engine: Engine, hashes: PictureHashes | FeatureHashes, folder: Path | None
    ) -> None:
        self._engine = engine
        self._hashes = hashes
        self._rows: Rows = (
            FolderRows(folder, hashes.layout) if folder else MemoryRows(hashes.layout)
        )
        self._turn = Lock()  # of bringing it up to date
        self._seen: Header | None = None
        self._index = HashIndex(empty_columns(hashes.layout))

    def current(self) -> HashIndex:
        """With all that had been committed when it was called. Raises CatalogError."""
        with reporting(), self._engine.connect() as connection:
            generation = last_generation(connection)
        with self._turn:
            header = self._rows.header()
            if header is None or not _agrees(header, generation):
                with self._rows.held():
                    header = self._bring_up_to_date(generation)
            if header != self._seen:
                self._take(header)
            return self._index

    def make_anew(self) -> None:
        """Without the rows of what has been removed."""
        with reporting(), self._engine.connect() as connection:
            generation = last_generation(connection)
        with self._turn, self._rows.held():
            self._rows.write(self._missing(0, generation), _header(generation), anew=True)

    def _take(self, header: Header) -> None:
        columns = self._rows.columns()
        if self._seen is not None and self._seen.data == header.data:
            self._index = self._index.extended(columns)
        else:
            self._index = HashIndex(columns)
        self._seen = header

    def _bring_up_to_date(self, generation: Generation) -> Header:
        header = self._rows.header()
        anew = (
            header is None
            or header.catalog != generation.catalog
            or not generation.vacuumed <= header.generation
        )
        since = 0 if header is None or anew else header.generation
        if since < generation.number or anew:
            if not anew:
                self._rows.remove(self._removed(since))
            self._rows.write(self._missing(since, generation), _header(generation), anew=anew)
        return cast(Header, self._rows.header())

    def _missing(self, since: int, generation: Generation) -> Iterator[Columns]:
        """Rows of later generations than `since`; no transaction stays open meanwhile."""
        query, last = self._hashes.query(), 0
        number, of = query.selected_columns[0], query.selected_columns[1]
        query = query.where(of > since, of <= generation.number).order_by(number)
        while True:
            page = query.where(number > last).limit(IMAGES_TOGETHER)
            with reporting(), self._engine.connect() as connection:
                rows = connection.execute(page).all()
            if not rows:
                return
            yield self._hashes.columns(rows)
            last = rows[-1][0]

    def _removed(self, since: int) -> list[int]:
        table = schema.removed.c
        with reporting(), self._engine.connect() as connection:
            rows = select(table.image_id).where(table.generation > since)
            return list(connection.scalars(rows))


def _agrees(header: Header, generation: Generation) -> bool:
    return header.catalog == generation.catalog and header.generation >= generation.number


def _header(generation: Generation) -> Header:
    return Header(generation.catalog, generation.number)
