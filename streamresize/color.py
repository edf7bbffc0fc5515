"""Finished component planes to gray or RGB: by formulas, and by ICC profiles with LittleCMS."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from streamresize import _native, icc
from streamresize.info import Color, ImageInfo
from streamresize.strips import Samples

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

IccUse = Literal["srgb", "keep", "strip"]
ICC_USES: tuple[str, ...] = get_args(IccUse)

PLANES_USED: dict[Color, int] = {
    "gray": 1,
    "unknown": 1,
    "ycbcr": 3,
    "rgb": 3,
    "cmyk": 4,
    "ycck": 4,
}
PILLOW_MODES: dict[icc.Space, str] = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}
BAND_PIXELS = 1 << 16  # converted at a time
BAND_BYTES_PER_PIXEL = 16  # what they take as arrays, and in Pillow, before and after
MAX_TRANSFORMS = 8  # kept; one with tables takes up to 2 MB


def to_picture(planes: Sequence[Samples], color: Color, *, inverted: bool) -> Samples:
    """Planes of one size, uint8 (h, w), to gray (h, w) or RGB (h, w, 3).

    inverted: CMYK as Adobe stores it, 255 for no ink. Of two components the first is shown.
    YCbCr by T.871 clause 7; CMYK by simple subtraction, without a profile.
    """
    if PLANES_USED[color] == 1:
        return planes[0]
    if color == "rgb":
        return np.stack(planes, axis=-1)
    rgb = np.empty((*planes[0].shape, 3), np.uint8)
    if color == "ycbcr":
        y, cb, cr = planes
        _native.ycbcr_to_rgb(y, cb, cr, rgb)
        return rgb
    first, second, third, black = planes
    convert = _native.cmyk_to_rgb if color == "cmyk" else _native.ycck_to_rgb
    convert(first, second, third, black, inverted, rgb)
    return rgb


def to_inks(planes: Sequence[Samples], color: Color, *, inverted: bool) -> Samples:
    """CMYK or YCCK planes to ink (h, w, 4), 255 for full ink."""
    if color == "ycck":  # codes 255 minus C, M and Y (T.872 6.5.3)
        colors = ~to_picture(planes[:3], "ycbcr", inverted=False)
        planes = [*np.moveaxis(colors, -1, 0), planes[3]]
    inks = np.stack(planes, axis=-1)
    return ~inks if inverted else inks


def to_luma(picture: Samples) -> Samples:
    """Gray or RGB (h, w, 3) to luma (h, w), rounded as Pillow's "L" conversion does."""
    if picture.ndim == 2:
        return picture
    weighted = picture.astype(np.uint32) @ np.array([19595, 38470, 7471], np.uint32)
    luma: Samples = ((weighted + 32768) >> 16).astype(np.uint8)
    return luma


class Transforms:
    """LittleCMS transforms to sRGB: the last few, found by the hash of their profile.

    Perceptual intent, with black point compensation as LittleCMS applies it to sRGB.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, ImageCmsTransform] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, profile: icc.Profile) -> ImageCmsTransform:
        """Raises icc.BrokenProfile where LittleCMS makes nothing of the profile."""
        from hashlib import sha256  # 4 MB of OpenSSL, for those pictures alone

        key = sha256(profile.data).digest()
        with self._lock:
            transform = self._kept.pop(key, None) or _make_transform(profile)
            self._kept[key] = transform
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return transform


TRANSFORMS = Transforms(MAX_TRANSFORMS)


def _make_transform(profile: icc.Profile) -> ImageCmsTransform:
    try:
        from PIL import ImageCms

        source = ImageCms.ImageCmsProfile(io.BytesIO(profile.data))
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        return ImageCms.ImageCmsTransform(source, srgb, PILLOW_MODES[profile.space], "RGB")
    except (ImportError, OSError, ValueError) as error:
        raise icc.BrokenProfile(f"LittleCMS: {error}") from error


class RowColor:
    """Rows of planes to gray or RGB rows, for one use of the source's profile.

    profile: as embedded in the source, None if there is none. icc: "srgb" converts to sRGB; "keep"
    leaves the samples and wants `embedded` in the output; "strip" leaves them. The samples of CMYK
    cannot be kept in an RGB output, nor those of gray (colored: gray becomes RGB in the output):
    there "keep" is "srgb".

    channels: 1 or 3. identity: planes of gray or YCbCr may be encoded as they are. embedded: the
    profile that the output's samples need. nbytes: memory that converting takes, beside its input
    and its result. warnings: why the profile is not used; more may come while rows are converted.
    """

    def __init__(
        self, info: ImageInfo, profile: bytes | None, icc: IccUse = "srgb", *, colored: bool = False
    ) -> None:
        used = PLANES_USED[info.color]
        if icc == "keep" and (used == 4 or (used == 1 and colored)):
            icc = "srgb"
        self._info = info
        self._converts = not info.is_srgb and icc == "srgb"
        self.warnings: list[str] = []
        self._profile = self._checked(profile, used) if icc != "strip" else None
        self.channels = 1 if used == 1 else 3
        self.identity = not self._converts and (used == 1 or info.color == "ycbcr")
        self.embedded = self._profile.data if icc == "keep" and self._profile else None

    def _checked(self, profile: bytes | None, components: int) -> icc.Profile | None:
        try:
            return icc.parse(profile, components) if profile else None
        except icc.BrokenProfile as error:
            self._warn(error)
            return None

    def _warn(self, error: icc.BrokenProfile) -> None:
        self.warnings.append(f"ICC profile not used: {error}")

    @property
    def nbytes(self) -> int:
        return BAND_PIXELS * BAND_BYTES_PER_PIXEL if self._converts else 0

    def __call__(self, planes: Sequence[Samples]) -> Samples:
        """Planes of one size, uint8 (h, w), to gray (h, w) or RGB (h, w, 3)."""
        transform = self._transform
        if transform is None:
            return self._plain(planes)
        if self.channels == 1:
            samples: Samples = _gray_table(transform)[planes[0]]
            return samples
        height, width = planes[0].shape
        rgb = np.empty((height, width, 3), np.uint8)
        rows = max(1, BAND_PIXELS // width)
        for top in range(0, height, rows):
            band = slice(top, top + rows)
            rgb[band] = _transformed(self._device_samples([p[band] for p in planes]), transform)
        return rgb

    @cached_property
    def _transform(self) -> ImageCmsTransform | None:
        """None where the samples stay as they are."""
        if not self._converts or self._profile is None:
            return None
        try:
            return TRANSFORMS.get(self._profile)
        except icc.BrokenProfile as error:
            self._warn(error)
            return None

    def _plain(self, planes: Sequence[Samples]) -> Samples:
        return to_picture(planes, self._info.color, inverted=self._info.has_adobe)

    def _device_samples(self, planes: Sequence[Samples]) -> Samples:
        """What the profile speaks of: RGB, or ink."""
        color = self._info.color
        if PLANES_USED[color] == 4:
            return to_inks(planes, color, inverted=self._info.has_adobe)
        return self._plain(planes)


def _transformed(samples: Samples, transform: ImageCmsTransform) -> Samples:
    from PIL import Image

    height, width = samples.shape[:2]
    image = Image.frombuffer(
        transform.input_mode, (width, height), np.ascontiguousarray(samples), "raw",
        transform.input_mode, 0, 1,
    )  # fmt: skip
    return np.asarray(transform.apply(image))


def _gray_table(transform: ImageCmsTransform) -> Samples:
    """The gray of sRGB for each gray sample, of a profile for gray or for equal R, G and B."""
    ramp = np.arange(256, dtype=np.uint8)[None]
    if transform.input_mode == "RGB":
        ramp = np.stack([ramp] * 3, axis=-1)
    return np.ascontiguousarray(_transformed(ramp, transform)[0, :, 1])
