"""Many inputs at once, in processes."""

import math
import multiprocessing
import os
from collections.abc import Generator, Iterator
from itertools import count, islice
from pathlib import Path
from typing import cast

import pytest

import streamresize
from streamresize import Result, Size
from streamresize.batch import Processes, map_in_processes
from streamresize.cli import inputs, main

from .support.pictures import photo, pillow_jpeg


def test_outcomes_come_in_the_order_of_the_items() -> None:
    outcomes = map_in_processes(math.sqrt, [n * n for n in range(50)], jobs=2, together=3)
    assert list(outcomes) == list(range(50))


def test_an_endless_input_is_taken_bit_by_bit() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    outcomes: Iterator[int] = map_in_processes(abs, items(), jobs=2, together=2)
    assert list(islice(outcomes, 5)) == [0, 1, 2, 3, 4]
    cast(Generator[int, None, None], outcomes).close()
    assert len(taken) < 50


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="math domain"):
        list(map_in_processes(math.sqrt, [4, -4], jobs=1))


def test_processes_start_before_there_is_anything_to_do() -> None:
    with Processes(math.sqrt, jobs=3) as processes:
        assert not multiprocessing.active_children()
        processes.start()
        started = multiprocessing.active_children()
        assert len(started) == 2
        assert list(processes.map([4, 9], together=1)) == [2, 3]
    assert [process.exitcode for process in started] == [0, 0]


def test_groups_ahead_are_for_the_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "OPENBLAS_NUM_THREADS"  # which the others have
    monkeypatch.delenv(name, raising=False)
    with Processes(os.getenv, jobs=2) as processes:
        assert list(processes.map([name] * 4, together=1, ahead=4)) == ["1"] * 4


def test_no_more_processes_start_than_have_something_to_do() -> None:
    outcomes: Iterator[float] = map_in_processes(math.sqrt, [4, 9], jobs=40, together=2)
    assert next(outcomes) == 2
    assert len(multiprocessing.active_children()) == 1
    assert list(outcomes) == [3]


def test_processes_end_where_nothing_has_come_to_be_done() -> None:
    with Processes(math.sqrt, jobs=2) as processes:
        processes.start()
        (started,) = multiprocessing.active_children()
    assert started.exitcode == 0


@pytest.mark.parametrize("given", [None, "3"])
def test_other_processes_have_one_thread_of_blas(
    given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "OPENBLAS_NUM_THREADS"
    monkeypatch.delenv(name, raising=False)
    if given is not None:
        monkeypatch.setenv(name, given)
    outcomes = list(map_in_processes(os.getenv, [name] * 40, jobs=2))
    assert set(outcomes) <= {given, given or "1"}
    assert given or "1" in outcomes
    assert os.environ.get(name) == given


def test_process_many(tmp_path: Path) -> None:
    widths = (300, 200, 100)
    files = [tmp_path / f"{width}.jpg" for width in widths]
    for file, width in zip(files, widths):
        file.write_bytes(pillow_jpeg(photo(width, 80)))
    files.insert(1, tmp_path / "missing.jpg")
    results = list(
        streamresize.process_many(files, [Size(40, 40)], fingerprint=True, jobs=2, together=1)
    )
    assert isinstance(results.pop(1), streamresize.SourceError)
    for width, file, result in zip(widths, (files[0], *files[2:]), results):
        assert isinstance(result, Result)
        assert result.info.width == width
        assert result == streamresize.process(file, [Size(40, 40)], fingerprint=True)


def test_process_many_needs_something_to_do() -> None:
    with pytest.raises(ValueError, match="nothing to do"):
        streamresize.process_many([], [])


def test_the_command_does_the_same_in_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(inputs, "MIN_WEIGHT", 0)
    names = [f"{number}.jpg" for number in range(9)]
    for number, name in enumerate(names):
        Path(name).write_bytes(pillow_jpeg(photo(60 + number, 50)))
    Path("3.jpg").write_bytes(b"no picture")
    said = {}
    for jobs in ("1", "2"):
        folder = f"jobs-{jobs}/"
        status = main(["resize", *names, "-o", folder, "--size", "32", "--jobs", jobs, "-v"])
        assert status == 1
        said[jobs] = capsys.readouterr().err.replace(folder, "")
    assert said["1"] == said["2"]
    assert "3.jpg: " in said["2"]
    for file in Path("jobs-1").iterdir():
        assert file.read_bytes() == (Path("jobs-2") / file.name).read_bytes()
    assert len(list(Path("jobs-2").iterdir())) == 8


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_jobs_is_a_number_from_1_on(jobs: str) -> None:
    with pytest.raises(SystemExit):
        main(["fingerprint", "a.jpg", f"--jobs={jobs}"])
