"""Chunks in, strips out: the only user of the native decoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any, cast

import numpy as np

from streamresize import _native
from streamresize.info import ImageInfo, image_info
from streamresize.limits import Limits
from streamresize.sources import Chunk, Spool, Store
from streamresize.strips import DeepSamples, Samples, Strip

STRIP_SAMPLES = 1 << 17  # of the largest plane; several MCU rows make a strip of a small picture


@lru_cache(maxsize=8)
def _native_limits(limits: Limits) -> _native.Limits:
    bounds = asdict(limits)
    del bounds["whole_bytes"]  # of pictures that are not decoded here
    return _native.Limits(**bounds)


class StripDecoder:
    """Push decoder: feed chunks of any size, take the strips that have become complete.

    Call `feed` (and at the end `finish`), then look at `info`, then `start` once, then drain
    `strips()` after every feed, and `close` in the end. Not to be shared between threads; the work
    runs without the GIL.

    store: where the chunks can be read again, if anywhere. Files with several scans need that;
    without it the chunks are kept in a spool until the header says that they have one scan.
    """

    def __init__(self, limits: Limits | None = None, store: Store | None = None) -> None:
        self._native = _native.Decoder(_native_limits(limits or Limits.from_environment()))
        self._store = store
        self._spool = Spool() if store is None else None
        if store is not None:
            self._native.expect_bytes(store.size)
        self._info: ImageInfo | None = None
        self._layout: list[tuple[int, int, int]] = []
        self._dtype: np.dtype[Any] = np.dtype(np.uint8)
        self._scans_pending = False
        self._mcu_rows = range(0)  # those that are given out
        self._mcu_row = 0
        self._strip_mcu_rows = 0
        self._reuse = False
        self._planes: tuple[Samples | DeepSamples, ...] = ()
        self._done = 0

    def feed(self, chunk: Chunk) -> None:
        """Add bytes. Raises LimitExceeded when there are too many in all."""
        if self._spool is not None:
            self._spool.write(chunk)
        self._native.append(chunk)

    def finish(self) -> None:
        """Say that no more bytes will come."""
        self._native.finish_input()

    def close(self) -> None:
        """Give back what is kept of the source, and stop reading it."""
        self._native.close()
        self._close_spool()

    def _close_spool(self) -> None:
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    @property
    def info(self) -> ImageInfo | None:
        """The header's facts, or None while more bytes are needed to know them.

        Raises MalformedJPEG, UnsupportedJPEG or LimitExceeded.
        """
        if self._info is None and self._native.read_header():
            self._info = image_info(self._native.header)
        return self._info

    @property
    def segments(self) -> list[tuple[int, bytes]]:
        """(marker, payload) of the application segments kept, once there is `info`."""
        return self._native.header.segments

    @property
    def complete(self) -> bool:
        """Every wanted row has been given out; what else the source holds does not matter."""
        return self._mcu_row > 0 and self._mcu_row == self._mcu_rows.stop

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
        preview: bool = False,
        threads: int = 1,
        rows: Sequence[range] = (),
        columns: Sequence[range] = (),
        reuse: bool = False,
        whole: bool = False,
    ) -> None:
        """Choose a DCT scale (1, 2, 4 or 8) for each component.

        preview: of a progressive file, use the first DC scans alone. threads: that decode a large
        picture, this one among them. rows: for each component those rows of its plane that are
        wanted, none or all of which may be; without it all are. Only the MCU rows that hold them
        are transformed and given out. columns: likewise, with `rows`; in MCUs without any, samples
        mean nothing. reuse: every strip lies in the same arrays. whole: one strip holds all rows.
        """
        wanted = [(x.start, x.stop, y.start) for x, y in zip(columns, rows)]
        self._native.start(scales, strict, preview, threads, wanted)
        header = self._native.header
        self._layout = self._native.planes()
        self._dtype = np.dtype(np.uint8 if header.precision == 8 else np.uint16)
        self._mcu_rows = self._mcu_rows_of(rows) if rows else range(header.mcu_rows)
        widest = max([width * rows for width, _, rows in self._layout])
        self._strip_mcu_rows = len(self._mcu_rows) if whole else max(1, STRIP_SAMPLES // widest)
        self._reuse = reuse
        self._scans_pending = header.multi_scan
        if not header.multi_scan:
            self._close_spool()

    def strips(self) -> Iterator[Strip]:
        """The strips that are complete now, in order. Raises MalformedJPEG if strict."""
        if self._scans_pending and not self._open_scans():
            return
        if not self._skip_to(self._mcu_rows.start):
            return
        while self._mcu_row < self._mcu_rows.stop:
            wanted = min(self._strip_mcu_rows, self._mcu_rows.stop - self._mcu_row)
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

    def _mcu_rows_of(self, rows: Sequence[range]) -> range:
        """The MCU rows that hold these rows of the components' planes."""
        wanted = [(r, in_mcu_row) for r, (_, _, in_mcu_row) in zip(rows, self._layout) if r]
        firsts = [r.start // in_mcu_row for r, in_mcu_row in wanted]
        return range(min(firsts), max([-(-r.stop // in_mcu_row) for r, in_mcu_row in wanted]))

    def _skip_to(self, mcu_row: int) -> bool:
        """Decode the MCU rows in front without transforming them; False while bytes are missing."""
        if self._mcu_row < mcu_row:
            nothing = tuple(np.empty((0, width), self._dtype) for width, _, _ in self._layout)
            self._mcu_row = self._native.decode_mcu_rows(nothing, self._mcu_row, mcu_row)
        return self._mcu_row >= mcu_row

    def _open_scans(self) -> bool:
        """Give the decoder random access once every scan that it needs has arrived."""
        if not self._native.read_scans():
            return False
        if self._store is None and self._spool is None:
            raise ValueError("the decoder is closed")
        store = self._store or cast(Spool, self._spool).store()
        if isinstance(store.place, int):
            self._native.open_file(store.place, store.start)
        else:
            self._native.open_buffer(store.place[store.start :])
        self._scans_pending = False
        return True

    def _new_planes(self) -> tuple[Samples | DeepSamples, ...]:
        strip, dtype = self._strip_mcu_rows, self._dtype
        return tuple(
            [
                np.empty((min(height - self._mcu_row * rows, rows * strip), width), dtype)
                for width, height, rows in self._layout
            ]
        )

    def _strip(self, planes: tuple[Samples | DeepSamples, ...], mcu_rows: int) -> Strip:
        starts = [self._mcu_row * rows for _, _, rows in self._layout]
        cut = [
            plane[: min(height - start, rows * mcu_rows)]
            for plane, start, (_, height, rows) in zip(planes, starts, self._layout)
        ]
        return Strip(tuple(cut), tuple(starts))
