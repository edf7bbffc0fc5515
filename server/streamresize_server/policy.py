"""What the settings allow to be asked for, beside its size in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from streamresize import Format, ImageInfo, Size, output_size
from streamresize_server.recipe import Plan
from streamresize_server.refusals import BadValue


class OutputTooLarge(Exception):
    """pixels: that were asked for. most: that may be."""

    def __init__(self, pixels: int, most: int) -> None:
        super().__init__(pixels, most)
        self.pixels = pixels
        self.most = most

    def __str__(self) -> str:
        return (
            f"{self.pixels} pixels are too many, {self.most} the most (setting max_output_pixels)"
        )


@dataclass(frozen=True)
class Policy:
    """formats: that may be asked for. min_quality, max_quality: likewise.

    quality: by format, where none is asked for. max_output_pixels: of one output.
    """

    formats: frozenset[Format]
    min_quality: int = 1
    max_quality: int = 100
    quality: Mapping[Format, int] = field(default_factory=dict)
    max_output_pixels: int = 1 << 26

    def applied(self, info: ImageInfo, plan: Plan, *, quality_asked: bool) -> Plan:
        """The plan with usual qualities. Raises BadValue, OutputTooLarge."""
        sizes = plan.sizes if quality_asked else tuple(self._usual(size) for size in plan.sizes)
        for size in sizes:
            self._check(size)
            width, height = output_size(info, size, **plan.options)
            if width * height > self.max_output_pixels:
                raise OutputTooLarge(width * height, self.max_output_pixels)
        return plan._replace(sizes=sizes)

    def _usual(self, size: Size) -> Size:
        quality = self.quality.get(size.format, size.quality)
        return size if quality == size.quality else replace(size, quality=quality)

    def _check(self, size: Size) -> None:
        if size.format != "auto" and size.format not in self.formats:
            raise BadValue("format", f"{size.format} is not allowed (setting formats)")
        if not self.min_quality <= size.quality <= self.max_quality:
            allowed = f"{self.min_quality} to {self.max_quality}"
            raise BadValue("quality", f"{allowed} are allowed (settings min_quality, max_quality)")
