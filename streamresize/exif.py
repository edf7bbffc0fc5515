"""EXIF blocks (CIPA DC-008, TIFF 6.0): read, and changed in place, never rewritten.

Maker notes point into the block by absolute offsets, so what is there stays where it is. Every
function takes a block as it may come from anyone, starting with the TIFF header.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

ORIENTATION, ARTIST, COPYRIGHT = 0x0112, 0x013B, 0x8298
WIDTHS, HEIGHTS = (0x0100, 0xA002), (0x0101, 0xA003)  # of the file, of the picture
EXIF_DIRECTORY = 0x8769
THUMBNAIL, THUMBNAIL_BYTES = 0x0201, 0x0202
ASCII, SHORT, LONG = 2, 3, 4
ENTRY_BYTES = 12
EMPTY = b"II*\0\x08\0\0\0" + bytes(6)  # a directory without entries

Order = Literal["little", "big"]


class Entry(NamedTuple):
    """A field of a directory: `at` is its offset in the block, `length` the number of its
    values, `value` its last four bytes.
    """

    at: int
    tag: int
    type: int
    length: int
    value: bytes


def is_sound(tiff: bytes) -> bool:
    """It starts as a TIFF file does."""
    return tiff[:4] in (b"II*\0", b"MM\0*") and len(tiff) >= 8


def _order(tiff: bytes | bytearray) -> Order:
    return "little" if tiff[:2] == b"II" else "big"


def _number(tiff: bytes, offset: int, size: int) -> int:
    return int.from_bytes(tiff[offset : offset + size], _order(tiff))


def _entries(tiff: bytes, directory: int) -> Iterator[Entry]:
    first = directory + 2
    for at in range(first, first + ENTRY_BYTES * _number(tiff, directory, 2), ENTRY_BYTES):
        if at + ENTRY_BYTES > len(tiff):
            return
        value = tiff[at + 8 : at + ENTRY_BYTES]
        tag, type, length = (_number(tiff, at + i, n) for i, n in ((0, 2), (2, 2), (4, 4)))
        yield Entry(at, tag, type, length, value)


def _first_directory(tiff: bytes) -> int:
    return _number(tiff, 4, 4)


def _integer(tiff: bytes, entry: Entry) -> int | None:
    """The value of a single SHORT or LONG."""
    size = {SHORT: 2, LONG: 4}.get(entry.type)
    return None if size is None else int.from_bytes(entry.value[:size], _order(tiff))


def orientation(tiff: bytes) -> int:
    """Orientation by the first directory; 1 where it is absent or not 1..8."""
    for entry in _entries(tiff, _first_directory(tiff)):
        if entry.tag == ORIENTATION and entry.type == SHORT:
            value = _number(tiff, entry.at + 8, 2)
            return value if 1 <= value <= 8 else 1
    return 1


def text(tiff: bytes, tag: int) -> bytes:
    """An ASCII field of the first directory, without what follows a zero; empty if absent."""
    for entry in _entries(tiff, _first_directory(tiff)):
        if entry.tag == tag and entry.type == ASCII:
            start = entry.at + 8 if entry.length <= 4 else _number(tiff, entry.at + 8, 4)
            return tiff[start : start + entry.length].partition(b"\0")[0].strip()
    return b""


def of_output(tiff: bytes, width: int, height: int, *, upright: bool) -> bytes:
    """The block for a picture of another size: its sides, no thumbnail, if `upright` turned."""
    block = bytearray(tiff)
    first = _first_directory(tiff)
    for entry in [*_entries(tiff, first), *_entries(tiff, _exif_directory(tiff))]:
        if entry.tag in WIDTHS:
            _set(block, entry, width)
        elif entry.tag in HEIGHTS:
            _set(block, entry, height)
        elif entry.tag == ORIENTATION and upright:
            _set(block, entry, 1)
    return _without_thumbnail(bytes(block))


def _exif_directory(tiff: bytes) -> int:
    pointers = (e for e in _entries(tiff, _first_directory(tiff)) if e.tag == EXIF_DIRECTORY)
    return next((_number(tiff, entry.at + 8, 4) for entry in pointers), len(tiff))


def _set(block: bytearray, entry: Entry, value: int) -> None:
    """Write a single SHORT or LONG; a value too large for it becomes 0, which means nothing."""
    size = {SHORT: 2, LONG: 4}.get(entry.type)
    if size is not None and entry.length == 1:
        fitting = value if value < 1 << 8 * size else 0
        block[entry.at + 8 : entry.at + 8 + size] = fitting.to_bytes(size, _order(block))


def _without_thumbnail(tiff: bytes) -> bytes:
    """Without the second directory, and without the bytes of its JPEG."""
    first = _first_directory(tiff)
    link = first + 2 + ENTRY_BYTES * _number(tiff, first, 2)
    second = _number(tiff, link, 4)
    if not second or link + 4 > len(tiff):
        return tiff
    fields = {entry.tag: _integer(tiff, entry) or 0 for entry in _entries(tiff, second)}
    block = bytearray(tiff)
    block[link : link + 4] = bytes(4)
    start = fields.get(THUMBNAIL, 0)
    end = min(start + fields.get(THUMBNAIL_BYTES, 0), len(block))
    if start < link + 4 or end <= start:
        return bytes(block)
    if end == len(block):
        return bytes(block[:start])
    block[start:end] = bytes(end - start)
    return bytes(block)


def with_text(tiff: bytes, fields: Mapping[int, bytes]) -> bytes:
    """The block with ASCII fields in place of those of these tags.

    The first directory is copied behind everything else, and the new fields and their text follow.
    """
    order = _order(tiff)
    first = _first_directory(tiff)
    block = tiff + bytes(len(tiff) % 2)
    entries = {e.tag: tiff[e.at : e.at + ENTRY_BYTES] for e in _entries(tiff, first)}
    entries |= dict.fromkeys(fields, b"")
    directory = len(block)
    place = directory + 2 + ENTRY_BYTES * len(entries) + 4
    texts = b""
    for tag, content in fields.items():
        ended = content.ljust(4, b"\0") + b"\0"  # five bytes at least: never held in the entry
        entries[tag] = b"".join(
            number.to_bytes(size, order)
            for number, size in ((tag, 2), (ASCII, 2), (len(ended), 4), (place + len(texts), 4))
        )
        texts += ended + bytes(len(ended) % 2)
    count = len(entries).to_bytes(2, order)
    body = b"".join(entries[tag] for tag in sorted(entries))
    link = first + 2 + ENTRY_BYTES * _number(tiff, first, 2)
    following = tiff[link : link + 4].ljust(4, b"\0")
    return block[:4] + directory.to_bytes(4, order) + block[8:] + count + body + following + texts
