"""Which kinds of JPEG are decoded, and whether the planes are libjpeg's.

python -m benchmarks.conformance > docs/conformance.md

Needs the corpus of test files and libjpeg's headers (see tests/support).
"""

from __future__ import annotations

import multiprocessing
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import numpy as np

import streamresize
from tests.support.corpus import Entry, entries
from tests.support.oracle import oracle_program, run_oracle

PROCESSES = {
    "SOF0": "baseline",
    "SOF1": "extended sequential",
    "SOF2": "progressive",
    "SOF9": "sequential, arithmetic coding",
    "SOF10": "progressive, arithmetic coding",
}
KINDS = ("12-bit", "non-interleaved", "restarts", "unusual sampling", "DNL", "CMYK", "YCCK")

INTRODUCTION = """\
# Conformance

Made by `python -m benchmarks.conformance` from the valid files and photos of the test corpus.
*Compared* are the component planes at scale 1 with those of the system's libjpeg
(`jpeg_read_raw_data`, accurate integer transform, no smoothing between blocks); *identical* means
every sample of every plane. *Peak* is the most memory that one file of the kind took above an idle
process while all its rows were decoded at scale 1, none of them kept.
"""
REMARKS = """\
libjpeg as packaged has neither 12-bit decoding nor DNL: such files are decoded but have nothing to
be compared with here. With libjpeg-turbo 3 on the other side, the 12-bit planes that it gives at
full size are identical, too.
"""


@dataclass
class Row:
    files: int = 0
    decoded: int = 0
    compared: int = 0
    identical: int = 0
    largest: int = 0
    peak: int = 0  # bytes
    names: list[str] = field(default_factory=list)


def kind_of(entry: Entry) -> str:
    process = PROCESSES.get(entry.sof, f"not read: {entry.sof}")
    extras = [kind for kind in KINDS if kind in entry.features]
    return ", ".join([process, *extras])


def own_peak() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def send_growth(data: bytes, connection: Connection) -> None:
    idle = own_peak()
    for _ in streamresize.strips(data, scale=1):
        pass
    connection.send(own_peak() - idle)


def growth(data: bytes) -> int:
    """Bytes that a process of its own takes to decode every row at scale 1."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=send_growth, args=(data, sender))
    child.start()
    taken: int = receiver.recv()
    child.join()
    return taken


def add(row: Row, entry: Entry) -> None:
    data = entry.file.read_bytes()
    row.files += 1
    try:
        planes = streamresize.decode_planes(data)
    except streamresize.StreamResizeError as error:
        row.names.append(f"`{entry.path}`: {error}")
        return
    row.decoded += 1
    row.peak = max(row.peak, growth(data))
    dump = run_oracle(data, "planes")
    if dump is None:
        row.names.append(f"`{entry.path}`: decoded, refused by libjpeg as packaged")
        return
    row.compared += 1
    pairs = zip(planes, dump.arrays, strict=True)
    difference = max(int(np.abs(a.astype(int) - b.astype(int)).max()) for a, b in pairs)
    row.identical += difference == 0
    row.largest = max(row.largest, difference)


def main() -> None:
    program = oracle_program()
    if isinstance(program, str) or not entries():
        sys.exit(f"conformance needs the corpus and the oracle ({program})")
    rows: dict[str, Row] = defaultdict(Row)
    for entry in entries():
        if entry.folder != "broken":
            add(rows[kind_of(entry)], entry)
    print(INTRODUCTION)
    print("| kind | files | decoded | compared | identical | largest difference | peak |")
    print("|---|---|---|---|---|---|---|")
    for kind, row in sorted(rows.items()):
        figures = (row.files, row.decoded, row.compared, row.identical, row.largest)
        peak = f"{row.peak / 1e6:.1f} MB" if row.decoded else "-"
        print(f"| {kind} | " + " | ".join(map(str, figures)) + f" | {peak} |")
    print("\n## Not decoded, or not compared\n")
    print(REMARKS)
    for line in sorted(line for row in rows.values() for line in row.names):
        print(f"- {line}")


if __name__ == "__main__":
    main()
