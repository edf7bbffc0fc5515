"""Starting points for the fuzzers: python -m tests.support.seeds FOLDER

Small files of every kind that the tests' own code makes and, where the corpus is at hand, its small
files. FOLDER/jpeg holds them as they are; FOLDER/chunk with the two bytes in front that the chunk
fuzzer takes its choices from.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

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


def from_corpus() -> Iterator[bytes]:
    for entry in entries():
        if entry.file.stat().st_size <= LARGEST:
            yield entry.file.read_bytes()


def main(folder: Path) -> None:
    for name, prefix in (("jpeg", b""), ("chunk", b"\x00\x20")):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for data in (*made_here(), *from_corpus()):
            (folder / name / hashlib.sha256(data).hexdigest()[:16]).write_bytes(prefix + data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
