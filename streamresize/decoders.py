"""The decoder of a source, chosen by its first bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from streamresize.background import WHITE, Background
from streamresize.decode import StripDecoder
from streamresize.formats import HEAD_BYTES, identify
from streamresize.info import ImageInfo, SourceFormat
from streamresize.limits import Limits
from streamresize.sources import Chunk, Store
from streamresize.strips import Strip

if TYPE_CHECKING:
    from streamresize.pillow_decoder import PillowDecoder

JPEG_START = b"\xff"  # no other format begins so


class SourceDecoder:
    """A `StripDecoder` for a JPEG and for what is not known, a `PillowDecoder` for the rest.

    Used like both of them.
    """

    def __init__(
        self, limits: Limits | None = None, store: Store | None = None, *, matte: Background = WHITE
    ) -> None:
        self._limits = limits
        self._store = store
        self._matte = matte
        self._head = b""
        self._chosen: StripDecoder | PillowDecoder | None = None

    def feed(self, chunk: Chunk) -> None:
        """Add bytes. Raises LimitExceeded when there are too many in all."""
        if self._chosen is not None:
            self._chosen.feed(chunk)
        elif not self._head and chunk[:1] == JPEG_START:
            self._choose("jpeg").feed(chunk)
        else:
            self._head += chunk
            if len(self._head) >= HEAD_BYTES:
                self._choose(identify(self._head[:HEAD_BYTES])).feed(self._head)

    def finish(self) -> None:
        """Say that no more bytes will come."""
        if self._chosen is None:
            self._choose(identify(self._head)).feed(self._head)
        self._decoder.finish()

    def _choose(self, format: SourceFormat) -> StripDecoder | PillowDecoder:
        if format == "jpeg":
            self._chosen = StripDecoder(self._limits, self._store)
        else:
            from streamresize.pillow_decoder import PillowDecoder  # which JPEGs do without

            self._chosen = PillowDecoder(format, self._limits, self._store, matte=self._matte)
        return self._chosen

    @property
    def _decoder(self) -> StripDecoder | PillowDecoder:
        if self._chosen is None:
            raise RuntimeError("the first bytes are missing")
        return self._chosen

    def close(self) -> None:
        """Give back what is kept of the source, and stop reading it."""
        if self._chosen is not None:
            self._chosen.close()

    @property
    def info(self) -> ImageInfo | None:
        """The header's facts, or None while more bytes are needed to know them."""
        return self._chosen.info if self._chosen else None

    @property
    def segments(self) -> list[tuple[int, bytes]]:
        """(marker, payload) of the application segments kept, once there is `info`."""
        return self._decoder.segments

    @property
    def complete(self) -> bool:
        """Every row has been given out; what else the source holds does not matter."""
        return self._chosen is not None and self._chosen.complete

    @property
    def bytes_consumed(self) -> int:
        return self._decoder.bytes_consumed

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line for each damaged place."""
        return self._decoder.warnings

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
        """As `StripDecoder.start`; to what is decoded whole, scales, rows, `whole` alone matter."""
        decoder = self._decoder
        if isinstance(decoder, StripDecoder):
            decoder.start(
                scales,
                strict=strict,
                preview=preview,
                threads=threads,
                rows=rows,
                columns=columns,
                reuse=reuse,
                whole=whole,
            )
        else:
            decoder.start(scales, rows=rows, whole=whole)

    def strips(self) -> Iterator[Strip]:
        """The strips that are complete now, in order."""
        return self._decoder.strips()
