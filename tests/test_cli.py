"""The command, as its users run it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import imagehash
import pytest
from PIL import Image

import streamresize
from streamresize.cli import main
from streamresize.targets import Target

from .support.jpeg_writer import Options
from .support.pictures import photo, pillow_jpeg, small_jpeg
from .support.profiles import rgb_profile

Run = subprocess.CompletedProcess[bytes]


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a.jpg (300 x 200), b.jpg (120 x 160) and bad.jpg; the current folder, too."""
    (tmp_path / "a.jpg").write_bytes(pillow_jpeg(photo(300, 200)))
    (tmp_path / "b.jpg").write_bytes(pillow_jpeg(photo(120, 160)))
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8 no picture")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def size_of(name: str) -> tuple[int, int]:
    with Image.open(name) as image:
        return image.size


def status_of(*arguments: str) -> int:
    """Exit status, also where argparse leaves."""
    try:
        return main(arguments)
    except SystemExit as leaving:
        return int(leaving.code or 0)


@pytest.mark.usefixtures("pictures")
def test_one_size_of_one_input() -> None:
    assert main(["resize", "a.jpg", "-o", "small.jpg", "--size", "90x90"]) == 0
    assert size_of("small.jpg") == (90, 60)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("60x", (60, 40)),
        ("x50", (75, 50)),
        ("60", (60, 40)),
        ("60x20", (30, 20)),
        ("50%", (150, 100)),
        ("x25%", (75, 50)),
    ],
)
@pytest.mark.usefixtures("pictures")
def test_forms_of_size(text: str, size: tuple[int, int]) -> None:
    assert main(["resize", "a.jpg", "-o", "small.jpg", "--size", text]) == 0
    assert size_of("small.jpg") == size


def test_several_sizes_of_several_inputs(pictures: Path) -> None:
    sizes = ["--size", "50x50", "--size", "20x"]
    assert main(["resize", "a.jpg", "b.jpg", "-o", "new/{size}/{stem}.{ext}", *sizes]) == 0
    made = {"new/50x50/a.jpg", "new/50x50/b.jpg", "new/20x/a.jpg", "new/20x/b.jpg"}
    assert files(pictures) == made | {"a.jpg", "b.jpg", "bad.jpg"}
    assert size_of("new/20x/b.jpg") == (20, 27)


def test_a_folder_as_output(pictures: Path) -> None:
    assert main(["resize", "a.jpg", "-o", "thumbs/", "--size", "50x50", "--format", "webp"]) == 0
    assert "thumbs/a_50x50.webp" in files(pictures)


@pytest.mark.parametrize("name", ["x.png", "x.webp", "x.jpeg", "x"])
@pytest.mark.usefixtures("pictures")
def test_the_format_follows_the_name(name: str) -> None:
    assert main(["resize", "a.jpg", "-o", name, "--size", "50", "--quality", "50"]) == 0
    expected = {"x.png": "PNG", "x.webp": "WEBP"}.get(name, "JPEG")
    with Image.open(name) as image:
        assert image.format == expected


@pytest.mark.usefixtures("pictures")
def test_fit_and_enlarge() -> None:
    assert main(["resize", "a.jpg", "-o", "x.jpg", "--size", "50x50", "--fit", "cover"]) == 0
    assert size_of("x.jpg") == (50, 50)
    assert main(["resize", "a.jpg", "-o", "y.jpg", "--size", "600x", "--enlarge"]) == 0
    assert size_of("y.jpg") == (600, 400)


@pytest.mark.parametrize(
    ("arguments", "size", "corner"),
    [
        (["--fit", "pad", "--background", "#204060"], (60, 60), (32, 64, 96)),
        (["--dpr", "2"], (120, 80), None),
        (["--padding", "5", "--background", "#204060"], (70, 50), (32, 64, 96)),
        (["--padding", "1,2,3,4", "--dpr", "2"], (132, 88), (255, 255, 255)),
        (["--region", "50%,0,50%,50%"], (60, 40), None),
        (["--region", "0,0,100,200"], (30, 60), None),
        (["--rotate", "90"], (40, 60), None),
    ],
)
@pytest.mark.usefixtures("pictures")
def test_geometry(
    arguments: list[str], size: tuple[int, int], corner: tuple[int, int, int] | None
) -> None:
    assert main(["resize", "a.jpg", "-o", "x.png", "--size", "60", *arguments]) == 0
    assert size_of("x.png") == size
    if corner:
        with Image.open("x.png") as image:
            assert image.getpixel((0, 0)) == corner


@pytest.mark.usefixtures("pictures")
def test_gravity_and_mirror() -> None:
    made = {}
    for where in ("west", "east"):
        for mirror in ("horizontal", "vertical"):
            arguments = ["--fit", "cover", "--gravity", where, "--mirror", mirror]
            assert main(["resize", "a.jpg", "-o", "x.png", "--size", "50", *arguments]) == 0
            made[where, mirror] = Path("x.png").read_bytes()
    assert len(set(made.values())) == 4


def test_a_region_outside_one_picture_does_not_stop_the_others(
    pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["b.jpg", "a.jpg"]
    options = ["--size", "50", "--region", "200,0,50,50"]
    assert main(["resize", *names, "-o", "{stem}-part.png", *options]) == 1
    assert "outside the picture of 120 x 160" in capsys.readouterr().err
    assert "a-part.png" in files(pictures)
    assert "b-part.png" not in files(pictures)


def test_a_failing_file_does_not_stop_the_others(
    pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["bad.jpg", "missing.jpg", "a.jpg"]
    assert main(["resize", *names, "-o", "{stem}-small.jpg", "--size", "50"]) == 1
    assert files(pictures) == {"a.jpg", "b.jpg", "bad.jpg", "a-small.jpg"}
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("streamresize: bad.jpg: ")
    assert "cannot open missing.jpg" in lines[1]
    assert captured.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.jpg", "b.jpg", "-o", "x.jpg", "--size", "50"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--size", "60"],
        ["a.jpg", "a.jpg", "-o", "{stem}.png", "--size", "50"],
        ["a.jpg", "-o", "a.jpg", "--size", "50"],
        ["a.jpg", "-o", "./{stem}.jpg", "--size", "50"],
        ["a.jpg", "-o", "-", "--size", "50", "--size", "60"],
        ["a.jpg", "-o", "x.jpg", "--size", "0x5"],
        ["a.jpg", "-o", "x.jpg", "--size", "big"],
        ["a.jpg", "-o", "x.jpg", "--size", "x"],
        ["a.jpg", "-o", "x.jpg", "--size", "1.5x"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--dpr", "0"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--gravity", "up"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--background", "nothing"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--padding", "1,2,3"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--padding", "-1"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--padding", "1.5"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--region", "0,0,5"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--region", "0,0,5,0"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--rotate", "45"],
        ["a.jpg", "-o", "x.jpg", "--size", "50", "--quality", "101"],
        ["a.jpg", "-o", "x.jpg"],
        ["-o", "x.jpg", "--size", "50"],
    ],
)
def test_wrong_usage_writes_nothing(
    pictures: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("resize", *arguments) == 2
    assert files(pictures) == {"a.jpg", "b.jpg", "bad.jpg"}
    assert "usage:" in capsys.readouterr().err


def test_nothing_half_written(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Target, data: bytes) -> None:
        write(self, data[:100])
        raise OSError(28, "No space left on device")

    write = Target.write
    monkeypatch.setattr(Target, "write", full)
    assert main(["resize", "a.jpg", "-o", "x.jpg", "--size", "50"]) == 1
    assert files(pictures) == {"a.jpg", "b.jpg", "bad.jpg"}


@pytest.mark.usefixtures("pictures")
def test_results_beyond_memory_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["-o", "x.png", "--size", "9999999x9999999", "--fit", "fill", "--enlarge"]
    assert main(["resize", "a.jpg", *arguments]) == 1
    assert "a.jpg: not enough memory" in capsys.readouterr().err


@pytest.mark.usefixtures("pictures")
def test_damage_is_a_warning_or_with_strict_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    data = Path("a.jpg").read_bytes()
    Path("cut.jpg").write_bytes(data[: len(data) // 2])
    assert main(["resize", "cut.jpg", "-o", "x.jpg", "--size", "50"]) == 0
    assert "cut.jpg: damaged: " in capsys.readouterr().err
    assert main(["resize", "cut.jpg", "-o", "y.jpg", "--size", "50", "--strict"]) == 1


@pytest.mark.usefixtures("pictures")
def test_orientation(capsys: pytest.CaptureFixture[str]) -> None:
    Path("turned.jpg").write_bytes(small_jpeg([(1, 1)], (40, 20), Options(orientation=6)))
    assert main(["resize", "turned.jpg", "-o", "x.jpg", "--size", "40", "-v"]) == 0
    assert size_of("x.jpg") == (20, 40)
    assert "turned.jpg: 40x20 -> x.jpg 20x40" in capsys.readouterr().err
    assert main(["resize", "turned.jpg", "-o", "y.jpg", "--size", "40", "--no-auto-orient"]) == 0
    assert size_of("y.jpg") == (40, 20)


@pytest.mark.usefixtures("pictures")
def test_probe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "a.jpg", "b.jpg"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("a.jpg: 300x200, SOF0, ycbcr 2x2 1x1 1x1, 8 bit")
    assert second.startswith("b.jpg: 120x160")
    assert main(["probe", "--json", "a.jpg", "bad.jpg"]) == 1
    facts = json.loads(capsys.readouterr().out)
    info = streamresize.probe("a.jpg")
    assert facts == {"file": "a.jpg", **json.loads(json.dumps(info.to_dict()))}


@pytest.mark.usefixtures("pictures")
def test_fingerprint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fingerprint", "a.jpg", "bad.jpg", "b.jpg"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[1] for line in lines] == ["a.jpg", "b.jpg"]
    with Image.open("a.jpg") as image:
        assert imagehash.hex_to_hash(lines[0].split("  ")[0]) - imagehash.phash(image) <= 2
    assert main(["fingerprint", "--json", "a.jpg"]) == 0
    assert json.loads(capsys.readouterr().out)["phash"] == lines[0][:16]


def command(*arguments: str, data: bytes = b"") -> Run:
    return subprocess.run(
        [sys.executable, "-m", "streamresize", *arguments], input=data, capture_output=True
    )


def test_standard_input_and_output() -> None:
    data = pillow_jpeg(photo(300, 200))
    done = command("resize", "-", "-o", "-", "--size", "60", "-v", data=data)
    assert done.returncode == 0
    assert Image.open(io.BytesIO(done.stdout)).size == (60, 40)
    assert b"-: 300x200 -> - 60x40" in done.stderr
    assert b"300x200" in command("probe", "-", data=data).stdout
    assert command("fingerprint", "-", data=data).stdout.endswith(b"  -\n")


def test_help_and_version() -> None:
    for name in ("resize", "probe", "fingerprint"):
        assert b"examples:" in command(name, "--help").stdout
    assert command("--version").stdout.decode().strip() == streamresize.__version__
    assert version("streamresize") == streamresize.__version__
    assert command().returncode == 2


def test_interruption_and_a_closed_pipe(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(streamresize, "process", interrupted)
    assert main(["fingerprint", "a.jpg"]) == 130
    probing = subprocess.Popen(
        [sys.executable, "-m", "streamresize", "probe", *["a.jpg"] * 5000],
        cwd=pictures,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert probing.stdout is not None
    assert probing.stderr is not None
    probing.stdout.readline()
    probing.stdout.close()
    assert probing.stderr.read() == b""
    probing.stderr.close()
    assert probing.wait() == 1


def test_the_result_does_not_change_while_it_is_encoded(tmp_path: Path) -> None:
    """An output that exists is replaced, with the permissions of a new file."""
    target = tmp_path / "x.jpg"
    target.write_bytes(b"old")
    (tmp_path / "a.jpg").write_bytes(pillow_jpeg(photo(50, 40)))
    assert main(["resize", str(tmp_path / "a.jpg"), "-o", str(target), "--size", "20"]) == 0
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert size_of(str(target)) == (20, 16)
    assert target.stat().st_mode == plain.stat().st_mode


def test_the_package_entry_point_is_main() -> None:
    from importlib.metadata import entry_points

    scripts = SimpleNamespace(**{e.name: e for e in entry_points(group="console_scripts")})
    assert scripts.streamresize.load() is main


def test_profile_and_metadata(pictures: Path) -> None:
    block = Image.Exif()
    block[0x8298] = "mine"
    data = pillow_jpeg(photo(64, 48), icc_profile=rgb_profile(), exif=block.tobytes())
    (pictures / "wide.jpg").write_bytes(data)
    for name, options in (("srgb", []), ("kept", ["--icc", "keep", "--keep", "exif,copyright"])):
        assert status_of("resize", "wide.jpg", "-o", f"{name}.jpg", "--size", "32", *options) == 0
    srgb, kept = Image.open("srgb.jpg"), Image.open("kept.jpg")
    assert not {"icc_profile", "exif"} & set(srgb.info)
    assert kept.info["icc_profile"] == rgb_profile()
    assert kept.getexif()[0x8298] == "mine"
    assert srgb.tobytes() != kept.tobytes()


@pytest.mark.parametrize(
    "options", [["--keep", "gps"], ["--icc", "adobe"], ["--icc", "strip", "--keep", "icc"]]
)
def test_wrong_wishes_for_colour(pictures: Path, options: list[str]) -> None:
    assert status_of("resize", "a.jpg", "-o", "out.jpg", "--size", "32", *options) == 2
    assert "out.jpg" not in files(pictures)


@pytest.mark.usefixtures("pictures")
def test_options_of_formats() -> None:
    assert main(["resize", "a.jpg", "-o", "a.png", "--size", "40", "--colors", "4"]) == 0
    with Image.open("a.png") as image:
        assert image.mode == "P"
        assert len(image.getcolors() or []) <= 4
    options = ["--subsampling", "4:4:4", "--progressive", "--max-bytes", "1200"]
    assert main(["resize", "a.jpg", "-o", "small.jpg", "--size", "40", *options]) == 0
    assert Path("small.jpg").stat().st_size <= 1200
    info = streamresize.probe("small.jpg")
    assert (info.progressive, info.sampling[0]) == (True, (1, 1))


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize(
    ("name", "size"), [("a.rgb", 3 * 40 * 27), ("a.rgb565", 2 * 40 * 27), ("a.gray", 40 * 27),
                       ("a.yuv", 40 * 27 + 2 * 20 * 14)]
)  # fmt: skip
def test_raw_formats_follow_the_name(name: str, size: int) -> None:
    assert main(["resize", "a.jpg", "-o", name, "--size", "40"]) == 0
    assert Path(name).stat().st_size == size


def test_the_format_that_suits(pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("L", (64, 48), 200).save("flat.jpg", quality=95)
    inputs = ["a.jpg", "flat.jpg"]
    arguments = ["-o", "{stem}-small.{ext}", "--size", "40", "--format", "auto", "-v"]
    assert main(["resize", *inputs, *arguments]) == 0
    assert {"a-small.jpg", "flat-small.png"} < files(pictures)
    printed = capsys.readouterr().err
    assert "photograph" in printed
    assert "flat graphics: 100%" in printed


@pytest.mark.usefixtures("pictures")
def test_a_format_that_is_open_overwrites_no_input(capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("a.jpg").read_bytes()
    assert (
        status_of("resize", "a.jpg", "-o", "{stem}.{ext}", "--format", "auto", "--size", "9") == 2
    )
    assert "would be overwritten" in capsys.readouterr().err
    assert Path("a.jpg").read_bytes() == before


def test_options_that_a_format_does_not_have(
    pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("resize", "a.jpg", "-o", "x.webp", "--colors", "9", "--size", "9") == 2
    assert "webp has no colors" in capsys.readouterr().err
    assert "x.webp" not in files(pictures)


@pytest.mark.usefixtures("pictures")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_device_that_is_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resize", "a.jpg", "-o", "/dev/full", "--size", "40"]) == 1
    assert "No space left" in capsys.readouterr().err
    assert Path("/dev/full").is_char_device()
