"""Small pictures and JPEG files of the project's own making."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .jpeg_writer import Options, component_shape, encode


def smooth_plane(shape: tuple[int, int], seed: int = 0) -> NDArray[np.uint8]:
    """Large patches, waves, an edge and some noise: uint8 of the given shape."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    patches = Image.fromarray(random.normal(0, 45, (9, 9)).astype(np.float32))
    broad = np.asarray(patches.resize(shape[::-1], Image.Resampling.BICUBIC))
    plane = 120 + broad + 15 * np.sin(x / 9 + seed) * np.cos(y / 7) + 20 * (x * 2 > shape[1])
    return np.asarray((plane + random.normal(0, 4, shape)).clip(0, 255), np.uint8)


def small_jpeg(
    sampling: list[tuple[int, int]],
    size: tuple[int, int] = (53, 39),
    options: Options | None = None,
) -> bytes:
    """A file by the project's own writer."""
    planes = [smooth_plane(component_shape(size, sampling, i), i) for i in range(len(sampling))]
    return encode(planes, size, sampling, options)


def photo(width: int = 320, height: int = 240) -> NDArray[np.uint8]:
    """An RGB picture with smooth parts, edges and texture."""
    planes = [smooth_plane((height, width), seed) for seed in range(3)]
    shared = smooth_plane((height, width), 9)
    return np.stack([(p // 2 + shared // 2) for p in planes], axis=-1)


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[i : i + size] for i in range(0, len(data), size))


def pillow_jpeg(picture: NDArray[np.uint8] | Image.Image, **options: object) -> bytes:
    """A file by Pillow's encoder."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, "jpeg", **{"quality": 90, **options})
    return buffer.getvalue()


def scene(seed: int, width: int = 480, height: int = 360) -> Image.Image:
    """An RGB picture that no other seed's resembles: rectangles and ellipses on smooth ground."""
    random = np.random.default_rng(seed)
    image = Image.fromarray(
        np.stack([smooth_plane((height, width), 1000 * seed + c) for c in range(3)], axis=-1)
    )
    draw = ImageDraw.Draw(image)
    for number in range(40):
        x, y = random.uniform(0, 1, 2) * (width, height)
        size = random.uniform(0.02, 0.2, 2) * width
        colour = tuple(int(level) for level in random.integers(0, 256, 3))
        shape = draw.rectangle if number % 2 else draw.ellipse
        shape((x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2), fill=colour)
    return image
