"""Everything around the service goes wrong, again and again, and nothing is left of it."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from streamresize_server import Settings

from .support.faults import FAULTS, FULL_FILE, HOST, SETTINGS, Ground, misbehave
from .support.origins import open_files, origin
from .support.serving import serving

TIMES = 3
PATIENCE = 15.0


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
