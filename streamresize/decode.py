"""Chunks in, strips out: the only user of the native decoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np

from streamresize import _native
from streamresize.info import ImageInfo, image_info
from streamresize.limits import Limits
from streamresize.sources.chunks import Chunk
from streamresize.strips import Samples, Strip

STRIP_SAMPLES = 1 << 16  # of the largest plane; several MCU rows make a strip of a small picture


class StripDecoder:
    """Push decoder: feed chunks of any size, take the strips that have become complete.

    Call `feed` (and at the end `finish`), then look at `info`, then `start` once, then drain
    `strips()` after every feed. Not to be shared between threads; the work runs without the GIL.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._native = _native.Decoder(_native.Limits(**asdict(limits or Limits())))
        self._info: ImageInfo | None = None
        self._layout: list[tuple[int, int, int]] = []
        self._mcu_rows = 0
        self._mcu_row = 0
        self._strip_mcu_rows = 0
        self._reuse = False
        self._planes: tuple[Samples, ...] = ()
        self._done = 0

    def feed(self, chunk: Chunk) -> None:
        """Add bytes. Raises LimitExceeded when there are too many in all."""
        self._native.append(chunk)

    def finish(self) -> None:
        """Say that no more bytes will come."""
        self._native.finish_input()

    @property
    def info(self) -> ImageInfo | None:
        """The header's facts, or None while more bytes are needed to know them.

        Raises MalformedJPEG, UnsupportedJPEG or LimitExceeded.
        """
        if self._info is None and self._native.read_header():
            self._info = image_info(self._native.header)
        return self._info

    @property
    def complete(self) -> bool:
        """Every row has been given out; what else the source holds does not matter."""
        return self._mcu_rows > 0 and self._mcu_row == self._mcu_rows

    @property
    def bytes_consumed(self) -> int:
        return self._native.bytes_consumed

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line for each damaged place; the last says how many more there were."""
        lines = [
            f"{what} (at byte {offset}, MCU {mcu})" for what, offset, mcu in self._native.warnings
        ]
        unlisted = self._native.warning_count - len(lines)
        return (*lines, f"{unlisted} more damaged places") if unlisted else tuple(lines)

    def start(
        self,
        scales: Sequence[int],
        *,
        strict: bool = False,
        reuse: bool = False,
        whole: bool = False,
    ) -> None:
        """Choose a DCT scale (1, 2, 4 or 8) for each component.

        reuse: every strip lies in the same arrays. whole: one strip holds the whole picture.
        """
        self._native.start(scales, strict)
        self._layout = self._native.planes()
        self._mcu_rows = self._native.header.mcu_rows
        widest = max(width * rows for width, _, rows in self._layout)
        self._strip_mcu_rows = self._mcu_rows if whole else max(1, STRIP_SAMPLES // widest)
        self._reuse = reuse

    def strips(self) -> Iterator[Strip]:
        """The strips that are complete now, in order. Raises MalformedJPEG if strict."""
        while self._mcu_row < self._mcu_rows:
            wanted = min(self._strip_mcu_rows, self._mcu_rows - self._mcu_row)
            planes = self._planes or self._new_planes()
            self._planes = planes
            self._done = self._native.decode_mcu_rows(planes, self._done, wanted)
            if self._done < wanted:
                return
            strip = self._strip(planes, wanted)
            self._mcu_row += wanted
            self._done = 0
            if not self._reuse:
                self._planes = ()
            yield strip

    def _new_planes(self) -> tuple[Samples, ...]:
        return tuple(
            np.empty(
                (min(height - self._mcu_row * rows, rows * self._strip_mcu_rows), width), np.uint8
            )
            for width, height, rows in self._layout
        )

    def _strip(self, planes: tuple[Samples, ...], mcu_rows: int) -> Strip:
        starts = tuple(self._mcu_row * rows for _, _, rows in self._layout)
        return Strip(
            tuple(
                plane[: min(height - start, rows * mcu_rows)]
                for plane, start, (_, height, rows) in zip(planes, starts, self._layout)
            ),
            starts,
        )

