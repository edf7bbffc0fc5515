"""What is measured, one function each; each returns what benchmarks/results/ keeps of it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.service.load import Answers, Load
from benchmarks.service.pictures import LARGEST, large_picture, large_pictures, photos
from benchmarks.service.servers import Server, ours, pyvips, running, thumbnail_path, thumbor
from benchmarks.service.upload import upload
from benchmarks.service.watch import Watch
from benchmarks.tasks import QUALITY
from streamresize import Size, probe, process
from streamresize_server.previews import with_preview
from streamresize_server.recipe import Plan

BUDGET = 256_000_000
SIDE = 512
HARDER_SIDE = 1024
SMALL_SIDE = 128
SMALL_PICTURES = 8
UPLOAD_RATE = 10e6
UPLOAD_SIDES = {"baseline": SIDE, "progressive": 200}

Result = dict[str, Any]

ONE = ours("1 process", cache_memory=0)
TWO = ours("2 processes", cache_memory=0, processes=2, threads=1)
BOUNDED = ours("budget of 256 MB", cache_memory=0, memory_budget=BUDGET)
CACHING = ours("2 processes", processes=2, threads=1)
PEERS = (thumbor(1), thumbor(2), pyvips())


@dataclass(frozen=True)
class Bench:
    """folder: of pictures, environments and logs. seconds: of each load."""

    folder: Path
    seconds: float

    @property
    def pictures(self) -> Path:
        return self.folder / "pictures"

    def put_on(self, server: Server, load: Load, *, warm: bool = True) -> Result:
        """The server's answers, and what it used. warm: each client asks once before."""
        with running(server, self.pictures, self.folder) as running_server:
            load = replace(load, address=running_server.address)
            if warm:
                _answers(replace(load, seconds=0.001))
            with Watch(running_server.process) as watch:
                answers = _answers(load)
        return {"answers": asdict(answers), "rate": answers.rate, "usage": asdict(watch.usage)}


def _answers(load: Load) -> Answers:
    """Of a process of its own, which shares no event loop with anybody."""
    command = [sys.executable, "-m", "benchmarks.service.load"]
    done = subprocess.run(
        command, input=json.dumps(asdict(load)), stdout=subprocess.PIPE, text=True, check=True
    )
    return Answers(**json.loads(done.stdout))


def ceiling(bench: Bench, side: int) -> Result:
    """64 clients, each with a large picture of its own."""
    right = {
        link.name: digest
        for links in large_pictures(bench.pictures)
        for digest in [_digest(links[0], side)]
        for link in links
    }
    rivals = {}
    for server in (BOUNDED, *PEERS):
        paths = {server.path(name, side): digest for name, digest in right.items()}
        result = bench.put_on(server, Load(list(paths), len(paths), bench.seconds), warm=False)
        digests = result["answers"].pop("digests")
        result["as_the_library"] = sum(found.get(paths[path], 0) for path, found in digests.items())
        rivals[server.title] = result
    return {"budget": BUDGET, "side": side, "rivals": rivals}


def throughput(bench: Bench) -> Result:
    """Eight clients, photos of 8 to 24 megapixels, nothing kept."""
    names = [path.name for path in photos(bench.pictures)]
    rivals = {}
    for server in (ONE, TWO, *PEERS):
        load = Load([server.path(name, SIDE) for name in names], 8, bench.seconds)
        rivals[server.title] = _without_digests(bench.put_on(server, load))
    return {"side": SIDE, "rivals": rivals}


def cached(bench: Bench) -> Result:
    """Small answers that the service has in memory, to connections that are kept."""
    names = [path.name for path in photos(bench.pictures)[:SMALL_PICTURES]]
    paths = [thumbnail_path(name, SMALL_SIDE) for name in names]
    load = Load(paths * 8, 64, bench.seconds, bare=True)
    return {"rivals": {CACHING.title: _without_digests(bench.put_on(CACHING, load))}}


def uploads(bench: Bench) -> Result:
    """The largest pictures at the pace of a slow link, as often as the time allows."""
    made: dict[str, list[Result]] = {}
    with running(ONE, bench.pictures, bench.folder) as server:
        for kind, side in UPLOAD_SIDES.items():
            file = large_picture(bench.pictures, LARGEST, progressive=kind == "progressive")
            body = file.read_bytes()
            path = f"/v1/thumbnail?w={side}&h={side}&q={QUALITY}&format=jpeg"
            repeats = max(1, int(bench.seconds / 2 / (len(body) / UPLOAD_RATE)))
            send = partial(upload, server.address, path, body, UPLOAD_RATE)
            made[kind] = [
                asdict(asyncio.run(send(whole=kind == "baseline"))) for _ in range(repeats)
            ]
    return {"rate": UPLOAD_RATE, "sides": UPLOAD_SIDES, "uploads": made}


def _without_digests(result: Result) -> Result:
    del result["answers"]["digests"]
    return result


def _digest(path: Path, side: int) -> str:
    """Of what the library makes of the file, read as far as the service reads it."""
    size = Size(side, side, quality=QUALITY)
    (sizes, options) = with_preview(probe(path), Plan((size,), {}))
    (picture,) = process(path, sizes, **options).images
    assert isinstance(picture.data, bytes)
    return hashlib.sha256(picture.data).hexdigest()


SCENARIOS: dict[str, tuple[float, Callable[[Bench], Result]]] = {
    "ceiling": (60, partial(ceiling, side=SIDE)),
    "ceiling-1024": (60, partial(ceiling, side=HARDER_SIDE)),
    "throughput": (30, throughput),
    "cached": (10, cached),
    "uploads": (30, uploads),
}
