"""Sources, inputs and targets behind fsspec."""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

import streamresize
from streamresize import SourceError
from streamresize.cli import main
from streamresize.cli.storage import storage_of
from streamresize.sources import is_url

from .support.pictures import photo, pillow_jpeg

BIG, SMALL = pillow_jpeg(photo(60, 40)), pillow_jpeg(photo(30, 40))


@pytest.fixture
def memory() -> Generator[MemoryFileSystem, None, None]:
    """memory://in/a.jpg, memory://in/deep/b.jpg, and what no batch takes by itself."""
    system = fsspec.filesystem("memory")
    for name, data in {
        "a.jpg": BIG,
        "deep/b.jpg": SMALL,
        "deep/.hidden.jpg": SMALL,
        ".dot/c.jpg": SMALL,
        "notes.txt": b"no picture",
    }.items():
        system.pipe_file(f"/in/{name}", data)
    yield system
    system.rm("/", recursive=True)


def batch(*arguments: str) -> int:
    return main(["batch", "--size", "20x20", "--jobs", "1", *arguments])


def statuses(report: str) -> list[str]:
    return [json.loads(line)["status"] for line in Path(report).read_text().splitlines()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("s3://b/a.jpg", True),
        ("memory://a", True),
        ("C:/a.jpg", False),
        ("a.jpg", False),
        ("./http://a", False),
        ("1://a", False),
        ("://a", False),
    ],
)
def test_what_is_a_url(name: str, expected: bool) -> None:
    assert is_url(name) is expected


@pytest.mark.usefixtures("memory")
def test_the_library_reads_urls(tmp_path: Path) -> None:
    assert streamresize.probe("memory://in/a.jpg") == streamresize.probe(BIG)
    result = streamresize.process("memory://in/a.jpg", [streamresize.Size(20, 20)])
    assert result == streamresize.process(BIG, [streamresize.Size(20, 20)])
    (tmp_path / "a.jpg").write_bytes(BIG)
    assert streamresize.probe(f"file://{tmp_path}/a.jpg").width == 60


def test_a_progressive_file_and_many_blocks(memory: MemoryFileSystem) -> None:
    data = pillow_jpeg(photo(900, 700), progressive=True, quality=100)
    memory.pipe_file("/p.jpg", data)
    size = streamresize.Size(100, 100)
    assert streamresize.process("memory://p.jpg", [size]) == streamresize.process(data, [size])


@pytest.mark.usefixtures("memory")
def test_many_urls_in_processes() -> None:
    results = list(streamresize.process_many(["memory://in/a.jpg"], [], fingerprint=True, jobs=1))
    assert isinstance(results[0], streamresize.Result)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("memory://missing.jpg", "no such file"),
        ("nowhere://a.jpg", "Protocol not known"),
        ("file:///", "Is a directory"),
    ],
)
@pytest.mark.usefixtures("memory")
def test_what_cannot_be_opened(url: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        streamresize.probe(url)
    assert url in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_fsspec(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "fsspec"]:
        monkeypatch.delitem(sys.modules, name)
    plain_import = builtins.__import__

    def no_fsspec(name: str, *arguments: Any, **options: Any) -> Any:
        if name.partition(".")[0] == "fsspec":
            raise ImportError(name)
        return plain_import(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", no_fsspec)
    with pytest.raises(SourceError, match=r"pip install 'streamresize\[fsspec\]'"):
        streamresize.probe("s3://bucket/a.jpg")


def test_what_a_file_system_raises_is_a_source_error(
    memory: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Breaking:
        def __enter__(self) -> Breaking:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def read(self, size: int) -> bytes:
            raise KeyError("no such\ncredential")

    monkeypatch.setattr(MemoryFileSystem, "open", lambda *_, **__: Breaking())
    with pytest.raises(SourceError, match="cannot read memory:"):
        streamresize.probe("memory://in/a.jpg")


@pytest.mark.usefixtures("memory")
def test_the_other_commands_read_urls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = str(tmp_path / "{stem}.jpg")
    assert main(["resize", "memory://in/a.jpg", "-o", target, "--size", "20"]) == 0
    assert (tmp_path / "a.jpg").read_bytes() == streamresize.thumbnail(BIG, (20, 20))
    assert main(["probe", "memory://in/a.jpg"]) == 0
    assert main(["fingerprint", "memory://in/a.jpg", "memory://in/x.jpg"]) == 1
    captured = capsys.readouterr()
    assert "60x40" in captured.out
    assert "no such file" in captured.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["memory://in"], {"a_20x13.jpg", "deep/b_15x20.jpg"}),
        (["memory:///in/"], {"a_20x13.jpg", "deep/b_15x20.jpg"}),
        (["memory://in", "--no-recursive"], {"a_20x13.jpg"}),
        (["memory://in", "--exclude", "deep"], {"a_20x13.jpg"}),
        (["memory://in/*.jpg"], {"in/a_20x13.jpg"}),
        (["memory://in/**/b.jpg"], {"in/deep/b_15x20.jpg"}),
        (["memory://in/deep/b.jpg"], {"in/deep/b_15x20.jpg"}),
    ],
)
@pytest.mark.usefixtures("memory")
def test_a_batch_of_urls(arguments: list[str], expected: set[str], tmp_path: Path) -> None:
    batch(*arguments, "--out", str(tmp_path), "--exclude", "c.jpg")
    files = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
    assert files - {".streamresize-batch.jsonl"} == expected


def test_a_batch_to_a_url(memory: MemoryFileSystem, tmp_path: Path) -> None:
    done, report = str(tmp_path / "done.jsonl"), str(tmp_path / "r.jsonl")
    arguments = ["memory://in", "--out", "memory://out", "--state", done, "--report", report]
    for status in ("made", "kept"):
        assert batch(*arguments, "--resume") == 0
        assert statuses(report) == [status, status]
    assert set(memory.find("/out")) == {"/out/a_20x13.jpg", "/out/deep/b_15x20.jpg"}
    assert memory.cat_file("/out/a_20x13.jpg") == streamresize.thumbnail(BIG, (20, 20))
    memory.rm_file("/out/a_20x13.jpg")
    memory.pipe_file("/in/deep/b.jpg", BIG)
    assert batch(*arguments, "--resume") == 0
    assert statuses(report) == ["made", "made"]
    with pytest.raises(SystemExit):
        batch("memory://in", "--out", "memory://out", "--resume")


def test_a_batch_within_a_store(memory: MemoryFileSystem) -> None:
    for _ in range(2):
        assert batch("memory://in", "--out", "memory://in/thumbs") == 0
    thumbs = {path.removeprefix("/in/thumbs/") for path in memory.find("/in/thumbs")}
    assert thumbs == {"a_20x13.jpg", "deep/b_15x20.jpg"}


@pytest.mark.usefixtures("memory")
def test_a_url_that_cannot_be_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("nowhere://in", "memory://in/a.jpg", "--out", str(tmp_path)) == 1
    assert "nowhere://in: " in capsys.readouterr().err
    assert (tmp_path / "in" / "a_20x13.jpg").exists()


def test_the_root_of_a_file_system(memory: MemoryFileSystem) -> None:
    memory.rm("/in/deep", recursive=True)
    assert batch("memory://in", "--out", "memory://") == 0
    assert "/a_20x13.jpg" in memory.find("/")
    assert batch("memory://", "--out", "memory://out/") == 0
    assert set(memory.find("/out")) >= {"/out/in/a_20x13.jpg", "/out/a_20x13_20x13.jpg"}


def test_where_no_put_is_whole_a_name_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = f"file://{tmp_path}/new/x.jpg"
    storage = storage_of(target)
    storage.write(target, b"first")
    storage.write(target, b"second")
    assert (tmp_path / "new" / "x.jpg").read_bytes() == b"second"
    assert storage.size(target) == 6
    assert storage.size(f"{target}.not") is None

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.mv", full)
    with pytest.raises(OSError, match="No space"):
        storage.write(target, b"third")
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["x.jpg"]
