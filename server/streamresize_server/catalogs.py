"""The service's catalog: opened once, asked by threads of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from streamresize import Fingerprint
from streamresize.catalog import Added, Catalog, CatalogError, picture_of
from streamresize.matching import Extract, Gallery, Match, search
from streamresize_server.absence import CatalogUnavailable
from streamresize_server.admission import Budget
from streamresize_server.names import Names
from streamresize_server.prints import Printed
from streamresize_server.settings import Settings
from streamresize_server.workers import Deadline, Workers

FINGERPRINTS_KEPT = 32
KEPT_BYTES = FINGERPRINTS_KEPT * 160_000 + (2 << 20)  # and pages of the database
SERVERS = ("postgresql", "mariadb", "mysql")

Outcome = TypeVar("Outcome")

log = logging.getLogger(__name__)


class CatalogOfService:
    """All that is asked of the catalog. Raises Busy, Overtime, CatalogUnavailable."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self._catalog = catalog
        self._gallery = Gallery(catalog, kept=FINGERPRINTS_KEPT)
        self._workers = Workers("catalog", settings.catalog_threads, settings.queued)
        self._seconds = settings.work_seconds
        self.names = Names(settings.roots)
        self._extract = Extract(
            windows="windows" in settings.catalog_features,
            keypoints="keypoints" in settings.catalog_features,
        )

    def close(self) -> None:
        """Wait for the threads."""
        self._workers.close()
        self._catalog.close()

    async def ask(self, question: Callable[[Catalog], Outcome]) -> Outcome:
        """What a question gives, in a thread."""
        return await self._run(partial(question, self._catalog), Deadline(self._seconds))

    async def add(self, printed: Printed, reference: str | None, label: str) -> Added:
        """reference: of the source, None for an upload, which has a label."""
        return await self.ask(lambda _: self._add(printed, reference, label))

    def _add(self, printed: Printed, reference: str | None, label: str) -> Added:
        made, digest, total = printed
        name = (
            self.names.of_upload(label, digest)
            if reference is None
            else self.names.of_reference(reference)
        )
        features = self._extract(made.fingerprint)
        picture = picture_of(made.fingerprint, name, digest, total, features=features)
        (added,) = self._catalog.add_each([picture])
        return added

    async def search(
        self, query: Fingerprint, *, least: float, stages: tuple[str, ...], seconds: float
    ) -> list[Match]:
        """The pictures that show what the query shows, the best first."""
        deadline = Deadline(seconds)
        work = partial(
            search, query, self._gallery, least=least, stages=stages, check=deadline.check
        )
        return await self._run(work, deadline)

    async def _run(self, work: Callable[[], Outcome], deadline: Deadline) -> Outcome:
        try:
            return await self._workers.run(work, deadline)
        except CatalogError as error:
            log.exception("the catalog fails")
            raise CatalogUnavailable from error


@contextmanager
def opened(where: str, settings: Settings, budget: Budget) -> Iterator[CatalogOfService]:
    """The catalog at a file or URL, with a part of the memory budget.

    It is made where the settings allow writing. Of a database server the arrays for searching lie
    in a temporary folder, as they would take memory. Raises CatalogError, TooLargeForBudget.
    """
    budget.set_aside(KEPT_BYTES)
    with ExitStack() as stack:
        index: Path | None = None
        if where.startswith(SERVERS):
            index = Path(stack.enter_context(TemporaryDirectory(prefix="streamresize-index-")))
        catalog = Catalog.open(where, create=settings.token is not None, index=index)
        stack.callback((service := CatalogOfService(catalog, settings)).close)
        yield service
