"""A catalog of pictures and their fingerprints."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from streamresize.catalog import marking, reading, removing
from streamresize.catalog.adding import Added, add_pictures
from streamresize.catalog.database import groups, open_engine, reporting, retrying, writing
from streamresize.catalog.index import FeatureHashes, Index, PictureHashes
from streamresize.catalog.migrate import bring_up_to_date
from streamresize.catalog.records import Feature, Image, Picture
from streamresize.catalog.scan import Words
from streamresize.catalog.search import Found, HashIndex, Hit, best_hits, queries_of
from streamresize.errors import CatalogError
from streamresize.fingerprint import Fingerprint

INDEX_SUFFIX = ".index"

Outcome = TypeVar("Outcome")


class Catalog:
    """Pictures by number, where they are, and their fingerprints.

    Several processes may write, and threads may share a catalog, unless it is in memory. Every
    method that changes something does so in a transaction of its own, and raises CatalogError where
    the database fails.
    """

    def __init__(self, engine: Engine, index: Path | None) -> None:
        """Use `open`. index: folder for the arrays that searches use, or None for memory."""
        self._engine = engine
        self._folder = index
        self._pictures = Index(engine, PictureHashes(), self._part("pictures"))
        self._features: dict[str, Index] = {}

    @classmethod
    def open(
        cls,
        where: str | os.PathLike[str],
        *,
        create: bool = True,
        index: str | os.PathLike[str] | None = None,
    ) -> Catalog:
        """where: an SQLite file, or a URL: `postgresql+psycopg://`, `mariadb+pymysql://`, `sqlite://`.

        create: make it where it does not exist. index: folder for the arrays that searches use;
        beside an SQLite file by default, in memory for other databases. Raises CatalogError.
        """
        engine = open_engine(where, create=create)
        try:
            with reporting():
                bring_up_to_date(engine)
        except CatalogError:
            engine.dispose()
            raise
        return cls(engine, _folder_beside(engine) if index is None else Path(index))

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Catalog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Adding and removing

    def add(self, picture: Picture) -> int:
        """The picture's number: of bytes that are known already, the one they have."""
        return self.add_many([picture])[0]

    def add_many(self, pictures: Sequence[Picture]) -> list[int]:
        """`add` for several in one transaction: all of them are added, or none."""
        return [added.number for added in self.add_each(pictures)]

    def add_each(self, pictures: Sequence[Picture]) -> list[Added]:
        """`add_many`, and which of the pictures were new."""
        return self._write(add_pictures, pictures)

    def remove(self, numbers: Iterable[int]) -> int:
        """Remove pictures with all their paths; how many there were."""
        return self._write(removing.remove_numbers, list(numbers))

    def remove_paths(self, paths: Iterable[str]) -> int:
        """Forget paths, and pictures that are left without any; how many paths there were."""
        return self._write(removing.remove_paths, list(paths))

    def mark_different(self, first: int, second: int) -> None:
        """Note that two pictures are no duplicates. Raises KeyError for unknown numbers."""
        self._write(marking.mark_different, first, second)

    def fill_chunks(self) -> None:
        """Keep the table `chunk` of pHash 256 from now on, of all pictures."""
        self._write(marking.keep_chunks)
        for numbers in groups(self.numbers()):
            self._write(marking.fill_chunks, numbers)

    def vacuum(self) -> None:
        """Give back the room of what has been removed, in indexes and, with SQLite, in the file."""
        self._write(removing.forget_removed)
        if self._engine.dialect.name == "sqlite":
            retrying(self._vacuum_file)
        for index in (self._pictures, *(self._feature_index(kind) for kind in self.kinds())):
            index.make_anew()

    # Looking up

    def __len__(self) -> int:
        return self.count()

    def count(self) -> int:
        """Pictures."""
        return self._read(reading.count_images)

    def numbers(self, after: int = 0) -> Iterator[int]:
        """Of all pictures behind `after`, ascending."""
        return reading.image_numbers(self._engine, after)

    def __iter__(self) -> Iterator[Image]:
        """All pictures, by number."""
        for numbers in groups(self.numbers()):
            yield from self.get_many(numbers).values()

    def get(self, number: int) -> Image:
        """Raises KeyError."""
        return self.get_many([number])[number]

    def get_many(self, numbers: Iterable[int]) -> dict[int, Image]:
        """Those that are there."""
        return self._read_groups(reading.read_images, numbers)

    def fingerprint(self, number: int) -> Fingerprint:
        """Raises KeyError."""
        return self.fingerprints([number])[number]

    def fingerprints(self, numbers: Iterable[int]) -> dict[int, Fingerprint]:
        """Those that are there; about 200 KB each with their luma."""
        found = self._read_groups(reading.read_fingerprints, numbers)
        return {number: Fingerprint.from_bytes(data) for number, data in found.items()}

    def hashes(self, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
        """The hashes of those that are there as bytes, by name, without the rest."""
        return self._read_groups(reading.read_hashes, numbers)

    def features(self, kind: str, numbers: Iterable[int]) -> dict[int, Feature]:
        """One kind of feature of those pictures that have it."""
        return self._read_groups(lambda c, n: reading.read_features(c, kind, n), numbers)

    def kinds(self) -> list[str]:
        """Kinds of features that pictures have."""
        return self._read(reading.read_kinds)

    def info(self) -> dict[str, Any]:
        """How many pictures, names and bytes of files, and what else is kept."""
        return self._read(reading.read_facts)

    def number_of(self, path: str) -> int | None:
        """The picture at a path, or None."""
        return self._read(reading.number_of_path, path)

    def paths(self) -> Iterator[str]:
        """Of all pictures."""
        return reading.read_paths(self._engine)

    def stamps(self, paths: Sequence[str], kinds: Sequence[str] = ()) -> dict[str, str]:
        """What was noted of those paths that are known, and whose pictures have these features."""
        return self._read(reading.read_stamps, paths, kinds)

    def different(self) -> set[tuple[int, int]]:
        """Pairs that are marked as no duplicates, the lower number first."""
        return self._read(marking.different_pairs)

    # Searching

    def within(self, query: Fingerprint, radius: int, hash: str = "phash") -> list[Hit]:
        """All pictures no further than `radius` bits from the query, the nearest first.

        hash: one of HASHES; "symmetric" and "trimmed" find mirrored and turned pictures, too.
        Raises ValueError for another hash.
        """
        return best_hits(self.index().within(hash, queries_of(query, hash), radius))

    def nearest(self, query: Fingerprint, k: int, hash: str = "phash") -> list[Hit]:
        """The k pictures that are nearest to the query; otherwise as `within`."""
        return best_hits(self.index().nearest(hash, queries_of(query, hash), k))

    def index(self) -> HashIndex:
        """The hashes of whole pictures, by the names of HASHES, as committed now."""
        return self._pictures.current()

    def feature_index(self, kind: str) -> HashIndex:
        """The hashes of one kind of feature, under the name "hash", as committed now."""
        return self._feature_index(kind).current()

    def features_within(self, kind: str, queries: Words, radius: int) -> Found:
        """Pairs of a query, uint64 (n, 4), and a feature's hash no further apart than `radius`."""
        return self.feature_index(kind).within("hash", queries, radius)

    def _feature_index(self, kind: str) -> Index:
        if kind not in self._features:
            folder = self._part(f"feature-{kind.encode().hex()}")
            index = Index(self._engine, FeatureHashes(kind), folder)
            return self._features.setdefault(kind, index)
        return self._features[kind]

    def _part(self, name: str) -> Path | None:
        return None if self._folder is None else self._folder / name

    def _read(self, work: Callable[..., Outcome], *arguments: Any) -> Outcome:
        with reporting(), self._engine.connect() as connection:
            return work(connection, *arguments)

    def _read_groups(
        self,
        work: Callable[[Connection, Sequence[int]], dict[int, Outcome]],
        numbers: Iterable[int],
    ) -> dict[int, Outcome]:
        found: dict[int, Outcome] = {}
        for group in groups(numbers):
            found.update(self._read(work, group))
        return {number: found[number] for number in sorted(found)}

    def _write(self, work: Callable[..., Outcome], *arguments: Any) -> Outcome:
        def transaction() -> Outcome:
            with writing(self._engine) as connection:
                return work(connection, *arguments)

        return retrying(transaction)

    def _vacuum_file(self) -> None:
        with self._engine.connect() as connection:
            connection.connection.execute("VACUUM")


def _folder_beside(engine: Engine) -> Path | None:
    """None for servers and databases in memory."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(engine.url.database + INDEX_SUFFIX)
