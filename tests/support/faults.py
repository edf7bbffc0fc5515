"""What origins, clients and disks do wrong, and which answers are right then.

A fault is a function that makes one request go wrong and says what came of it, an outcome as
`exchanges.Bare.outcome` gives it. The service they are tried on has the settings SETTINGS.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .exchanges import NONE, connected, dawdle, exchange, head
from .origins import Connection, Handler
from .pictures import photo, pillow_jpeg

HOST = "127.0.0.2"  # of the origin: the only one of the loopback that the service may ask
SETTINGS: Mapping[str, Any] = {
    "allow_networks": (f"{HOST}/32",),
    "memory_budget": 160 << 20,
    "opened": 64,
    "queued": 512,
    "queue_seconds": 60.0,
    "connect_seconds": 5.0,
    "first_byte_seconds": 1.0,
    "stall_seconds": 1.0,
    "download_seconds": 2.0,
    "max_source_bytes": 1 << 20,
    "upload_bytes": 1 << 20,
    "upload_stall_seconds": 1.0,
    "client_seconds": 1.0,
    "idle_seconds": 1.0,
}

PHOTO = pillow_jpeg(photo(640, 480))
HALF = PHOTO[: len(PHOTO) // 2]
NOISE = bytes(range(256)) * 64
SMALL = "w:100/q:80"
LARGE = pillow_jpeg(np.random.default_rng(1).integers(0, 256, (512, 512, 3), dtype=np.uint8))
ENLARGED = "rs:force:1600:1600/el:1/q:100"  # 2.6 MB of it, more than are kept in memory
COMMENT = b"\xff\xfe\x40\x00" + bytes(0x3FFE)

VAST = "rs:force:2900:2900/el:1/q:100"  # 8 MB of it, more than the system's buffers hold

NUMBERS = count()


class Ground(NamedTuple):
    """Where a fault happens: the ports of the service and of the origin."""

    port: int
    origin: int

    def target(self, name: str, options: str = SMALL) -> str:
        """The path of a picture whose source is bad in the way of that name; no two are alike."""
        return f"/unsafe/{options}/plain/http://{HOST}:{self.origin}/{name}/{next(NUMBERS)}"


Act: TypeAlias = Callable[[Ground], Awaitable[str]]


class Fault(NamedTuple):
    """outcomes: those that are right."""

    act: Act
    outcomes: frozenset[str]


# Origins


async def whole(connection: Connection) -> None:
    await connection.answer(200, PHOTO)


async def large(connection: Connection) -> None:
    await connection.answer(200, LARGE)


async def slow(connection: Connection) -> None:
    """As long as a request may take, and then whole."""
    await asyncio.sleep(0.5)
    await whole(connection)


async def silent(connection: Connection) -> None:
    await connection.left()


async def stalls(connection: Connection) -> None:
    await connection.answer(200, HALF, Content_Length=str(len(PHOTO)))
    await connection.left()


async def drips(connection: Connection) -> None:
    await connection.answer(200, HALF, Content_Length=str(len(PHOTO)))
    for octet in PHOTO[len(HALF) :]:
        await connection.send(bytes([octet]))
        await asyncio.sleep(0.1)


async def drips_headers(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await connection.send(b"X: y\r\n")
        await asyncio.sleep(0.1)


async def hangs_up(connection: Connection) -> None:
    raise ConnectionResetError


async def resets(connection: Connection) -> None:
    await connection.answer(200, HALF, Content_Length=str(len(PHOTO)))
    connection.reset()
    raise ConnectionResetError


async def resets_at_once(connection: Connection) -> None:
    connection.reset()
    raise ConnectionResetError


async def speaks_no_http(connection: Connection) -> None:
    await connection.send(NOISE)
    raise ConnectionResetError


async def sends_no_picture(connection: Connection) -> None:
    await connection.answer(200, NOISE)


async def sends_noise_within(connection: Connection) -> None:
    await connection.answer(200, PHOTO[:100] + NOISE)


async def promises_too_much(connection: Connection) -> None:
    await connection.answer(200, PHOTO, Content_Length=str(len(PHOTO) + 1000))
    raise ConnectionResetError


async def promises_too_little(connection: Connection) -> None:
    await connection.answer(200, PHOTO, Content_Length=str(len(HALF)))


async def promises_what_is_too_large(connection: Connection) -> None:
    await connection.answer(200, PHOTO, Content_Length=str(1 << 40))


async def breaks_chunks(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    await connection.send(b"%x\r\n%b\r\nzz\r\n" % (len(HALF), HALF))
    await connection.left()


async def breaks_chunks_late(connection: Connection) -> None:
    """When what came before has been taken."""
    await connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    await connection.send(b"%x\r\n%b\r\n" % (len(HALF), HALF))
    await asyncio.sleep(0.2)
    await connection.send(b"zz\r\n")
    await connection.left()


async def never_ends(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\xff\xd8")
    while True:
        await connection.send(COMMENT)


def redirecting(location: str) -> Handler:
    async def handler(connection: Connection) -> None:
        await connection.answer(302, Location=location)

    return handler


async def redirects_in_circles(connection: Connection) -> None:
    await connection.answer(302, Location=connection.path)


ORIGINS: Mapping[str, tuple[Handler, set[str]]] = {
    "is silent": (silent, {"504"}),
    "stalls": (stalls, {"504"}),
    "drips": (drips, {"504"}),
    "drips headers": (drips_headers, {"504"}),
    "hangs up": (hangs_up, {"502"}),
    "resets": (resets, {"502"}),
    "resets at once": (resets_at_once, {"502"}),
    "speaks no HTTP": (speaks_no_http, {"502"}),
    "sends no picture": (sends_no_picture, {"415"}),
    "sends noise within": (sends_noise_within, {"422"}),
    "promises too much": (promises_too_much, {"200"}),  # what is missing is not needed
    "promises too little": (promises_too_little, {"200", "502"}),  # half of it, or none
    "promises what is too large": (promises_what_is_too_large, {"413"}),
    "breaks chunks": (breaks_chunks, {"502"}),
    "breaks chunks late": (breaks_chunks_late, {"502", "504"}),  # aiohttp may not tell
    "never ends": (never_ends, {"413"}),
    "redirects to this machine": (redirecting("http://127.0.0.1/"), {"403"}),
    "redirects to metadata": (redirecting("http://[::ffff:169.254.169.254]/"), {"403"}),
    "redirects to a file": (redirecting("file:///etc/passwd"), {"403"}),
    "redirects in circles": (redirects_in_circles, {"502"}),
}


def _path(name: str) -> str:
    return name.replace(" ", "-")


HANDLERS: Mapping[str, Handler] = {
    "whole": whole,
    "large": large,
    "slow": slow,
    **{_path(name): handler for name, (handler, _) in ORIGINS.items()},
}


async def misbehave(connection: Connection) -> None:
    """The origin: the first part of the path says how it is to be bad."""
    await HANDLERS[connection.path.split("/")[1]](connection)


def asking(name: str) -> Act:
    """A request for what the origin sends under a name."""

    async def act(ground: Ground) -> str:
        return await exchange(ground.port, head(ground.target(_path(name))))

    return act


# Clients


async def leaves_before_the_answer(ground: Ground) -> str:
    async with connected(ground.port) as connection:
        await connection.send(head(ground.target("slow")))
        await asyncio.sleep(0.1)
        connection.reset()
    return NONE


async def leaves_within_the_answer(ground: Ground) -> str:
    async with connected(ground.port) as connection:
        await connection.send(head(ground.target("large", ENLARGED)))
        status = (await connection.reader.readuntil(b"\r\n\r\n")).split()[1]
        connection.reset()
    return f"{status.decode()} cut"


def taking(octets: int) -> Act:
    """So many bytes now and then, for longer than a client may take for a chunk."""

    async def act(ground: Ground) -> str:
        return await dawdle(ground.port, head(ground.target("large", VAST)), octets, 4)

    return act


async def takes_nothing_of_several(ground: Ground) -> str:
    _, _, source = ground.target("large").partition("/plain/")
    asked = f"/v1/thumbnail?size=2900x&size=2901x&enlarge=1&fit=fill&q=100&url={source}"
    return await dawdle(ground.port, head(asked), 0, 4)


async def leaves_within_the_upload(ground: Ground) -> str:
    async with connected(ground.port) as connection:
        await connection.send(_upload(len(PHOTO)) + HALF)
        await asyncio.sleep(0.05)
        connection.reset()
    return NONE


def _upload(length: int | None, *lines: str) -> bytes:
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return head("/v1/thumbnail?w=100", "POST", framing, *lines)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def sending(*pieces: bytes) -> Act:
    """Pieces, and then nothing, however long it takes until the service answers or hangs up."""

    async def act(ground: Ground) -> str:
        async with connected(ground.port) as connection:
            for piece in pieces:
                await connection.send(piece)
            return await connection.outcome()

    return act


async def uploads_for_ever(ground: Ground) -> str:
    async with connected(ground.port) as connection:
        sending = asyncio.create_task(_endless(connection.send))
        outcome = await connection.outcome()
        sending.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await sending
        return outcome


async def _endless(send: Callable[[bytes], Awaitable[None]]) -> None:
    await send(_upload(None) + _chunk(b"\xff\xd8"))
    while True:
        await send(_chunk(COMMENT))


CLIENTS: Mapping[str, tuple[Act, set[str]]] = {
    "leaves before the answer": (leaves_before_the_answer, {NONE}),
    "leaves within the answer": (leaves_within_the_answer, {"200 cut"}),
    "leaves within the upload": (leaves_within_the_upload, {NONE}),
    "takes nothing": (taking(0), {"200 cut"}),
    "takes nothing of several": (takes_nothing_of_several, {"200 cut"}),
    "takes a byte now and then": (taking(1), {"200 cut"}),
    "uploads for ever": (uploads_for_ever, {"413"}),
    "uploads what is too large": (sending(_upload(1 << 40)), {"413"}),
    "stops within the upload": (sending(_upload(len(PHOTO)), HALF), {"408"}),
    "uploads nothing": (sending(_upload(0)), {"415"}),
    "uploads noise": (sending(_upload(len(NOISE)) + NOISE), {"415"}),
    "breaks chunks": (sending(_upload(None) + _chunk(HALF) + b"zz\r\n"), {"400"}),
    "packs badly": (
        sending(_upload(len(NOISE), "Content-Encoding: gzip") + NOISE),
        {"400"},
    ),
    "packs a bomb": (
        sending(_upload(None, "Content-Encoding: deflate") + _chunk(zlib.compress(bytes(1 << 28)))),
        {"413", "415"},
    ),
    "sends noise": (sending(NOISE), {"400"}),
    "stops within the header": (sending(head("/health")[:20]), {NONE}),
    "sends nothing": (sending(b""), {NONE}),
    "sends endless headers": (sending(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000), {"400"}),
    "sends two lengths": (sending(_upload(5, "Content-Length: 6") + b"abcdef"), {"400"}),
}

# Disks, where no file may grow beyond some bytes


async def cache_is_full(ground: Ground) -> str:
    return await exchange(ground.port, head(ground.target("whole", "rs:force:500:500/el:1/q:100")))


async def spool_is_full(ground: Ground) -> str:
    return await exchange(ground.port, head(ground.target("large", ENLARGED)))


async def spool_is_full_at_once(ground: Ground) -> str:
    """Of a picture that comes as one piece."""
    return await exchange(ground.port, head(ground.target("large", f"{ENLARGED}/f:png")))


FULL_FILE = 1 << 16
DISKS: Mapping[str, tuple[Act, set[str]]] = {
    "is full for the cache": (cache_is_full, {"200"}),
    "is full for a body on its way": (spool_is_full, {"200 cut", "503"}),
    "is full for a body in one piece": (spool_is_full_at_once, {"503"}),
}

FAULTS: Mapping[str, Fault] = {
    f"{who} {name}": Fault(act, frozenset(outcomes))
    for who, faults in (
        ("origin", {name: (asking(name), right) for name, (_, right) in ORIGINS.items()}),
        ("client", CLIENTS),
        ("disk", DISKS),
    )
    for name, (act, outcomes) in faults.items()
}
