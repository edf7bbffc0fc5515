"""What every sink offers."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from streamresize.geometry import Span
from streamresize.resample import BOX, Filter
from streamresize.strips import Samples
from streamresize.transfer import Transfer


class PlaneRequest(NamedTuple):
    """Component number `component` of the source, resampled to y.samples rows of x.samples."""

    component: int
    x: Span
    y: Span
    filter: Filter = BOX

    @property
    def shape(self) -> tuple[int, int]:
        return self.y.samples, self.x.samples


class Sink(Protocol):
    """Takes resampled rows and makes something of them: begin, rows, rows, ..., finish.

    requests: the planes it wants. transfer: if not None, they are channels of the merged picture,
    weighed as it says. nbytes: memory it takes, its result included, at its peak.
    """

    requests: tuple[PlaneRequest, ...]
    transfer: Transfer | None

    @property
    def nbytes(self) -> int: ...

    def begin(self) -> None:
        """Take memory."""

    def rows(self, request: int, first: int, rows: Samples) -> None:
        """Rows first, first + 1, ... of requests[request]; every row comes once, in order."""

    def finish(self) -> Any:
        """The result, once every row has come."""


class CollectingSink:
    """Base of the sinks that need their planes whole: `planes`, one for each request."""

    transfer: Transfer | None = None

    def __init__(self, requests: tuple[PlaneRequest, ...]) -> None:
        self.requests = requests
        self.planes: list[Samples] = []

    @property
    def nbytes(self) -> int:
        return sum(height * width for height, width in (r.shape for r in self.requests))

    def begin(self) -> None:
        self.planes = [np.empty(request.shape, np.uint8) for request in self.requests]

    def rows(self, request: int, first: int, rows: Samples) -> None:
        self.planes[request][first : first + len(rows)] = rows
