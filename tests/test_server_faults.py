"""Everything around the service goes wrong, again and again, and nothing is left of it."""

from __future__ import annotations

import asyncio
import gc
import resource
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from streamresize.pipeline import Job
from streamresize_server import Settings

from .support.corpus import in_folder, needs_corpus
from .support.exchanges import exchange, head
from .support.faults import (
    FAULTS,
    FULL_FILE,
    HOST,
    PHOTO,
    SETTINGS,
    SMALL,
    Ground,
    misbehave,
)
from .support.origins import Connection, open_files, origin
from .support.processes import service
from .support.serving import serving

TIMES = 3
PATIENCE = 60.0


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow beyond some bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_FILE, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def settled(tasks: int, files: list[str]) -> None:
    """Wait until there are no more of them than there were."""
    for _ in range(500):
        left = sorted(set(open_files()) - set(files))
        if len(asyncio.all_tasks()) <= tasks and not left:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"left: {left}, {asyncio.all_tasks()}")


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_left_of_a_fault(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers are right, and neither budget, task, thread, descriptor nor file is kept."""
    fault = FAULTS[name]
    cache = tmp_path / "cache"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def work() -> list[str]:
        async with (
            origin(misbehave, HOST) as bad,
            serving(Settings(cache_folder=cache, **SETTINGS)) as served,
        ):
            ground = Ground(served.port, bad.port)
            await FAULTS["origin promises too little"].act(ground)  # whatever is made once
            tasks, files = len(asyncio.all_tasks()), open_files()
            acts = [fault.act(ground) for _ in range(TIMES)]
            outcomes = await asyncio.wait_for(asyncio.gather(*acts), PATIENCE)
            await served.rests()
            await bad.quiet()
            await settled(tasks, files)
            return outcomes

    threads = threading.active_count()
    if name.startswith("disk"):
        with full_disk():
            outcomes = asyncio.run(work())
    else:
        outcomes = asyncio.run(work())
    assert set(outcomes) <= fault.outcomes
    assert threading.active_count() <= threads
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".tmp"]
    assert {path.name for path in tmp_path.iterdir()} <= {"cache"}


@pytest.mark.parametrize(
    "name", ["origin resets", "origin stalls", "client stops within the upload"]
)
def test_a_failure_frees_its_buffers_at_once(name: str) -> None:
    """Not only when garbage is collected."""

    async def work() -> None:
        async with origin(misbehave, HOST) as bad, serving(Settings(**SETTINGS)) as served:
            await FAULTS[name].act(Ground(served.port, bad.port))
            await served.rests()
            assert not [each for each in gc.get_objects() if isinstance(each, Job)]

    gc.collect()
    gc.disable()
    try:
        asyncio.run(work())
    finally:
        gc.enable()


async def refuses(port: int) -> bool:
    """Whether nobody listens."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except (ConnectionRefusedError, ConnectionResetError):  # reset: it was waiting to be taken
        return True
    writer.close()
    return False


def test_what_runs_at_sigterm_is_finished(tmp_path: Path) -> None:
    """New connections are refused, and the cache is whole."""
    released = asyncio.Event()

    async def held(connection: Connection) -> None:
        await released.wait()
        await connection.answer(200, PHOTO)

    async def work(port: int, terminate: Callable[[], None]) -> list[str]:
        async with origin(held, HOST) as server:
            targets = [
                Ground(port, server.port).target("held", options)
                for options in [SMALL, "rs:force:1600:1600/el:1/f:png"] * 5
            ]
            requests = [asyncio.create_task(exchange(port, head(target))) for target in targets]
            while len(server.asked) < len(targets):
                await asyncio.sleep(0.01)
            terminate()
            while not await refuses(port):
                await asyncio.sleep(0.01)
            released.set()
            return await asyncio.gather(*requests)

    with service(tmp_path, SETTINGS) as running:
        assert set(asyncio.run(work(running.port, running.terminate))) == {"200"}
        assert running.wait() == 0
    assert not running.half_written()


@needs_corpus
def test_damaged_files_at_once(tmp_path: Path) -> None:
    """Of all the corpus has, from 32 clients: no crash, and no failure of the service."""
    files = [entry.file for entry in in_folder("broken")]

    async def client(port: int, mine: list[Path]) -> list[str]:
        outcomes = []
        for file in mine:
            body = file.read_bytes()
            post = head("/v1/thumbnail?w=100", "POST", f"Content-Length: {len(body)}")
            outcomes.append(await exchange(port, post + body))
        return outcomes

    async def work(port: int) -> list[list[str]]:
        return await asyncio.gather(*(client(port, files[number::32]) for number in range(32)))

    with service(tmp_path, SETTINGS) as running:
        outcomes = Counter(outcome for each in asyncio.run(work(running.port)) for outcome in each)
        assert running.status is None
        assert running.state().reserved == 0
    assert outcomes.total() == len(files)
    assert set(outcomes) <= {"200", "400", "413", "415", "422", "503"}
