"""Bodies between their maker and their followers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from streamresize_server.spool import MEMORY_BYTES, NoRoom, Spool

PIECES = [bytes([i]) * 100_000 for i in range(25)]  # more than fits in memory


async def taken(spool: Spool) -> bytes:
    return b"".join([chunk async for chunk in spool.follow()])


@pytest.mark.parametrize("pieces", [PIECES[:3], PIECES, [b""], []])
def test_followers_get_the_whole_body_whenever_they_come(
    pieces: list[bytes], tmp_path: Path
) -> None:
    async def work() -> None:
        spool = Spool(tmp_path)
        early = asyncio.create_task(taken(spool))
        for piece in pieces:
            await spool.write(piece)
            await asyncio.sleep(0)
        middle = asyncio.create_task(taken(spool))
        spool.finish()
        late = await taken(spool)
        assert await early == await middle == late == b"".join(pieces)
        assert spool.size == len(late)
        assert spool.memory_bytes == (spool.size if spool.size <= MEMORY_BYTES else 0)
        spool.close()
        assert list(tmp_path.iterdir()) == []  # the file never had a name

    asyncio.run(work())


def test_the_maker_does_not_wait_for_anyone(tmp_path: Path) -> None:
    async def work() -> None:
        spool = Spool(tmp_path)
        follower = spool.follow()
        for piece in PIECES:
            await spool.write(piece)
        spool.finish()
        assert (await anext(follower))[:1] == b"\0"
        spool.close()

    asyncio.run(work())


def test_a_body_that_is_given_up(tmp_path: Path) -> None:
    async def work() -> None:
        spool = Spool(tmp_path)
        await spool.write(b"begun")
        follower = spool.follow()
        assert await anext(follower) == b"begun"
        waiting = asyncio.create_task(taken(spool))
        await asyncio.sleep(0)
        spool.give_up(EOFError("the source ends"))
        with pytest.raises(EOFError, match="the source"):
            await waiting
        spool.close()

    asyncio.run(work())


def test_no_room_for_the_file() -> None:
    async def work() -> None:
        spool = Spool(Path("/proc/nothing"))
        await spool.write(bytes(MEMORY_BYTES))
        with pytest.raises(NoRoom):
            await spool.write(b"more")
        assert spool.size == MEMORY_BYTES

    asyncio.run(work())
