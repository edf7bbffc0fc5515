"""The hashers of imagededup without its networks, for which it brings PyTorch."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from unittest.mock import MagicMock

import numpy as np
import sklearn.metrics  # noqa: F401 - which looks for PyTorch
from numpy.typing import NDArray
from PIL import Image

NETWORKS = (
    "torch",
    "torch.nn",
    "torch.utils",
    "torch.utils.data",
    "torchvision",
    "torchvision.models",
    "torchvision.models.vision_transformer",
    "torchvision.transforms",
)


@cache
def _methods() -> ModuleType:
    absent = [] if find_spec("torch") else NETWORKS
    sys.modules.update({module: MagicMock() for module in absent})
    try:
        return import_module("imagededup.methods")
    finally:
        for module in absent:
            del sys.modules[module]


def make_hasher(name: str) -> Callable[[Image.Image], NDArray[np.bool_]]:
    """name: of a class, such as PHash. Gives the bits of a picture, (64,)."""
    hasher = getattr(_methods(), name)(verbose=False)

    def bits(picture: Image.Image) -> NDArray[np.bool_]:
        digits = hasher.encode_image(image_array=np.asarray(picture))
        return np.unpackbits(np.frombuffer(bytes.fromhex(digits), np.uint8)).astype(np.bool_)

    return bits
