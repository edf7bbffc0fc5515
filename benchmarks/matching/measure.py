"""Measure how well edited copies are found: python -m benchmarks.matching.measure [EVERY]

Every EVERYth photo of the corpus (photos/imagenet; default 1) is edited in all ways of `edits.py`
and looked for among all photos. Results go to build/matching, a file for each edit; those that are
there are kept.
"""

from __future__ import annotations

import os
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from time import process_time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import streamresize
from benchmarks.matching.edits import EDITS, edited
from benchmarks.matching.peers import PEERS
from streamresize.catalog import Catalog, read_picture
from streamresize.catalog.search import queries_of
from streamresize.fingerprint import Fingerprint
from streamresize.matching import Extract, Gallery, search
from tests.support.corpus import in_folder

RESULTS = Path(__file__).resolve().parents[2] / "build" / "matching"
STAGES = {
    "hash": ("hash",),
    "windows": ("window",),
    "keypoints": ("keypoints",),
}
ALONE = "symmetric, not verified"
NONE = 0.0

Distances = NDArray[np.float32]


class Measured(NamedTuple):
    """Of one edit: for each query its photo's place and its distance to every photo, (n, photos).

    distances: by peer, in bits; by stage of ours, 1 - score. seconds: of processor time, in sum.
    """

    queries: list[int]
    distances: dict[str, Distances]
    seconds: dict[str, float]


@cache
def photos() -> list[Path]:
    return [entry.file for entry in in_folder("photos/imagenet")]


class Collection:
    """All photos: a catalog of their fingerprints, and the peers' hashes."""

    def __init__(self) -> None:
        self.catalog = Catalog.open("sqlite://")
        extract = Extract(keypoints=True)
        pictures = [read_picture(str(file), extract=extract) for file in photos()]
        self.numbers = self.catalog.add_many(pictures)
        self.gallery = Gallery(self.catalog)
        opened = [Image.open(file).convert("RGB") for file in photos()]
        self.hashes = {
            name: np.array([peer(picture) for picture in opened]) for name, peer in PEERS.items()
        }


@cache
def collection() -> Collection:
    return Collection()


def measure(name: str, every: int) -> Measured:
    queries = list(range(0, len(photos()), every))
    rows: dict[str, list[Distances]] = {key: [] for key in (*PEERS, ALONE, *STAGES)}
    seconds = dict.fromkeys(("fingerprint", *rows), 0.0)
    for query in queries:
        data = edited(name, Image.open(photos()[query]).convert("RGB"), query)
        for key, row in _distances(data, seconds).items():
            rows[key].append(row)
    return Measured(queries, {key: np.stack(row) for key, row in rows.items()}, seconds)


def _distances(data: bytes, seconds: dict[str, float]) -> dict[str, Distances]:
    found: dict[str, Distances] = {}
    picture = Image.open(BytesIO(data)).convert("RGB")
    for name, peer in PEERS.items():
        start = process_time()
        bits = peer(picture)
        seconds[name] += process_time() - start
        found[name] = (collection().hashes[name] != bits).sum(axis=1).astype(np.float32)
    start = process_time()
    fingerprint = streamresize.process(data, [], fingerprint=True).fingerprint
    seconds["fingerprint"] += process_time() - start
    assert fingerprint is not None
    found[ALONE] = _symmetric(fingerprint)
    for name, stages in STAGES.items():
        start = process_time()
        found[name] = _scores(fingerprint, stages)
        seconds[name] += process_time() - start
    return found


def _symmetric(fingerprint: Fingerprint) -> Distances:
    """The least distance in any orientation, of the whole or of what is within borders."""
    best = np.full(len(photos()), 256, np.float32)
    place = {number: at for at, number in enumerate(collection().numbers)}
    index = collection().catalog.index()
    for stored in ("symmetric", "trimmed"):
        for part in ("symmetric", "trimmed"):
            found = index.within(stored, queries_of(fingerprint, part), 256)
            at = [place[number] for number in found.image_ids.tolist()]
            np.minimum.at(best, at, found.distances)
    return best


def _scores(fingerprint: Fingerprint, stages: tuple[str, ...]) -> Distances:
    row = np.ones(len(photos()), np.float32)
    place = {number: at for at, number in enumerate(collection().numbers)}
    for match in search(fingerprint, collection().gallery, least=NONE, stages=stages):
        row[place[match.image_id]] = 1 - match.score
    return row


def _measure_and_save(task: tuple[str, int]) -> str:
    name, every = task
    file = RESULTS / f"{list(EDITS).index(name):02}.pickle"
    if not file.exists():
        measured = measure(name, every)
        temporary = file.with_suffix(".tmp")
        temporary.write_bytes(pickle.dumps((name, *measured)))
        temporary.replace(file)
    return name


def read_results() -> dict[str, Measured]:
    """What has been measured, in the order of the edits."""
    found = {}
    for file in sorted(RESULTS.glob("*.pickle")):
        name, *values = pickle.loads(file.read_bytes())  # noqa: S301 - our own files
        found[name] = Measured(*values)
    return found


def main(every: int) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one process for each processor
    tasks = [(name, every) for name in EDITS]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for name in pool.map(_measure_and_save, tasks):
            print(name, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
