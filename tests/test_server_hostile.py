"""Requests that must not be answered with a picture, sent as they are written here.

Outside the roots lies a picture, and on the loopback listens a server, that nobody may ever get at.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from streamresize_server import Settings
from streamresize_server.imgproxy.signature import KeyPair, sign

from .support.exchanges import connected
from .support.origins import Connection, origin
from .support.pictures import photo, pillow_jpeg
from .support.serving import serving

HOST = "127.0.0.2"  # the only one of the loopback that may be asked
PHOTO = pillow_jpeg(photo(64, 48))
CANARY = pillow_jpeg(photo(48, 64))
PAIR = KeyPair(b"secret", b"salt")
REFUSED = re.compile(rb"HTTP/1\.[01] (400|401|403|404|405|422|502) ")

# Below the roots, as text of a URL. OUTSIDE stands for the folder of the picture outside.
PATHS = [
    "../canary.jpg",
    "../../canary.jpg",
    "./../canary.jpg",
    "folder/../../canary.jpg",
    "a.jpg/../../canary.jpg",
    "/../canary.jpg",
    "//../canary.jpg",
    "....//canary.jpg",
    "..;/canary.jpg",
    ".%2e/canary.jpg",
    "%2e%2e/canary.jpg",
    "%2e%2e%2fcanary.jpg",
    "..%2fcanary.jpg",
    "..%2f..%2fcanary.jpg",
    "%2e%2e%2f%2e%2e%2fcanary.jpg",
    "%252e%252e%252fcanary.jpg",
    "%252e%252e/canary.jpg",
    "%25252e%25252e%25252fcanary.jpg",
    "..%252fcanary.jpg",
    "..\\canary.jpg",
    "..%5ccanary.jpg",
    "..%255ccanary.jpg",
    "%c0%ae%c0%ae/canary.jpg",
    "%c0%ae%c0%ae%c0%afcanary.jpg",
    "%e0%80%ae%e0%80%ae/canary.jpg",
    "%ef%bc%8e%ef%bc%8e/canary.jpg",
    "%ef%bc%8e%ef%bc%8e%ef%bc%8fcanary.jpg",
    "%e2%80%a5/canary.jpg",
    "..%e2%88%95canary.jpg",
    "%u002e%u002e/canary.jpg",
    "..%00/canary.jpg",
    "../canary.jpg%00",
    "../canary.jpg%00a.jpg",
    "a.jpg%00",
    "a.jpg%00.png",
    "%00a.jpg",
    "..%0a/canary.jpg",
    "..%09/canary.jpg",
    "../roots-of-others/canary.jpg",
    "link.jpg",
    "folder/link.jpg",
    "folder-link/canary.jpg",
    "absolute-link.jpg",
    "OUTSIDE/canary.jpg",
    "//OUTSIDE/canary.jpg",
    "/proc/self/rootOUTSIDE/canary.jpg",
    "/proc/self/cwd/../../../../../../../../OUTSIDE/canary.jpg",
    "../../../../../../../../../../../../OUTSIDE/canary.jpg",
    "file://OUTSIDE/canary.jpg",
    "FILE:///OUTSIDE/canary.jpg",
    "local://canary.jpg",
    "local://../canary.jpg",
    "local:///../canary.jpg",
    "local:////../canary.jpg",
    "local:////OUTSIDE/canary.jpg",
    "local:///%2e%2e/canary.jpg",
    "Local:///..%2fcanary.jpg",
    "chained::file://OUTSIDE/canary.jpg",
    "filecache::OUTSIDE/canary.jpg",
    "~/canary.jpg",
    "~root/canary.jpg",
    "$OLDPWD/canary.jpg",
    "/etc/passwd",
    "/dev/stdin",
    "/dev/zero",
    "/proc/self/environ",
    "pipe",
    ".",
    "folder",
    "%20",
]

# PORT stands for the port that nobody may ask.
HOSTS = [
    "127.0.0.1:PORT",
    "127.0.0.1.:PORT",
    "localhost:PORT",
    "LOCALHOST:PORT",
    "localhost.:PORT",
    "127.1:PORT",
    "127.0.1:PORT",
    "127.00.00.01:PORT",
    "2130706433:PORT",
    "0x7f000001:PORT",
    "0x7F.0x0.0x0.0x1:PORT",
    "0177.0.0.1:PORT",
    "017700000001:PORT",
    "00000177.0.0.1:PORT",
    "127.0.0.1:0PORT",
    "0:PORT",
    "0.0.0.0:PORT",
    "[::1]:PORT",
    "[::]:PORT",
    "[0:0:0:0:0:0:0:1]:PORT",
    "[0000::0001]:PORT",
    "[::ffff:127.0.0.1]:PORT",
    "[::FFFF:7f00:1]:PORT",
    "[0:0:0:0:0:ffff:127.0.0.1]:PORT",
    "[::127.0.0.1]:PORT",
    "[64:ff9b::127.0.0.1]:PORT",
    "[64:ff9b::7f00:1]:PORT",
    "[2002:7f00:1::]:PORT",
    "[::1%25lo]:PORT",
    "[::1%lo]:PORT",
    "[::1%251]:PORT",
    "[fe80::1%25lo]:PORT",
    "[::ffff:127.0.0.1%25lo]:PORT",
    "[::1:PORT",
    "::1:PORT",
    "[127.0.0.1]:PORT",
    "user@127.0.0.1:PORT",
    "user:password@127.0.0.1:PORT",
    "127.0.0.2@127.0.0.1:PORT",
    "127.0.0.2:80@127.0.0.1:PORT",
    "127.0.0.2%40127.0.0.1:PORT",
    "127.0.0.2%23@127.0.0.1:PORT",
    "127.0.0.2%3F@127.0.0.1:PORT",
    "127.0.0.2\\@127.0.0.1:PORT",
    "127.0.0.1:PORT\\@127.0.0.2",
    "127.0.0.2%5c@127.0.0.1:PORT",
    "127.0.0.2&@127.0.0.1:PORT",
    "127.0.0.2%00.localhost:PORT",
    "127.0.0.1:PORT%00.example.com",
    "127.0.0.1%00:PORT",
    "127.0.0.2%0d%0aHost:localhost:PORT",
    "127.0.0.2%20localhost:PORT",
    "%31%32%37.0.0.1:PORT",
    "127%2e0%2e0%2e1:PORT",
    "%6c%6f%63alhost:PORT",
    "loc%61lhost:PORT",
    "%ef%bc%91%ef%bc%92%ef%bc%97.0.0.1:PORT",
    "%e2%91%a0%e2%91%a1%e2%91%a6.0.0.1:PORT",
    "127%e3%80%820%e3%80%820%e3%80%821:PORT",
    "%e2%93%9b%e2%93%9e%e2%93%92%e2%93%90%e2%93%9b%e2%93%97%e2%93%9e%e2%93%a2%e2%93%a3:PORT",
    "l%d0%becalhost:PORT",
    "localhost%e3%80%82:PORT",
    "127.0.0.1%ef%bc%9aPORT",
    "127.0.0.1:%ef%bc%91PORT",
    "127.0.0.1:PORT:80",
    "127.0.0.1:+PORT",
    "127.0.0.1:-PORT",
    "127.0.0.1:65536",
    "127.0.0.1:1e3",
    "127.0.0.3:PORT",
    "127.255.255.254:PORT",
    "169.254.169.254",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "2852039166",
    "0xA9FEA9FE",
    "0251.0376.0251.0376",
    "100.100.100.200",
    "168.63.129.16",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "192.168.0.1",
    "172.16.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
]

URLS = [
    "http:/127.0.0.1:PORT/x",
    "http:127.0.0.1:PORT/x",
    "http:///127.0.0.1:PORT/x",
    "http:////127.0.0.1:PORT/x",
    "http:\\\\127.0.0.1:PORT/x",
    "//127.0.0.1:PORT/x",
    "/\\127.0.0.1:PORT/x",
    "hTTp://127.0.0.1:PORT/x",
    "https://127.0.0.1:PORT/x",
    "ftp://127.0.0.1:PORT/x",
    "gopher://127.0.0.1:PORT/_x",
    "dict://127.0.0.1:PORT/x",
    "ws://127.0.0.1:PORT/x",
    "unix:///x",
    "data:image/jpeg;base64,/9j/",
    "javascript:x",
    "s3://bucket/x",
    "memory://x",
    "github://x:y@/z",
    "jar:http://127.0.0.1:PORT/x!/y",
    "url:http://127.0.0.1:PORT/x",
    "simplecache::http://127.0.0.1:PORT/x",
    "%20http://127.0.0.1:PORT/x",
    "%00http://127.0.0.1:PORT/x",
    "http%3a//127.0.0.1:PORT/x",
    "http%253a%252f%252f127.0.0.1:PORT/x",
]

# Whole heads; CRLF behind each.
HEADS = {
    "dots": b"GET /../canary.jpg HTTP/1.1\r\nHost: x",
    "many dots": b"GET /../../../../../../OUTSIDE/canary.jpg HTTP/1.1\r\nHost: x",
    "dots in code": b"GET /%2e%2e/canary.jpg HTTP/1.1\r\nHost: x",
    "dots behind a route": b"GET /v1/../../canary.jpg HTTP/1.1\r\nHost: x",
    "dots behind a slot": b"GET /unsafe/../../canary.jpg HTTP/1.1\r\nHost: x",
    "backslashes": b"GET \\..\\canary.jpg HTTP/1.1\r\nHost: x",
    "two slashes": b"GET //OUTSIDE/canary.jpg HTTP/1.1\r\nHost: x",
    "another host": b"GET //127.0.0.1:PORT/x HTTP/1.1\r\nHost: x",
    "no slash": b"GET canary.jpg HTTP/1.1\r\nHost: x",
    "an absolute target": b"GET http://127.0.0.1:PORT/x HTTP/1.1\r\nHost: x",
    "an absolute target as root": b"GET http://127.0.0.1:PORT HTTP/1.1\r\nHost: x",
    "an absolute target and a path": b"GET http://127.0.0.1:PORT/v1/thumbnail?w=9&path=../canary.jpg"
    b" HTTP/1.1\r\nHost: x",
    "an absolute target of TLS": b"GET https://127.0.0.1:PORT/x HTTP/1.1\r\nHost: x",
    "an absolute target of a file": b"GET file://OUTSIDE/canary.jpg HTTP/1.1\r\nHost: x",
    "a user in the target": b"GET http://x@127.0.0.1:PORT/x HTTP/1.1\r\nHost: x",
    "a proxy": b"CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHost: x",
    "a proxy with a path": b"CONNECT /v1/thumbnail?w=9&path=../canary.jpg HTTP/1.1\r\nHost: x",
    "an asterisk": b"GET * HTTP/1.1\r\nHost: x",
    "NUL in the target": b"GET /\0../canary.jpg HTTP/1.1\r\nHost: x",
    "a blank in the target": b"GET /v1/thumbnail?w=9&path=../canary.jpg x HTTP/1.1\r\nHost: x",
    "octets above 127": b"GET /unsafe/w:9/plain/\xc0\xae\xc0\xae/canary.jpg HTTP/1.1\r\nHost: x",
    "a header in the target": b"GET /v1/thumbnail?w=9&path=%0d%0aHost:%20127.0.0.1:PORT HTTP/1.1"
    b"\r\nHost: x",
    "two paths": b"GET /v1/thumbnail?w=9&path=a.jpg&path=../canary.jpg HTTP/1.1\r\nHost: x",
    "a path and a URL": b"GET /v1/thumbnail?w=9&path=a.jpg&url=http://127.0.0.1:PORT/x HTTP/1.1"
    b"\r\nHost: x",
    "the host of the canary": b"GET /x HTTP/1.1\r\nHost: 127.0.0.1:PORT",
    "the host of the canary, and its path": b"GET /unsafe/w:9/plain/x HTTP/1.1\r\n"
    b"Host: 127.0.0.1:PORT",
    "two hosts": b"GET /x HTTP/1.1\r\nHost: x\r\nHost: 127.0.0.1:PORT",
    "no host": b"GET /unsafe/w:9/plain/../canary.jpg HTTP/1.1",
    "a path as host": b"GET /unsafe/w:9/plain/canary.jpg HTTP/1.1\r\nHost: ../OUTSIDE",
    "forwarded": b"GET /x HTTP/1.1\r\nHost: x\r\nForwarded: host=127.0.0.1:PORT\r\n"
    b"X-Forwarded-Host: 127.0.0.1:PORT",
    "rewritten": b"GET /x HTTP/1.1\r\nHost: x\r\nX-Original-URL: /v1/thumbnail?w=9&path=a.jpg\r\n"
    b"X-Rewrite-URL: /v1/thumbnail?w=9&path=a.jpg",
    "another method": b"GET /x HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: POST",
    "a folded line": b"GET /x HTTP/1.1\r\nHost: x\r\n 127.0.0.1:PORT",
    "a blank in front of the colon": b"GET /x HTTP/1.1\r\nHost : x",
    "another version": b"GET /v1/thumbnail?w=9&path=a.jpg HTTP/3.7\r\nHost: x",
    "lengths and chunks": b"POST /v1/thumbnail?w=9 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked",
}

SIGNED = "/w:9/plain/local:///a.jpg"
SIGNATURE = sign(SIGNED, PAIR).decode()
OTHER = "/w:9/plain/local:///b.jpg"
TARGETS = {
    "no signature": SIGNED,
    "an empty signature": f"/{SIGNED}",
    "unsafe": f"/unsafe{SIGNED}",
    "insecure": f"/insecure{SIGNED}",
    "unsafe in code": f"/un%73afe{SIGNED}",
    "the signature of another path": f"/{sign(OTHER, PAIR).decode()}{SIGNED}",
    "for another path": f"/{SIGNATURE}{OTHER}",
    "by another key": f"/{sign(SIGNED, KeyPair(b'x', b'salt')).decode()}{SIGNED}",
    "by another salt": f"/{sign(SIGNED, KeyPair(b'secret', b'x')).decode()}{SIGNED}",
    "without a salt": f"/{sign(SIGNED, KeyPair(b'secret', b'')).decode()}{SIGNED}",
    "truncated": f"/{SIGNATURE[:-1]}{SIGNED}",
    "truncated much": f"/{SIGNATURE[:8]}{SIGNED}",
    "truncated before": f"/{SIGNATURE[1:]}{SIGNED}",
    "appended": f"/{SIGNATURE}A{SIGNED}",
    "padded": f"/{SIGNATURE}={SIGNED}",
    "padded in code": f"/{SIGNATURE}%3d{SIGNED}",
    "in code": f"/%{ord(SIGNATURE[0]):02x}{SIGNATURE[1:]}{SIGNED}",
    "in upper case": f"/{SIGNATURE.upper()}{SIGNED}",
    "twice": f"/{SIGNATURE}/{SIGNATURE}{SIGNED}",
    "unused bits": f"/{SIGNATURE[:-1]}{chr(ord(SIGNATURE[-1]) + 1)}{SIGNED}",
    "a letter that looks alike": f"/{SIGNATURE[:-1]}\u0430{SIGNED}",
    "letters of full width": f"/{chr(ord(SIGNATURE[0]) + 0xFEE0)}{SIGNATURE[1:]}{SIGNED}",
    "NUL behind": f"/{SIGNATURE}%00{SIGNED}",
    "a blank behind": f"/{SIGNATURE}%20{SIGNED}",
    "a slash in front": f"//{SIGNATURE}{SIGNED}",
    "a slash more": f"/{SIGNATURE}/{SIGNED}",
    "a slash at the end": f"/{SIGNATURE}{SIGNED}/",
    "dots": f"/{SIGNATURE}/..{SIGNED}",
    "dots from elsewhere": f"/x/../{SIGNATURE}/x/..{SIGNED}",
    "a dot": f"/{SIGNATURE}/.{SIGNED}",
    "an option more": f"/{SIGNATURE}/q:1{SIGNED}",
    "another size": f"/{SIGNATURE}{SIGNED.replace('9', '10')}",
    "another extension": f"/{SIGNATURE}{SIGNED}@png",
    "a letter in code": f"/{SIGNATURE}{SIGNED.replace('a.jpg', '%61.jpg')}",
    "a slash in code": f"/{SIGNATURE}%2f{SIGNED[1:]}",
    "a colon in code": f"/{SIGNATURE}{SIGNED.replace('w:', 'w%3a')}",
    "a query": f"/{SIGNATURE}{SIGNED}?w=10",
    "an empty query": f"/{SIGNATURE}{SIGNED}?x",
    "a fragment": f"/{SIGNATURE}{SIGNED}#x",
    "a parameter": f"/{SIGNATURE}{SIGNED};x",
    "an absolute target": f"http://x/{SIGNATURE}{SIGNED.replace('9', '10')}",
    "the query form": "/v1/thumbnail?w=9&path=a.jpg",
    "the query form in code": "/%76%31/thumbnail?w=9&path=a.jpg",
    "the query form, its slash in code": "/v1%2fthumbnail?w=9&path=a.jpg",
    "the query form behind two slashes": "//v1/thumbnail?w=9&path=a.jpg",
    "the query form behind dots": "/x/../v1/thumbnail?w=9&path=a.jpg",
    "the query form behind a dot": "/./v1/thumbnail?w=9&path=a.jpg",
    "the query form in upper case": "/V1/thumbnail?w=9&path=a.jpg",
    "the query form with an absolute target": "http://x/v1/thumbnail?w=9&path=a.jpg",
    "a signature for the query form": f"/{SIGNATURE}/v1/thumbnail?w=9&path=a.jpg",
    "the header of a picture": "/v1/info?path=a.jpg",
}
TOKENS = ("", "Bearer", "Bearer ", "Bearer None", "Bearer null", "Basic Og==", "bearer token ", "*")


class Trap(NamedTuple):
    """Where requests go: the ports of two services, one of them for signed URLs only; and what
    nobody may get at, a folder and a port.
    """

    service: int
    signed: int
    helper: int
    folder: Path
    canary: int

    def fill(self, text: str) -> str:
        return text.replace("OUTSIDE", str(self.folder)).replace("PORT", str(self.canary))

    def heads(self) -> Iterator[tuple[str, int, bytes]]:
        """A name for each request, the port it is for, and its head."""
        for path in PATHS:
            for form in ("/v1/thumbnail?w=9&path=", "/v1/info?path=", "/unsafe/w:9/plain/"):
                yield f"{form}{path}", self.service, get(form + self.fill(path))
            yield f"base64 {path}", self.service, get(self.encoded(path))
        for url in (*(f"http://{host}/x" for host in HOSTS), *URLS):
            for form in ("/v1/thumbnail?w=9&url=", "/unsafe/w:9/plain/"):
                yield f"{form}{url}", self.service, get(form + self.fill(url))
            yield f"base64 {url}", self.service, get(self.encoded(url))
            hop = urlsafe_b64encode(self.fill(url).encode()).decode()
            target = f"/unsafe/w:9/plain/http://{HOST}:{self.helper}/{hop}"
            yield f"redirect to {url}", self.service, get(target)
        for name, head in HEADS.items():
            yield name, self.service, self.fill(head.decode("latin-1")).encode("latin-1")
        for name, target in TARGETS.items():
            yield name, self.signed, get(target)
        for token in TOKENS:
            lines = f"Authorization: {token}"
            yield f"token {token!r}", self.signed, get("/v1/thumbnail?w=9&path=a.jpg", lines)

    def encoded(self, source: str) -> str:
        return f"/unsafe/w:9/{urlsafe_b64encode(self.fill(source).encode()).decode().rstrip('=')}"


def get(target: str, *lines: str) -> bytes:
    return "\r\n".join((f"GET {target} HTTP/1.1", "Host: x", *lines)).encode()


async def answer(port: int, head: bytes) -> bytes:
    """All that comes."""
    async with connected(port) as connection:
        await connection.send(head + b"\r\nConnection: close\r\n\r\n")
        return await connection.reader.read()


async def redirect(connection: Connection) -> None:
    """To what the path says."""
    if connection.path == "/good":
        await connection.answer(200, PHOTO)
    else:
        location = urlsafe_b64decode(connection.path[1:]).decode("ascii")
        await connection.answer(302, Location=location)


@asynccontextmanager
async def canary(asked: list[bytes]) -> AsyncIterator[int]:
    """A server on every address of this machine, which gives its picture to everyone."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(1000))
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + CANARY)
        writer.close()

    both = socket.has_dualstack_ipv6()
    listening = socket.create_server(
        ("::" if both else "0.0.0.0", 0),  # noqa: S104 - no address may be asked
        family=socket.AF_INET6 if both else socket.AF_INET,
        dualstack_ipv6=both,
    )
    server = await asyncio.start_server(serve, sock=listening)
    try:
        yield listening.getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def lay_out(folder: Path) -> Path:
    """The root, and beside it what nobody may read."""
    root, others = folder / "roots", folder / "roots-of-others"
    for path in (root / "folder", others):
        path.mkdir(parents=True)
    for path in (folder, others):
        (path / "canary.jpg").write_bytes(CANARY)
    (root / "a.jpg").write_bytes(PHOTO)
    (root / "link.jpg").symlink_to("../canary.jpg")
    (root / "folder" / "link.jpg").symlink_to("../../canary.jpg")
    (root / "folder-link").symlink_to("..")
    (root / "absolute-link.jpg").symlink_to(folder / "canary.jpg")
    os.mkfifo(root / "pipe")
    return root


@asynccontextmanager
async def trapped(folder: Path, asked: list[bytes]) -> AsyncIterator[Trap]:
    """asked: what the server that nobody may ask has been asked."""
    settings: dict[str, Any] = {"roots": (lay_out(folder),), "allow_networks": (f"{HOST}/32",)}
    secrets: dict[str, Any] = {
        "keys": (PAIR.key.hex(),),
        "salts": (PAIR.salt.hex(),),
        "token": "token",
    }
    async with (
        canary(asked) as port,
        origin(redirect, HOST) as helper,
        serving(Settings(**settings)) as service,
        serving(Settings(**settings, **secrets)) as signed,
    ):
        yield Trap(service.port, signed.port, helper.port, folder, port)
        await service.rests()
        await signed.rests()


def test_nothing_hostile_is_let_through(tmp_path: Path) -> None:
    """No picture is given, nothing outside is read or asked, and the service has not failed."""
    asked: list[bytes] = []

    async def work() -> dict[str, bytes]:
        async with trapped(tmp_path, asked) as trap:
            answers = {
                name: (await answer(port, head)).partition(b"\r\n")[0]
                for name, port, head in trap.heads()
            }
            for good in (
                "/v1/thumbnail?w=9&path=a.jpg",
                f"/unsafe/w:9/plain/http://{HOST}:{trap.helper}/good",
            ):
                assert (await answer(trap.service, get(good))).startswith(b"HTTP/1.1 200 ")
            assert (await answer(trap.signed, get(f"/{SIGNATURE}{SIGNED}"))).startswith(
                b"HTTP/1.1 200 "
            )
            return answers

    answers = asyncio.run(work())
    assert {name: line for name, line in answers.items() if not REFUSED.match(line)} == {}
    assert asked == []
    assert len(answers) >= 60


def test_the_trap_would_catch(tmp_path: Path) -> None:
    """A service that may read and ask everything gives what the table is about."""
    asked: list[bytes] = []

    async def work() -> None:
        async with trapped(tmp_path, asked) as trap:
            every = Settings(roots=(tmp_path,), allow_networks=("127.0.0.0/8",))
            async with serving(every) as careless:
                for target in ("path=canary.jpg", f"url=http://localhost:{trap.canary}/x"):
                    given = await answer(careless.port, get(f"/v1/thumbnail?w=9&{target}"))
                    assert given.startswith(b"HTTP/1.1 200 ")

    asyncio.run(work())
    assert len(asked) == 1
