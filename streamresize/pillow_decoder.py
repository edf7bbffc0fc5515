"""Pictures that are no JPEGs: decoded whole by Pillow, given out in strips."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

import numpy as np

from streamresize import exif
from streamresize.background import WHITE, Background, background_rgb
from streamresize.errors import (
    LimitExceeded,
    MalformedImage,
    StreamResizeError,
    UnsupportedFormat,
)
from streamresize.flatten import COLORS, OPAQUE, flat_mode, flatten, has_alpha, is_deep
from streamresize.info import APP1, APP2, ImageInfo, SourceFormat, profile_facts
from streamresize.limits import Limits
from streamresize.sources import Chunk, Spool, Store, StoreReader
from streamresize.strips import Samples, Strip

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

STRIP_SAMPLES = 1 << 17  # of a plane; a strip has whole blocks of 8 rows, as a JPEG's
BLOCK = 8
STRIP_COPIES = 4  # cut out, with its transparency, in front of the matte, and the matte
EXIF, ICC = b"Exif\0\0", b"ICC_PROFILE\0"
TIFF_TILE_WIDTH, TIFF_TILE_LENGTH = 322, 323


class Codec(NamedTuple):
    """What decodes a format, and what it takes.

    working_bytes: memory for each pixel, beside the picture. reads_whole: all bytes of the source
    are taken into memory before anything is known of the picture.
    """

    module: str
    name: str
    working_bytes: int = 0
    reads_whole: bool = False


CODECS = {
    "png": Codec("PIL.PngImagePlugin", "PngImageFile"),
    "gif": Codec("PIL.GifImagePlugin", "GifImageFile"),
    "tiff": Codec("PIL.TiffImagePlugin", "TiffImageFile", working_bytes=4),
    "bmp": Codec("PIL.BmpImagePlugin", "BmpImageFile"),
    "webp": Codec("PIL.WebPImagePlugin", "WebPImageFile", working_bytes=14, reads_whole=True),
    "avif": Codec("PIL.AvifImagePlugin", "AvifImageFile", working_bytes=12, reads_whole=True),
    "heic": Codec("pillow_heif", "HeifImageFile", working_bytes=12, reads_whole=True),
}


def whole_bytes(info: ImageInfo) -> int:
    """Memory that decoding takes, beside the source: Pillow has one, two or four bytes a pixel."""
    narrow = info.components == 1 and not info.has_alpha
    a_pixel = info.precision // 8 if narrow else 4
    strip = max(STRIP_SAMPLES, BLOCK * info.width) * (STRIP_COPIES * 4 + info.components)
    return info.width * info.height * (a_pixel + CODECS[info.format].working_bytes) + strip


class PillowDecoder:
    """Decodes whole what a `StripDecoder` cannot, and is used like one.

    Of a GIF, and of anything else that moves, the first frame. matte: what is seen behind
    transparent parts. A store is read at once; without one the chunks are spooled until `finish`.
    """

    def __init__(
        self,
        format: SourceFormat,
        limits: Limits | None = None,
        store: Store | None = None,
        *,
        matte: Background = WHITE,
    ) -> None:
        self._format = format
        self._limits = limits or Limits.from_environment()
        self._store = store
        self._spool = Spool() if store is None else None
        self._fed = 0
        self._matte = background_rgb(matte)
        self._image: ImageFile | None = None
        self._info: ImageInfo | None = None
        self._scales: tuple[int, ...] = ()
        self._strip_rows = 0
        self._rows = range(0)
        self._row = 0

    def feed(self, chunk: Chunk) -> None:
        """Add bytes. Raises LimitExceeded when there are too many in all."""
        if self._spool is not None:
            self._fed += memoryview(chunk).nbytes
            _check("source_bytes", self._fed, self._limits)
            self._spool.write(chunk)

    def finish(self) -> None:
        """Say that no more bytes will come."""
        if self._store is None and self._spool is not None:
            self._store = self._spool.store()

    def close(self) -> None:
        """Give back the picture and what is kept of the source."""
        self._image = None
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    @property
    def info(self) -> ImageInfo | None:
        """The header's facts, or None while more bytes are needed to know them.

        Raises MalformedImage, UnsupportedFormat, LimitExceeded or SourceError.
        """
        if self._info is None and self._store is not None:
            self._info = self._open(self._store)
        return self._info

    @property
    def segments(self) -> list[tuple[int, bytes]]:
        """EXIF and colour profile as a JPEG would carry them: (marker, payload), however long."""
        kept = self._image.info if self._image else {}
        tiff, profile = kept.get("exif"), kept.get("icc_profile")
        segments = []
        if isinstance(tiff, bytes) and tiff:
            segments.append((APP1, EXIF + tiff.removeprefix(EXIF)))
        if isinstance(profile, bytes) and profile:
            segments.append((APP2, ICC + b"\1\1" + profile))
        return segments

    @property
    def complete(self) -> bool:
        """Every row has been given out."""
        return self._strip_rows > 0 and self._row >= self._rows.stop

    @property
    def bytes_consumed(self) -> int:
        return self._store.size if self._store else self._fed

    @property
    def warnings(self) -> tuple[str, ...]:
        """None: what is damaged is not decoded."""
        return ()

    def start(
        self, scales: Sequence[int], *, rows: Sequence[range] = (), whole: bool = False
    ) -> None:
        """Choose a scale (1, 2, 4 or 8) for each component: a sample is the mean of so many rows
        and columns.

        rows: for each component those of its plane that are wanted; without it all are. whole: one
        strip holds all of them. Raises ValueError for other scales.
        """
        info = self._info
        if info is None or self._strip_rows:
            raise RuntimeError("start is called once, behind the header")
        if len(scales) != info.components or not set(scales) <= {1, 2, 4, 8}:
            raise ValueError("scales: 1, 2, 4 or 8 for each component")
        self._scales = tuple(scales)
        self._rows = _rows_of(rows, scales) if rows else range(info.height)
        self._row = self._rows.start
        blocks = -(-len(self._rows) // BLOCK) if whole else STRIP_SAMPLES // (info.width * BLOCK)
        self._strip_rows = BLOCK * max(1, blocks)

    def strips(self) -> Iterator[Strip]:
        """The strips, in order; the first takes the time that decoding takes."""
        if self._info is None or self._image is None:
            return
        while self._row < self._rows.stop:
            first, self._row = self._row, self._row + self._strip_rows
            with self._typed_errors():
                planes = self._planes(self._image, first)
            yield Strip(planes, tuple(first // scale for scale in self._scales))

    def _open(self, store: Store) -> ImageInfo:
        codec = CODECS[self._format]
        limits = self._limits
        _check("source_bytes", store.size, limits)
        if codec.reads_whole:
            _check("whole_bytes", store.size, limits)
        reader = StoreReader(store, None if codec.reads_whole else limits.metadata_bytes)
        image_file = self._image_file(codec)
        with self._typed_errors():
            image = image_file(cast(BinaryIO, reader))
        if image.mode not in OPAQUE:
            raise UnsupportedFormat(self._format, f"samples of Pillow's mode {image.mode}")
        reader.unbounded()
        self._image = image
        info = self._describe(image)
        _check("width", info.width, limits)
        _check("height", info.height, limits)
        _check("pixels", info.width * info.height, limits)
        source = 0 if self._format in ("png", "gif", "bmp") else store.size
        _check("whole_bytes", max(whole_bytes(info), _tile_bytes(image)) + source, limits)
        return info

    def _image_file(self, codec: Codec) -> type[ImageFile]:
        """The class of the format's pictures.

        `Image.open` would choose the same one, but hold every picture against a bound of pixels of
        its own, the same for the whole process.
        """
        try:
            found: type[ImageFile] = getattr(import_module(codec.module), codec.name)
        except ImportError:
            missing = "pillow-heif" if self._format == "heic" else "a later Pillow"
            raise UnsupportedFormat(self._format, f"{missing} is not installed") from None
        return found

    def _describe(self, image: ImageFile) -> ImageInfo:
        mode = flat_mode(image, self._matte)
        components = 1 if mode == "L" else len(mode) if mode != "YCbCr" else 3
        segments = dict(self.segments)
        tiff = segments.get(APP1, b"").removeprefix(EXIF)
        profile = profile_facts(self.segments, components)
        return ImageInfo(
            width=image.width,
            height=image.height,
            components=components,
            sampling=((1, 1),) * components,
            sof="",
            precision=16 if is_deep(image.mode) else 8,
            restart_interval=0,
            multi_scan=False,
            color=COLORS[mode],
            orientation=1 if self._format == "tiff" else exif.orientation(tiff),
            has_jfif=False,
            has_exif=APP1 in segments,
            has_icc=APP2 in segments,
            has_adobe=False,
            icc_description=profile.description,
            is_srgb=profile.is_srgb,
            format=self._format,
            decoder="pillow",
            has_alpha=has_alpha(image),
        )

    def _planes(self, image: ImageFile, first: int) -> tuple[Samples, ...]:
        image.load()
        info = self._info
        if info is None or image.size != (info.width, info.height):
            raise MalformedImage(self._format, "the size is not that of the header")
        last = min(first + self._strip_rows, info.height)
        band = flatten(image.crop((0, first, info.width, last)), self._matte)
        scaled = (
            plane if scale == 1 else plane.reduce(scale)
            for plane, scale in zip(band.split(), self._scales)
        )
        return tuple(np.array(plane) for plane in scaled)

    @contextmanager
    def _typed_errors(self) -> Generator[None, None, None]:
        """Whatever Pillow raises at a damaged file."""
        from PIL import Image

        try:
            yield
        except (StreamResizeError, MemoryError):
            raise
        except Image.DecompressionBombError as error:
            reason = f"{error} PIL.Image.MAX_IMAGE_PIXELS bounds what Pillow decodes"
            raise UnsupportedFormat(self._format, reason) from error
        except Exception as error:
            raise MalformedImage(self._format, str(error) or type(error).__name__) from error


def _rows_of(rows: Sequence[range], scales: Sequence[int]) -> range:
    """Rows of the picture, from a whole block on, for these of the components' planes."""
    wanted = [(r.start * scale, r.stop * scale) for r, scale in zip(rows, scales) if r]
    first = min(start for start, _ in wanted) // BLOCK * BLOCK
    return range(first, max(stop for _, stop in wanted))


def _check(limit: str, value: int, limits: Limits) -> None:
    bound = getattr(limits, limit)
    if value > bound:
        raise LimitExceeded(limit, value, bound)


def _tile_bytes(image: ImageFile) -> int:
    """What a tile of a TIFF takes, which may be larger than the picture."""
    tags = getattr(image, "tag_v2", {})
    sides = tags.get(TIFF_TILE_WIDTH, 0), tags.get(TIFF_TILE_LENGTH, 0)
    width, length = (side if isinstance(side, int) else 0 for side in sides)
    return 4 * width * length
