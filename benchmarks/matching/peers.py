"""What other packages hash, as rows of bits; how far two are apart is their Hamming distance."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import imagehash
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

from benchmarks.matching.hashers import make_hasher

Bits = NDArray[np.bool_]


def _imagehash(
    picture: Image.Image, *, function: Callable[..., imagehash.ImageHash], side: int = 8
) -> Bits:
    return np.asarray(function(picture, hash_size=side).hash, np.bool_).ravel()


def _colorhash(picture: Image.Image) -> Bits:
    return np.asarray(imagehash.colorhash(picture).hash, np.bool_).ravel()


def _pdq(picture: Image.Image) -> Bits:
    return np.asarray(pdqhash.compute(np.asarray(picture))[0], np.bool_)


PEERS: dict[str, Callable[[Image.Image], Bits]] = {
    "phash 64": partial(_imagehash, function=imagehash.phash),
    "phash 256": partial(_imagehash, function=imagehash.phash, side=16),
    "dhash 64": partial(_imagehash, function=imagehash.dhash),
    "dhash 256": partial(_imagehash, function=imagehash.dhash, side=16),
    "whash 64": partial(_imagehash, function=imagehash.whash),
    "colorhash": _colorhash,
    "pdqhash": _pdq,
    "imagededup phash": make_hasher("PHash"),
    "imagededup dhash": make_hasher("DHash"),
    "imagededup ahash": make_hasher("AHash"),
    "imagededup whash": make_hasher("WHash"),
}
