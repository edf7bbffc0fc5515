"""Averaging of merged pictures: strips of components become strips of gray, or red, green and blue.

For averaging in linear light, to which samples are not proportional (their average is darker than
what the eye sees from a distance), and for exact averaging: with 16 bits, of every sample that the
decoded picture has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np

from streamresize import _native
from streamresize.blur import BlurredResampler, blurred
from streamresize.color import PLANES_USED
from streamresize.geometry import Span, plane_length
from streamresize.info import Color, ImageInfo
from streamresize.resample import Resampler, component_axis, make_resampler
from streamresize.sinks import Merging, PlaneRequest
from streamresize.strips import DeepSamples, Samples
from streamresize.transfer import Transfer
from streamresize.upsampling import Upsampler


class Sampling(NamedTuple):
    """Of an axis: a component's factor and the largest of the frame, and its DCT scale."""

    ratio: tuple[int, int]
    scale: int

    @property
    def pixels(self) -> float:
        """For each sample."""
        return self.ratio[1] * self.scale / self.ratio[0]


def sampling_ratios(info: ImageInfo) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Of the components that are shown, as `ImageInfo.sampling_ratio` gives them."""
    return [info.sampling_ratio(i) for i in range(PLANES_USED[info.color])]


def finest_samplings(info: ImageInfo, scales: Sequence[int]) -> tuple[Sampling, Sampling]:
    """The finest that a component has at its scale: across and down."""
    across, down = (
        min((Sampling(*pair) for pair in zip(axis, scales)), key=lambda sampling: sampling.pixels)
        for axis in zip(*sampling_ratios(info))
    )
    return across, down


def decoded_requests(
    info: ImageInfo, requests: Sequence[PlaneRequest], transfer: Transfer | None
) -> Sequence[PlaneRequest]:
    """What a sink needs of the decoder: its requests, or for channels those of all components."""
    if transfer is None:
        return requests
    residual, used = transfer.residual, range(PLANES_USED[info.color])
    return [
        request._replace(component=i, filter=request.filter._replace(residual=residual))
        for request in requests
        for i in used
    ]


def merged_info(info: ImageInfo) -> ImageInfo:
    """What a merged picture is: gray or RGB."""
    color: Color = "gray" if PLANES_USED[info.color] == 1 else "rgb"
    return replace(info, color=color)


class Need(NamedTuple):
    """Rows and columns of the plane of a component."""

    component: int
    rows: range
    columns: range


class Merger:
    """Merges strips of components at the finest sampling among them."""

    def __init__(self, info: ImageInfo, scales: Sequence[int], merging: Merging) -> None:
        self._merging = merging
        across, down = finest_samplings(info, scales)
        x, y = whole_axis(info.width, across), whole_axis(info.height, down)
        self._upsamplers = [
            Upsampler(
                component_axis(info.width, of_width, scale, x),
                component_axis(info.height, of_height, scale, y),
                (
                    Sampling(of_width, scale).pixels / across.pixels,
                    Sampling(of_height, scale).pixels / down.pixels,
                ),
            )
            for (of_width, of_height), scale in zip(sampling_ratios(info), scales)
        ]
        self._waiting = [np.empty((0, x.samples), np.uint8) for _ in self._upsamplers]
        self._row = 0

    @property
    def nbytes(self) -> int:
        """Memory held between strips."""
        return sum(upsampler.nbytes for upsampler in self._upsamplers)

    def feed(
        self, planes: Sequence[Samples], starts: Sequence[int]
    ) -> Iterator[tuple[int, DeepSamples]]:
        """Take rows of every component; give (first row, channels) if there are any.

        The channels are uint16 (3, rows, width) for red, green and blue, or (1, rows, width).
        """
        for i, upsampler in enumerate(self._upsamplers):
            rows = upsampler.feed(planes[i], starts[i])
            self._waiting[i] = np.concatenate([self._waiting[i], *rows])
        count = min(len(rows) for rows in self._waiting)
        if not count:
            return
        merged = [rows[:count] for rows in self._waiting]
        self._waiting = [rows[count:] for rows in self._waiting]
        yield self._row, self._channels(merged)
        self._row += count

    def _channels(self, planes: Sequence[Samples]) -> DeepSamples:
        picture = self._merging.color(planes)
        samples = picture.reshape(*picture.shape[:2], -1)
        channels = np.empty((samples.shape[2], *picture.shape[:2]), np.uint16)
        _native.look_up_channels(samples, self._merging.transfer.to_deep, channels)
        return channels


def merging_needs(info: ImageInfo, scales: Sequence[int]) -> list[Need]:
    """All of every plane that is shown."""
    return [
        Need(
            component,
            rows=range(plane_length(info.height, down, scale)),
            columns=range(plane_length(info.width, across, scale)),
        )
        for component, ((across, down), scale) in enumerate(zip(sampling_ratios(info), scales))
    ]


def whole_axis(pixels: int, sampling: Sampling) -> Span:
    """All samples that an axis has, and the interval of pixels that they cover."""
    samples = plane_length(pixels, *sampling)
    return Span(0.0, samples * sampling.pixels, samples)


def channel_resamplers(
    info: ImageInfo, requests: Sequence[PlaneRequest], scales: Sequence[int]
) -> tuple[Resampler | BlurredResampler, ...]:
    """From the channels of `Merger` to what is asked for; those alike share their axes."""
    across, down = finest_samplings(info, scales)
    axis = cache(component_axis)
    resamplers = []
    for request in requests:
        x = axis(info.width, *across, request.x, request.filter)
        y = axis(info.height, *down, request.y, request.filter)
        resamplers.append(blurred(make_resampler(x, y), request.shape, request.sigma))
    return tuple(resamplers)
