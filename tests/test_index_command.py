"""`streamresize index`, also where it is killed, and by two at once."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pyarrow.parquet as pq
import pytest

import streamresize
from streamresize.catalog import Catalog
from streamresize.cli import main
from streamresize.matching import Extract

from .support.pictures import photo, pillow_jpeg

COMMAND = (sys.executable, "-m", "streamresize", "index")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "below").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "b.jpg", "below/c.jpg")):
        (folder / name).write_bytes(pillow_jpeg(photo(64 + number, 48)))
    (folder / "copy.jpg").write_bytes((folder / "a.jpg").read_bytes())
    return folder


def many_files(folder: Path, count: int) -> list[str]:
    """Small pictures, the same but for a few bytes behind them."""
    folder.mkdir()
    data = pillow_jpeg(photo(48, 32))
    for number in range(count):
        (folder / f"{number:04}.jpg").write_bytes(data + str(number).encode())
    return sorted(map(str, folder.iterdir()))


def names_and_pictures(database: str) -> tuple[list[str], int]:
    with Catalog.open(database) as catalog:
        images = list(catalog)
        assert len(catalog.fingerprints(catalog.numbers())) == len(images)
        assert (catalog.index()._ids >= 0).sum() == len(images)
        return sorted(path for image in images for path in image.paths), len(images)


def test_adding(photos: Path, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "broken.jpg").write_bytes(b"no picture")
    assert main(["index", "add", str(photos), "--catalog", database]) == 1
    assert "broken.jpg" in capsys.readouterr().err
    (photos / "broken.jpg").unlink()
    names = sorted(str(file) for file in photos.rglob("*.jpg"))
    assert names_and_pictures(database) == (names, 3)
    with Catalog.open(database) as catalog:
        number = catalog.number_of(names[0])
        assert number is not None
        exact = streamresize.process(names[0], [], fingerprint=True).fingerprint
        assert catalog.fingerprint(number) == exact

    (photos / "b.jpg").write_bytes(pillow_jpeg(photo(90, 48)))
    assert main(["index", "add", str(photos), "--catalog", database]) == 0
    assert "4 of 4 inputs: 1 made, 3 kept, 0 failed" in capsys.readouterr().err
    assert names_and_pictures(database) == (names, 3)


def test_what_is_newly_asked_for_is_made(
    photos: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("cv2", reason="keypoints come from OpenCV")
    plain = np.full((48, 64, 3), 128, np.uint8)  # has no keypoints
    (photos / "plain.jpg").write_bytes(pillow_jpeg(plain))
    (photos / "a.jpg").unlink()
    command = ["index", "add", str(photos), "--catalog", database]
    for options, made, kept in (
        ([], 4, 0),
        (["--windows"], 4, 0),
        (["--windows"], 0, 4),
        (["--windows", "--keypoints"], 4, 0),
        (["--keypoints"], 0, 4),
        ([], 0, 4),
    ):
        assert main([*command, *options]) == 0
        assert f"{made} made, {kept} kept" in capsys.readouterr().err
    with Catalog.open(database) as catalog:
        numbers = list(catalog.numbers())
        assert catalog.kinds() == ["keypoints", "windows"]
        windows = catalog.features("windows", numbers)
        assert sorted(windows) == sorted(catalog.features("keypoints", numbers)) == numbers
        number = catalog.number_of(str(photos / "plain.jpg"))
        assert number is not None
        assert len(catalog.features("keypoints", [number])[number].hashes) == 0
        extracted = Extract(windows=True)(catalog.fingerprint(number))[0]
        assert windows[number].hashes.shape == extracted.hashes.shape


def test_removing(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--catalog", str(tmp_path / "cat.db")]
    assert main(["index", "add", "-q", str(photos), *where]) == 0
    (photos / "copy.jpg").unlink()
    assert main(["index", "remove", "--missing", *where]) == 0
    assert main(["index", "remove", str(photos / "below"), *where]) == 0
    assert capsys.readouterr().out == "1 names removed\n1 names removed\n"
    assert main(["index", "vacuum", *where]) == 0
    names, pictures = names_and_pictures(where[1])
    assert names == [str(photos / "a.jpg"), str(photos / "b.jpg")]
    assert pictures == 2
    capsys.readouterr()
    assert main(["index", "info", "--json", *where]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["pictures"], facts["names"], facts["chunks"]) == (2, 2, False)


def test_exports(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--catalog", str(tmp_path / "cat.db")]
    files = [str(tmp_path / f"table{suffix}") for suffix in (".csv", ".parquet", ".h5")]
    assert main(["index", "add", "-q", str(photos), *where]) == 0
    for file in files:
        assert main(["index", "export", file, *where]) == 0
        assert main(["index", "export", file, *where]) == 1
        assert "--force" in capsys.readouterr().err
        assert main(["index", "export", "--force", file, *where]) == 0
    with open(files[0], newline="") as text:
        rows = list(csv.DictReader(text))
    assert sorted(row["file"] for row in rows) == sorted(str(f) for f in photos.rglob("*.jpg"))
    for row in rows:
        found = streamresize.process(row["file"], [], fingerprint=True).fingerprint
        assert found is not None
        assert (row["phash"], row["pdq"]) == (found.phash.hex(), found.pdq.hex())
        assert int(row["width"]) == found.width
    table = pq.read_table(files[1]).to_pylist()
    assert [{k: str(v) for k, v in row.items()} for row in table] == rows
    with h5py.File(files[2]) as arrays:
        assert [name.decode() for name in arrays["files"]] == [row["file"] for row in rows]
        bits = [np.packbits(row).tobytes().hex() for row in arrays["fps"]]
        assert bits == [row["phash"] for row in rows]
        assert [row.tobytes().hex() for row in arrays["pdq"]] == [row["pdq"] for row in rows]


def test_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--catalog", str(tmp_path / "cat.db")]
    for arguments in (["add"], ["remove"], ["export", "table.txt"]):
        with pytest.raises(SystemExit, match="2"):
            main(["index", *arguments, *where])
    for action in ("info", "vacuum"):
        assert main(["index", action, *where]) == 1
        assert "there is no catalog" in capsys.readouterr().err


def test_killed_and_run_again(database: str, tmp_path: Path) -> None:
    """Killed whenever something new is in the catalog: nothing is lost, nothing is there twice."""
    files = many_files(tmp_path / "many", 700)
    command = (*COMMAND, "add", "-q", "-j1", str(tmp_path / "many"), "--catalog", database)
    kept = 0
    with Catalog.open(database) as catalog:
        for _ in range(2):
            process = subprocess.Popen(command)
            while process.poll() is None and catalog.count() == kept:
                time.sleep(0.005)
            process.kill()
            assert process.wait() == -signal.SIGKILL
            assert catalog.count() > kept
            kept = catalog.count()
            assert len(catalog.index()) == kept
        assert kept < len(files)
    assert subprocess.run(command).returncode == 0
    assert names_and_pictures(database) == (files, len(files))


def test_two_at_once(database: str, tmp_path: Path) -> None:
    """They begin with a catalog that is not there yet, and have half of the files in common."""
    files = many_files(tmp_path / "many", 300)
    halves = (files[:200], files[100:])
    command = (*COMMAND, "add", "-q", "-j1", "--catalog", database, "-")
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, text=True, env=os.environ) for _ in halves
    ]
    for process, names in zip(processes, halves):
        assert process.stdin is not None
        process.stdin.write("\n".join(names))
        process.stdin.close()
    assert [process.wait() for process in processes] == [0, 0]
    assert names_and_pictures(database) == (files, len(files))
