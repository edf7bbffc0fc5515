"""http sources against servers that do everything wrong."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timezone
from itertools import count
from typing import Any, cast

import pytest
from aiohttp.abc import ResolveResult

import streamresize
from streamresize_server.facts import Validators
from streamresize_server.sources import (
    CHUNK_BYTES,
    BadReference,
    NotAllowed,
    NotModified,
    OpenedSource,
    OriginFailed,
    OriginRefused,
    OriginTimeout,
    SourceFailure,
    Sources,
    SourceSettings,
    TooLarge,
)
from streamresize_server.sources.http import _redirected
from streamresize_server.sources.urls import parse_url

from .support.origins import (
    LOOPBACK,
    Connection,
    FakeResolver,
    Handler,
    Origin,
    open_files,
    origin,
    words,
)
from .support.pictures import photo, pillow_jpeg

BODY = bytes(range(256)) * 40


def settings(**changes: Any) -> SourceSettings:
    fields: dict[str, Any] = {
        "allow_networks": LOOPBACK,
        "connect_seconds": 5,
        "first_byte_seconds": 5,
        "stall_seconds": 5,
        "download_seconds": 20,
    }
    return SourceSettings(**{**fields, **changes})


async def read(opened: OpenedSource | NotModified) -> bytes:
    assert isinstance(opened, OpenedSource)
    assert not hasattr(opened.content, "read")
    return b"".join([chunk async for chunk in opened.content])


async def fetch(
    url: str, chosen: SourceSettings | None = None, resolver: FakeResolver | None = None
) -> bytes:
    async with Sources(chosen or settings(), resolver) as sources, sources.open(url) as opened:
        return await read(opened)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 60))


def fetched(handler: Handler, path: str = "/a.jpg", **changes: Any) -> bytes:
    """The source that one server of its own gives."""

    async def work() -> bytes:
        async with origin(handler) as server:
            return await fetch(f"http://127.0.0.1:{server.port}{path}", settings(**changes))

    return cast(bytes, run(work()))


async def whole(connection: Connection) -> None:
    await connection.answer(200, BODY)


def answering(status: int, **headers: str) -> Handler:
    async def handler(connection: Connection) -> None:
        await connection.answer(status, BODY, **headers)

    return handler


def raw(*pieces: bytes, end: str = "close") -> Handler:
    """Sends `pieces`, then closes, resets or waits."""

    async def handler(connection: Connection) -> None:
        for piece in pieces:
            await connection.send(piece)
        if end == "reset":
            connection.reset()
        if end == "wait":
            await connection.left()
        raise ConnectionResetError

    return handler


def head(length: int | None = None, *fields: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", *fields]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")


def test_a_whole_answer() -> None:
    asked: list[Connection] = []

    async def handler(connection: Connection) -> None:
        asked.append(connection)
        date = "Thu, 01 Jan 1970 00:16:40 GMT"
        await connection.answer(200, BODY, ETag='W/"x"', Last_Modified=date, Set_Cookie="a=b")

    async def work() -> None:
        async with origin(handler) as server, Sources(settings(user_agent="me/1")) as sources:
            url = f"http://127.0.0.1:{server.port}/d/a%20b.jpg?x=%2F"
            for _ in range(2):
                async with sources.open(url) as opened:
                    assert isinstance(opened, OpenedSource)
                    assert opened.name == "a b.jpg"
                    assert opened.length == len(BODY)
                    assert opened.last_modified == datetime.fromtimestamp(1000, timezone.utc)
                    date = "Thu, 01 Jan 1970 00:16:40 GMT"
                    assert opened.validators == Validators('W/"x"', date)
                    assert await read(opened) == BODY

    run(work())
    for connection in asked:
        assert connection.path == "/d/a%20b.jpg?x=%2F"
        assert connection.headers["accept-encoding"] == "identity"
        assert connection.headers["user-agent"] == "me/1"
        assert connection.headers.keys().isdisjoint({"cookie", "authorization", "referer"})


@pytest.mark.parametrize(
    "handler",
    [
        raw(head(None), BODY),
        raw(head(None, "Transfer-Encoding: chunked"), b"3\r\nabc\r\n", b"0\r\n\r\n"),
        raw(head(3, "Content-Encoding: identity"), b"abc"),
        raw(b"HTTP/1.1 103 Early Hints\r\n\r\n", head(3), b"abc"),
        raw(b"HTTP/1.0 200 OK\r\nLast-Modified: no date\r\n\r\n", b"abc"),
    ],
)
def test_other_ways_to_answer(handler: Handler) -> None:
    assert fetched(handler) in (BODY, b"abc")


@pytest.mark.parametrize(
    "handler",
    [
        raw(b"garbage\r\n\r\n"),
        raw(b"\x16\x03\x01\x02\x00\x01\x00"),
        raw(b"HTTP/1.1 abc\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nno header\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000),
        raw(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X%d: x\r\n" % i for i in range(5000)) + b"\r\n"),
        raw(head(3, "Content-Length: 4"), b"abcd"),
        raw(head(-1), b"abcd"),
        raw(head(1 << 70), b"abcd"),
        raw(head(None, "Content-Length: 3x"), b"abcd"),
        raw(b""),
        raw(head(1000), b"abc"),
        raw(head(1000), b"abc", end="reset"),
        raw(head(None, "Transfer-Encoding: chunked"), b"5\r\nab"),
        raw(head(None, "Transfer-Encoding: chunked"), b"3\r\nabc\r\n", end="reset"),
        raw(head(None, "Transfer-Encoding: chunked"), b"zz\r\nabc\r\n"),
        raw(head(None, "Transfer-Encoding: chunked"), b"-3\r\nabc\r\n"),
        raw(head(3, "Content-Encoding: gzip"), b"abc"),
        raw(head(3, "Content-Encoding: identity, br"), b"abc"),
        answering(500),
        answering(503),
        answering(204),
        answering(206, Content_Range="bytes 0-1/2"),
        answering(300),
        answering(304),
        answering(302),
        answering(302, Location="http://"),
        answering(302, Location="http://user:password@127.0.0.1/"),
        answering(302, Location="http://127.0.0.1\\@e.com/"),
        answering(302, Location="//[::1/"),
    ],
)
def test_what_no_source_may_answer(handler: Handler) -> None:
    with pytest.raises(OriginFailed) as caught:
        fetched(handler)
    assert caught.value.status == 502


def test_an_answer_longer_than_it_says_is_cut_and_leaks_into_no_other() -> None:
    numbers = count()

    async def handler(connection: Connection) -> None:
        number = next(numbers)
        surplus = head(4) + b"evil" if number == 0 else b""
        await connection.send(head(4) + b"%04d" % number + surplus)

    async def work() -> list[bytes]:
        async with origin(handler) as server, Sources(settings()) as sources:
            bodies = []
            for _ in range(3):
                async with sources.open(f"http://127.0.0.1:{server.port}/") as opened:
                    bodies.append(await read(opened))
            return bodies

    assert run(work()) == [b"0000", b"0001", b"0002"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 429, 451, 499])
def test_what_the_origin_refuses(status: int) -> None:
    with pytest.raises(OriginRefused, match=str(status)) as caught:
        fetched(answering(status))
    assert caught.value.status == (status if status != 499 else 400)


def endless(connection: Connection) -> Awaitable[None]:
    async def send() -> None:
        await connection.send(head(None))
        while True:
            await connection.send(BODY)

    return send()


@pytest.mark.parametrize("handler", [endless, raw(head(10_001)), raw(head(1 << 60))])
def test_too_many_bytes(handler: Handler) -> None:
    with pytest.raises(TooLarge, match=r"10000 bytes.*max_source_bytes") as caught:
        fetched(handler, max_source_bytes=10_000)
    assert (caught.value.status, caught.value.limit, caught.value.bound) == (
        413,
        "max_source_bytes",
        10_000,
    )


def test_as_many_bytes_as_may_be() -> None:
    assert fetched(whole, max_source_bytes=len(BODY)) == BODY


async def dripping(connection: Connection) -> None:
    await connection.send(head(1 << 20))
    while True:
        await connection.send(b"x")
        await asyncio.sleep(0.02)


async def dripping_headers(connection: Connection) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        await connection.send(b"x")
        await asyncio.sleep(0.02)


async def endless_hints(connection: Connection) -> None:
    while True:
        await connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("handler", "limit"),
    [
        (raw(end="wait"), "first_byte_seconds"),
        (dripping_headers, "first_byte_seconds"),
        (endless_hints, "first_byte_seconds"),
        (raw(head(10), b"abc", end="wait"), "stall_seconds"),
        (raw(head(None, "Transfer-Encoding: chunked"), b"3\r\nabc", end="wait"), "stall_seconds"),
        (dripping, "download_seconds"),
    ],
)
def test_too_slow(handler: Handler, limit: str) -> None:
    limits: dict[str, Any] = {limit: 0.3}
    with pytest.raises(OriginTimeout, match=f"{limit} is 0.3 s") as caught:
        fetched(handler, **limits)
    assert caught.value.status == 504


def test_the_time_of_the_reader_does_not_count() -> None:
    async def work() -> None:
        async with (
            origin(whole) as server,
            Sources(settings(download_seconds=0.5)) as sources,
            sources.open(f"http://127.0.0.1:{server.port}/") as opened,
        ):
            await asyncio.sleep(0.7)
            assert await read(opened) == BODY

    run(work())


def test_no_connection() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        port = full.getsockname()[1]
        with pytest.raises(OriginFailed, match=r"no connection to 127\.0\.0\.1"):
            run(fetch(f"http://127.0.0.1:{port}/"))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        with pytest.raises(OriginTimeout, match=r"connect_seconds is 0\.3 s"):
            run(fetch(f"http://127.0.0.1:{port}/", settings(connect_seconds=0.3)))
        for filler in fillers:
            filler.close()


def test_tls_that_is_none() -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 no\r\n\r\n")
        writer.close()

    async def work() -> None:
        async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(OriginFailed, match="TLS"):
                await fetch(f"https://127.0.0.1:{port}/")

    run(work())


def redirecting(connection: Connection) -> Awaitable[None]:
    """/n redirects to /n-1, /0 is the answer."""
    left = int(connection.path.rpartition("/")[2])
    if left == 0:
        return whole(connection)
    statuses = (301, 302, 303, 307, 308)
    return connection.answer(statuses[left % 5], b"moved", Location=f"./{left - 1}")


def test_redirects_are_followed_so_far() -> None:
    assert fetched(redirecting, "/x/5") == BODY
    with pytest.raises(OriginFailed, match=r"more than 5 times \(max_redirects\)"):
        fetched(redirecting, "/x/6")
    with pytest.raises(OriginFailed, match="more than 0 times"):
        fetched(redirecting, "/x/1", max_redirects=0)
    with pytest.raises(OriginFailed, match="more than 5 times"):
        fetched(answering(302, Location="/a.jpg"))


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:6379/_INFO",
        "data:image/jpeg;base64,AAAA",
        "javascript:1",
        "local:///a.jpg",
        "http://127.0.0.1:{port}/b",
        "//127.0.0.1:{port}/b",
        "http://127.1:{port}/b",
        "http://2130706433:{port}/b",
        "http://0x7f000001:{port}/b",
        "http://017700000001:{port}/b",
        "http://0:{port}/b",
        "http://[::1]:{port}/b",
        "http://[::ffff:127.0.0.1]:{port}/b",
        "http://[::ffff:169.254.169.254]/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://[64:ff9b::7f00:1]:{port}/b",
        "http://localhost:{port}/b",
        "http://LOCALHOST.:{port}/b",
        "http://inner.test:{port}/b",
    ],
)
def test_no_redirect_leads_inside(location: str) -> None:
    """The first server is allowed, as 127.0.0.2; what it redirects to is not."""

    async def handler(connection: Connection) -> None:
        if connection.path == "/b":
            return await whole(connection)
        target = location.format(port=servers[1].port)
        return await connection.answer(302, Location=target)

    async def work() -> None:
        async with origin(handler, "127.0.0.2") as outer, origin(handler) as inner:
            servers.extend([outer, inner])
            chosen = settings(allow_networks=("127.0.0.2/32",))
            names = {"localhost": [["127.0.0.1"]], "inner.test": [["10.0.0.1", "127.0.0.1"]]}
            with pytest.raises(NotAllowed) as caught:
                await fetch(f"http://127.0.0.2:{outer.port}/a", chosen, FakeResolver(names))
            assert caught.value.status == 403
            assert "10.0.0.1" not in str(caught.value)
            assert (len(outer.asked), inner.asked) == (1, [])

    servers: list[Origin] = []
    run(work())


def test_every_redirect_passes_the_lists() -> None:
    async def work() -> None:
        async def handler(connection: Connection) -> None:
            if connection.path == "/b":
                return await whole(connection)
            host = "b" if connection.path == "/1" else "c"
            return await connection.answer(302, Location=f"//{host}.test:{server.port}/b")

        names = {"a.test": [["127.0.0.1"]], "b.test": [["127.0.0.1"]], "c.test": [["127.0.0.1"]]}
        chosen = settings(allow_hosts=("*.test",), deny_hosts=("c.test",))
        async with origin(handler) as server:
            url = f"http://a.test:{server.port}"
            assert await fetch(f"{url}/1", chosen, FakeResolver(names)) == BODY
            with pytest.raises(NotAllowed, match=r"c\.test.*allow_hosts"):
                await fetch(f"{url}/2", chosen, FakeResolver(names))
            with pytest.raises(NotAllowed):
                await fetch(f"http://127.0.0.1:{server.port}/1", chosen)
            assert [connection.path for connection in server.asked] == ["/1", "/b", "/2"]

    run(work())


def test_a_redirect_may_not_leave_tls() -> None:
    with pytest.raises(NotAllowed, match="from https to http"):
        _redirected(parse_url("https://a.test/x"), "http://a.test/x")
    for start, location, target in [
        ("https://a.test/x/y", "z", "https://a.test/x/z"),
        ("http://a.test/", "https://b.test", "https://b.test/"),
    ]:
        assert str(_redirected(parse_url(start), location)) == target


INSIDE = words("""
    http://127.0.0.1:{port}/ http://127.1:{port}/ http://127.0.1:{port}/ http://2130706433:{port}/
    http://0x7f000001:{port}/ http://0x7f.1:{port}/ http://0X7F.0.0.0x1:{port}/ http://0177.1:{port}/
    http://017700000001:{port}/ http://0000000177.0.0.1:{port}/ http://127.0.0.1.:{port}/
    http://127.0.0.1:{port}?x http://127.0.0.1:{port}#x http://0:{port}/ http://0.0.0.0:{port}/
    http://00:{port}/ http://0x0:{port}/ http://[::]:{port}/ http://[::1]:{port}/ http://[0:0::1]:{port}/
    http://[0000:0000:0000:0000:0000:0000:0000:0001]:{port}/ http://[::127.0.0.1]:{port}/
    http://[::ffff:127.0.0.1]:{port}/ http://[::FFFF:7F00:1]:{port}/ http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/
    http://[::ffff:0:127.0.0.1]:{port}/ http://[64:ff9b::127.0.0.1]:{port}/ http://[2002:7f00:1::]:{port}/
    http://[2001:0:7f00:1::1]:{port}/ http://[2606:4700::5efe:127.0.0.1]:{port}/
    http://[fe80::1%25lo]:{port}/ http://[fe80::1]:{port}/ http://[::1%25lo]:{port}/ http://[::1%lo]:{port}/
    http://localhost:{port}/ http://LOCALHOST:{port}/ http://localhost.:{port}/ http://\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54:{port}/
    http://\uff11\uff12\uff17.\uff10.\uff10.\uff11:{port}/ http://127\u30020\u30020\u30021:{port}/ http://\u2460\u2461\u2466.0.0.1:{port}/
    http://private.test:{port}/ http://mixed.test:{port}/ http://mapped.test:{port}/ http://zone.test:{port}/
    http://name.test:{port}/ http://short.test:{port}/ http://metadata.test:{port}/
    http://user@127.0.0.1:{port}/ http://e.com@127.0.0.1:{port}/ http://e.com:80@127.0.0.1:{port}/
    http://e.com#@127.0.0.1:{port}/ http://127.0.0.1:{port}\\@e.com/ http://e.com\\@127.0.0.1:{port}/
    http://127.0.0.1%23@e.com:{port}/ http://127.0.0.1%00:{port}/ http://127%2e0.0.1:{port}/
    http://[127.0.0.1]:{port}/ http://[localhost]:{port}/ http://127.0.0.1:{port}:80/
    http:127.0.0.1:{port}/ http:/127.0.0.1:{port}/ http:///127.0.0.1:{port}/
    http:\\\\127.0.0.1:{port}/
    http://169.254.169.254/latest/meta-data/ http://[fd00:ec2::254]/ http://2852039166/
    http://0xa9fea9fe/ http://0251.0376.0251.0376/ http://[::ffff:a9fe:a9fe]/ http://168.63.129.16/
    http://100.100.100.200/ http://10.0.0.1/ http://192.168.1.1/ http://224.0.0.1/ http://255.255.255.255/
    unix:///run/docker.sock http+unix://%2frun%2fdocker.sock/ ws://127.0.0.1:{port}/ tcp://127.0.0.1:{port}
""")


def test_no_host_leads_inside() -> None:
    names = {
        "localhost": [["127.0.0.1", "::1"]],
        "private.test": [["10.0.0.1"]],
        "mixed.test": [["10.0.0.1", "::1", "127.0.0.1"]],
        "mapped.test": [["::ffff:127.0.0.1"]],
        "zone.test": [["fe80::1%lo"]],
        "name.test": [["localhost"]],
        "short.test": [["127.1", "2130706433"]],
        "metadata.test": [["169.254.169.254"]],
    }

    async def work() -> None:
        chosen = settings(allow_networks=())
        async with origin(whole) as server, Sources(chosen, FakeResolver(names)) as sources:
            for text in INSIDE:
                with pytest.raises((NotAllowed, BadReference, OriginFailed)) as caught:
                    async with sources.open(text.format(port=server.port)) as opened:
                        pytest.fail(f"{text}: {opened}")
                if ".test" in text:
                    assert re.search(r"\d\.\d|::", str(caught.value)) is None
                if isinstance(caught.value, OriginFailed):
                    assert "e.com" in text, text
            assert server.asked == []

    assert len(set(INSIDE)) >= 60
    run(work())


def test_a_name_that_changes_its_address() -> None:
    """What is checked is what is connected to: one look-up a connection, checked each time."""
    names = FakeResolver({"re.test": [["127.0.0.2"], ["127.0.0.1"]]})

    async def closing(connection: Connection) -> None:
        await connection.answer(200, BODY, Connection="close")

    async def work() -> None:
        async with origin(closing, "127.0.0.2") as server:
            url = f"http://re.test:{server.port}/"
            async with Sources(settings(allow_networks=("127.0.0.2/32",)), names) as sources:
                async with sources.open(url) as opened:
                    assert await read(opened) == BODY
                assert names.lookups == ["re.test"]
                connector = sources._http._session.connector
                cast(Any, connector).clear_dns_cache()
                with pytest.raises(NotAllowed, match="allow_networks"):
                    async with sources.open(url):
                        pass
        assert len(server.asked) == 1

    run(work())


def test_the_allowed_one_of_several_addresses_is_taken() -> None:
    async def work() -> None:
        names = FakeResolver({"both.test": [["10.0.0.1", "127.0.0.2"]]})
        async with origin(whole, "127.0.0.2") as server:
            chosen = settings(allow_networks=("127.0.0.2/32",))
            assert await fetch(f"http://both.test:{server.port}/", chosen, names) == BODY

    run(work())


def test_a_name_that_is_none() -> None:
    with pytest.raises(OriginFailed, match=r"nowhere\.test cannot be resolved") as caught:
        run(fetch("http://nowhere.test/", None, FakeResolver({})))
    assert "10.0.0.53" not in str(caught.value)


def test_conditional_requests() -> None:
    async def handler(connection: Connection) -> None:
        if connection.headers.get("if-none-match") == '"new"':
            await connection.answer(304, Content_Length="10", ETag='"new"')
        elif "if-modified-since" in connection.headers:
            await connection.answer(304)
        else:
            await connection.answer(200, BODY, ETag='"new"')

    async def work() -> None:
        async with origin(handler) as server, Sources(settings()) as sources:
            url = f"http://127.0.0.1:{server.port}/"
            for validators, expected in [
                (Validators('"new"', ""), NotModified()),
                (Validators("", "yesterday"), NotModified()),
            ]:
                async with sources.open(url, validators) as opened:
                    assert opened == expected
            for changed in (Validators('"old"', ""), Validators()):
                async with sources.open(url, changed) as opened:
                    assert await read(opened) == BODY

    run(work())


def test_validators_that_cannot_be_sent_back() -> None:
    async def work() -> None:
        answer = head(3, "ETag: \xff\xfe", "Last-Modified: \xe9") + b"abc"
        async with (
            origin(raw(answer)) as server,
            Sources(settings()) as sources,
            sources.open(f"http://127.0.0.1:{server.port}/") as opened,
        ):
            assert isinstance(opened, OpenedSource)
            assert opened.validators == Validators()
            assert await read(opened) == b"abc"

    run(work())


def test_a_look_up_that_never_ends() -> None:
    class Silent(FakeResolver):
        async def resolve(self, *_: Any, **__: Any) -> list[ResolveResult]:
            await asyncio.sleep(600)
            return []

    async def work() -> None:
        before = len(asyncio.all_tasks())
        with pytest.raises(OriginTimeout, match="connect_seconds"):
            await fetch("http://silent.test/", settings(connect_seconds=0.1), Silent({}))
        assert len(asyncio.all_tasks()) == before

    run(work())


@pytest.mark.parametrize("method", ["leave", "cancel"])
def test_the_download_ends_at_once(method: str) -> None:
    """And no more is read ahead than `read_ahead`, plus what the system buffers."""
    sent = 0

    async def handler(connection: Connection) -> None:
        nonlocal sent
        await connection.send(head(1 << 30))
        while True:
            await connection.send(bytes(1 << 16))
            sent += 1 << 16

    async def take_one(sources: Sources, port: int) -> None:
        async with sources.open(f"http://127.0.0.1:{port}/") as opened:
            assert isinstance(opened, OpenedSource)
            chunk = await cast(Any, opened.content).__anext__()
            assert 0 < len(chunk) <= CHUNK_BYTES
            if method == "cancel":
                await asyncio.sleep(600)

    async def work() -> None:
        async with (
            origin(handler) as server,
            Sources(settings(max_source_bytes=1 << 31)) as sources,
        ):
            task = asyncio.ensure_future(take_one(sources, server.port))
            if method == "cancel":
                await asyncio.sleep(0.3)
                task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await server.quiet()

    run(work())
    assert sent < 1 << 24


def test_pieces_are_merged() -> None:
    async def handler(connection: Connection) -> None:
        await connection.send(head(10_000))
        for _ in range(1000):
            await connection.send(b"0123456789")
        done.set()

    async def work() -> None:
        async with (
            origin(handler) as server,
            Sources(settings()) as sources,
            sources.open(f"http://127.0.0.1:{server.port}/") as opened,
        ):
            assert isinstance(opened, OpenedSource)
            await done.wait()
            await asyncio.sleep(0.1)
            assert [len(chunk) async for chunk in cast(Any, opened.content)] == [10_000]

    done = asyncio.Event()
    run(work())


def test_the_library_reads_it() -> None:
    data = pillow_jpeg(photo(900, 700), progressive=True)
    size = streamresize.Size(100, 100)

    async def work() -> streamresize.Result:
        async def handler(connection: Connection) -> None:
            await connection.answer(200, data)

        async with (
            origin(handler) as server,
            Sources(settings()) as sources,
            sources.open(f"http://127.0.0.1:{server.port}/p.jpg") as opened,
        ):
            assert isinstance(opened, OpenedSource)
            return await streamresize.aprocess(cast(Any, opened.content), [size])

    assert run(work()) == streamresize.process(data, [size])


def test_nothing_is_left_behind() -> None:
    handlers: list[Callable[[Connection], Awaitable[None]]] = [
        whole,
        endless,
        raw(head(1000), b"abc"),
        raw(head(1000), b"abc", end="reset"),
        raw(head(10), b"abc", end="wait"),
        raw(b"garbage\r\n\r\n"),
        answering(404),
        answering(302, Location="http://[::ffff:169.254.169.254]/"),
    ]
    numbers = count()

    async def handler(connection: Connection) -> None:
        await handlers[next(numbers) % len(handlers)](connection)

    async def work() -> None:
        chosen = settings(max_source_bytes=1 << 20, stall_seconds=0.05)
        async with origin(handler) as server:
            url = f"http://127.0.0.1:{server.port}/"
            tasks, files = len(asyncio.all_tasks()), sorted(open_files())
            async with Sources(chosen) as sources:
                for number in range(200):
                    with suppress(SourceFailure):
                        async with sources.open(url) as opened:
                            if number % 3:
                                await read(opened)
            await server.quiet()
            await asyncio.sleep(0.05)
            assert len(asyncio.all_tasks()) == tasks
            assert sorted(open_files()) == files

    run(work())
