"""From the planes that the decoder gives to those that a sink asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from streamresize.blur import BlurredResampler, blurred
from streamresize.info import ImageInfo
from streamresize.merging import Merger, Need, channel_resamplers, merging_needs
from streamresize.resample import Axis, Resampler, component_axis, make_resampler
from streamresize.sinks import FingerprintSink, PlaneRequest, Sink
from streamresize.strips import Samples
from streamresize.transfer import Transfer


class Branch(NamedTuple):
    """A sink and the resamplers that feed it, one for each of its requests.

    watch: also gets the rows of the first component as they are decoded.
    """

    sink: Sink
    resamplers: tuple[Resampler | BlurredResampler, ...]
    watch: Callable[[Samples, int], None] | None = None

    @property
    def nbytes(self) -> int:
        """Memory held between strips."""
        return sum(resampler.nbytes for resampler in self.resamplers)

    def take(self, planes: Sequence[Samples], starts: Sequence[int]) -> None:
        """Rows of every component, as a strip has them."""
        if self.watch is not None:
            self.watch(planes[0], starts[0])
        for number, (request, resampler) in enumerate(zip(self.sink.requests, self.resamplers)):
            component = request.component
            for first, rows in resampler.feed(planes[component], starts[component]):
                self.sink.rows(number, first, rows)


class MergedBranch(NamedTuple):
    """A sink, and what merges and resamples the channels that it asks for."""

    sink: Sink
    merger: Merger
    transfer: Transfer
    resamplers: tuple[Resampler | BlurredResampler, ...]

    @property
    def nbytes(self) -> int:
        """Memory held between strips."""
        return self.merger.nbytes + sum(resampler.nbytes for resampler in self.resamplers)

    def take(self, planes: Sequence[Samples], starts: Sequence[int]) -> None:
        """Rows of every component, as a strip has them."""
        for start, channels in self.merger.feed(planes, starts):
            for number, (request, resampler) in enumerate(zip(self.sink.requests, self.resamplers)):
                for first, rows in resampler.feed(channels[request.component], start):
                    self.sink.rows(number, first, self.transfer.from_deep[rows])


class BranchPlan(NamedTuple):
    """The branch of a sink, but for what it holds of a source.

    needs: of the planes. branch: makes one for the sink.
    """

    needs: list[Need]
    branch: Callable[[Sink], Branch | MergedBranch]


def plan_branch(
    info: ImageInfo,
    requests: Sequence[PlaneRequest],
    transfer: Transfer | None,
    scales: Sequence[int],
) -> BranchPlan:
    """Connect a sink with such requests to the planes that the decoder gives at these scales."""
    if transfer is not None:
        return _plan_merged_branch(info, requests, scales)
    axes = plane_axes(info, requests, scales)
    is_small = all(axis.is_small for pair in axes for axis in pair)

    def branch(sink: Sink) -> Branch:
        # Large tables last no longer than their branch.
        pairs = axes if is_small else plane_axes(info, requests, scales)
        watch = sink.luma_rows if isinstance(sink, FingerprintSink) and sink.watches else None
        resamplers = [
            blurred(make_resampler(*pair), request.shape, request.sigma)
            for pair, request in zip(pairs, requests)
        ]
        return Branch(sink, tuple(resamplers), watch)

    needs = [
        Need(request.component, down.inputs, across.inputs)
        for request, (across, down) in zip(requests, axes)
    ]
    return BranchPlan(needs, branch)


def _plan_merged_branch(
    info: ImageInfo, requests: Sequence[PlaneRequest], scales: Sequence[int]
) -> BranchPlan:
    def branch(sink: Sink) -> MergedBranch:
        if sink.merging is None:
            raise AssertionError("a sink that wants channels says how they are merged")
        resamplers = channel_resamplers(info, requests, scales)
        return MergedBranch(
            sink, Merger(info, scales, sink.merging), sink.merging.transfer, resamplers
        )

    return BranchPlan(merging_needs(info, scales), branch)


def plane_axes(
    info: ImageInfo, requests: Sequence[PlaneRequest], scales: Sequence[int]
) -> list[tuple[Axis, Axis]]:
    """Across and down, for each request; planes of the same sampling share theirs."""
    axis = cache(component_axis)
    axes = []
    for request in requests:
        scale = scales[request.component]
        across, down = info.sampling_ratio(request.component)
        horizontal = axis(info.width, across, scale, request.x, request.filter)
        vertical = axis(info.height, down, scale, request.y, request.filter)
        axes.append((horizontal, vertical))
    return axes
