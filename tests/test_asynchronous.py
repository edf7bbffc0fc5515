"""Event loops: sources that arrive or are read by threads, executors, tasks that are cancelled."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import streamresize
from streamresize import AsyncSource, MalformedJPEG, Size, SourceError
from streamresize.asynchronous import _in_thread, _Stop
from streamresize.pipeline import Job

from .support.pictures import photo, pillow_jpeg

PHOTO = pillow_jpeg(photo(640, 480))
PROGRESSIVE = pillow_jpeg(photo(640, 480), progressive=True)
LARGE = pillow_jpeg(photo(3000, 2500))


async def arriving(data: bytes, length: int, taken: list[int]) -> AsyncIterator[bytes]:
    for start in range(0, len(data), length):
        taken.append(length)
        yield data[start : start + length]


def sources(data: bytes, folder: Path) -> list[AsyncSource]:
    path = folder / "a.jpg"
    path.write_bytes(data)
    pieces = [data[:1000], data[1000:]]
    return [arriving(data, 5000, []), path, str(path), data, io.BytesIO(data), iter(pieces)]


@pytest.mark.parametrize("data", [PHOTO, PROGRESSIVE])
def test_every_kind_of_source_gives_the_same(data: bytes, tmp_path: Path) -> None:
    sizes = [Size(90, 90), Size(30, 30, format="png")]
    expected = streamresize.process(data, sizes, fingerprint=True)
    for source in sources(data, tmp_path):
        result = asyncio.run(streamresize.aprocess(source, sizes, fingerprint=True))
        assert [image.data for image in result.images] == [image.data for image in expected.images]
        assert result.fingerprint == expected.fingerprint
    for source in sources(data, tmp_path):
        assert asyncio.run(streamresize.aprobe(source)) == expected.info


@pytest.mark.parametrize("data", [PHOTO, PROGRESSIVE])
def test_streams_of_every_kind_of_source(data: bytes, tmp_path: Path) -> None:
    async def collect(source: AsyncSource) -> tuple[bytes, streamresize.Result]:
        stream = streamresize.astream(source, Size(90, 90), fingerprint=True)
        with pytest.raises(RuntimeError, match="before the file is complete"):
            _ = stream.result
        assert not stream.done
        first = await anext(stream)
        assert stream.done  # a small file comes at once
        return b"".join([first, *[chunk async for chunk in stream]]), stream.result

    expected = streamresize.process(data, [Size(90, 90)], fingerprint=True)
    for source in sources(data, tmp_path):
        file, result = asyncio.run(collect(source))
        assert file == expected.images[0].data
        assert result.fingerprint == expected.fingerprint
        assert result.images[0].size == len(file)


def test_a_header_takes_no_more_chunks_than_it_has() -> None:
    taken: list[int] = []
    info = asyncio.run(streamresize.aprobe(arriving(LARGE, 300, taken)))
    assert (info.width, info.height) == (3000, 2500)
    assert sum(taken) < 1500


@pytest.mark.parametrize("source", [b"\xff\xd8\xff", b"no picture"])
def test_headers_that_end_early(source: bytes) -> None:
    expected = pytest.raises(streamresize.StreamResizeError)
    with expected as failure:
        streamresize.probe(source)
    with pytest.raises(type(failure.value)):
        asyncio.run(streamresize.aprobe(arriving(source, 2, [])))
    with pytest.raises(type(failure.value)):
        asyncio.run(streamresize.aprobe(source))


def test_errors_of_sources_that_a_thread_reads(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot open"):
        asyncio.run(streamresize.aprocess(tmp_path / "nothing", [Size(9, 9)]))
    with pytest.raises(MalformedJPEG):
        asyncio.run(streamresize.aprocess(PHOTO[:9000], [Size(99, 99)], strict=True))
    with pytest.raises(ValueError, match="nothing to do"):
        asyncio.run(streamresize.aprocess(PHOTO, []))


def test_the_work_is_done_by_the_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    names = set()
    result = Job.result

    def noting(job: Job) -> Any:
        names.add(threading.current_thread().name)
        return result(job)

    monkeypatch.setattr(Job, "result", noting)
    with ThreadPoolExecutor(1, thread_name_prefix="ours") as executor:
        asyncio.run(streamresize.aprocess(PHOTO, [Size(9, 9)], executor=executor))
    assert names == {"ours_0"}


@pytest.mark.parametrize("in_chunks", [True, False])
def test_a_cancelled_task_ends_when_its_thread_has_left(
    monkeypatch: pytest.MonkeyPatch, in_chunks: bool
) -> None:
    """No strip is begun after the job is closed, and the rest of the picture is not decoded."""
    events: list[str] = []
    advance, close = Job._advance, Job.close

    def noting(job: Job) -> Any:
        for step in advance(job):
            events.append("strip")
            yield step

    def closing(job: Job) -> None:
        events.append("close")
        close(job)

    monkeypatch.setattr(Job, "_advance", noting)
    monkeypatch.setattr(Job, "close", closing)

    async def cancel() -> None:
        source = arriving(LARGE, len(LARGE), []) if in_chunks else LARGE
        task = asyncio.create_task(streamresize.aprocess(source, [Size(3000, None)]))
        while not events:
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    assert events[-1] == "close"
    assert 1 <= events.count("strip") < 30


def test_work_that_waits_for_a_thread_is_not_begun_once_cancelled() -> None:
    begun = threading.Event()
    busy = threading.Event()

    async def cancel(executor: ThreadPoolExecutor) -> None:
        executor.submit(busy.wait)
        task = asyncio.create_task(_in_thread(executor, begun.set))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task  # at once, though the thread is busy
        busy.set()

    with ThreadPoolExecutor(1) as executor:
        asyncio.run(cancel(executor))
    assert not begun.is_set()


def test_stopping() -> None:
    early, late = _Stop(), _Stop()
    assert not early.ask()
    assert not early.begin()
    assert late.begin()
    assert late.ask()
    assert late.asked


def test_the_loop_goes_on_while_threads_work() -> None:
    async def count() -> int:
        task = asyncio.create_task(streamresize.aprocess(LARGE, [Size(3000, None)]))
        turns = 0
        while not task.done():
            await asyncio.sleep(0)
            turns += 1
            time.sleep(0.0001)
        await task
        return turns

    assert asyncio.run(count()) > 10
