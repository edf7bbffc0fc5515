"""What a batch says while it runs, and the scripts for completion."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streamresize.cli import main, progress
from streamresize.cli.progress import BarProgress, PlainProgress, choose_progress
from streamresize.cli.rows import Made, Row

from .support.pictures import photo, pillow_jpeg

MADE = Row("a.jpg", "made", outputs=(Made("a_1x1.jpg", 1, 1, 2_000_000),), warnings=("at MCU 7",))
KEPT = Row("b.jpg", "kept", outputs=(Made("b_1x1.jpg", 1, 1, 100),), warnings=("at MCU 8",))
FAILED = Row("c\x1b[2J.jpg", "failed", error="no [bold]picture[/]")


def test_plain_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    with PlainProgress(4) as shown:
        for row in (MADE, KEPT, FAILED):
            shown.add(row)
    shown.end()
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "streamresize: a.jpg: damaged: at MCU 7"
    assert re.fullmatch(r"1 of 4 inputs, 0 failed, \d+/s, \d+ s left", lines[1])
    assert lines[3] == r"streamresize: c\x1b[2J.jpg: no [bold]picture[/]"
    assert lines[5].startswith("3 of 4 inputs: 1 made, 1 kept, 1 failed; 1 files, 2.0 MB in 0.")
    shown.end(interrupted=True)
    assert "interrupted, 3 or more of 4 are done" in capsys.readouterr().err


def test_lines_are_far_apart(capsys: pytest.CaptureFixture[str]) -> None:
    with PlainProgress(1) as shown:
        shown.add(KEPT)
    assert capsys.readouterr().err == ""


def test_time_left_and_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    shown = progress.Progress(10)
    now[0] = 104.0
    shown.add(KEPT)
    shown.add(KEPT)
    assert shown.rate() == "0.5/s"
    assert shown.seconds_left() == 16


def test_which_progress_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(choose_progress(1, quiet=True)) is progress.Progress
    assert type(choose_progress(1, quiet=False)) is PlainProgress
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert type(choose_progress(1, quiet=False)) is BarProgress
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    assert type(choose_progress(1, quiet=False)) is PlainProgress


def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(5):
        (tmp_path / "in" / f"{number}.jpg").write_bytes(pillow_jpeg(photo(40, 30)))
    (tmp_path / "in" / "[red]bad.jpg").write_bytes(b"no picture")
    ours, theirs = os.openpty()
    command = ["batch", "in", "--out", "out", "--size", "20"]
    running = subprocess.Popen(
        [sys.executable, "-m", "streamresize", *command],
        cwd=tmp_path,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 10_000):
            said += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert running.wait() == 1
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said.decode())
    assert re.search(r"6/6 .*/s 0:00:00 left 1 failed", text)
    assert "streamresize: in/[red]bad.jpg: " in text
    assert "6 of 6 inputs: 5 made, 0 kept, 1 failed" in text


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--print-completion", shell])
    assert leaving.value.code == 0
    script = capsys.readouterr().out
    for word in ("batch", "fingerprint", "--fail-fast", "contain"):
        assert word in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_completion_needs_shtab(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    with pytest.raises(SystemExit) as leaving:
        main(["--print-completion", "bash"])
    assert leaving.value.code == 2
    assert "pip install 'streamresize[cli]'" in capsys.readouterr().err


def test_the_help_names_all_that_a_template_may_have(capsys: pytest.CaptureFixture[str]) -> None:
    from streamresize.cli.names import PLACEHOLDERS

    with pytest.raises(SystemExit):
        main(["batch", "--help"])
    said = capsys.readouterr().out
    assert all(f"{{{name}}}" in said for name in PLACEHOLDERS)
    assert "examples:" in said
