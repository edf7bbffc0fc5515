"""imgproxy's URLs: options, sources, presets, and sizes as imgproxy gives them."""

from __future__ import annotations

import base64
import random
import re
from dataclasses import replace
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from imgproxy import ImgProxy
from PIL import Image

import streamresize
from streamresize import FORMATS, ImageInfo, OutputImage, Rotation, Size
from streamresize_server.imgproxy import options
from streamresize_server.imgproxy.grammar import Request, parse
from streamresize_server.imgproxy.presets import NO_PRESETS, Presets, compile_presets
from streamresize_server.imgproxy.signature import KeyPair, Signatures
from streamresize_server.recipe import Recipe, unrotated
from streamresize_server.refusals import BadValue, Expired, Refused, UnknownOption
from streamresize_server.sizing import COMPASS, Anchor, Crop, Padding, Placed, Sizing, Window

from .support.imgproxy_rules import (
    BOXES,
    SIZES,
    Pair,
    Undecided,
    Wanted,
    final_size,
    sizing_fields,
)

KEY, SALT = "736563726574", "68656C6C6F"
SIGNED = Signatures((KeyPair.from_hex(KEY, SALT),))
OPEN = Signatures(unsigned=True)
SOURCE = "http://example.com/a.jpg"
LATER = {field for field in ("blur", "padding") if field not in streamresize.Size.__slots__}


def ask(segments: str, presets: Presets = NO_PRESETS, *, extension: str = "") -> Request:
    between = f"{segments}/" if segments else ""
    return parse(f"/unsafe/{between}plain/{SOURCE}{extension}", OPEN, presets, now=1000.0)


def sizing(segments: str) -> Sizing:
    found = ask(segments).recipe.sizing
    assert found is not None
    return found


def jpeg(width: int, height: int, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    Image.new("RGB", (width, height), "orange").save(file, "JPEG", exif=exif)
    return file.getvalue()


def ramp(width: int, height: int) -> bytes:
    """Red by the column, green by the row."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.arange(width)
    pixels[..., 1] = np.arange(height)[:, None]
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=100, subsampling=0)
    return file.getvalue()


def opened(image: OutputImage) -> Image.Image:
    assert isinstance(image.data, bytes)
    return Image.open(BytesIO(image.data)).convert("RGB")


def outer_size(placed: Placed) -> Pair:
    top, right, bottom, left = placed.padding
    return placed.width + left + right, placed.height + top + bottom


# Sizes


@pytest.mark.parametrize(("case", "expected"), SIZES.items())
def test_sizes_are_those_of_imgproxys_own_tests(
    case: tuple[str, bool, bool], expected: tuple[Pair | None, ...]
) -> None:
    kind, enlarge, extend = case
    found = [
        outer_size(sizing(f"rs:{kind}:{w}:{h}:{int(enlarge)}:{int(extend)}").place((200, 100)))
        for w, h in BOXES
    ]
    assert [size if known else None for size, known in zip(found, expected)] == list(expected)


def test_the_oracle_gives_the_sizes_of_imgproxys_own_tests() -> None:
    for (kind, enlarge, extend), expected in SIZES.items():
        for (width, height), size in zip(BOXES, expected):
            wanted = Wanted(kind, width, height, enlarge=enlarge, extend=extend)
            assert size in (None, final_size((200, 100), wanted))


class Asked(NamedTuple):
    """A URL by the client of PyPI, and what it means."""

    url: str
    picture: Pair
    wanted: Wanted
    values: dict[str, Any]


def random_request(seed: int) -> Asked:
    random_ = random.Random(seed)
    any_of = random_.choice
    picture = random_.randint(2, 300), random_.randint(2, 300)
    wanted = Wanted(
        kind=any_of(["fit", "fill", "fill-down", "force", "auto"]),
        width=any_of([0, random_.randint(1, 400), random_.randint(1, 100)]),
        height=any_of([0, random_.randint(1, 400), random_.randint(1, 100)]),
        min_width=any_of([0, 0, 0, random_.randint(1, 200)]),
        min_height=any_of([0, 0, 0, random_.randint(1, 200)]),
        dpr=any_of(["1", "1", "2", "0.57", "1.7"]),
        enlarge=any_of([False, True]),
        extend=any_of([False, False, True]),
        crop=any_of([("0", "0"), (str(random_.randint(1, 300)), "0.47"), ("0.33", "80")]),
        padding=any_of([(0, 0, 0, 0), (0, 0, 0, 0), (3, 4, 5, 6)]),
    )
    format = any_of(["jpg", "png", "webp"])
    rotate = any_of([0, 90, 180, 270, -90, 450])
    quality = random_.randint(1, 100)
    color = tuple(random_.randrange(256) for _ in range(3))
    advanced = [
        f"{any_of(['min-width', 'mw'])}:{wanted.min_width}",
        f"{any_of(['min-height', 'mh'])}:{wanted.min_height}",
        f"dpr:{wanted.dpr}",
        f"{any_of(['extend', 'ex'])}:{int(wanted.extend)}:{any_of(['no', 'soea', 'fp:0.2:1'])}",
        f"{any_of(['crop', 'c'])}:{wanted.crop[0]}:{wanted.crop[1]}:{any_of(['we', 'ce:3:-2'])}",
        f"{any_of(['padding', 'pd'])}:{':'.join(map(str, wanted.padding))}",
        f"{any_of(['rotate', 'rot'])}:{rotate}",
        any_of(["bg:{:02x}{:02X}{:02x}", "background:{}:{}:{}"]).format(*color),
        f"{any_of(['quality', 'q'])}:{quality}",
        f"{any_of(['sharpen', 'sh'])}:0.25",
        f"{any_of(['strip_metadata', 'sm'])}:{any_of(['0', 'f', 'false'])}",
        f"{any_of(['strip_color_profile', 'scp'])}:{any_of(['1', 't', 'true'])}",
        f"{any_of(['cachebuster', 'cb'])}:{seed}",
    ]
    random_.shuffle(advanced)
    url = ImgProxy(
        SOURCE,
        key=KEY,
        salt=SALT,
        resizing_type=wanted.kind,
        width=wanted.width,
        height=wanted.height,
        gravity=any_of(["ce", "no", "soea", "we:10:0", "fp:0.3:0.9"]),
        enlarge=wanted.enlarge,
        extension=format,
    )(*advanced)
    values = {"format": format, "rotate": rotate % 360, "quality": quality, "background": color}
    return Asked(url, picture, wanted, {**values, "cachebuster": str(seed)})


@pytest.mark.parametrize("seed", range(200))
def test_urls_of_the_client_mean_what_they_mean_to_imgproxy(seed: int) -> None:
    asked = random_request(seed)
    source, recipe, raw, filename = parse(asked.url, SIGNED)
    assert (source, raw, filename) == (SOURCE, False, None)
    (size,) = recipe.sizes
    assert FORMATS[size.format].extension == asked.values["format"]
    assert size.quality == asked.values["quality"]
    assert size.background == recipe.reading.matte == asked.values["background"]
    assert recipe.reading.rotate == asked.values["rotate"]
    assert recipe.cachebuster == asked.values["cachebuster"]
    assert (size.sharpen, size.keep, size.icc) == (0.5, frozenset({"exif", "xmp"}), "srgb")
    assert recipe.sizing is not None
    for name, value in sizing_fields(asked.wanted).items():
        assert getattr(recipe.sizing, name) == value
    check_size(recipe, asked)


def check_size(recipe: Recipe, asked: Asked) -> None:
    """The size by the oracle; and by the library, of a picture that is stored lying down."""
    stored = asked.picture
    shown = stored[::-1] if recipe.reading.rotate % 180 == 0 else stored  # by orientation 6
    try:
        expected = final_size(shown, asked.wanted)
    except Undecided:
        pytest.skip("a side lies on half a pixel")
    assert recipe.sizing is not None
    placed = recipe.sizing.place(shown)
    assert outer_size(placed) == expected
    if placed.padding == Padding() or "padding" not in LATER:
        file = jpeg(*stored, orientation=6)
        plan = recipe.plan(streamresize.probe(file))
        (image,) = streamresize.process(file, plan.sizes, **plan.options).images
        assert (image.width, image.height) == expected


def test_few_of_the_sizes_lie_on_half_a_pixel() -> None:
    undecided = 0
    for seed in range(200):
        asked = random_request(seed)
        try:
            final_size(asked.picture, asked.wanted)
        except Undecided:
            undecided += 1
    assert undecided <= 10


# Where things are


def pixels(side: int) -> st.SearchStrategy[int]:
    return st.integers(1, side)


@given(
    outer=st.tuples(pixels(3000), pixels(3000)),
    share=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)),
    kind=st.sampled_from([*COMPASS, "fp"]),
    offset=st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)),
)
def test_a_window_is_within_the_picture(
    outer: Pair, share: tuple[float, float], kind: str, offset: tuple[float, float]
) -> None:
    inner = max(1, int(outer[0] * share[0])), max(1, int(outer[1] * share[1]))
    left, top = Anchor(kind, *offset).offset(outer, inner, 2.0)
    assert 0 <= left <= outer[0] - inner[0]
    assert 0 <= top <= outer[1] - inner[1]


@pytest.mark.parametrize(
    ("gravity", "expected"),
    [
        ("nowe", (0, 0)), ("no", (50, 0)), ("noea", (100, 0)), ("we", (0, 26)), ("ce", (50, 26)),
        ("ea", (100, 26)), ("sowe", (0, 50)), ("so", (50, 50)), ("soea", (100, 50)),
        ("nowe:10:20", (10, 20)), ("soea:10:20", (90, 30)), ("ce:-10:5", (40, 31)),
        ("nowe:0.1:0.25", (20, 25)), ("nowe:500:500", (100, 50)), ("fp:0:0", (0, 0)),
        ("fp:0.5:0.5", (50, 25)), ("fp:1:1", (100, 50)), ("fp:0.4:0.6", (30, 35)),
    ],
)  # fmt: skip
def test_crop_is_placed_by_its_gravity(gravity: str, expected: Pair) -> None:
    window = Window(*expected, 100, 50)
    assert sizing(f"c:100:50:{gravity}").place((200, 100)).window == window
    assert sizing(f"c:0.5:0.5/g:{gravity}").place((200, 100)).window == window
    assert sizing(f"c:100:50:{gravity}/g:so:3:3").place((200, 100)).window == window


def test_offsets_of_the_result_grow_with_the_pixel_ratio_and_those_of_crop_do_not() -> None:
    for dpr, left in ((1, 10), (2, 20)):
        placed = sizing(f"rs:fill:100:100/g:we:10:0/dpr:{dpr}").place((4000, 1000))
        assert cut_at(placed, (4000, 1000))[0] == left
        assert sizing(f"c:100:0:we:10/dpr:{dpr}").place((4000, 1000)).window.left == 10


def cut_at(placed: Placed, picture: Pair) -> Pair:
    """Where the library cuts the scaled picture, seen by a ramp that it is given."""
    assert placed.fit == "cover"
    assert isinstance(placed.gravity, tuple)
    _, x, y = placed.gravity
    scale = max(placed.width / picture[0], placed.height / picture[1])
    left, top = (
        max(0, min(int(float(f) * side * scale - w / 2), round(side * scale) - w))
        for f, side, w in zip((x, y), picture, (placed.width, placed.height))
    )
    return left, top


@pytest.mark.parametrize("gravity", ["no", "so", "ea", "we", "ce", "nowe:7:7", "soea:9:0"])
@pytest.mark.parametrize("picture", [(300, 100), (100, 300)])
def test_the_library_cuts_at_the_pixel_that_imgproxy_cuts_at(gravity: str, picture: Pair) -> None:
    placed = sizing(f"rs:fill:50:50/g:{gravity}").place(picture)
    scaled = tuple(side // 2 for side in picture)
    kind, *offset = gravity.split(":")
    expected = Anchor(kind, *map(float, offset)).offset((scaled[0], scaled[1]), (50, 50))
    assert cut_at(placed, picture) == expected


def test_what_a_minimum_makes_too_large_is_cut_on_both_sides() -> None:
    placed = sizing("rs:fit:50:50/mw:200/g:soea").place((1000, 500))
    assert placed == Placed(Window(750, 250, 250, 250), 50, 50)


def test_smart_gravity_is_the_librarys() -> None:
    assert sizing("rs:fill:30:40/g:sm").place((200, 100)).gravity == "smart"
    assert sizing("rs:fit:30:40/g:sm").place((200, 100)).gravity == "centre"
    for segments in ("c:10:10/g:sm", "c:10:10:sm", "g:sm/mw:10", "g:sm/mh:10"):
        with pytest.raises(BadValue, match="sm"):
            ask(segments)


def test_extend_and_padding_are_pixels_beside_the_picture() -> None:
    assert sizing("rs:fit:50:50:0:1").place((200, 100)).padding == Padding(13, 0, 12, 0)
    assert sizing("rs:fit:50:50/ex:1:no").place((200, 100)).padding == Padding(0, 0, 25, 0)
    assert sizing("s:50:50:0:1:so").place((200, 100)).padding == Padding(25, 0, 0, 0)
    assert sizing("w:50/h:50/ex:1:so/pd:1:2:3:4").place((200, 100)).padding == (26, 2, 3, 4)
    assert sizing("w:50/dpr:2/pd:1:2:3:4").place((200, 100)).padding == Padding(2, 4, 6, 8)
    assert sizing("w:400/dpr:2/pd:2").place((200, 100)).padding == Padding(2, 2, 2, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10", (10, 10, 10, 10)), ("1:2", (1, 2, 1, 2)), ("1:2:3", (1, 2, 3, 2)),
     ("1:2:3:4", (1, 2, 3, 4)), (":2", (0, 2, 0, 2)), ("5:::1", (5, 5, 5, 1)), ("0", (0,) * 4)],
)  # fmt: skip
def test_padding_is_completed_as_in_css(text: str, expected: tuple[int, ...]) -> None:
    assert sizing(f"padding:{text}").padding == expected


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_crop_is_of_the_picture_as_shown(rotate: Rotation, orientation: int) -> None:
    """The quarter at the upper left, by the library, equals that of the whole picture."""
    left_red = Image.new("RGB", (64, 32), "blue")
    left_red.paste("red", (0, 0, 32, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    left_red.save(file, "JPEG", exif=exif, quality=100, subsampling=0)
    segments = f"rot:{rotate}/c:0.5:0.5:nowe"
    plan = ask(segments, extension="@png").recipe.plan(streamresize.probe(file.getvalue()))
    (whole,) = streamresize.process(
        file.getvalue(), [Size("100%", None, format="png")], rotate=rotate
    ).images
    (image,) = streamresize.process(file.getvalue(), plan.sizes, **plan.options).images
    found, shown = opened(image), opened(whole)
    assert found.size == (shown.width // 2, shown.height // 2)
    middle = found.width // 2, found.height // 2
    assert found.getpixel(middle) == shown.getpixel(middle)
    assert found.getcolors(1) is not None


@given(
    upright=st.tuples(pixels(500), pixels(500)),
    rotate=st.sampled_from([0, 90, 180, 270]),
    data=st.data(),
)
def test_a_window_is_turned_back(upright: Pair, rotate: Rotation, data: st.DataObject) -> None:
    left, top = (data.draw(st.integers(0, side - 1)) for side in upright)
    pixel = Window(left, top, 1, 1)
    at = {
        0: (left, top),
        90: (upright[1] - 1 - top, left),
        180: (upright[0] - 1 - left, upright[1] - 1 - top),
        270: (top, upright[0] - 1 - left),
    }[rotate]
    assert unrotated(Window(*at, 1, 1), upright, rotate) == pixel


def test_auto_rotate_off_takes_the_picture_as_stored() -> None:
    info = streamresize.probe(jpeg(200, 100, orientation=6))
    for segments, width in (("h:50", 25), ("h:50/ar:0", 100), ("h:50/ar:0/rot:90", 25)):
        plan = ask(segments).recipe.plan(info)
        assert plan.sizes[0].width == width
        assert plan.options.get("auto_orient", True) == ("ar" not in segments)


# Pixels

GRAVITIES = ["ce", "no", "soea", "we:10:0", "ea:0.1:0", "fp:0.3:0.9", "nowe:3:4"]


@pytest.mark.parametrize("seed", range(60))
def test_every_pixel_comes_from_where_imgproxy_takes_it(seed: int) -> None:
    """Of a picture that is red by the column and green by the row."""
    random_ = random.Random(seed)
    picture = random_.randint(80, 250), random_.randint(80, 250)
    box = random_.randint(20, 60), random_.randint(20, 60)
    gravity, dpr = random_.choice(GRAVITIES), random_.choice([1, 2])
    least = random_.choice([0, 0, 90])
    segments = f"rs:fill:{box[0]}:{box[1]}/g:{gravity}/dpr:{dpr}/mw:{least}/c:{picture[0] - 7}"
    plan = ask(f"{segments}:0:soea/f:png").recipe.plan(streamresize.probe(ramp(*picture)))
    (image,) = streamresize.process(ramp(*picture), plan.sizes, **plan.options).images
    found = np.asarray(opened(image)).astype(float)
    part = picture[0] - 7, picture[1]
    fill = max(b / p for b, p in zip(box, part))
    zoom = max(fill, least / part[0]) * min(dpr, 1 / fill)
    scaled = round(part[0] * zoom), round(part[1] * zoom)
    kind, *offset = gravity.split(":")
    left, top = Anchor(kind, *map(float, offset)).offset(
        scaled, (image.width, image.height), min(dpr, 1 / fill)
    )
    columns = 7 + (left + np.arange(image.width) + 0.5) * part[0] / scaled[0] - 0.5
    rows = (top + np.arange(image.height) + 0.5) * part[1] / scaled[1] - 0.5
    assert np.abs(found[:, 2:-2, 0].mean(0) - columns[2:-2]).max() < 1.2
    assert np.abs(found[2:-2, :, 1].mean(1) - rows[2:-2]).max() < 1.2


# Options


def field(segments: str, name: str) -> object:
    return options.changes(segments.split("/"), NO_PRESETS).get(name)


@pytest.mark.parametrize(
    ("segment", "name", "value"),
    [
        ("w:0", "width", 0), ("h:7", "height", 7), ("w:+7", "width", 7), ("rt:auto",
        "resizing_type", "auto"), ("rs::5", "width", 5), ("rs:fill", "resizing_type", "fill"),
        ("resize:fit:1:2:1:1", "enlarge", True), ("rs:fit:1:2:0:1:no:1:2", "extend",
        Anchor("no", 1, 2)), ("s:1:2::1", "extend", Anchor()), ("size:1", "height", None),
        ("s:::", "width", None), ("ex:0:so", "extend", None), ("el:T", "enlarge", True),
        ("el:false", "enlarge", False), ("dpr:1.5", "dpr", 1.5), ("dpr:.5", "dpr", 0.5),
        ("g:sm", "gravity", Anchor("sm")), ("g:no:1", "gravity", Anchor("no", 1)),
        ("g:fp:0:1", "gravity", Anchor("fp", 0, 1)), ("c:1", "crop", (1, 0, None)),
        ("c:0.5:2:sm", "crop", (0.5, 2, Anchor("sm"))), ("c:1:2:ea:3:4", "crop",
        (1, 2, Anchor("ea", 3, 4))), ("rot:-90", "rotate", 270), ("rot:720", "rotate", 0),
        ("bg:f00", "background", (255, 0, 0)), ("bg:0a0B0c", "background", (10, 11, 12)),
        ("bg:1:2:3", "background", (1, 2, 3)), ("bg:", "background", (255, 255, 255)),
        ("q:1", "quality", 1), ("mb:0", "max_bytes", None),
        ("mb:9", "max_bytes", 9), ("f:jpg", "format", "jpeg"), ("ext:avif", "format", "avif"),
        ("sm:0", "strip_metadata", False), ("kcr:0", "keep_copyright", False),
        ("scp:0", "strip_color_profile", False), ("cb:", "cachebuster", ""),
        ("cb:a%20b", "cachebuster", "a%20b"), ("fn:", "filename", None),
        ("fn:a%20b", "filename", "a b"), ("fn:YS5qcGc:1", "filename", "a.jpg"),
        ("fn:YS5qcGc:0", "filename", "YS5qcGc"), ("fn:YQ==:t", "filename", "a"),
        ("exp:0", "expires", 0), ("exp:5", "expires", 5), ("raw:1", "raw", True),
        ("blur:2.5", "blur", 2.5), ("bl:0", "blur", 0), ("sh:0.7", "sharpen", 0.7),
        ("w:1/w:2", "width", 2), ("rs:fit:9/w:2", "width", 2), ("w:2/rs:fit", "width", 2),
    ],
)  # fmt: skip
def test_options_and_their_empty_arguments(segment: str, name: str, value: object) -> None:
    assert field(segment, name) == value


@pytest.mark.parametrize(
    "segment",
    [
        "w:", "w:a", "w:-1", "w:1.5", "w:1:2", "w:99999999999", "w: 1", "w:0x10", "w:1_0",
        "h:", "mw:x", "mh:-3", "rt:", "rt:crop", "rt:FIT", "rs:foo", "rs:fit:x", "rs:fit:1:2:3",
        "rs:fit:1:2:0:1:no:1:2:3", "rs:fit:1:2:0:1:sm", "s:1:2:2", "el:", "el:2", "el:yes",
        "ex:", "ex:x", "ex:1:", "ex:1:sm", "ex:1:fp:1", "dpr:", "dpr:0", "dpr:-1", "dpr:nan",
        "dpr:inf", "dpr:1e99", "g:", "g:x", "g:sm:1", "g:sm:0:0", "g:fp", "g:fp:1", "g:fp:2:0",
        "g:fp:0:-1", "g:no:1:2:3", "g:no:x", "g:obj", "g:objw:face:1", "c:", "c:-1", "c:1:",
        "c:1:2:", "c:1:2:x", "c:1:2:sm:1", "c:1:2:no:1:2:3", "pd:x", "pd:-1", "pd:1:2:3:4:5",
        "rot:", "rot:45", "rot:x", "ar:maybe", "bg:red", "bg:#fff", "bg:ffff", "bg:256:0:0",
        "bg:1:2", "bg:1:2:3:4", "blur:x", "blur:-1", "blur:1000000", "sh:-1", "q:101", "q:-1",
        "q:x", "mb:-1", "mb:1.5", "f:", "f:JPG", "f:bmp", "f:best", "f:auto", "f:gray", "f:svg",
        "sm:2", "kcr:", "scp:-", "fn:a:b", "fn:a:1:2", "fn:%", "fn:%0a", "fn:%ff", "fn:=:1",
        "fn:a+b:1", "exp:", "exp:x", "exp:-1", "cb:1:2", "raw:", "raw:2", "preset:none", "pr:",
    ],
)  # fmt: skip
def test_malformed_values_are_refused(segment: str) -> None:
    with pytest.raises(BadValue) as refused:
        ask(segment)
    assert refused.value.name in str(refused.value)


@pytest.mark.parametrize(
    "segment",
    [
        "zoom:2", "z:2", "trim:10", "t:10", "watermark:1", "wm:1", "exar:1", "flip:1", "fl:1:1",
        "pixelate:5", "pix:5", "enforce_thumbnail:1", "format_quality:jpeg:5", "fq:jpeg:5",
        "skip_processing:gif", "return_attachment:1", "att:1", "max_src_resolution:9", "msr:9",
        "style:a", "page:1", "dpi:300", "hashsum:none", "resizing_algorithm:cubic", "W:1",
        "min_width:5", "auto-rotate:1", "width :1", ":1", ":", "http:", "w%3A1:1", "__class__:1",
    ],
)  # fmt: skip
def test_unknown_options_are_refused_not_ignored(segment: str) -> None:
    with pytest.raises(UnknownOption):
        ask(segment)


def test_every_option_of_the_table_has_a_field_and_names_of_its_own() -> None:
    known = set(options.Options.__dataclass_fields__)
    assert {option.field for option in options.OPTIONS} == known
    assert {part for meta in options.META_OPTIONS for part in meta.parts} <= set(options.BY_NAME)
    names = [
        name
        for option in (*options.OPTIONS, *options.META_OPTIONS)
        for name in (option.name, *option.short)
    ] + list(options.PRESET)
    assert len(names) == len(set(names))


def test_blur_reaches_the_output() -> None:
    if "blur" in LATER:
        pytest.skip("the library has no blur yet")
    assert getattr(ask("blur:1.5").recipe.sizes[0], "blur") == 1.5  # noqa: B009


@pytest.mark.parametrize(("sigma", "expected"), [("0", 0), ("0.1", 0.2), ("0.5", 1), ("3", 1)])
def test_sharpen_is_at_most_the_librarys_strongest(sigma: str, expected: float) -> None:
    assert ask(f"sh:{sigma}").recipe.sizes[0].sharpen == pytest.approx(expected)


def test_metadata_by_default_only_who_made_the_picture() -> None:
    size = ask("").recipe.sizes[0]
    assert (size.keep, size.icc) == (frozenset({"copyright"}), "srgb")
    assert ask("kcr:0").recipe.sizes[0].keep == frozenset()
    assert ask("sm:0/kcr:0").recipe.sizes[0].keep == {"exif", "xmp"}
    assert ask("scp:0").recipe.sizes[0].icc == "keep"


@pytest.mark.parametrize(
    ("source", "written"),
    [("jpeg", "jpeg"), ("png", "png"), ("webp", "webp"), ("gif", "gif"), ("avif", "avif"),
     ("tiff", "jpeg"), ("bmp", "jpeg"), ("heic", "jpeg")],
)  # fmt: skip
def test_without_an_extension_the_format_is_that_of_the_source(source: Any, written: str) -> None:
    info = replace(streamresize.probe(jpeg(20, 10)), format=source)
    (size,) = ask("mb:5000/scp:0").recipe.plan(info).sizes
    assert size.format == written
    assert (size.max_bytes is None) == (written in ("png", "gif"))
    assert (size.icc == "srgb" and not size.keep) == (written == "gif")


def test_max_bytes_means_nothing_where_there_is_no_quality() -> None:
    assert ask("mb:5000/f:png").recipe.sizes[0].max_bytes is None
    assert ask("mb:5000/f:webp").recipe.sizes[0].max_bytes == 5000


# Source and extension


def encoded(source: str) -> str:
    return base64.urlsafe_b64encode(source.encode()).rstrip(b"=").decode()


@given(
    source=st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1),
    extension=st.sampled_from(["", "png", "jpg", "webp"]),
    pieces=st.integers(1, 50),
)
def test_every_source_can_be_written_in_both_ways(source: str, extension: str, pieces: int) -> None:
    plain = f"plain/{quote(source, safe='/:')}" + (f"@{extension}" if extension else "")
    assume(plain != "plain/" and not quote(source, safe="/:").startswith("@"))
    text = encoded(source)
    split = "/".join(text[i : i + pieces] for i in range(0, len(text), pieces))
    coded = split + (f".{extension}" if extension else "")
    if text.startswith("plain") and pieces == 5:
        return
    for part in (plain, coded):
        request = parse(f"/unsafe/w:1/{part}", OPEN)
        assert request.source == source
        assert request.recipe.as_source == (not extension)


@pytest.mark.parametrize(
    "part",
    [
        "", "/", "plain", "plain/", "plain/@png", "plain/a@png@png", "plain/a@bmp",
        "plain/%", "plain/%zz", "plain/a%0", "plain/%00", "plain/a%00b", "plain/%0d%0aHost",
        "plain/%ff", "plain/%c0%af", "plain/%ed%a0%80", "plain/a%7f", "plain/%C2%80",
        ".png", "YQ.png.png", "YQ.bmp", "Y", "YWJjZ", "a+b/", "YQ//", "YQ/", "//YQ", "YQ=a",
        "Y!", "YQ%3D", "_w", "AA", "DQo", "wKg", "enc/_w", "-", "-/w:1/YQ",
    ],
)  # fmt: skip
def test_malformed_sources_are_refused(part: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse(f"/unsafe/w:1/{part}", OPEN)
    assert str(refused.value).isascii()


def test_an_empty_extension_is_none() -> None:
    assert ask("", extension="@").recipe.as_source
    assert parse("/unsafe/YQ.", OPEN).recipe.as_source
    assert parse("/unsafe/YQ==", OPEN).source == "a"


def test_the_extension_is_stronger_than_the_option() -> None:
    assert ask("f:webp", extension="@png").recipe.sizes[0].format == "png"
    assert ask("f:webp", extension="@").recipe.sizes[0].format == "webp"


def test_encoding_is_undone_once() -> None:
    assert parse("/unsafe/plain/a%2520b%40%3Fc", OPEN).source == "a%20b@?c"


# Presets, expiry, raw


def test_presets_are_options_under_a_name_and_later_ones_win() -> None:
    presets = compile_presets({"thumb": "rs:fill:100:50/q:70", "sharp": "pr:thumb/sh:1/q:60"})
    assert ask("pr:thumb", presets).recipe == ask("rs:fill:100:50/q:70").recipe
    assert ask("preset:thumb:sharp", presets).recipe.sizes[0].quality == 60
    assert ask("pr:sharp/q:50", presets).recipe.sizes[0].quality == 50
    assert ask("q:50/pr:sharp", presets).recipe.sizes[0].quality == 60


def test_the_default_preset_comes_before_everything() -> None:
    presets = compile_presets({"default": "q:55/f:webp"})
    size = ask("w:5", presets).recipe.sizes[0]
    assert (size.quality, size.format) == (55, "webp")
    assert ask("q:1", presets).recipe.sizes[0].quality == 1


@pytest.mark.parametrize(
    ("definitions", "message"),
    [
        ({"a": "pr:b", "b": "pr:a"}, "comes back"),
        ({"a": "pr:a"}, "comes back"),
        ({"a": "pr:missing"}, "missing"),
        ({"a": "foo:1"}, "'a': unknown option 'foo'"),
        ({"a": "w:x"}, "'a': width"),
        ({"a": ""}, "unknown option"),
        ({"a": "w:1/"}, "unknown option"),
        ({"a": "w"}, "'a'"),
        ({"a": "c:1:1:sm"}, "sm"),
    ],
)
def test_a_bad_preset_is_a_bad_setting(definitions: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        compile_presets(definitions)


def test_expired_urls_are_refused() -> None:
    with pytest.raises(Expired) as expired:
        ask("exp:999")
    assert expired.value.until == 999
    for segment in ("exp:1000", "exp:1001", "exp:0"):
        ask(segment)
    parse("/unsafe/exp:4102444800/YQ", OPEN)
    with pytest.raises(Expired):
        parse("/unsafe/exp:1/YQ", OPEN)


def test_raw_asks_for_the_bytes_whatever_the_extension() -> None:
    assert ask("raw:1", extension="@bmp").raw
    assert not ask("raw:1/raw:0").raw


def test_filename_is_of_the_answer_only() -> None:
    assert ask("fn:b.jpg").filename == "b.jpg"
    assert ask("fn:b.jpg").recipe == ask("").recipe


# Anything at all


@given(path=st.text(st.characters()))
def test_arbitrary_text_raises_nothing_but_refusals(path: str) -> None:
    for text in (path, f"/unsafe/{path}", f"/unsafe/plain/{path}"):
        attempt(text)


words = st.sampled_from(
    [*options.BY_NAME, *options.METAS_BY_NAME, *options.PRESET, "x", "", "plain", "YQ"]
)
arguments = st.sampled_from(
    ["", "0", "1", "-1", "1.5", "300", "fit", "fill-down", "ce", "fp", "sm", "jpg", "ff0000", "t",
     "0.5", "99999999999", "1e9", "nan", "%41", "%", "a", "2147483647", "1e-99", "\u0661"]
)  # fmt: skip
segments = st.builds(
    lambda name, rest: ":".join([name, *rest]), words, st.lists(arguments, max_size=9)
)
INFO = streamresize.probe(jpeg(30, 20))


@given(parts=st.lists(segments, max_size=8), source=st.sampled_from(["YQ", "plain/a", "YQ.png"]))
def test_arbitrary_options_raise_nothing_but_refusals(parts: list[str], source: str) -> None:
    attempt("/".join(["/unsafe", *parts, source]))


def attempt(path: str) -> None:
    try:
        recipe = parse(path, OPEN).recipe
    except Refused:
        return
    recipe.canonical()
    check_plan(recipe, INFO)


def check_plan(recipe: Recipe, info: ImageInfo) -> None:
    assert recipe.sizing is not None
    placed = recipe.sizing.place((info.width, info.height))
    assert placed.width >= 1
    assert placed.height >= 1
    assert min(placed.padding) >= 0
    left, top, width, height = placed.window
    assert 0 <= left < left + width <= info.width
    assert 0 <= top < top + height <= info.height
    if placed.padding == Padding() and placed.gravity != "smart":
        recipe.plan(info)


def test_a_crop_of_nothing_is_none() -> None:
    assert sizing("c:0:0:no").crop is None
    assert sizing("c:5/g:no").crop == Crop(5, 0, Anchor("no"))
