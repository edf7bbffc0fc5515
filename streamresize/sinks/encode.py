"""Whole pictures to files: libjpeg-turbo through PyTurboJPEG where installed, else Pillow."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from streamresize.errors import EncodeError
from streamresize.metadata import NO_METADATA, Metadata, into_jpeg, pillow_options
from streamresize.sinks.formats import CHROMA_FACTORS, Encoding, Subsampling
from streamresize.sinks.palette import to_palette
from streamresize.sinks.raw import PIXELS, parts
from streamresize.sinks.yuv import YuvBuffer
from streamresize.strips import Samples

if TYPE_CHECKING:
    from PIL import Image
    from turbojpeg import TurboJPEG


@cache
def turbojpeg() -> TurboJPEG | None:
    """The libjpeg-turbo binding, or None where its library is not installed."""
    from turbojpeg import TurboJPEG

    for path in ("libturbojpeg.so.0", None):  # the soname first: searching starts processes
        try:
            return TurboJPEG(path)
        except (OSError, RuntimeError):
            continue
    return None


def _turbojpeg_for(encoding: Encoding) -> TurboJPEG | None:
    """None where Pillow is to encode: the binding cannot optimise Huffman tables."""
    return None if encoding.progressive or encoding.optimize else turbojpeg()


def jpeg_from_yuv(yuv: YuvBuffer, encoding: Encoding, metadata: Metadata = NO_METADATA) -> bytes:
    """JPEG of one gray plane, or of Y, Cb and Cr, without a detour over RGB."""
    return into_jpeg(_jpeg_from_yuv(yuv, encoding), metadata)


def _jpeg_from_yuv(yuv: YuvBuffer, encoding: Encoding) -> bytes:
    encoder = _turbojpeg_for(encoding)
    if encoder is None:
        return _jpeg_with_pillow(yuv, encoding)
    height, width = yuv.planes[0].shape
    yuv.pad()
    try:
        data: bytes = encoder.encode_from_yuv(
            yuv.data,
            height,
            width,
            quality=encoding.quality,
            jpeg_subsample=_tjsamp(yuv.subsampling if len(yuv.planes) > 1 else None),
        )
    except OSError as error:
        raise EncodeError(f"jpeg: {error}") from error
    return data


@cache
def _tjsamp(subsampling: Subsampling | None) -> int:
    from turbojpeg import TJSAMP_420, TJSAMP_422, TJSAMP_444, TJSAMP_GRAY

    known = {"4:2:0": TJSAMP_420, "4:2:2": TJSAMP_422, "4:4:4": TJSAMP_444, None: TJSAMP_GRAY}
    return int(known[subsampling])


def _jpeg_with_pillow(yuv: YuvBuffer, encoding: Encoding) -> bytes:
    from PIL import Image

    planes = yuv.planes
    if len(planes) == 1:
        return _save(Image.fromarray(np.ascontiguousarray(planes[0])), encoding)
    height, width = planes[0].shape
    across, down = CHROMA_FACTORS[yuv.subsampling]
    # Pillow averages the samples of chroma: repeated ones come out as they were.
    full = [
        planes[0],
        *(np.repeat(np.repeat(p, down, 0), across, 1)[:height, :width] for p in planes[1:]),
    ]
    merged = Image.merge("YCbCr", [Image.fromarray(np.ascontiguousarray(p)) for p in full])
    return _save(merged, encoding)


def file_from_picture(
    picture: Samples, encoding: Encoding, metadata: Metadata = NO_METADATA
) -> bytes:
    """The file of a gray (h, w) or RGB (h, w, 3) uint8 picture."""
    pixels = PIXELS.get(encoding.format)
    if pixels is not None:
        return b"".join(pixels(rows).tobytes() for rows in parts(picture))
    if encoding.format == "jpeg":
        return into_jpeg(_jpeg_from_picture(picture, encoding), metadata)
    return _save(_image(picture, encoding), encoding, **_carried(metadata, encoding))


def _jpeg_from_picture(picture: Samples, encoding: Encoding) -> bytes:
    encoder = _turbojpeg_for(encoding) if picture.ndim == 3 else None
    if encoder is None:
        return _save(_image(picture, encoding), encoding)
    from turbojpeg import TJPF_RGB

    try:
        data: bytes = encoder.encode(
            picture,
            quality=encoding.quality,
            pixel_format=TJPF_RGB,
            jpeg_subsample=_tjsamp(encoding.subsampling),
        )
    except OSError as error:
        raise EncodeError(f"jpeg: {error}") from error
    return data


def _image(picture: Samples, encoding: Encoding) -> Image.Image:
    from PIL import Image

    if encoding.colors:
        return to_palette(picture, encoding.colors)
    if encoding.format == "gif":
        return to_palette(picture)
    return Image.fromarray(picture)


def _carried(metadata: Metadata, encoding: Encoding) -> dict[str, Any]:
    """The keywords of Pillow's writers that say what a file carries; a GIF carries nothing."""
    return {} if encoding.format == "gif" else pillow_options(metadata, encoding.format)


def _save(image: Image.Image, encoding: Encoding, **carried: Any) -> bytes:
    if encoding.format == "avif":
        _require_avif()
    buffer = io.BytesIO()
    try:
        image.save(buffer, encoding.format, **_save_options(image, encoding), **carried)
    except (OSError, ValueError) as error:
        raise EncodeError(f"{encoding.format}: {error}") from error
    return buffer.getvalue()


def _save_options(image: Image.Image, encoding: Encoding) -> dict[str, object]:
    """The keywords of Pillow's writers."""
    if encoding.format == "png":
        return {"compress_level": encoding.compression}
    if encoding.format == "gif":
        return {}
    options: dict[str, object] = {"quality": encoding.quality}
    if encoding.format == "webp":
        options["lossless"] = encoding.lossless
    elif image.mode != "L":
        options["subsampling"] = encoding.subsampling
    if encoding.format == "jpeg":
        options |= {"progressive": encoding.progressive, "optimize": encoding.optimize}
    return options


def _require_avif() -> None:
    """Raise EncodeError where neither Pillow (from 11.3) nor pillow-avif-plugin writes AVIF."""
    from PIL import Image

    Image.init()
    if "AVIF" in Image.SAVE:
        return
    try:
        import pillow_avif  # noqa: F401 - registers itself with Pillow
    except ImportError:
        raise EncodeError(
            "avif: the installed Pillow cannot write it; streamresize[avif] can"
        ) from None
