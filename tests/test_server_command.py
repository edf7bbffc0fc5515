"""The commands serve and health, as processes."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from streamresize.cli import main
from streamresize_server.configuration import variable
from streamresize_server.settings import Settings

from .support.pictures import photo, pillow_jpeg

PHOTO = pillow_jpeg(photo(640, 480))
LISTENING = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")
PATIENCE = 60.0


def environment() -> dict[str, str]:
    names = [*map(variable, Settings.model_fields), "STREAMRESIZE_CONFIG"]
    return {name: value for name, value in os.environ.items() if name not in names}


class Running:
    """A service, its port, and the lines that it has written."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.lines.append(line)

    def ports(self) -> list[int]:
        """Of every process that has begun to listen so far."""
        found = (LISTENING.search(line) for line in list(self.lines))
        return [int(match[1]) for match in found if match]

    def listening(self, processes: int = 1) -> int:
        until(lambda: len(self.ports()) >= processes)
        return self.ports()[0]

    def pids(self) -> list[int]:
        return [int(n) for line in self.lines for n in re.findall(r"listening.*pid=(\d+)", line)]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status


@contextmanager
def serve(*flags: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "streamresize_server", "--port", "0", "--log-format", "text"]
    process = subprocess.Popen(
        [*command, *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
    )
    running = Running(process)
    try:
        yield running
    finally:
        process.kill()
        running.wait()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "nothing has happened"
        time.sleep(0.02)


def get(port: int, path: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


class SlowUpload:
    """A request whose body is still to come."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        head = (
            f"POST /v1/thumbnail?w=100 HTTP/1.1\r\nHost: x\r\nContent-Length: {len(PHOTO)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + PHOTO[:1000])

    def close(self) -> None:
        self._socket.close()

    def finish(self) -> bytes:
        """The status line, and the headers."""
        with self._socket:
            self._socket.sendall(PHOTO[1000:])
            return self._socket.recv(1 << 16)


def refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


def test_serving_until_sigterm() -> None:
    with serve() as running:
        port = running.listening()
        assert get(port, "/health")[0] == 200
        assert get(port, "/ready")[0] == 200
        assert main(["health", "--url", f"http://127.0.0.1:{port}"]) == 0
        assert running.stop() == 0
    assert any("path=/ready status=200" in line for line in running.lines)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_running_request_is_finished_and_no_other_begun(processes: str) -> None:
    with serve("--processes", processes) as running:
        port = running.listening(int(processes))
        upload = SlowUpload(port)
        until(lambda: b"in_progress 2" in get(port, "/metrics")[1])
        running.process.send_signal(signal.SIGTERM)
        until(lambda: refused(port))
        assert upload.finish().startswith(b"HTTP/1.1 200 OK\r\n")
        assert running.wait() == 0


def test_while_it_stops_it_is_not_ready() -> None:
    with serve() as running:
        port = running.listening()
        kept = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        upload = SlowUpload(port)
        until(lambda: b"in_progress 2" in get(port, "/metrics")[1])
        kept.connect()
        assert kept.sock is not None
        kept.sock.sendall(b"GET /ready HTTP/1.1\r\nHost: x\r\n")
        running.process.send_signal(signal.SIGTERM)
        until(lambda: refused(port))
        kept.sock.sendall(b"\r\n")
        answer = kept.sock.recv(1 << 16)
        kept.close()
        assert upload.finish().startswith(b"HTTP/1.1 200")
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"Connection: close" in answer
        assert running.wait() == 0


def test_a_request_that_never_ends_does_not_keep_it_from_stopping() -> None:
    with serve("--stop-seconds", "1", "--upload-stall-seconds", "50") as running:
        port = running.listening()
        upload = SlowUpload(port)
        until(lambda: b"in_progress 2" in get(port, "/metrics")[1])
        assert running.stop() == 0
        upload.close()


def test_several_processes_share_a_port_and_their_metrics() -> None:
    with serve("--processes", "2") as running:
        port = running.listening(2)
        assert running.ports() == [port, port]
        for _ in range(20):
            assert get(port, "/health")[0] == 200
        counted = b'requests_total{method="GET",route="/health",status="200"} 20.0'
        until(lambda: counted in get(port, "/metrics")[1])
        for _ in range(5):
            assert counted in get(port, "/metrics")[1]
        assert running.stop() == 0
    assert len(set(running.pids())) == 2


def test_a_process_that_dies_is_replaced() -> None:
    with serve("--processes", "2") as running:
        port = running.listening(2)
        time.sleep(1.1)  # it has not died at once
        os.kill(running.pids()[0], signal.SIGKILL)
        assert running.listening(3) == port
        assert get(port, "/health")[0] == 200
        assert running.stop() == 0
    assert any("a process has ended" in line for line in running.lines)


def test_the_processes_end_with_the_one_that_watches() -> None:
    with serve("--processes", "2") as running:
        port = running.listening(2)
        running.process.kill()
        until(lambda: refused(port))


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_port_that_is_taken(processes: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, told = outcome("--port", port, "--processes", processes)
    assert status == 2
    assert "in use" in told
    assert "STREAMRESIZE_PORT" in told


def outcome(*flags: str, **variables: str) -> tuple[int, str]:
    """Of a service that does not come to serve: its exit status, and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "streamresize", "serve", *flags],
        capture_output=True,
        text=True,
        env={**environment(), **variables},
        timeout=PATIENCE,
    )
    return done.returncode, done.stderr + done.stdout


def test_settings_of_no_use() -> None:
    assert outcome("--prot", "1")[0] == 2
    assert outcome("--por", "1")[0] == 2
    status, told = outcome("--queued", "0", "--port", "x")
    assert status == 2
    assert [line.split(":")[1].strip() for line in told.splitlines()] == ["port", "queued"]
    assert outcome(STREAMRESIZE_OPENED="many")[0] == 2


def test_settings_that_turn_out_to_be_of_no_use(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(b"no picture")
    for processes in ("1", "2"):
        status, told = outcome("--fallback-image", str(path), "--processes", processes)
        assert (status, told.splitlines()[0][:23]) == (2, "error: fallback_image: ")
    status, told = outcome("--presets", "small=nonsense:1")
    assert status == 2
    assert "preset 'small'" in told
    status, told = outcome("--cache-folder", str(path / "below"))
    assert status == 2
    assert "Not a directory" in told


def test_printing_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("opened = 3")
    flags = ["--config", str(path), "--port", "5", "--token", "letmein", "--no-only-presets"]
    status, told = outcome("--print-config", *flags, STREAMRESIZE_QUEUED="4")
    assert status == 0
    for line in ("port = 5  # flag", "queued = 4  # environment", f"opened = 3  # {path}"):
        assert line in told.splitlines()
    assert "letmein" not in told


def test_a_list_is_a_repeated_flag_or_has_commas() -> None:
    for flags in (["--deny-hosts", "a", "--deny-hosts", "b"], ["--deny-hosts", "a,b"]):
        assert 'deny_hosts = ["a", "b"]  # flag' in outcome("--print-config", *flags)[1]


def test_a_variable_that_is_no_setting_is_told() -> None:
    with serve() as running:
        running.listening()
    assert "warning" not in "".join(running.lines)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "STREAMRESIZE_PROT" in outcome("--port", port, STREAMRESIZE_PROT="1")[1]


def test_without_the_extra_serve_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "streamresize_server.command", None)
    with pytest.raises(SystemExit) as leaving:
        main(["serve", "--port", "80"])
    assert leaving.value.code == 2
    assert "streamresize[server]" in capsys.readouterr().err
    with pytest.raises(SystemExit) as leaving:
        main(["--print-completion", "bash"])
    assert not leaving.value.code


def test_help_has_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    shown = capsys.readouterr().out
    for name in Settings.model_fields:
        assert f"--{name.replace('_', '-')}" in shown
    assert "Undefined" not in shown
    assert "examples:" in shown


def test_completion_knows_the_flags(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--print-completion", "bash"])
    assert "--cache-folder" in capsys.readouterr().out


def test_other_commands_do_not_load_the_service() -> None:
    code = (
        "import sys; from streamresize.cli import main\n"
        "try: main(['probe', '--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('aiohttp', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


def test_health_of_what_does_not_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("STREAMRESIZE_PORT", str(port))
    assert main(["health"]) == 1
    assert f"127.0.0.1:{port}" in capsys.readouterr().err


def test_health_is_a_status_of_200(capsys: pytest.CaptureFixture[str]) -> None:
    with serve("--no-allow-unsigned") as running:
        port = running.listening()
        assert main(["health", "--url", f"http://127.0.0.1:{port}/no"]) == 1
        assert "status 404" in capsys.readouterr().err
        assert main(["health", "--url", f"http://127.0.0.1:{port}/ready"]) == 0


@pytest.mark.parametrize("url", ["ftp://x", "localhost:8080", "http://"])
def test_health_of_no_url(url: str) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["health", "--url", url])
    assert leaving.value.code == 2
