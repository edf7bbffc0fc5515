"""A fingerprint that is looked for, and the hashes of those parts of it that are."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from streamresize.catalog.scan import Words
from streamresize.catalog.search import orientations_of
from streamresize.fingerprint import Box, Fingerprint, content_box
from streamresize.fingerprint.maker import symmetric_part
from streamresize.strips import Samples

BAR = 0.2  # of a side


class QueryPart(NamedTuple):
    """A part of the luma, and its symmetric hash turned to each EXIF orientation: uint64 (8, 4)."""

    box: Box
    hashes: Words


class Query:
    """whole: all of the luma. content: what is within its constant borders."""

    def __init__(self, fingerprint: Fingerprint) -> None:
        self.fingerprint = fingerprint
        self.whole = whole_box(fingerprint.luma)
        self.content = content_box(fingerprint.luma)

    @cached_property
    def parts(self) -> list[QueryPart]:
        """The whole and, where it differs, the content."""
        stored = self.fingerprint
        parts = [QueryPart(self.whole, orientations_of(stored.symmetric))]
        if stored.trimmed != stored.symmetric:
            parts.append(QueryPart(self.content, orientations_of(stored.trimmed)))
        return parts

    @cached_property
    def without_a_side(self) -> list[QueryPart]:
        """The content with a fifth taken off one side: what a bar of text leaves."""
        luma, (left, top, right, bottom) = self.fingerprint.luma, self.content
        across, down = round(BAR * (right - left)), round(BAR * (bottom - top))
        boxes = (
            Box(left + across, top, right, bottom),
            Box(left, top + down, right, bottom),
            Box(left, top, right - across, bottom),
            Box(left, top, right, bottom - down),
        )
        return [QueryPart(box, orientations_of(symmetric_part(luma, box))) for box in boxes]


def whole_box(luma: Samples) -> Box:
    return Box(0, 0, luma.shape[1], luma.shape[0])
