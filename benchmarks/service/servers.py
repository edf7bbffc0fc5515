"""The services that are compared: how each is started, and how it is asked for a picture."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
START_SECONDS = 120.0
STOP_SECONDS = 40.0


@dataclass(frozen=True)
class Server:
    """command: for a port and a folder of pictures. path: of a URL, for a file and a side.

    packages: of its own environment; none where it runs in ours.
    """

    title: str
    command: Callable[[Path, int, Path], Sequence[str]]
    path: Callable[[str, int], str]
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Running:
    process: int  # its number
    address: str  # as http://127.0.0.1:8080


def ours(variant: str, **settings: object) -> Server:
    """The service with settings."""
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]

    def command(_: Path, port: int, folder: Path) -> Sequence[str]:
        serve = [sys.executable, "-m", "streamresize_server"]
        return [*serve, f"--port={port}", f"--roots={folder}", *flags]

    return Server(f"streamresize, {variant}", command, thumbnail_path)


def thumbnail_path(name: str, side: int) -> str:
    return f"/v1/thumbnail?path={name}&w={side}&h={side}&q=80&format=jpeg"


def thumbor(processes: int) -> Server:
    def command(binaries: Path, port: int, folder: Path) -> Sequence[str]:
        serve = [str(binaries / "thumbor"), f"--conf={HERE / 'thumbor.conf'}"]
        listen = ["--ip=127.0.0.1", f"--port={port}", f"--processes={processes}"]
        return ["env", f"FILE_LOADER_ROOT_PATH={folder}", *serve, *listen, "--use-environment=1"]

    def path(name: str, side: int) -> str:
        return f"/unsafe/fit-in/{side}x{side}/{name}"

    title = f"thumbor, {processes} process{'es' * (processes > 1)}"
    return Server(title, command, path, ("thumbor",))


def pyvips() -> Server:
    def command(binaries: Path, port: int, folder: Path) -> Sequence[str]:
        serve = [str(binaries / "python"), str(HERE / "pyvips_server.py")]
        return ["env", "VIPS_CONCURRENCY=1", *serve, str(port), str(folder)]

    packages = ("pyvips[binary]", "aiohttp")
    return Server("pyvips in aiohttp", command, lambda name, side: f"/{side}/{name}", packages)


def install(server: Server, folder: Path) -> Path:
    """The folder of its programs, in an environment of its own if it needs one."""
    if not server.packages:
        return Path(sys.executable).parent
    place = folder / server.packages[0].partition("[")[0]
    binaries = place / "bin"
    if not (binaries / "installed").exists():
        venv.create(place, with_pip=True)
        pip = [str(binaries / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *server.packages], check=True)
        (binaries / "installed").touch()
    return binaries


@contextmanager
def running(server: Server, pictures: Path, folder: Path) -> Iterator[Running]:
    """The server, started, with its environment and its log in `folder`."""
    port = _free_port()
    command = server.command(install(server, folder), port, pictures.resolve())
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        _wait_for(port, process)
        yield Running(process.pid, f"http://127.0.0.1:{port}")
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} does not listen; see server.log")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):  # where none is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
