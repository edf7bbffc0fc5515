"""One picture decoded by several threads."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import streamresize
from streamresize import Size, aprocess
from streamresize.processors import decoding_threads, processors

from .support.pictures import in_pieces, photo, pillow_jpeg


@cache
def large_jpeg(restart_rows: int = 0) -> bytes:
    """More than 16,000 blocks of noise, several rounds of the lanes."""
    picture = photo(2000, 900)
    noise = np.random.default_rng(1).integers(0, 60, picture.shape, np.uint8)
    return pillow_jpeg(picture // 2 + noise, restart_marker_rows=restart_rows)


def check_planes(data: bytes, scale: int, threads: Sequence[int]) -> None:
    alone = streamresize.decode_planes(data, scale, threads=1)
    for number in threads:
        together = streamresize.decode_planes(data, scale, threads=number)
        assert all(np.array_equal(a, b) for a, b in zip(alone, together))


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
@pytest.mark.parametrize("restart_rows", [0, 1, 40])
def test_threads_change_no_sample(scale: int, restart_rows: int) -> None:
    check_planes(large_jpeg(restart_rows), scale, (2, 3))


@pytest.mark.parametrize("size", [5_000, 300_000])
def test_threads_wait_for_bytes(size: int) -> None:
    data = large_jpeg()
    alone = streamresize.decode_planes(data, 8, threads=1)
    together = streamresize.decode_planes(in_pieces(data, size), 8, threads=2)
    assert all(np.array_equal(a, b) for a, b in zip(alone, together))


@pytest.mark.parametrize("scale", [1, 2, 4, 8])
@pytest.mark.parametrize("size", [(90, 200), (700, 10)])
def test_threads_change_no_sample_of_a_progressive_picture(
    scale: int, size: tuple[int, int]
) -> None:
    check_planes(pillow_jpeg(photo(*size), progressive=True), scale, (2, 3, 16))


def damaged(data: bytes) -> bytes:
    result = bytearray(data)
    for place in (len(data) // 3, len(data) // 2, len(data) * 9 // 10):
        result[place : place + 40] = b"\xff\x00" * 20  # no code is all ones
    return bytes(result)


DAMAGED = [
    damaged(large_jpeg()),
    *(damaged(pillow_jpeg(photo(300, height), progressive=True)) for height in (200, 400)),
]


@pytest.mark.parametrize("data", DAMAGED)
def test_threads_see_damage_where_it_is(data: bytes) -> None:
    sizes = [Size(100, None, format="array")]
    alone, together = (streamresize.process(data, sizes, threads=threads) for threads in (1, 2))
    assert alone.warnings == together.warnings != ()
    first, second = (result.images[0].data for result in (alone, together))
    assert isinstance(first, np.ndarray)
    assert isinstance(second, np.ndarray)
    assert np.array_equal(first, second)


@pytest.mark.parametrize("data", DAMAGED)
def test_threads_fail_where_one_does(data: bytes) -> None:
    failures = []
    for threads in (1, 2, 3):
        with pytest.raises(streamresize.MalformedJPEG) as failure:
            streamresize.decode_planes(data, 1, strict=True, threads=threads)
        failures.append(str(failure.value))
    assert len(set(failures)) == 1


@pytest.mark.parametrize("data", [large_jpeg(), pillow_jpeg(photo(700, 900), progressive=True)])
def test_a_decoder_that_is_left_early_ends_its_threads(data: bytes) -> None:
    for strip in streamresize.strips(data, 4, threads=4):
        assert strip.starts[0] == 0
        break


def test_a_cancelled_task_leaves_its_thread_alone() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield large_jpeg()

    async def cancel() -> None:
        task = asyncio.create_task(aprocess(chunks(), [Size(1500, None)], threads=2))
        await asyncio.sleep(0.002)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())


def test_processors_are_those_of_this_process() -> None:
    assert 1 <= processors() <= (os.cpu_count() or 1)


def test_threads_that_a_picture_is_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    small = streamresize.probe(pillow_jpeg(photo(64, 48)))
    large = replace(small, width=4000, height=4000)
    monkeypatch.setattr("streamresize.processors.processors", lambda: 8)
    assert decoding_threads(small, None) == 1
    assert decoding_threads(large, None) == 2
    assert decoding_threads(small, 3) == 3
    assert decoding_threads(large, 1000) == 16
    monkeypatch.setattr("streamresize.processors.processors", lambda: 1)
    assert decoding_threads(large, None) == 1


def test_no_thread_is_refused() -> None:
    with pytest.raises(ValueError, match="threads"):
        streamresize.thumbnail(pillow_jpeg(photo(64, 48)), (32, 32), threads=0)


def test_threads_take_the_memory_that_is_estimated() -> None:
    info = replace(streamresize.probe(large_jpeg()), width=4000, height=4000)
    sizes = [Size(1600, None)]
    alone, two, three = (
        streamresize.estimate_memory(info, sizes, threads=threads) for threads in (1, 2, 3)
    )
    assert alone < two < three
    assert streamresize.estimate_memory(info, sizes) in (alone, two)
