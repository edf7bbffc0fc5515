"""What pictures of one kind share, and what they must not."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import streamresize
from streamresize import Pass, Result, Size
from streamresize.metadata import NO_METADATA
from streamresize.plan import MOST_KEPT, kept_plan, make_plan
from streamresize.resample import WINDOW_WEIGHTS
from streamresize.targets import MemoryTarget

from .support import profiles
from .support.pictures import photo, pillow_jpeg, scene

ALIKE = [pillow_jpeg(scene(seed, 320, 240)) for seed in range(6)]
SIZES = (
    Size(64, 64),
    Size(100, 90, fit="fill", format="png"),
    Size(50, 50, fit="pad", background=(9, 8, 7), format="array"),
    Size(40, 40, averaging="exact"),
    Size(64, 64, fit="cover", filter="lanczos3", sharpen=0.5),
    Size(50, 64, fit="cover", gravity="smart", blur=1.5),
    Size(60, 60, padding=(3, 4), averaging="linear"),
)
GAMMA_3, GAMMA_1 = (
    profiles.rgb_profile(profiles.ADOBE_RGB, profiles.gamma(exponent)) for exponent in (3.0, 1.0)
)


def outcome(source: bytes, sizes: Sequence[Size] = SIZES, **options: Any) -> list[bytes]:
    result = streamresize.process(source, sizes, **options)
    return [np.asarray(image.data).tobytes() for image in result.images]


def outcome_afresh(source: bytes, sizes: Sequence[Size] = SIZES, **options: Any) -> list[bytes]:
    kept_plan.cache_clear()
    return outcome(source, sizes, **options)


def exif_of(file: bytes | Any) -> Image.Exif:
    with Image.open(io.BytesIO(file)) as image:
        return image.getexif()


def test_pictures_of_a_kind_share_a_plan_and_nothing_else() -> None:
    expected = [outcome_afresh(source) for source in ALIKE]
    kept_plan.cache_clear()
    assert [outcome(source) for source in ALIKE] == expected
    assert len({files[0] for files in expected}) == len(ALIKE)
    assert kept_plan.cache_info().misses == 1


def test_threads_share_a_plan() -> None:
    sizes = [*SIZES, Size(40, 300, fit="fill", format="webp")]
    expected = [outcome_afresh(source, sizes) for source in ALIKE]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            kept_plan.cache_clear()
            several = list(pool.map(lambda source: outcome(source, sizes), ALIKE * 4))
            assert several == expected * 4


def test_what_differs_has_another_plan() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    sources = [ALIKE[0], pillow_jpeg(scene(0, 320, 240), exif=turned.tobytes())]
    sources += [pillow_jpeg(scene(0, 240, 320)), pillow_jpeg(scene(0, 320, 240), progressive=True)]
    options: list[dict[str, Any]] = [{}, {"rotate": 90}, {"preview": True}, {"auto_orient": False}]
    options += [{"region": (8, 8, 100, 50)}, {"mirror": "vertical"}, {"matte": "black"}]
    asked = [(source, chosen) for source in sources for chosen in options]
    expected = [outcome_afresh(source, **chosen) for source, chosen in asked]
    kept_plan.cache_clear()
    assert [outcome(source, **chosen) for source, chosen in asked] == expected


def test_a_plan_knows_no_profile() -> None:
    """Two pictures that differ in the bytes of their profile alone."""
    picture = scene(3)
    sources = [pillow_jpeg(picture, icc_profile=profile) for profile in (GAMMA_3, GAMMA_1)]
    sizes = [Size(64, 64), Size(64, 64, icc="keep"), Size(64, 64, icc="strip")]
    sizes += [Size(64, 64, averaging="exact"), Size(64, 50, fit="cover", gravity="smart")]
    assert streamresize.probe(sources[0]) == streamresize.probe(sources[1])
    kept_plan.cache_clear()
    first, second = (streamresize.process(source, sizes).images for source in sources)
    assert kept_plan.cache_info().misses == 1
    assert first[2].data == second[2].data
    assert all(first[i].data != second[i].data for i in (0, 3, 4))
    for source, images in zip(sources, (first, second)):
        afresh = outcome_afresh(source, sizes)
        assert [np.asarray(image.data).tobytes() for image in images] == afresh
    for images, profile in ((first, GAMMA_3), (second, GAMMA_1)):
        assert isinstance(images[1].data, bytes)
        with Image.open(io.BytesIO(images[1].data)) as image:
            assert image.info["icc_profile"] == profile


def test_a_plan_knows_no_metadata() -> None:
    sources = []
    for artist in ("A. One", "B. Two"):
        exif = Image.Exif()
        exif[0x013B] = artist
        sources.append(pillow_jpeg(scene(4), exif=exif.tobytes()))
    kept_plan.cache_clear()
    files = [streamresize.thumbnail(source, (64, 64), keep={"exif"}) for source in sources]
    assert kept_plan.cache_info().misses == 1
    assert [exif_of(file)[0x013B] for file in files] == ["A. One", "B. Two"]


def test_warnings_are_those_of_one_picture() -> None:
    broken = pillow_jpeg(scene(5), icc_profile=profiles.rgb_profile(profiles.SRGB, b"")[:-200])
    sound = pillow_jpeg(
        scene(5), icc_profile=profiles.rgb_profile(profiles.SRGB, profiles.srgb_curve())
    )
    size = Size(64, 64)
    results = [streamresize.process(source, [size]) for source in (broken, sound, broken)]
    assert [len(result.warnings) for result in results] == [1, 0, 1]


def test_limits_of_the_environment_are_those_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = outcome(ALIKE[0])
    monkeypatch.setenv("STREAMRESIZE_MAX_WIDTH", "319")
    with pytest.raises(streamresize.LimitExceeded, match="width"):
        outcome(ALIKE[0])
    monkeypatch.setenv("STREAMRESIZE_MAX_WIDTH", "320")
    assert outcome(ALIKE[0]) == expected
    monkeypatch.setenv("STREAMRESIZE_MAX_WIDTH", "wide")
    with pytest.raises(ValueError, match="whole number"):
        outcome(ALIKE[0])


def test_processors_are_counted_for_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there were when the plan was made."""
    import streamresize.pipeline as pipeline

    asked: list[int | None] = []

    def note(_: streamresize.ImageInfo, threads: int | None) -> int:
        asked.append(threads)
        return 1

    monkeypatch.setattr(pipeline, "decoding_threads", note)
    for _ in range(2):
        outcome(ALIKE[0])
    assert asked == [None, None]


def test_equal_requests_may_be_of_other_types() -> None:
    """What is found under one of them serves the others."""
    kept_plan.cache_clear()
    for quality in (np.int64(71), 71.0, 71):
        size = Size(64, 64, quality=quality)  # type: ignore[arg-type]
        assert outcome(ALIKE[0], [size]) == outcome_afresh(ALIKE[0], [Size(64, 64, quality=71)])


def test_lists_stand_for_tuples() -> None:
    lists: Any = {"gravity": ["fp", 0.2, 0.7], "background": [1, 2, 3]}
    tuples: Any = {"gravity": ("fp", 0.2, 0.7), "background": (1, 2, 3)}
    assert hash(Size(9, 9, **lists)) == hash(Size(9, 9, **tuples))
    lists, tuples = (
        {"region": kind((1, 2, 30, 40)), "matte": kind((1, 2, 3))} for kind in (list, tuple)
    )
    assert hash(Pass(**lists)) == hash(Pass(**tuples))


def test_few_plans_are_kept() -> None:
    for width in range(20, 22 + MOST_KEPT):
        streamresize.thumbnail(ALIKE[0], (width, None))
    assert kept_plan.cache_info().currsize == MOST_KEPT


@pytest.mark.parametrize(("width", "is_kept"), [(200, True), (20_000, False)])
def test_large_tables_go_with_their_picture(width: int, is_kept: bool) -> None:
    info = streamresize.probe(ALIKE[0])
    size = Size(width, 100, fit="fill", format="array", enlarge=True, filter="lanczos3")
    plan = make_plan(info, (size,), Pass())
    tracemalloc.start()
    try:
        plan.connect([output.sink(MemoryTarget(), NO_METADATA) for output in plan.outputs])
        left, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    table = width * 4 * 6  # weights of six taps
    assert most > table
    assert (left > table) is is_kept
    assert left < 4 * 2 * WINDOW_WEIGHTS


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(16, 90), st.booleans()), max_size=6))
def test_what_was_asked_before_changes_nothing(asked: list[tuple[int, int, bool]]) -> None:
    def results(afresh: bool) -> list[Result]:
        made = []
        for number, width, fingerprint in asked:
            if afresh:
                kept_plan.cache_clear()
            sizes = [Size(width, None, format="array")]
            result = streamresize.process(ALIKE[number], sizes, fingerprint=fingerprint)
            made.append(result)
        return made

    for kept, fresh in zip(results(False), results(True)):
        np.testing.assert_array_equal(kept.images[0].data, fresh.images[0].data)
        assert kept.fingerprint == fresh.fingerprint
        assert kept.info == fresh.info


def test_a_photo_of_another_kind_after_many_of_one() -> None:
    small = outcome_afresh(pillow_jpeg(photo(120, 90)))
    for source in ALIKE:
        outcome(source)
    assert outcome(pillow_jpeg(photo(120, 90))) == small


def test_options_are_checked_whether_they_can_be_hashed_or_not() -> None:
    data = pillow_jpeg(photo(64, 48))
    hashed = streamresize.thumbnail(data, (20, 20), fit="pad", background=(1, 2, 3))
    listed: Any = [1, 2, 3]
    assert streamresize.thumbnail(data, (20, 20), fit="pad", background=listed) == hashed
    assert streamresize.thumbnail(data, (20, 20), keep={"exif"})
    wrong: Any = {"fit": []}
    for options in ({"quality": 0}, wrong, {"quality": 0}):
        with pytest.raises(ValueError, match=r"quality|fit"):
            streamresize.thumbnail(data, (20, 20), **options)
    with pytest.raises(TypeError, match="unknown"):
        streamresize.thumbnail(data, (20, 20), unknown=1)  # type: ignore[call-arg]
