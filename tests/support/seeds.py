"""Starting points for the fuzzers: python -m tests.support.seeds FOLDER

Small files of every kind that the tests' own code makes and, where the corpus is at hand, its small
files. FOLDER/jpeg holds them as they are; FOLDER/chunk with the two bytes in front that the chunk
fuzzer takes its choices from. FOLDER/large has files that several threads decode.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from .corpus import entries
from .jpeg_writer import Options
from .pictures import photo, pillow_jpeg, small_jpeg

LARGEST = 12_000  # bytes of a corpus file

SAMPLINGS = (
    [(1, 1)],
    [(2, 2), (1, 1), (1, 1)],
    [(1, 1)] * 4,
    [(4, 1), (3, 1), (3, 1)],
)
OPTIONS = (
    Options(),
    Options(restart_interval=2, fill_bytes=1),
    Options(sof=1, wide_quantization=True, optimized=True, adobe_transform=2, orientation=6),
)


def made_here() -> Iterator[bytes]:
    for sampling in SAMPLINGS:
        for options in OPTIONS:
            yield small_jpeg(list(sampling), (37, 27), options)
    for picture in (photo(50, 40), photo(50, 40)[:, :, 0]):
        yield pillow_jpeg(picture, progressive=True)
        yield pillow_jpeg(picture, restart_marker_rows=1)


def large() -> Iterator[bytes]:
    picture = photo(1100, 1000)
    gray = np.ascontiguousarray(picture[:, :, 0])
    for blocks in (0, 1, 20, 138, 1000):
        yield pillow_jpeg(gray, quality=50, restart_marker_blocks=blocks)
    yield pillow_jpeg(picture, quality=20, restart_marker_rows=1)


def from_corpus() -> Iterator[bytes]:
    for entry in entries():
        if entry.file.stat().st_size <= LARGEST:
            yield entry.file.read_bytes()


def write(folder: Path, files: Iterable[bytes], prefix: bytes = b"") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for data in files:
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(prefix + data)


def main(folder: Path) -> None:
    small = [*made_here(), *from_corpus()]
    write(folder / "jpeg", small)
    write(folder / "chunk", small, b"\x00\x20")
    write(folder / "large", large())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
