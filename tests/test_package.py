"""The public names, what importing costs, and the description of an image."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import streamresize
from streamresize import Pass, Size
from streamresize.limits import VARIABLES

from .support.jpeg_writer import Options
from .support.pictures import photo, pillow_jpeg, small_jpeg

PUBLIC = {
    "AsyncSource", "AsyncStream", "Averaging", "Background", "Batch", "Destination",
    "EncodeError", "FORMATS", "FilterName", "Fingerprint", "Fit", "Format", "Gravity", "IccUse",
    "ImageInfo", "Kept", "Length", "LimitExceeded", "Limits", "MalformedImage", "MalformedJPEG",
    "Mirror", "OutputImage", "Padding", "Pass", "PassOptions", "Region", "RegionError",
    "Result", "Rotation", "Size", "Source", "SourceError", "StreamResizeError", "Strip",
    "Subsampling", "UnsupportedFormat", "UnsupportedJPEG", "aprobe", "aprocess", "astream",
    "decode_planes", "estimate_memory", "output_size", "probe", "process", "process_many",
    "resize", "standardize", "standardize_many", "strips", "thumbnail",
}  # fmt: skip
TYPES = {
    "AsyncSource", "Averaging", "Background", "Destination", "FORMATS", "FilterName", "Fit",
    "Format", "Gravity", "IccUse", "Kept", "Length", "Mirror", "Padding", "Region", "Rotation",
    "Source", "Subsampling",
}  # fmt: skip


def test_public_names() -> None:
    assert set(streamresize.__all__) == PUBLIC
    assert all(getattr(streamresize, name).__doc__ for name in PUBLIC - TYPES)


def test_every_limit_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs" / "limits.md").read_text()
    for field in fields(streamresize.Limits):
        assert f"| `{field.name}` | `{VARIABLES[field.name]}` |" in page


def in_a_fresh_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def module_names() -> list[str]:
    found = pkgutil.walk_packages(streamresize.__path__, "streamresize.")
    return [m.name for m in found if not m.name.endswith(("__main__", "_native", ".jit"))]


@pytest.mark.parametrize("name", module_names())
def test_every_module_imports_alone(name: str) -> None:
    in_a_fresh_process(f"import {name}")


def test_importing_leaves_the_heavy_packages_alone() -> None:
    heavy = ("numba", "PIL", "aiohttp", "turbojpeg", "imagehash", "scipy", "asyncio", "hashlib",
             "email", "streamresize.pillow_decoder")  # fmt: skip
    code = f"import sys, streamresize; print([m for m in {heavy} if m in sys.modules])"
    assert in_a_fresh_process(code) == "[]\n"


def test_the_command_imports_only_what_it_uses(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(small_jpeg([(1, 1)], (40, 30)))
    asked = ["resize", str(tmp_path / "a.jpg"), "-o", str(tmp_path / "b.jpg"), "--size", "20"]
    others = ("ssl", "http", "email", "hashlib", "asyncio", "aiohttp", "sqlalchemy", "rich",
              "streamresize.pillow_decoder")  # fmt: skip
    code = f"import sys; from streamresize.cli import main; main({asked}); "
    code += f"print([m for m in {others} if m in sys.modules])"
    assert in_a_fresh_process(code) == "[]\n"


@pytest.mark.parametrize("module", ["index_work", "index_run"])
def test_fingerprints_for_a_catalog_are_made_without_its_database(module: str) -> None:
    """`index_run` imports it once the processes that make them are on their way."""
    heavy = ("sqlalchemy", "alembic", "PIL", "rich")
    code = f"import streamresize.cli.{module}, sys; "
    code += f"print([m for m in {heavy} if m in sys.modules])"
    assert in_a_fresh_process(code) == "[]\n"


def test_a_catalog_takes_its_packages(tmp_path: Path) -> None:
    code = "import sys; sys.modules['sqlalchemy'] = None; from streamresize.cli import main; "
    code += f"main(['index', 'info', '--catalog', {str(tmp_path / 'cat.db')!r}])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'streamresize[catalog]'" in done.stderr


def test_alembic_is_for_catalogs_of_another_form(tmp_path: Path) -> None:
    file = str(tmp_path / "cat.db")
    code = "import sys; from streamresize.catalog import Catalog; Catalog.open({!r}).close()"
    code += "; print('alembic' in sys.modules)"
    assert [in_a_fresh_process(code.format(file)) for _ in range(2)] == ["False\n", "False\n"]


def test_nothing_is_printed_where_objects_live_until_the_end() -> None:
    data = pillow_jpeg(photo(64, 48))
    code = f"import gc, streamresize; streamresize.probe({data!r}); gc.freeze()"
    assert in_a_fresh_process(code) == ""


def test_what_an_image_says_of_itself() -> None:
    options = Options(jfif=True, orientation=6, restart_interval=7, icc_profile=bytes(200))
    info = streamresize.probe(small_jpeg([(2, 1), (1, 1), (1, 1)], (53, 39), options))
    assert info == streamresize.ImageInfo(
        width=53,
        height=39,
        components=3,
        sampling=((2, 1), (1, 1), (1, 1)),
        sof="SOF0",
        precision=8,
        restart_interval=7,
        multi_scan=False,
        color="ycbcr",
        orientation=6,
        has_jfif=True,
        has_exif=True,
        has_icc=True,
        has_adobe=False,
        icc_description=None,
        is_srgb=True,
    )
    assert json.loads(json.dumps(info.to_dict()))["sampling"] == [[2, 1], [1, 1], [1, 1]]


@pytest.mark.parametrize(
    ("components", "options", "color"),
    [
        (1, Options(), "gray"),
        (2, Options(), "unknown"),
        (3, Options(), "ycbcr"),
        (3, Options(ids=tuple(b"RGB")), "rgb"),
        (3, Options(ids=tuple(b"RGB"), jfif=True), "ycbcr"),
        (3, Options(adobe_transform=0), "rgb"),
        (3, Options(adobe_transform=1), "ycbcr"),
        (3, Options(adobe_transform=0, jfif=True), "ycbcr"),
        (4, Options(), "cmyk"),
        (4, Options(adobe_transform=0), "cmyk"),
        (4, Options(adobe_transform=2), "ycck"),
    ],
)
def test_colour_model(components: int, options: Options, color: str) -> None:
    data = small_jpeg([(1, 1)] * components, (16, 16), options)
    assert streamresize.probe(data).color == color


@pytest.mark.parametrize(
    "tiff",
    [b"", b"II", b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff", bytes(100)],
)
def test_odd_exif_means_upright(tiff: bytes) -> None:
    data = pillow_jpeg(photo(16, 16), exif=b"Exif\0\0" + tiff)
    assert streamresize.probe(data).orientation == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": None, "height": None}, "a width or a height"),
        ({"width": 0, "height": 5}, "at least 1"),
        ({"width": 5, "height": 5, "fit": "stretch"}, "fit must be one of"),
        ({"width": "50", "height": 5}, "a percentage"),
        ({"width": "0%", "height": 5}, "at least 1"),
        ({"width": 5, "height": 5, "gravity": "up"}, "gravity must be one of"),
        ({"width": 5, "height": 5, "gravity": "fp:0.5:1.5"}, "gravity must be one of"),
        ({"width": 5, "height": 5, "gravity": ("fp", 0.5)}, "gravity must be one of"),
        ({"width": 5, "height": 5, "gravity": "fp:a:b"}, "gravity must be one of"),
        ({"width": 5, "height": 5, "background": "no colour"}, "unknown color"),
        ({"width": 5, "height": 5, "background": "#11223344"}, "an opaque colour"),
        ({"width": 5, "height": 5, "background": (0, 0, 256)}, "an opaque colour"),
        ({"width": 5, "height": 5, "padding": -1}, "padding must be"),
        ({"width": 5, "height": 5, "padding": (1, 2, 3)}, "padding must be"),
        ({"width": 5, "height": 5, "padding": (1, -2)}, "padding must be"),
        ({"width": 5, "height": 5, "padding": 1.5}, "padding must be"),
        ({"width": 5, "height": 5, "padding": "12"}, "padding must be"),
        ({"width": 5, "height": 5, "padding": ()}, "padding must be"),
        ({"width": 5, "height": 5, "dpr": 0.0}, "dpr must be"),
        ({"width": 5, "height": 5, "dpr": float("inf")}, "dpr must be"),
        ({"width": 5, "height": 5, "format": "tga"}, "format must be one of"),
        ({"width": 5, "height": 5, "quality": 0}, "quality must be 1 to 100"),
    ],
)
def test_impossible_sizes(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Size(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"region": (0, 0, 10)}, "a region is"),
        ({"region": (0, 0, 0, 10)}, "a width and a height"),
        ({"region": (0, 0, 10, "0%")}, "a width and a height"),
        ({"region": (-1, 0, 10, 10)}, "at least 0"),
        ({"region": (0, 0, 10, "half")}, "a percentage"),
        ({"rotate": 45}, "rotate must be"),
        ({"mirror": "both"}, "mirror must be"),
    ],
)
def test_impossible_passes(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Pass(**arguments)  # type: ignore[arg-type]


def test_impossible_requests() -> None:
    data = pillow_jpeg(photo(32, 32))
    with pytest.raises(ValueError, match="nothing to do"):
        streamresize.process(data, [])
    with pytest.raises(ValueError, match="use resize"):
        streamresize.thumbnail(data, (5, 5), format="array")
    with pytest.raises(streamresize.EncodeError, match="webp cannot hold"):
        streamresize.thumbnail(data, (20_000, 4), fit="fill", enlarge=True, format="webp")


def test_every_native_error_has_a_python_class() -> None:
    base = streamresize.StreamResizeError
    for name in ("MalformedJPEG", "UnsupportedJPEG", "LimitExceeded", "SourceError", "EncodeError"):
        assert issubclass(getattr(streamresize, name), base)


def test_estimates_follow_width_and_output_but_not_height() -> None:
    wide = streamresize.probe(small_jpeg([(2, 2), (1, 1), (1, 1)], (2000, 16)))
    low, high = (
        streamresize.ImageInfo(**{**wide.to_dict(), "height": height})  # the sizes stay 100 x 100
        for height in (2_000, 6_000)
    )
    sizes = [Size(100, 100, "fill", "array")]
    assert streamresize.estimate_memory(low, sizes) == streamresize.estimate_memory(high, sizes)
    plain, exact = (
        streamresize.estimate_memory(low, [], fingerprint=kind) for kind in (True, "exact")
    )
    assert exact > plain
    larger = streamresize.ImageInfo(**{**wide.to_dict(), "width": 60_000})
    assert streamresize.estimate_memory(larger, sizes) > streamresize.estimate_memory(low, sizes)
    big = [Size(1100, 1100, "fill", "array")]  # at 1000, chroma would be copied, not resampled
    grown = streamresize.estimate_memory(low, big) - streamresize.estimate_memory(low, sizes)
    assert grown > 6 * (1100 * 1100 - 100 * 100)


def test_the_decoder_is_not_shared_between_calls() -> None:
    data = pillow_jpeg(photo(64, 64))
    first = next(streamresize.strips(data, 1))
    copy = first.planes[0].copy()
    list(streamresize.strips(data, 8))
    np.testing.assert_array_equal(first.planes[0], copy)


def test_the_native_decoder_refuses_calls_out_of_order() -> None:
    from streamresize import _native
    from streamresize.decode import StripDecoder

    decoder = StripDecoder()
    with pytest.raises(RuntimeError, match="read_header"):
        decoder.start([1])
    decoder.feed(pillow_jpeg(photo(64, 64)))
    assert decoder.info is not None
    native: _native.Decoder = decoder._native
    with pytest.raises(RuntimeError, match="started"):
        native.decode_mcu_rows([], 0, 1)
    decoder.start([1, 1, 1])
    with pytest.raises(RuntimeError, match="before"):
        decoder.start([1, 1, 1])
    good = [np.empty((64, 64), np.uint8), *[np.empty((32, 32), np.uint8)] * 2]
    wrong: list[Any] = [
        good[:2],
        [good[0].astype(np.uint16), *good[1:]],
        [good[0][:, :60], *good[1:]],
        [np.empty((64, 128), np.uint8)[:, ::2], *good[1:]],
    ]
    for planes in wrong:
        with pytest.raises(ValueError, match="planes"):
            native.decode_mcu_rows(planes, 0, 1)
    assert native.decode_mcu_rows(good, 0, 1) == 1
