"""What is asked of one source, before its size is known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, cast

from streamresize import FORMATS, Format, ImageInfo, Pass, PassOptions, Rotation, Size
from streamresize_server.refusals import BadValue
from streamresize_server.sizing import NO_PADDING, Pair, Placed, Sizing, Window

RECIPES = 256  # that are remembered
USUAL_PASS = Pass()
TRANSPOSING = frozenset({5, 6, 7, 8})  # EXIF orientations that exchange width and height
WITH_METADATA: frozenset[Format] = frozenset({"jpeg", "png", "webp", "avif"})
WRITTEN_AS_READ: frozenset[str] = frozenset({"jpeg", "png", "webp", "avif", "gif"})
WEIGHT = re.compile(r";\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.I | re.ASCII)


@contextmanager
def explained() -> Iterator[None]:
    """Make BadValue of what `Size` and `Pass` object to, options among it that they do not have."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise BadValue("options", str(error)) from None


class Plan(NamedTuple):
    """What `streamresize.process` is called with: `process(source, sizes, **options)`."""

    sizes: tuple[Size, ...]
    options: PassOptions


@dataclass(frozen=True, slots=True)
class Recipe:
    """Outputs of one pass over a source.

    sizes: the outputs. reading: how the source is read and what of it is shown.
    sizing: imgproxy's rules, which then decide on the boxes of `sizes` and on the region.
    as_source: outputs get the format of the source where it can be written, else JPEG.
    cachebuster: changes nothing but `canonical()`. quality_asked: the quality of `sizes` is not
    just the usual one.
    """

    sizes: tuple[Size, ...]
    reading: Pass = USUAL_PASS
    sizing: Sizing | None = None
    as_source: bool = False
    cachebuster: str = ""
    quality_asked: bool = False

    @lru_cache(RECIPES)  # noqa: B019 - that keeps a few recipes alive
    def canonical(self) -> str:
        """Equal for equal recipes, different for different ones: JSON in ASCII."""
        return json.dumps(self, default=_as_json, separators=(",", ":"))

    @property
    def is_single(self) -> bool:
        """There is one output."""
        return len(self.sizes) == 1

    @property
    def negotiable(self) -> bool:
        """The answer depends on what the client accepts."""
        return any(size.format == "auto" for size in self.sizes)

    def negotiated(self, accept: str, formats: Sequence[Format]) -> Recipe:
        """With `auto` settled where the header Accept names one of `formats`.

        That with the highest weight is taken, of several the first; wildcards name no format. One
        that lacks an option that was asked for is passed over. Where none is left, `auto` stays:
        JPEG or PNG, as suits the picture.
        """
        if not self.negotiable:
            return self
        named = accepted(accept, formats)
        return replace(self, sizes=tuple(_settled(size, named) for size in self.sizes))

    def plan(self, info: ImageInfo) -> Plan:
        """Sizes and options for a source of which the header is known.

        Raises BadValue for what the library cannot do.
        """
        sizes = self.sizes
        if self.as_source:
            format = cast(Format, info.format if info.format in WRITTEN_AS_READ else "jpeg")
            sizes = tuple(in_format(size, format) for size in sizes)
        options = _differing(self.reading)
        if self.sizing:
            upright = _upright(info, self.reading)
            placed = self.sizing.place(_turned(upright, self.reading.rotate))
            sizes = tuple(_placed(size, placed) for size in sizes)
            region = unrotated(placed.window, upright, self.reading.rotate)
            if region != Window(0, 0, *upright):
                options["region"] = tuple(region)
        return Plan(sizes, cast(PassOptions, options))


def accepted(accept: str, formats: Sequence[Format]) -> list[Format]:
    """Those of `formats` that a header Accept (RFC 9110, 12.5.1) names, the best first."""
    weights = {}
    for part in accept.split(","):
        match = WEIGHT.search(part)
        weights[part.partition(";")[0].strip().lower()] = float(match[1]) if match else 1.0
    named = [name for name in formats if weights.get(FORMATS[name].mime, 0.0) > 0.0]
    return sorted(named, key=lambda name: -weights[FORMATS[name].mime])


def in_format(size: Size, format: Format) -> Size:
    """The same output in another format, without what that does not have at all."""
    kept = size.keep if format in WITH_METADATA else frozenset()
    return replace(
        size,
        format=format,
        max_bytes=size.max_bytes if "max_bytes" in FORMATS[format].options else None,
        keep=kept,
        icc=size.icc if format in WITH_METADATA else "srgb",
    )


def unrotated(window: Window, upright: Pair, rotate: Rotation) -> Window:
    """A window of the picture as shown, in the picture of size `upright`, before it is rotated."""
    left, top, width, height = window
    right, bottom = upright[0] - left - width, upright[1] - top - height
    if rotate == 90:
        return Window(top, upright[1] - left - width, height, width)
    if rotate == 180:
        return Window(right, bottom, width, height)
    if rotate == 270:
        return Window(upright[0] - top - height, left, height, width)
    return window


def _settled(size: Size, named: Sequence[Format]) -> Size:
    if size.format != "auto":
        return size
    for format in named:
        try:
            return replace(size, format=format)
        except ValueError:
            continue
    return size


def _placed(size: Size, placed: Placed) -> Size:
    box: dict[str, Any] = placed._asdict()
    del box["window"]
    if placed.padding == NO_PADDING:
        del box["padding"]
    with explained():
        return replace(size, **box, enlarge=True)


def _upright(info: ImageInfo, reading: Pass) -> Pair:
    transposed = reading.auto_orient and info.orientation in TRANSPOSING
    return (info.height, info.width) if transposed else (info.width, info.height)


def _turned(size: Pair, rotate: Rotation) -> Pair:
    return size if rotate % 180 == 0 else (size[1], size[0])


def _differing(reading: Pass) -> dict[str, Any]:
    values = ((field.name, getattr(reading, field.name)) for field in fields(Pass))
    return {name: value for name, value in values if value != getattr(USUAL_PASS, name)}


def _as_json(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    names = [field.name for field in fields(value)]
    return dict(zip(names, attrgetter(*names)(value)))
