"""What a fingerprint may have in addition, so that parts of a picture are found: opt-in."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from streamresize.catalog import Feature
from streamresize.fingerprint import Fingerprint
from streamresize.matching import keypoints as orb
from streamresize.matching.keypoints import DESCRIPTOR_BYTES, NONE, Keypoints
from streamresize.matching.windows import HASH_BYTES, WindowHashes, window_hashes, windows
from streamresize.strips import Samples

# Kinds of features of a catalog; other windows need another name.
WINDOWS, KEYPOINTS = "windows", "keypoints"
MAGIC = b"SRdt"
VERSION = 1
HEAD = struct.Struct("<4sBxHH")  # magic, version, number of windows, of keypoints
PLACE_STEP = 16  # stored places are multiples of 1/16 sample
MOST_PLACE = 0xFFFF


@dataclass(frozen=True, slots=True)
class Details:
    """Hashes of the windows of a picture's luma, and its keypoints.

    windows: uint8 (n, 32), n as many as `matching.windows.windows()` has, or 0. keypoints: places
    in samples of the luma.
    """

    windows: WindowHashes = field(default_factory=lambda: np.empty((0, HASH_BYTES), np.uint8))
    keypoints: Keypoints = field(default_factory=lambda: NONE)

    @classmethod
    def of(cls, luma: Samples, *, windows: bool = True, keypoints: bool = False) -> Details:
        """Of a fingerprint's luma, uint8 (h, w).

        Raises ModuleNotFoundError where keypoints are asked for and OpenCV is not installed.
        """
        none = cls()
        return cls(
            window_hashes(luma) if windows else none.windows,
            orb.keypoints(luma) if keypoints else none.keypoints,
        )

    def to_bytes(self) -> bytes:
        """The compact form: 32 bytes a window, 36 a keypoint."""
        places, descriptors = self.keypoints
        head = HEAD.pack(MAGIC, VERSION, len(self.windows), len(places))
        return head + self.windows.tobytes() + _stored(places) + descriptors.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Details:
        """The reverse of `to_bytes`. Raises ValueError for other data."""
        if len(data) < HEAD.size:
            raise ValueError("no details of a picture: too short")
        magic, version, hashes, places = HEAD.unpack_from(data)
        if magic != MAGIC or version != VERSION or hashes not in (0, len(windows())):
            raise ValueError("no details of a picture, or of another version")
        ends = np.cumsum([HEAD.size, hashes * HASH_BYTES, 4 * places, places * DESCRIPTOR_BYTES])
        if len(data) != ends[-1]:
            raise ValueError("no details of a picture: another length")
        parts = [data[low:high] for low, high in pairwise(ends)]
        return cls(
            np.frombuffer(parts[0], np.uint8).reshape(-1, HASH_BYTES),
            Keypoints(
                _places(parts[1]), np.frombuffer(parts[2], np.uint8).reshape(-1, DESCRIPTOR_BYTES)
            ),
        )

    def features(self) -> tuple[Feature, ...]:
        """As a catalog takes them."""
        return windows_feature(self.windows), keypoints_feature(self.keypoints)


@dataclass(frozen=True)
class Extract:
    """Makes the features that a catalog keeps beside a fingerprint.

    Of a picture without keypoints it is kept that there are none.
    """

    windows: bool = True
    keypoints: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of the features made."""
        wanted = {WINDOWS: self.windows, KEYPOINTS: self.keypoints}
        return tuple(kind for kind in wanted if wanted[kind])

    def __call__(self, fingerprint: Fingerprint) -> tuple[Feature, ...]:
        features = []
        if self.windows:
            features.append(windows_feature(window_hashes(fingerprint.luma)))
        if self.keypoints:
            features.append(keypoints_feature(orb.keypoints(fingerprint.luma)))
        return tuple(features)


def windows_feature(hashes: WindowHashes) -> Feature:
    return Feature(WINDOWS, descriptor_words(hashes), b"")


def keypoints_feature(keypoints: Keypoints) -> Feature:
    return Feature(KEYPOINTS, descriptor_words(keypoints.descriptors), _stored(keypoints.places))


def keypoints_of(feature: Feature) -> Keypoints:
    """The reverse of `keypoints_feature`."""
    return Keypoints(_places(feature.data), feature.hashes.astype(">u8").view(np.uint8))


def descriptor_words(descriptors: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """uint8 (n, 32) as uint64 (n, 4)."""
    return np.ascontiguousarray(descriptors).view(">u8").astype(np.uint64)


def _stored(places: NDArray[np.float32]) -> bytes:
    return (places * PLACE_STEP + 0.5).clip(0, MOST_PLACE).astype("<u2").tobytes()


def _places(data: bytes) -> NDArray[np.float32]:
    return np.frombuffer(data, "<u2").reshape(-1, 2).astype(np.float32) / np.float32(PLACE_STEP)
