"""One JPEG file from files of strips.

At a restart marker the prediction of DC coefficients begins anew (ITU-T T.81 F.1.1.5.1) and the
bits are padded to a byte. So the coded data of strips of whole MCU rows, coded with the same
tables, are the restart intervals of the picture that has all of them: as long as every strip but
the last has the same number of MCUs, which the DRI segment tells (B.2.4.4).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from streamresize.errors import EncodeError
from streamresize.metadata import NO_METADATA, Metadata, into_jpeg
from streamresize.targets import Target

SOI, EOI, SOS, DRI, RST0 = 0xD8, 0xD9, 0xDA, 0xDD, 0xD0
SOF = (0xC0, 0xC1)  # baseline and extended sequential, Huffman-coded
MOST_MCUS = 65_535  # DRI is a 16-bit field


class Strip(NamedTuple):
    """A strip's file: header up to the SOS segment, that segment, coded data without EOI."""

    header: bytes
    scan_header: bytes
    data: bytes


class StripJoiner:
    """Writes a JPEG of height rows from the files of its strips, top to bottom.

    mcus: in every strip but the last, at most 65,535. metadata: what the file carries.
    """

    def __init__(
        self, target: Target, height: int, mcus: int, metadata: Metadata = NO_METADATA
    ) -> None:
        self._target = target
        self._height = height
        self._mcus = mcus
        self._metadata = metadata
        self._headers: tuple[bytes, bytes] | None = None
        self._count = 0

    def add(self, file: bytes) -> None:
        """The file of the next strip. Raises EncodeError if its tables are not the first one's."""
        strip = parse_strip(file, self._height)
        if self._headers is None:
            self._headers = strip[:2]
            interval = struct.pack(">BBHH", 0xFF, DRI, 4, self._mcus)
            header = into_jpeg(strip.header, self._metadata)
            self._target.write(header + interval + strip.scan_header)
        elif strip[:2] != self._headers:
            raise EncodeError("jpeg: the strips of the picture were coded in different ways")
        else:
            self._target.write(bytes((0xFF, RST0 + (self._count - 1) % 8)))
        self._target.write(strip.data)
        self._count += 1

    def finish(self) -> None:
        self._target.write(bytes((0xFF, EOI)))


def parse_strip(file: bytes, height: int) -> Strip:
    """Take a file with one sequential scan apart; its header says `height` afterwards."""
    header = bytearray(file[:2])
    at = 2
    while True:
        _, marker, length = struct.unpack_from(">BBH", file, at)
        segment = bytearray(file[at : at + 2 + length])
        at += 2 + length
        if marker == SOS:
            return Strip(bytes(header), bytes(segment), file[at:-2])
        if marker in SOF:
            struct.pack_into(">H", segment, 5, height)  # behind marker, length and precision
        header += segment
