"""`streamresize match`, `find-originals`, `duplicates` and `cluster`, as they are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from streamresize.cli import main
from streamresize.matching.sharpness import sharpness

from .support.pictures import pillow_jpeg, scene

WIDTH, HEIGHT = 1200, 900


def large(seed: int) -> Image.Image:
    """With detail up to the last pixel."""
    tiles = scene(seed, WIDTH, HEIGHT)
    for number in range(30):
        tile = scene(100 * seed + number, 300, 220).resize((200, 150), Image.Resampling.LANCZOS)
        tiles.paste(tile, (number % 6 * 200, number // 6 * 180))
    return tiles


def poor(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 4, image.height // 4), Image.Resampling.LANCZOS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Originals, an enlargement of a poor copy of each, others; queries: poor copies, crops."""
    folder = tmp_path_factory.mktemp("pictures")
    for name in ("queries", "in"):
        (folder / name).mkdir()
    for seed in (1, 2):
        original = large(seed)
        part = original if seed == 1 else original.crop((60, 90, 1140, 880))
        query = pillow_jpeg(poor(part), quality=30)
        (folder / "queries" / f"q{seed}.jpg").write_bytes(query)
        with Image.open(folder / "queries" / f"q{seed}.jpg") as small:
            again = small.resize(part.size, Image.Resampling.BICUBIC)
        (folder / "in" / f"original{seed}.jpg").write_bytes(pillow_jpeg(original))
        (folder / "in" / f"again{seed}.jpg").write_bytes(pillow_jpeg(again, quality=95))
    for seed in (20, 21, 22):
        (folder / "in" / f"other{seed}.jpg").write_bytes(pillow_jpeg(scene(seed)))
    catalog = str(folder / "cat.db")
    add = ["index", "add", str(folder / "in"), "--catalog", catalog, "--windows", "--keypoints"]
    assert main([*add, "-q"]) == 0
    return folder


def test_sharpness_tells_an_enlargement(folder: Path) -> None:
    original = sharpness(folder / "in" / "original1.jpg")
    again = sharpness(folder / "in" / "again1.jpg")
    assert (original.width, original.height) == (again.width, again.height) == (WIDTH, HEIGHT)
    assert original.fullness > 4 * again.fullness
    assert (original.quality, again.quality) == (90, 95)
    assert sharpness(folder / "queries" / "q1.jpg").quality == 30


@pytest.mark.parametrize("size", [(1, 1), (300, 20), (20, 300)])
def test_sharpness_of_small_pictures(size: tuple[int, int], tmp_path: Path) -> None:
    file = tmp_path / "small.jpg"
    file.write_bytes(pillow_jpeg(scene(3).resize(size)))
    assert 0 <= sharpness(file).fullness <= 1


@pytest.mark.parametrize("place", ["in", "catalog"])
def test_originals_are_found(
    place: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--in", str(folder / "in")] if place == "in" else ["--catalog", f"{folder}/cat.db"]
    out, report = tmp_path / "out", tmp_path / "report.jsonl"
    command = ["find-originals", str(folder / "queries"), *where, "--copy-to", str(out)]
    command += ["--report", str(report)]
    assert main([*command, "--dry-run"]) == 0
    assert "2 of 2 found" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
    assert main(command) == 0
    for seed in (1, 2):
        original = (folder / "in" / f"original{seed}.jpg").read_bytes()
        assert (out / f"q{seed}.jpg").read_bytes() == original
    rows = [json.loads(line) for line in report.read_text().splitlines()]
    assert [Path(row["original"]).name for row in rows] == ["original1.jpg", "original2.jpg"]
    assert all(row["score"] > 0.9 and row["detail"] > 2 for row in rows)


def test_nothing_is_overwritten_unless_asked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["find-originals", str(folder / "queries" / "q1.jpg"), "--catalog"]
    command += [str(folder / "cat.db"), "--copy-to", str(tmp_path), "--link"]
    (tmp_path / "q1.jpg").write_text("mine")
    assert main(command) == 1
    assert "--force" in capsys.readouterr().out
    assert (tmp_path / "q1.jpg").read_text() == "mine"
    assert main([*command, "--force"]) == 0
    assert (tmp_path / "q1.jpg").readlink() == folder / "in" / "original1.jpg"
    assert [file.name for file in tmp_path.iterdir()] == ["q1.jpg"]


def test_the_first_of_two_queries_with_a_name_counts(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "a" / "q.jpg", tmp_path / "b" / "q.jpg"
    for query, source in ((first, "q1.jpg"), (second, "q2.jpg")):
        query.parent.mkdir()
        query.write_bytes((folder / "queries" / source).read_bytes())
    command = ["find-originals", str(first), str(second), "--catalog", str(folder / "cat.db")]
    assert main([*command, "--copy-to", str(tmp_path / "out"), "--force"]) == 1
    assert "original of another query" in capsys.readouterr().out
    original = (folder / "in" / "original1.jpg").read_bytes()
    assert (tmp_path / "out" / "q.jpg").read_bytes() == original


def test_what_has_no_better_version_is_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["find-originals", str(folder / "in" / "original1.jpg"), str(tmp_path / "none.jpg")]
    command += ["--catalog", str(folder / "cat.db"), "--copy-to", str(tmp_path / "out")]
    assert main(command) == 1
    said = capsys.readouterr().out
    assert "original1.jpg: no better version" in said
    assert "none.jpg: " in said
    assert "0 of 2 found" in said
    assert not (tmp_path / "out").exists()


def test_matching(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query, page = str(folder / "queries" / "q2.jpg"), tmp_path / "page.html"
    command = ["match", query, "--catalog", str(folder / "cat.db")]
    assert main([*command, "--html", str(page)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == query
    assert {line.split("/")[-1] for line in lines[1:]} == {"again2.jpg", "original2.jpg"}
    assert page.read_text().count("<img") == 3
    assert main([*command, "--json", "-k", "1"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["query"] == query
    assert len(answer["found"]) == 1
    assert Path(answer["found"][0]["paths"][0]).name == "again2.jpg"
    both = ["match", query, str(tmp_path / "none.jpg"), *command[2:], "--least", "1"]
    assert main(both) == 1
    assert "nothing found" in capsys.readouterr().out


def test_names_cannot_break_the_page(folder: Path, tmp_path: Path) -> None:
    query = tmp_path / "<b>&.jpg"
    query.write_bytes((folder / "queries" / "q1.jpg").read_bytes())
    page = tmp_path / "page.html"
    assert main(["match", str(query), "--catalog", f"{folder}/cat.db", "--html", str(page)]) == 0
    assert "&lt;b&gt;&amp;.jpg" in page.read_text()


def test_duplicates(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalog, page = str(tmp_path / "cat.db"), tmp_path / "page.html"
    assert main(["index", "add", str(folder / "in"), "--catalog", catalog, "-q", "--windows"]) == 0
    capsys.readouterr()
    command = ["duplicates", "--catalog", catalog]
    assert main([*command, "--json", "--html", str(page)]) == 0
    groups = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(group["best"]).name for group in groups] == ["original1.jpg"]
    assert page.read_text().count("<img") == 2
    assert main([*command, "--crops"]) == 0
    names = [Path(line.split("  ")[0]).name for line in _unindented(capsys.readouterr().out)]
    assert sorted(names) == ["original1.jpg", "original2.jpg"]
    pair = [str(folder / "in" / name) for name in ("original1.jpg", "again1.jpg")]
    assert main([*command, "--not-duplicates", *pair]) == 0
    assert main(command) == 0
    assert capsys.readouterr().out == ""
    assert main([*command, "--not-duplicates", pair[0], "unknown.jpg"]) == 1


def _unindented(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(" ")]


def test_clusters(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["cluster", "--catalog", str(folder / "cat.db")]
    for similarity, sizes in (("0.3", {1: 5, 2: 1}), ("1", {7: 1}), ("0", {1: 7})):
        out = tmp_path / similarity
        assert main([*command, "--similarity", similarity, "--out", str(out)]) == 0
        table = capsys.readouterr().out.splitlines()[1:]
        assert table == [f"{size} : {count}" for size, count in sizes.items()]
        for size, count in sizes.items():
            clusters = list((out / f"cluster_with_{size}").iterdir())
            assert len(clusters) == count
            assert all(len(list(links.iterdir())) == size for links in clusters)
    (links,) = (tmp_path / "0.3" / "cluster_with_2").iterdir()
    assert {link.readlink().name for link in links.iterdir()} == {"again1.jpg", "original1.jpg"}
    assert main([*command, "--similarity", "1", "--out", str(tmp_path / "1")]) == 1
    assert "not empty" in capsys.readouterr().err


def test_large_collections_are_clustered_by_neighbours(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamresize.matching.clusters.MOST_IN_MATRIX", 2)
    command = ["cluster", "--catalog", str(folder / "cat.db"), "--similarity", "0.3"]
    assert main([*command, "--out", str(tmp_path / "out")]) == 0
    assert len(list((tmp_path / "out" / "cluster_with_2").iterdir())) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["match", "q.jpg", "--catalog", "none.db"],
        ["duplicates", "--catalog", "none.db"],
        ["cluster", "--catalog", "none.db", "--similarity", "0.5", "--out", "out"],
        ["find-originals", "q.jpg", "--catalog", "none.db", "--copy-to", "out"],
    ],
)
def test_without_a_catalog(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    assert "there is no catalog none.db" in capsys.readouterr().err
