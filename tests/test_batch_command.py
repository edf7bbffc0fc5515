"""`streamresize batch`, as its users run it."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import streamresize
from streamresize.cli import inputs, main, state

from .support.corpus import ROOT, needs_corpus
from .support.pictures import photo, pillow_jpeg

BIG, SMALL = pillow_jpeg(photo(60, 40)), pillow_jpeg(photo(30, 40))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with in/a.jpg, in/b.JPEG (60 x 40) and in/deep/er/a.jpg (30 x 40)."""
    deep = tmp_path / "in" / "deep" / "er"
    deep.mkdir(parents=True)
    (tmp_path / "in" / "a.jpg").write_bytes(BIG)
    (tmp_path / "in" / "b.JPEG").write_bytes(BIG)
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    (deep / "a.jpg").write_bytes(SMALL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def batch(*arguments: str, out: str = "out", size: str = "20x20") -> int:
    """Exit status, also where argparse leaves."""
    try:
        return main(["batch", *arguments, "--out", out, "--size", size])
    except SystemExit as leaving:
        return int(leaving.code or 0)


def made(folder: str = "out") -> set[str]:
    """The outputs; the state file is none."""
    files = {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}
    return files - {state.FILE_NAME}


def rows(report: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(report).read_text().splitlines()]


ALL = {"a_20x13.jpg", "b_20x13.jpg", "deep/er/a_15x20.jpg"}


@pytest.mark.usefixtures("here")
def test_a_folder_with_its_folders(capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("in") == 0
    assert made() == ALL
    assert "3 of 3 inputs: 3 made, 0 kept, 0 failed; 3 files" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["in/*.jpg"], {"in/a_20x13.jpg"}),
        (["in/**/*.jpg"], {"in/a_20x13.jpg", "in/deep/er/a_15x20.jpg"}),
        (["./in/a.jpg", "in/a.jpg"], {"in/a_20x13.jpg"}),
        (["in", "--no-recursive"], {"a_20x13.jpg", "b_20x13.jpg"}),
        (["in", "--include", "A.*"], {"a_20x13.jpg", "deep/er/a_15x20.jpg"}),
        (["in", "--include", "deep/*"], {"deep/er/a_15x20.jpg"}),
        (["in", "--exclude", "er"], {"a_20x13.jpg", "b_20x13.jpg"}),
        (["in", "--exclude", "deep/er/a*", "--exclude", "*.jpeg"], {"a_20x13.jpg"}),
        (["in/*.*", "--exclude", "*.txt", "--exclude", "b*"], {"in/a_20x13.jpg"}),
        (["in", "--template", "{name}/{size}.{ext}"], {"a.jpg/20x20.jpg", "b.JPEG/20x20.jpg"}),
        (["in/b.JPEG", "--template", "{stem}-{height}"], {"b-13"}),
        (["in/b.JPEG", "--format", "webp"], {"in/b_20x13.webp"}),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_is_taken_and_how_it_is_named(arguments: list[str], expected: set[str]) -> None:
    batch(*arguments)
    assert made() == expected


@pytest.mark.usefixtures("here")
def test_several_sizes_from_one_pass() -> None:
    sizes = ["--size", "x10", "--size", "900", "--size", "800x"]
    assert batch("in/a.jpg", *sizes, "--report", "r.jsonl") == 0
    assert made() == {f"in/a_{size}.jpg" for size in ("20x13", "15x10", "60x40")}
    outputs = rows("r.jsonl")[0]["outputs"]
    assert [(o["width"], o["height"]) for o in outputs] == [(15, 10), (60, 40), (20, 13)]


@pytest.mark.usefixtures("here")
def test_pictures_have_the_options_of_resize() -> None:
    assert batch("in/a.jpg", "--fit", "cover", "--quality", "30") == 0
    wanted = streamresize.thumbnail("in/a.jpg", (20, 20), fit="cover", quality=30)
    assert Path("out/in/a_20x20.jpg").read_bytes() == wanted


@pytest.mark.usefixtures("here")
def test_formats_that_suit(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--format", "auto", "--max-bytes", "900", "--template", "{stem}.{ext}"]
    assert batch("in/a.jpg", "in/b.JPEG", *options, "--dry-run") == 0
    assert "out/a.{ext}" in capsys.readouterr().out
    assert batch("in/a.jpg", "in/b.JPEG", *options) == 0
    assert made() == {"a.jpg", "b.jpg"}
    assert all(Path("out", name).stat().st_size <= 900 for name in made())


@pytest.mark.parametrize(("null", "end"), [([], "\n"), ([], "\r\n"), (["-0"], "\0")])
@pytest.mark.parametrize("how", ["@names", "--list=names", "-", "--list=-"])
def test_lists_of_names(
    here: Path, how: str, null: list[str], end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "in" / "*.jpg").write_bytes(BIG)  # no pattern in a list
    names = end.join(["in/*.jpg", "", "in/b.JPEG", ""]).encode()
    Path("names").write_bytes(names)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(names)))
    assert batch(how, *null) == 0
    assert made() == {"in/*_20x13.jpg", "in/b_20x13.jpg"}


def test_hidden_files(here: Path) -> None:
    (here / "in" / ".hidden").mkdir()
    (here / "in" / ".hidden" / "h.jpg").write_bytes(SMALL)
    (here / "in" / ".dot.jpg").write_bytes(SMALL)
    assert batch("in") == 0
    assert made() == ALL
    assert batch("in", "--hidden", out="all") == 0
    assert made("all") == ALL | {".hidden/h_15x20.jpg", ".dot_15x20.jpg"}


def test_links_and_what_is_no_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "in" / "loop").symlink_to(here / "in")
    (here / "in" / "file.jpg").symlink_to(here / "in" / "a.jpg")
    (here / "in" / "folder.jpg").mkdir()
    os.mkfifo(here / "in" / "pipe.jpg")
    assert batch("in") == 0
    assert made() == ALL | {"file_20x13.jpg"}
    (here / "in" / "nowhere.jpg").symlink_to(here / "missing")
    assert batch("in") == 1
    assert "nowhere.jpg: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        "blå bär ☃.jpg",
        " space .jpg",
        "-o.jpg",
        "'\"$(x).jpg",
        "{size}.jpg",
        "a\nb.jpg",
        "\udcff.jpg",
    ],
)
def test_odd_names(here: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    Path("odd").mkdir()
    Path("odd", name).write_bytes(BIG)
    Path("odd", f"bad{name}").write_bytes(b"no picture")
    assert batch("odd", "--report", "r.csv", "--template", "{stem}_{size}.{ext}") == 1
    assert made() == {f"{name[:-4]}_20x20.jpg"}
    assert len(capfd.readouterr().err.splitlines()) == 2
    with Path("r.csv").open(newline="", errors="surrogateescape") as file:
        assert {row["input"] for row in csv.DictReader(file)} == {f"odd/{name}", f"odd/bad{name}"}
    assert batch("odd", "--report", "r.parquet", "--quiet") == 1
    assert pq.read_table("r.parquet").num_rows == 2


def test_no_name_leads_out_of_the_target(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "in" / "...jpg").write_bytes(BIG)
    Path("work").mkdir()
    os.chdir("work")
    assert batch("../in/...jpg", "../in/a.jpg", "--template", "{stem}/{stem}.{ext}") == 1
    assert made() == {"a/a.jpg"}
    assert "leads out of --out" in capsys.readouterr().err
    assert batch(str(here / "in" / "a.jpg"), "../in/b.JPEG", out="new") == 0
    assert made("new") == {f"{here}/in/a_20x13.jpg".lstrip("/"), "in/b_20x13.jpg"}
    assert {path.name for path in here.iterdir()} == {"in", "work"}


def test_of_inputs_with_one_name_the_first_is_made(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "in" / "a.jpeg").write_bytes(SMALL)
    assert batch("in", "--report", "r.jsonl") == 1
    assert made() == {"a_15x20.jpg", "b_20x13.jpg", "deep/er/a_15x20.jpg"}
    assert "in/a.jpg: its outputs could have the names of those of in/a.jpeg" in (
        capsys.readouterr().err
    )
    assert batch("in", "--template", "{dir}/{name}.{ext}", out="new") == 0
    assert len(made("new")) == 4
    assert batch("in", "--template", "{stem}.{ext}", out="flat") == 1
    assert made("flat") == {"a.jpg", "b.jpg"}


def test_a_number_in_a_name_may_meet_the_width(here: Path) -> None:
    """Of 1.jpg at 20 pixels and 12.jpg at 0 both would be 120."""
    (here / "in" / "1.jpg").write_bytes(BIG)
    (here / "in" / "12.jpg").write_bytes(BIG)
    assert batch("in/1.jpg", "in/12.jpg", "--template", "{stem}{width}.{ext}") == 1
    assert made() == {"120.jpg"}


@pytest.mark.usefixtures("here")
def test_two_pictures_of_one_input_need_two_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("in/a.jpg", "--size", "x5", "--template", "{width}/{stem}", "--enlarge") == 0
    assert batch("in/a.jpg", "--size", "20x", "--size", "20x5", "--template", "{dir}{width}") == 0
    status = main(
        ["batch", "in/a.jpg", "--out", "x", "--size", "20x20", "--size", "20x5"]
        + ["--fit", "fill", "--enlarge", "--template", "{width}"]
    )
    assert status == 1
    assert made("x") == set()
    assert "two sizes would be written to 20" in capsys.readouterr().err


def test_inputs_are_never_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("in/a.jpg", "in/b.JPEG", "--template", "{dir}/{name}", out=".") == 1
    assert (here / "in" / "a.jpg").read_bytes() == BIG
    assert capsys.readouterr().err.count("is an input and would be overwritten") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["in", "--size", "5", "--template", "{stem}.{ext}"],
        ["in", "--template", "../{stem}"],
        ["in", "--template", "/{stem}"],
        ["in", "--template", "{base}"],
        ["in", "--report", "r.xls"],
        ["in", "--jobs", "0"],
        ["out"],
        ["./in/../out/"],
    ],
)
@pytest.mark.usefixtures("here")
def test_wrong_usage_writes_nothing(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(*arguments) == 2
    assert "usage:" in capsys.readouterr().err
    assert not Path("out").exists()


@pytest.mark.usefixtures("here")
def test_something_must_be_asked_for() -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["batch", "in", "--out", "out"])
    assert leaving.value.code == 2
    assert main(["batch", "in", "--out", "out", "--fingerprint", "--report", "r.jsonl"]) == 0
    assert made() == set()
    hashes = [row["phash"] for row in rows("r.jsonl")]
    assert hashes[0] == str(streamresize.process("in/a.jpg", [], fingerprint=True).fingerprint)


@pytest.mark.usefixtures("here")
def test_the_target_has_a_name() -> None:
    assert batch("in", out="") == 2
    assert batch("@missing") == 1


@pytest.mark.usefixtures("here")
def test_nothing_found(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    assert batch("empty", "none*") == 1
    assert "no inputs" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_an_earlier_target_in_the_folder_is_no_input() -> None:
    for _ in range(2):
        assert batch("in", out="in/thumbs") == 0
    assert made("in/thumbs") == ALL


@pytest.mark.usefixtures("here")
def test_a_dry_run_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("in", "--dry-run", "--size", "5x5") == 0
    assert capsys.readouterr().out.splitlines()[0] == "in/a.jpg -> out/a_{width}x{height}.jpg"
    assert not Path("out").exists()
    assert batch("in/a.jpg", "--template", "{dir}/{name}") == 0
    capsys.readouterr()
    assert batch("in/*.*", "--template", "{dir}/{name}", "--resume", "--dry-run") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["in/b.JPEG -> out/in/b.JPEG", "in/notes.txt -> out/in/notes.txt"]


@pytest.fixture
def broken(here: Path) -> Path:
    """One input more, between the others, that fails, and one that is damaged."""
    (here / "in" / "aa.jpg").write_bytes(b"\xff\xd8 no picture")
    (here / "in" / "cut.jpg").write_bytes(BIG[: len(BIG) * 2 // 3])
    return here


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_failures_do_not_stop_the_others(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("in", "missing.jpg", "--report", "r.jsonl", "--jobs", jobs) == 1
    assert made() == ALL | {"cut_20x13.jpg"}
    said = capsys.readouterr().err
    assert "streamresize: in/aa.jpg: " in said
    assert "streamresize: in/cut.jpg: damaged: " in said
    assert "cannot open missing.jpg" in said
    statuses = {row["input"]: row["status"] for row in rows("r.jsonl")}
    assert [name for name, status in statuses.items() if status == "failed"] == [
        "in/aa.jpg",
        "missing.jpg",
    ]
    assert batch("in", "--strict", out="strict") == 1
    assert made("strict") == ALL


@pytest.mark.usefixtures("broken")
def test_fail_fast() -> None:
    assert batch("in", "--fail-fast", "--jobs", "1", "--report", "r.jsonl") == 1
    assert made() == {"a_20x13.jpg"}
    assert [row["status"] for row in rows("r.jsonl")] == ["made", "failed"]


@pytest.mark.usefixtures("broken")
def test_quiet_says_what_failed_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("in", "--quiet", "--exclude", "cut*") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1


@pytest.mark.usefixtures("broken")
def test_reports_agree() -> None:
    for name in ("r.jsonl", "r.csv", "r.parquet"):
        assert batch("in", "--fingerprint", "--report", f"reports/{name}") == 1
    expected = rows("reports/r.jsonl")
    assert len(expected) == 5
    in_parquet = pq.read_table("reports/r.parquet").to_pylist()
    with Path("reports/r.csv").open(newline="") as file:
        in_csv = [
            {**row, "outputs": json.loads(row["outputs"]), "warnings": json.loads(row["warnings"])}
            for row in csv.DictReader(file)
        ]
    for row, of_parquet, of_csv in zip(expected, in_parquet, in_csv):
        row.pop("seconds")
        of_parquet.pop("seconds")
        of_csv.pop("seconds")
        assert of_parquet == row
        assert {name: value or None for name, value in of_csv.items()} == {
            name: value if isinstance(value, list) else value and str(value)
            for name, value in row.items()
        } | {name: row[name] or None for name in ("outputs", "warnings")}
    first = expected[0]
    size = Path("out/a_20x13.jpg").stat().st_size
    assert first["outputs"] == [{"name": "a_20x13.jpg", "width": 20, "height": 13, "bytes": size}]
    assert (first["width"], first["height"], first["error"]) == (60, 40, None)
    assert first["bytes_read"] <= len(BIG)
    assert expected[3]["warnings"]


@pytest.mark.usefixtures("here")
def test_seconds_are_measured() -> None:
    assert batch("in", "--report", "r.jsonl") == 0
    assert all(0 < row["seconds"] < 60 for row in rows("r.jsonl"))


def statuses(*arguments: str, size: str = "20x20") -> str:
    """First letters of the statuses of the inputs of `in`: made, kept, failed."""
    batch("in", "--resume", "--report", "r.jsonl", *arguments, size=size)
    return "".join(row["status"][0] for row in rows("r.jsonl"))


@pytest.mark.usefixtures("here")
def test_resume_leaves_alone_what_is_finished() -> None:
    assert statuses() == "mmm"
    first = rows("r.jsonl")
    before = Path("out/a_20x13.jpg").stat().st_mtime_ns
    assert statuses("--jobs", "2", "--threads", "2") == "kkk"
    assert [{**row, "status": "made"} for row in rows("r.jsonl")] == first
    assert Path("out/a_20x13.jpg").stat().st_mtime_ns == before
    batch("in", "--report", "r.jsonl")
    assert [row["status"] for row in rows("r.jsonl")] == ["made"] * 3


@pytest.mark.usefixtures("here")
def test_resume_makes_again_what_has_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert statuses() == "mmm"
    assert statuses("--quality", "50") == "mmm"
    assert statuses("--fingerprint") == "mmm"
    assert statuses() == "mmm"
    assert statuses(size="20x") == "mmm"
    assert statuses() == "mmk"  # the portrait had another name at 20x
    assert statuses() == "kkk"
    Path("out/b_20x13.jpg").unlink()
    assert statuses() == "kmk"
    Path("out/a_20x13.jpg").write_bytes(b"")
    assert statuses() == "mkk"
    Path("in/a.jpg").write_bytes(SMALL)
    assert statuses() == "mkk"
    os.utime("in/b.JPEG", ns=(0, 0))
    assert statuses() == "kmk"
    Path("in/c.jpg").write_bytes(b"no picture")
    assert statuses() == "kkfk"
    assert statuses() == "kkfk"
    assert "kept, 1 failed" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_resume_after_a_line_was_cut() -> None:
    assert statuses() == "mmm"
    file = Path("out", state.FILE_NAME)
    file.write_bytes(file.read_bytes()[:-20] + b"\0\xff")
    assert statuses() == "kkm"
    assert statuses() == "kkk"
    file.write_bytes(b'[]\n"x"\n{}\n' + file.read_bytes())
    assert statuses() == "kkk"


@pytest.mark.usefixtures("here")
def test_resume_from_another_folder() -> None:
    assert statuses() == "mmm"
    os.chdir("in")
    assert main(["batch", "../in", "--out", "../out", "--size", "20x20", "--resume", "-q"]) == 0
    assert len(Path("../out", state.FILE_NAME).read_text().splitlines()) == 3


@pytest.mark.usefixtures("here")
def test_one_run_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").mkdir()
    with Path("out", state.FILE_NAME).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert batch("in") == 1
    assert made() == set()
    assert "held by another run" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.usefixtures("here")
def test_a_target_without_permission(capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").mkdir(mode=0o500)
    assert batch("in") == 1
    assert "Permission denied" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_targets_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_bytes(b"")
    assert batch("in", out="file") == 1
    assert "file" in capsys.readouterr().err
    Path("out/a_20x13.jpg").mkdir(parents=True)
    assert batch("in") == 1
    assert made() == ALL - {"a_20x13.jpg"}
    assert "in/a.jpg: " in capsys.readouterr().err
    assert batch("in", "--report", "file/r.csv") == 1


@pytest.mark.usefixtures("here")
def test_what_no_one_expects_fails_that_input_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    process = streamresize.process

    def strange(source: str, *arguments: Any, **options: Any) -> streamresize.Result:
        if source == "in/b.JPEG":
            raise ZeroDivisionError("strange")
        if source.startswith("in/deep"):
            raise MemoryError
        return process(source, *arguments, **options)

    monkeypatch.setattr(streamresize, "process", strange)
    assert batch("in", "--jobs", "1") == 1
    assert made() == {"a_20x13.jpg"}
    said = capsys.readouterr().err
    assert "in/b.JPEG: ZeroDivisionError: strange" in said
    assert "in/deep/er/a.jpg: not enough memory" in said


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "streamresize", "batch", *arguments]


def lines_in(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def wait_for(file: Path, lines: int) -> None:
    for _ in range(2000):
        if lines_in(file) >= lines:
            return
        time.sleep(0.01)
    raise AssertionError(f"{file} does not grow")


@pytest.fixture
def many(here: Path) -> list[str]:
    """Arguments of a batch over 300 pictures."""
    for number in range(300):
        (here / "in" / f"{number}.jpg").write_bytes(BIG)
    sizes = ["--size", "30x30", "--size", "20x20", "--size", "10x10"]
    return ["in", *sizes, "--fingerprint", "--jobs", "2"]


def contents(folder: str) -> dict[str, bytes]:
    return {name: Path(folder, name).read_bytes() for name in made(folder)}


def results(report: str) -> list[dict[str, Any]]:
    return [{**row, "seconds": 0, "status": ""} for row in rows(report)]


def test_killed_and_resumed_is_the_same_as_in_one_go(here: Path, many: list[str]) -> None:
    running = subprocess.Popen(
        command(*many, "--out", "out"), stderr=subprocess.PIPE, start_new_session=True
    )
    assert running.stderr is not None
    wait_for(here / "out" / state.FILE_NAME, 20)
    running.kill()
    running.stderr.read()  # to the end: no process is left that holds the pipe
    running.stderr.close()
    assert running.wait() == -signal.SIGKILL
    finished = lines_in(here / "out" / state.FILE_NAME)
    assert finished < 300
    (here / "out" / ".a_20x13.jpg.01234567.tmp").write_bytes(b"left by a killed run")
    assert main(["batch", *many, "--out", "out", "--resume", "--report", "resumed.jsonl"]) == 0
    assert main(["batch", *many, "--out", "whole", "--report", "whole.jsonl"]) == 0
    assert contents("out") == contents("whole")
    assert results("resumed.jsonl") == results("whole.jsonl")
    kept = [row["status"] for row in rows("resumed.jsonl")].count("kept")
    assert finished - 2 <= kept <= finished + 2


def heed_interruption() -> None:
    """A shell has it ignored in what it runs in the background, as these tests may be."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interruption(here: Path, many: list[str]) -> None:
    """As a terminal does it: all processes of the group are told."""
    running = subprocess.Popen(
        command(*many, "--out", "out", "--report", "r.jsonl"),
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=heed_interruption,
    )
    wait_for(here / "out" / state.FILE_NAME, 20)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 130
    assert b"interrupted" in said
    assert b"Traceback" not in said
    assert not list(here.rglob("*.tmp"))
    assert not Path("r.jsonl").exists()
    assert main(["batch", *many, "--out", "out", "--resume", "-q"]) == 0
    assert len(made()) == 3 * 303


def test_a_process_that_dies(
    monkeypatch: pytest.MonkeyPatch, many: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from concurrent.futures.process import BrokenProcessPool

    from streamresize.cli import batch_run

    def broken(*_: object, **__: object) -> None:
        raise BrokenProcessPool("gone")

    monkeypatch.setattr(batch_run, "map_in_processes", broken)
    assert main(["batch", *many, "--out", "out"]) == 1
    assert "--resume goes on" in capsys.readouterr().err


def test_small_batches_start_no_processes(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from streamresize.cli import batch_run

    asked: list[int] = []

    def note_jobs(work: Any, items: Any, *, jobs: int, together: int) -> Any:
        asked.append(jobs)
        return map(work, items)

    monkeypatch.setattr(batch_run, "map_in_processes", note_jobs)
    monkeypatch.setattr(batch_run, "processors", lambda: 3)
    assert batch("in") == 0
    monkeypatch.setattr(inputs, "MIN_WEIGHT", 0)
    assert batch("in") == 0
    assert batch("in", "--jobs", "2") == 0
    assert asked == [1, 3, 2]


@needs_corpus
def test_a_folder_of_broken_files_is_finished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "r.jsonl"
    arguments = ["--include", "made_*", "--report", str(report)]
    assert batch(str(ROOT / "broken"), *arguments, out=str(tmp_path / "out")) == 1
    failed = {row["input"] for row in rows(str(report)) if row["status"] == "failed"}
    said = capsys.readouterr().err
    assert failed
    assert all(f"streamresize: {name}: " in said for name in failed)
    made = [row for row in rows(str(report)) if row["status"] == "made"]
    assert all((tmp_path / "out" / o["name"]).exists() for row in made for o in row["outputs"])
