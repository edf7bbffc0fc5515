"""The pages for users: every recipe runs, every public name is in the reference."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

import streamresize

from .support.pictures import photo, pillow_jpeg

ROOT = Path(__file__).parents[1]
HOWTO = (ROOT / "docs" / "howto.md").read_text()
JPEG = pillow_jpeg(photo(900, 700))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", HOWTO, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the recipes find."""
    (tmp_path / "photo.jpg").write_bytes(JPEG)
    for name, count in (("photos", 2), ("uploads", 1)):
        (tmp_path / name).mkdir()
        for number in range(count):
            (tmp_path / name / f"{number}.jpg").write_bytes(pillow_jpeg(photo(320 + number, 240)))
    (tmp_path / "uploads" / "good.jpg").write_bytes(JPEG)
    (tmp_path / "uploads" / "bad.jpg").write_bytes(b"<html>")
    (tmp_path / "uploads" / "damaged.jpg").write_bytes(JPEG[: len(JPEG) // 2])
    Image.fromarray(photo(90, 70)).save(tmp_path / "logo.png")
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("photo.jpg", JPEG)
    return tmp_path


def run(command: list[str], folder: Path) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_every_python_recipe_runs(number: int, folder: Path) -> None:
    script = folder / "recipe.py"
    script.write_text(blocks("python")[number])
    run([sys.executable, "-W", "error", script.name], folder)


def test_the_recipes_say_what_they_should(folder: Path) -> None:
    printed = {}
    for block in blocks("python"):
        (folder / "recipe.py").write_text(block)
        for key in ("LimitExceeded as error:\n        print", "batch.failures", "windows.shape"):
            if key in block:
                printed[key] = run([sys.executable, "recipe.py"], folder)
    strangers, batch, windows = printed.values()
    assert strangers.startswith("cannot be used: not a JPEG")
    assert batch.startswith("(3, 3, 224, 224)\n['0.jpg', 'damaged.jpg', 'good.jpg']\n{'bad.jpg'")
    assert windows == "(20, 224, 224, 3)\n"


def test_the_commands_run(folder: Path) -> None:
    for block in blocks("sh"):
        run(["bash", "-euc", block], folder)
    assert streamresize.probe(folder / "piped.jpg").width == 400
    assert {path.name for path in (folder / "thumbs").iterdir()} >= {"0_1600x.jpg", "1_200x200.jpg"}
    assert len(list((folder / "web").glob("*-800x.webp"))) == 2


def test_the_server_answers() -> None:
    (block,) = (block for block in blocks("python") if "web.Application" in block)
    names: dict[str, object] = {}
    exec(block, names)  # noqa: S102 - a page of this project
    app = names["app"]

    async def talk() -> list[tuple[int, bytes]]:
        async with TestClient(TestServer(app)) as client:  # type: ignore[arg-type]
            answers = [await client.post("/thumbnail", data=data) for data in (JPEG, b"<html>")]
            return [(answer.status, await answer.read()) for answer in answers]

    good, bad = asyncio.run(talk())
    assert good[0] == 200
    assert streamresize.probe(good[1]).width == 400
    assert bad == (422, b"not a JPEG: the SOI marker is missing (at byte 0)")


def test_every_public_name_is_in_the_reference(tmp_path: Path) -> None:
    """By the command of `make docs`."""
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", "")
    (line,) = (line for line in makefile.splitlines() if "-m pdoc" in line)
    command = line.strip().replace("$(BIN)/python", sys.executable)
    run(shlex.split(command.replace("build/docs", str(tmp_path))), ROOT)
    page = (tmp_path / "streamresize.html").read_text()
    sections = set(re.findall(r'<section id="(\w+)"', page))
    assert sections == set(streamresize.__all__)
