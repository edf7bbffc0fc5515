"""Real files of every kind, where the corpus is at hand."""

from __future__ import annotations

import collections
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

import streamresize

from .support.corpus import ROOT, Entry, entries, in_folder, needs_corpus
from .support.oracle import require_oracle, run_oracle, scaled_planes

pytestmark = needs_corpus

DCT_PROCESSES = ("SOF0", "SOF1", "SOF2", "SOF9", "SOF10")

# Files that libjpeg as packaged refuses, so that there is nothing to compare with: by feature or
# by name. All of them but the first are decoded here.
FIVE_COMPONENTS = "valid/made_5comp.jpg"
NO_ORACLE_FEATURES = ("12-bit", "DNL")
NO_ORACLE = {
    FIVE_COMPONENTS: "five components",
}


def readable() -> list[Entry]:
    files = [entry for entry in entries() if entry.folder != "broken"]
    return [entry for entry in files if entry.sof in DCT_PROCESSES]


def has_no_oracle(entry: Entry) -> bool:
    return entry.path in NO_ORACLE or bool(set(NO_ORACLE_FEATURES) & set(entry.features))


def test_planes_are_bit_identical_to_libjpegs() -> None:
    require_oracle()
    different, refused = [], []
    for entry in readable():
        data = entry.file.read_bytes()
        dump = run_oracle(data, "planes")
        if dump is None:
            refused.append(entry)
        elif not same_planes(data, dump.arrays):
            different.append(entry.path)
    assert different == []
    assert [entry.path for entry in refused if not has_no_oracle(entry)] == []
    assert set(NO_ORACLE) <= {entry.path for entry in refused}


def test_files_without_an_oracle_are_decoded() -> None:
    for entry in readable():
        if has_no_oracle(entry) and entry.path != FIVE_COMPONENTS:
            result = streamresize.process(entry.file, [streamresize.Size(64, 64)])
            assert result.warnings == (), entry.path
    with pytest.raises(streamresize.UnsupportedJPEG, match="four components"):
        streamresize.probe(ROOT / FIVE_COMPONENTS)


def same_planes(data: bytes, expected: list[np.ndarray]) -> bool:
    planes = streamresize.decode_planes(data)
    return len(planes) == len(expected) and all(
        np.array_equal(ours, theirs) for ours, theirs in zip(planes, expected, strict=True)
    )


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_scaled_planes_are_within_one_level_of_the_exact_transform(scale: int) -> None:
    require_oracle()
    photos = in_folder("photos")[::10]
    for entry in (*in_folder("valid"), *photos):
        if entry.sof not in DCT_PROCESSES:
            continue
        data = entry.file.read_bytes()
        dump = run_oracle(data, "coefficients")
        if dump is None:
            assert has_no_oracle(entry), entry.path
            continue
        if entry.path == FIVE_COMPONENTS:
            continue
        ours = streamresize.decode_planes(data, scale)
        for plane, exact in zip(ours, scaled_planes(dump, scale), strict=True):
            assert np.abs(plane - exact).max() <= 1, entry.path


def test_files_that_are_refused_are_refused_by_name() -> None:
    for entry in in_folder("valid"):
        if entry.sof not in DCT_PROCESSES:
            with pytest.raises(streamresize.UnsupportedJPEG):
                streamresize.thumbnail(entry.file, (50, 50))


def outcome(work: Callable[[], object]) -> str:
    try:
        work()
    except streamresize.StreamResizeError as error:
        return type(error).__name__
    return "picture"


def test_broken_files_give_pictures_or_typed_errors() -> None:
    outcomes: collections.Counter[str] = collections.Counter()
    for entry in in_folder("broken"):
        outcome(lambda file=entry.file: streamresize.probe(file))  # type: ignore[misc]
        outcomes[outcome(lambda file=entry.file: streamresize.thumbnail(file, (100, 100)))] += 1  # type: ignore[misc]
    assert outcomes["picture"] > 700


def columns_first(luma: Image.Image, width: int) -> Image.Image:
    """What is left for imagehash are the rows; Pillow 13 would begin with them in high pictures."""
    return luma.resize((width, luma.height), Image.Resampling.LANCZOS)


@pytest.mark.parametrize("exact", [True, False])
def test_fingerprints_equal_those_of_imagehash(exact: bool) -> None:
    imagehash = pytest.importorskip("imagehash")
    for entry in in_folder("photos/imagenet"):
        if streamresize.probe(entry.file).color not in ("gray", "ycbcr"):
            continue
        ours = streamresize.process(
            entry.file, [], fingerprint="exact" if exact else True
        ).fingerprint
        assert ours is not None
        luma = Image.fromarray(streamresize.decode_planes(entry.file)[0])
        for name, hash_size, most in (("phash", 8, 2), ("phash256", 16, 6)):
            theirs = imagehash.phash(columns_first(luma, 4 * hash_size), hash_size)
            assert theirs - ours.imagehash(name) <= (0 if exact else most), entry.path
        if exact:
            assert imagehash.dhash(columns_first(luma, 9)) == ours.imagehash("dhash")
            assert imagehash.average_hash(columns_first(luma, 8)) == ours.imagehash("average")
