"""Colour profiles: conversion to sRGB beside Pillow's ImageCms, profiles kept, broken profiles."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

import streamresize
from streamresize import Size, color, icc
from streamresize.color import RowColor, Transforms
from streamresize.request import SizeOptions

from .support import profiles
from .support.corpus import in_folder, needs_corpus
from .support.delta_e import ciede2000, delta_e
from .support.jpeg_writer import Options
from .support.oracle import area_average
from .support.pictures import photo, pillow_jpeg, small_jpeg

Picture = NDArray[np.uint8]
SIZE = (64, 48)
WIDE, SRGB = profiles.rgb_profile(), profiles.rgb_profile(profiles.SRGB, profiles.srgb_curve())
PLAIN = pillow_jpeg(photo(*SIZE), subsampling="4:4:4")


def with_profile(profile: bytes) -> bytes:
    return pillow_jpeg(photo(*SIZE), subsampling="4:4:4", icc_profile=profile)


def opened(data: object) -> Image.Image:
    assert isinstance(data, bytes)
    return Image.open(io.BytesIO(data))


def by_pillow(image: Image.Image, profile: bytes) -> Picture:
    """The oracle: the whole picture through ImageCms."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    converted = ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")
    assert converted is not None
    return np.asarray(converted)


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [  # Sharma, Wu, Dalal 2005, table 1
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_of_colours(
    first: tuple[float, ...], second: tuple[float, ...], difference: float
) -> None:
    assert ciede2000(np.array([first]), np.array([second]))[0] == pytest.approx(
        difference, abs=1e-4
    )


@pytest.mark.parametrize("primaries", [profiles.WIDE, profiles.ADOBE_RGB])
def test_wide_gamut_becomes_srgb(primaries: tuple[tuple[float, ...], ...]) -> None:
    profile = profiles.rgb_profile(primaries)
    data = with_profile(profile)
    expected = by_pillow(opened(data), profile)
    np.testing.assert_array_equal(streamresize.resize(data, width=64), expected)
    assert delta_e(expected, np.asarray(opened(data))).mean() > 2, "the profile changes nothing"
    thumbnail = opened(streamresize.thumbnail(data, SIZE, quality=98)).convert("RGB")
    assert delta_e(np.asarray(thumbnail), expected).mean() < 4
    assert "icc_profile" not in thumbnail.info


def test_rgb_coded_files_are_converted() -> None:
    data = small_jpeg([(1, 1)] * 3, SIZE, Options(adobe_transform=0, icc_profile=WIDE))
    image = Image.fromarray(np.stack(streamresize.decode_planes(data), axis=-1).astype(np.uint8))
    np.testing.assert_array_equal(streamresize.resize(data, width=64), by_pillow(image, WIDE))


@pytest.mark.parametrize("transform", [0, 2, None])
def test_inks_are_converted_by_their_profile(transform: int | None) -> None:
    profile = profiles.cmyk_profile()
    options = Options(adobe_transform=transform, icc_profile=profile)
    data = small_jpeg([(1, 1)] * 4, SIZE, options)
    image = opened(data)
    assert image.mode == "CMYK"
    if transform is None:  # Pillow takes every file for one of Adobe's
        image = Image.eval(image, lambda value: 255 - value)
    ours = streamresize.resize(data, width=64)
    assert np.abs(ours.astype(int) - by_pillow(image, profile)).max() <= 1
    assert (
        opened(streamresize.thumbnail(data, (32, 24), icc="keep")).info.get("icc_profile") is None
    )
    np.testing.assert_array_equal(streamresize.resize(data, width=64, icc="keep"), ours)
    plain = small_jpeg([(1, 1)] * 4, SIZE, Options(adobe_transform=transform))
    np.testing.assert_array_equal(
        streamresize.resize(data, width=64, icc="strip"), streamresize.resize(plain, width=64)
    )


def test_gray_stays_gray() -> None:
    profile = profiles.gray_profile()
    data = pillow_jpeg(photo(*SIZE)[:, :, 0], icc_profile=profile)
    ours = streamresize.resize(data, width=64)
    assert ours.shape == (48, 64)
    np.testing.assert_array_equal(ours, by_pillow(opened(data), profile)[:, :, 1])
    assert opened(streamresize.thumbnail(data, SIZE)).mode == "L"


def test_gray_with_a_profile_for_rgb_is_equal_amounts_of_it() -> None:
    profile = profiles.rgb_profile(curve=profiles.gamma(1.8))
    data = pillow_jpeg(photo(*SIZE)[:, :, 0], icc_profile=profile)
    expected = by_pillow(opened(data).convert("RGB"), profile)[:, :, 1]
    np.testing.assert_array_equal(streamresize.resize(data, width=64), expected)


@needs_corpus
def test_12_bits_are_converted() -> None:
    (entry,) = (e for e in in_folder("valid") if e.path.endswith("made_12bit_444.jpg"))
    plain = entry.file.read_bytes()
    part = icc.SEGMENT + b"\1\1" + WIDE
    data = plain[:2] + b"\xff\xe2" + (len(part) + 2).to_bytes(2, "big") + part + plain[2:]
    image = Image.fromarray(streamresize.resize(plain, width=10_000))
    np.testing.assert_array_equal(streamresize.resize(data, width=10_000), by_pillow(image, WIDE))


@needs_corpus
def test_files_of_the_corpus_keep_their_colours() -> None:
    tested = 0
    for entry in in_folder("valid"):
        info = streamresize.probe(entry.file) if "wide gamut" in " ".join(entry.features) else None
        if info is None or info.is_srgb:
            continue
        with Image.open(entry.file) as image:
            expected = by_pillow(image, image.info["icc_profile"])
        ours = streamresize.resize(entry.file, width=info.width, auto_orient=False)
        assert delta_e(ours, expected).mean() < 1, entry.path
        tested += 1
    assert tested >= 5


def test_bands_of_rows_are_converted_like_the_whole() -> None:
    data = with_profile(WIDE)
    info = streamresize.probe(data)
    planes = [plane.astype(np.uint8) for plane in streamresize.decode_planes(data)]
    convert = RowColor(info, WIDE)
    whole = convert(planes)
    assert (convert.channels, convert.identity, convert.embedded) == (3, False, None)
    parts = [convert([plane[top : top + 7] for plane in planes]) for top in range(0, 48, 7)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_more_than_a_band(monkeypatch: pytest.MonkeyPatch) -> None:
    data = with_profile(WIDE)
    whole = streamresize.resize(data, width=64)
    monkeypatch.setattr(color, "BAND_PIXELS", 150)
    np.testing.assert_array_equal(streamresize.resize(data, width=64), whole)


@pytest.mark.parametrize(
    ("profile", "is_srgb"),
    [
        (SRGB, True),
        (profiles.rgb_profile(profiles.SRGB, profiles.srgb_function()), True),
        (profiles.rgb_profile(profiles.SRGB, profiles.gamma(2.2)), False),
        (profiles.rgb_profile(profiles.ADOBE_RGB, profiles.srgb_curve()), False),
        (profiles.rgb_profile(profiles.SRGB, profiles.srgb_curve(), A2B0=b"mft2"), False),
        (profiles.rgb_profile(profiles.SRGB, b""), False),
        (profiles.profile(b"RGB ", {}), False),
        (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), True),
    ],
)
def test_srgb_is_known_by_what_it_means(profile: bytes, is_srgb: bool) -> None:
    info = streamresize.probe(with_profile(profile))
    assert info.is_srgb is is_srgb
    assert RowColor(info, profile).identity is is_srgb
    assert info.icc_description == icc.parse(profile, 3).description != ""


def test_gray_that_means_srgb_costs_nothing() -> None:
    profile = profiles.gray_profile(profiles.srgb_function())
    plain = pillow_jpeg(photo(*SIZE)[:, :, 0])
    data = pillow_jpeg(photo(*SIZE)[:, :, 0], icc_profile=profile)
    assert streamresize.thumbnail(data, (32, 24)) == streamresize.thumbnail(plain, (32, 24))


def test_srgb_costs_nothing() -> None:
    data = with_profile(SRGB)
    assert streamresize.thumbnail(data, (32, 24)) == streamresize.thumbnail(PLAIN, (32, 24))
    code = (
        "import sys, streamresize; streamresize.resize(sys.stdin.buffer, width=32); "
        "print('PIL' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert done.stdout == b"False\n"


def test_the_fingerprint_is_of_the_samples() -> None:
    hashes = {
        streamresize.process(data, [], fingerprint=True).fingerprint
        for data in (PLAIN, with_profile(WIDE))
    }
    assert len(hashes) == 1


@pytest.mark.parametrize("format", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("chosen", [{"icc": "keep"}, {"keep": {"icc"}}])
def test_a_profile_is_kept_with_its_samples(format: str, chosen: dict[str, object]) -> None:
    kept = opened(streamresize.thumbnail(with_profile(WIDE), SIZE, format=format, **chosen))  # type: ignore[arg-type]
    assert kept.info["icc_profile"] == WIDE
    plain = opened(streamresize.thumbnail(PLAIN, SIZE, format=format))  # type: ignore[arg-type]
    np.testing.assert_array_equal(np.asarray(kept), np.asarray(plain))


def test_a_stripped_profile_leaves_the_samples() -> None:
    data = with_profile(WIDE)
    assert streamresize.thumbnail(data, SIZE, icc="strip") == streamresize.thumbnail(PLAIN, SIZE)


def test_a_profile_of_several_parts() -> None:
    large = profiles.rgb_profile(padd=bytes(200_000))
    data = small_jpeg([(1, 1)] * 3, SIZE, Options(icc_profile=large, icc_chunk=30_000))
    image = Image.fromarray(streamresize.resize(data, width=64, icc="strip"))
    np.testing.assert_array_equal(streamresize.resize(data, width=64), by_pillow(image, large))
    kept = streamresize.thumbnail(data, SIZE, icc="keep")
    assert opened(kept).info["icc_profile"] == large


def segments(*parts: tuple[int, int, bytes]) -> list[tuple[int, bytes]]:
    return [(0xE2, icc.SEGMENT + bytes(part[:2]) + part[2]) for part in parts]


@given(st.binary(min_size=1, max_size=90), st.integers(1, 20), st.randoms())
def test_parts_come_in_any_order(data: bytes, size: int, random: object) -> None:
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    numbered = segments(*((i + 1, len(pieces), piece) for i, piece in enumerate(pieces)))
    random.shuffle(numbered)  # type: ignore[attr-defined]
    assert icc.embedded([(0xE1, b"Exif\0\0"), (0xE2, b"MPF\0"), *numbered]) == data


@pytest.mark.parametrize(
    "parts",
    [
        [(1, 2, b"a")],
        [(1, 2, b"a"), (1, 2, b"b")],
        [(0, 1, b"a")],
        [(1, 2, b"a"), (2, 3, b"b")],
        [(2, 2, b"a"), (3, 2, b"b")],
    ],
)
def test_parts_that_do_not_fit_together(parts: list[tuple[int, int, bytes]]) -> None:
    with pytest.raises(icc.BrokenProfile, match="numbered"):
        icc.embedded(segments(*parts))


def test_no_profile_is_no_error() -> None:
    assert icc.embedded([(0xE1, b"Exif\0\0")]) is None
    with pytest.raises(icc.BrokenProfile, match="cut short"):
        icc.embedded([(0xE2, icc.SEGMENT)])


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        (bytes(200), "no ICC header"),
        (WIDE[:300], "cut short"),
        (profiles.rgb_profile(D2B0=b"mpet"), "multi-process"),
        (profiles.profile(b"RGB ", {}, device=b"link"), "not the profile of a device"),
        (profiles.cmyk_profile(), "for 'CMYK'"),
        (WIDE[:128] + b"\xff" * 4 + WIDE[132:], "tags do not fit"),
        (WIDE[:136] + b"\xff" * 4 + WIDE[140:], "a tag lies outside"),
        (profiles.profile(b"RGB ", {}), "LittleCMS"),
        (profiles.rgb_profile(curve=b"curv" + bytes(4) + b"\xff" * 6), "LittleCMS"),
    ],
)
def test_a_broken_profile_is_a_warning(profile: bytes, reason: str) -> None:
    result = streamresize.process(with_profile(profile), [Size(64, 48, format="png")])
    assert [w for w in result.warnings if reason in w] == list(result.warnings) != []
    plain = streamresize.process(PLAIN, [Size(64, 48, format="png")])
    assert result.images[0].data == plain.images[0].data


def test_large_profiles_are_bounded() -> None:
    data = with_profile(profiles.rgb_profile(padd=bytes(50_000)))
    with pytest.raises(streamresize.LimitExceeded, match="metadata_bytes"):
        streamresize.probe(data, limits=streamresize.Limits(metadata_bytes=40_000))


SEEDS = [WIDE, SRGB, profiles.gray_profile(), profiles.cmyk_profile(2)]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=12),
    st.integers(0, 400),
)
def test_changed_profiles_do_no_harm(
    profile: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    changed = bytearray(profile)
    for place, value in changes:
        if place < len(changed):
            changed[place] = value
    data = small_jpeg(
        [(1, 1)] * (4 if profile is SEEDS[3] else 3),
        (16, 8),
        Options(icc_profile=bytes(changed[: len(changed) - cut])),
    )
    assert streamresize.resize(data, width=16).shape == (8, 16, 3)


def test_a_table_that_is_not_there_takes_no_memory() -> None:
    """256 million cells are declared, in a profile of 2 kB."""
    profile = bytearray(profiles.cmyk_profile())
    at = profile.index(b"mft1")
    profile[at + 10] = 128
    data = small_jpeg([(1, 1)] * 4, (16, 8), Options(icc_profile=bytes(profile)))
    code = (
        "import resource, sys, streamresize\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30,) * 2)\n"
        "print(streamresize.process(sys.stdin.buffer, [streamresize.Size(8, 8)]).warnings)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert b"ICC profile not used" in done.stdout


@pytest.mark.parametrize(
    ("mode", "profile"),
    [("RGB", WIDE), ("CMYK", profiles.cmyk_profile()), ("L", profiles.gray_profile())],
)
def test_exact_averaging_is_that_of_the_converted_picture(mode: str, profile: bytes) -> None:
    data = pillow_jpeg(Image.fromarray(photo(120, 90)).convert(mode), icc_profile=profile)
    ours = streamresize.resize(data, width=31, height=22, fit="fill", averaging="exact")
    whole = by_pillow(opened(data), profile)
    exact = area_average(whole[..., 1] if mode == "L" else whole, 31, 22)
    assert np.abs(ours - exact).max() <= 0.51


@pytest.mark.parametrize(
    "options",
    [
        {"format": "png", "colors": 256},
        {"format": "webp", "lossless": True},
        {"format": "png", "fit": "pad", "gravity": "west", "background": (0, 0, 9)},
    ],
)
def test_gray_that_becomes_rgb_is_converted(options: SizeOptions) -> None:
    """A profile for gray is none for a palette or RGB."""
    gray = pillow_jpeg(photo(*SIZE)[:, :, 0], icc_profile=profiles.gray_profile())
    options["icc"] = "keep"
    with opened(streamresize.thumbnail(gray, (70, 48), **options)) as image:
        assert "icc_profile" not in image.info
        green = np.asarray(image.convert("RGB"))[:, :64, 1]
    np.testing.assert_array_equal(green, streamresize.resize(gray, width=64))
    with opened(streamresize.thumbnail(gray, SIZE, icc="keep", format="png")) as image:
        assert image.info["icc_profile"] == profiles.gray_profile()
        np.testing.assert_array_equal(np.asarray(image), np.asarray(opened(gray)))


def test_colours_that_become_a_palette_keep_their_profile() -> None:
    options: SizeOptions = {"format": "png", "colors": 16, "icc": "keep"}
    with opened(streamresize.thumbnail(with_profile(WIDE), SIZE, **options)) as image:
        assert image.mode == "P"
        assert image.info["icc_profile"] == WIDE


def test_exact_averaging_keeps_profiles() -> None:
    data = pillow_jpeg(photo(120, 90), icc_profile=WIDE)
    options: SizeOptions = {"fit": "fill", "averaging": "exact", "icc": "keep", "format": "png"}
    with opened(streamresize.thumbnail(data, (31, 22), **options)) as kept:
        exact = area_average(np.asarray(opened(data)), 31, 22)
        assert np.abs(np.asarray(kept) - exact).max() <= 0.51
        assert kept.info["icc_profile"] == WIDE


def test_a_profile_that_cannot_be_used_is_told_of_merged_pictures() -> None:
    broken = pillow_jpeg(photo(*SIZE), icc_profile=profiles.cmyk_profile())
    result = streamresize.process(broken, [Size(20, 20, averaging="exact")])
    assert any("ICC profile not used" in warning for warning in result.warnings)
    assert not streamresize.process(broken, [], fingerprint=True).warnings  # which needs none


def test_a_transform_is_made_once_for_many_pictures() -> None:
    transforms = Transforms(2)
    made = [icc.parse(profiles.rgb_profile(curve=profiles.gamma(1 + i)), 3) for i in range(3)]
    first = transforms.get(made[0])
    assert transforms.get(icc.parse(bytes(made[0].data), 3)) is first
    transforms.get(made[1])
    transforms.get(made[0])
    transforms.get(made[2])
    assert len(transforms) == 2
    assert transforms.get(made[0]) is first


def test_estimates_know_of_conversion() -> None:
    plain, srgb, wide = (
        streamresize.probe(d) for d in (PLAIN, with_profile(SRGB), with_profile(WIDE))
    )
    sizes = [Size(64, 48)]
    estimate = streamresize.estimate_memory
    assert estimate(plain, sizes) == estimate(srgb, sizes)
    assert estimate(wide, sizes) > estimate(plain, sizes) + color.BAND_PIXELS
    kept = [Size(64, 48, icc="keep")]
    assert estimate(wide, kept) == estimate(plain, sizes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"icc": "adobe"}, "icc must be one of srgb, keep, strip"),
        ({"keep": {"gps"}}, "keep must hold some of icc, exif, xmp, copyright"),
        ({"keep": "exif"}, "keep must hold some of"),
        ({"icc": "strip", "keep": {"icc"}}, "contradict"),
    ],
)
def test_impossible_wishes(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Size(10, 10, **options)  # type: ignore[arg-type]
