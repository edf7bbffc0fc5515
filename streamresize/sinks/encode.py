"""Finished pictures to files: libjpeg-turbo through PyTurboJPEG where installed, else Pillow."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from streamresize.errors import EncodeError
from streamresize.metadata import NO_METADATA, Metadata, into_jpeg, pillow_options
from streamresize.sinks.yuv import YuvBuffer
from streamresize.strips import Samples

if TYPE_CHECKING:
    from PIL import Image
    from turbojpeg import TurboJPEG

Format = Literal["jpeg", "png", "webp", "array"]
FORMATS: tuple[str, ...] = get_args(Format)

MAX_SIDE: dict[Format, int] = {"jpeg": 65_500, "webp": 16_383, "png": 2**31 - 1}

ENCODED_BYTES_PER_PIXEL: dict[Format, float] = {"jpeg": 0.3, "png": 4.0, "webp": 10.5, "array": 0.0}


def check_size(height: int, width: int, format: Format) -> None:
    """Raise EncodeError where `format` cannot hold the picture."""
    most = MAX_SIDE.get(format)
    if most is not None and max(height, width) > most:
        raise EncodeError(f"{format} cannot hold {width} x {height}: at most {most} a side")


def encoded_bytes(pixels: int, format: Format) -> int:
    """What encoding takes beside its input, the file included: an estimate from photographs."""
    return int(pixels * ENCODED_BYTES_PER_PIXEL[format])


@lru_cache(maxsize=1)
def turbojpeg() -> TurboJPEG | None:
    """The libjpeg-turbo binding, or None where its library is not installed."""
    from turbojpeg import TurboJPEG

    for path in ("libturbojpeg.so.0", None):  # the soname first: searching starts processes
        try:
            return TurboJPEG(path)
        except (OSError, RuntimeError):
            continue
    return None


def jpeg_from_yuv(yuv: YuvBuffer, quality: int) -> bytes:
    """JPEG of one gray plane, or of Y, Cb and Cr at 4:2:0, without a detour over RGB."""
    encoder = turbojpeg()
    if encoder is None:
        return _jpeg_with_pillow(yuv.planes, quality)
    from turbojpeg import TJSAMP_420, TJSAMP_GRAY

    height, width = yuv.planes[0].shape
    sampling = TJSAMP_GRAY if len(yuv.planes) == 1 else TJSAMP_420
    yuv.pad()
    try:
        data: bytes = encoder.encode_from_yuv(
            yuv.data, height, width, quality=quality, jpeg_subsample=sampling
        )
    except OSError as error:
        raise EncodeError(f"jpeg: {error}") from error
    return data


def _jpeg_with_pillow(planes: Sequence[Samples], quality: int) -> bytes:
    from PIL import Image

    if len(planes) == 1:
        return _save(Image.fromarray(np.ascontiguousarray(planes[0])), "jpeg", quality)
    height, width = planes[0].shape
    # Pillow averages 2 x 2 samples of chroma: repeated ones come out as they were.
    full = [planes[0], *(np.repeat(np.repeat(p, 2, 0), 2, 1)[:height, :width] for p in planes[1:])]
    merged = Image.merge("YCbCr", [Image.fromarray(np.ascontiguousarray(p)) for p in full])
    return _save(merged, "jpeg", quality)


def file_from_picture(
    picture: Samples, format: Format, quality: int, metadata: Metadata = NO_METADATA
) -> bytes:
    """JPEG (4:2:0), PNG or WebP of a gray (h, w) or RGB (h, w, 3) uint8 picture."""
    if format == "jpeg":
        return into_jpeg(_jpeg_from_picture(picture, quality), metadata)
    from PIL import Image

    return _save(Image.fromarray(picture), format, quality, **pillow_options(metadata, format))


def _jpeg_from_picture(picture: Samples, quality: int) -> bytes:
    encoder = turbojpeg() if picture.ndim == 3 else None
    if encoder is not None:
        from turbojpeg import TJPF_RGB, TJSAMP_420

        try:
            data: bytes = encoder.encode(
                picture, quality=quality, pixel_format=TJPF_RGB, jpeg_subsample=TJSAMP_420
            )
        except OSError as error:
            raise EncodeError(f"jpeg: {error}") from error
        return data
    from PIL import Image

    return _save(Image.fromarray(picture), "jpeg", quality)


def _save(image: Image.Image, format: str, quality: int, **options: Any) -> bytes:
    if format != "png":
        options["quality"] = quality
    if format == "jpeg" and image.mode != "L":
        options["subsampling"] = "4:2:0"
    buffer = io.BytesIO()
    try:
        image.save(buffer, format, **options)
    except (OSError, ValueError) as error:
        raise EncodeError(f"{format}: {error}") from error
    return buffer.getvalue()
