"""What follows from a picture's header and from what is asked for, and from no other byte of it.

Pictures come many of a kind, as from one camera: the plans of the last few kinds are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Literal, NamedTuple, TypeAlias

from streamresize.background import background_rgb
from streamresize.branches import Branch, BranchPlan, MergedBranch, plan_branch
from streamresize.color import RowColor
from streamresize.geometry import ORIENTATIONS, Canvas, View, choose_scale, make_view, place
from streamresize.info import ImageInfo
from streamresize.merging import Need, decoded_requests, merged_info
from streamresize.metadata import Metadata, for_output, with_profile
from streamresize.padding import margins
from streamresize.request import Pass, Size
from streamresize.resample import FILTERS
from streamresize.sinks import (
    File,
    FingerprintSink,
    Frame,
    PicturePlan,
    PictureSink,
    PlaneRequest,
    Sink,
    plan_fingerprint,
    plan_picture,
)
from streamresize.targets import Target
from streamresize.transfer import Transfer, transfer_of

MOST_KEPT = 256

Hashing: TypeAlias = bool | Literal["exact"]


class SizePlan(NamedTuple):
    """One output. info: of the source."""

    info: ImageInfo
    size: Size
    picture: PicturePlan
    upright: bool

    def sink(self, target: Target, metadata: Metadata) -> PictureSink:
        """metadata: of the source."""
        frame = self.picture.frame
        profile = metadata.profile
        canvas = frame.placement.canvas
        color = _row_color(self.info, self.size, canvas, profile) if profile else frame.color
        return self.picture.sink(File(target, color, partial(self._carried, metadata, color)))

    def _carried(self, metadata: Metadata, color: RowColor) -> Metadata:
        size = self.picture.frame.size
        carried = for_output(metadata, self.size.keep, *size, upright=self.upright)
        return with_profile(carried, color.embedded)


class Plan(NamedTuple):
    """Of one pass; threads may share it, for it holds nothing of a source.

    outputs: one for each size. hashes: makes the sink of the fingerprint, if one is asked for.
    scales: the DCT scale of each component. preview: of a progressive file, DC scans alone.
    branches: one for each output, and the fingerprint's behind them. needs: of all branches
    together, one for each component.
    """

    info: ImageInfo
    outputs: tuple[SizePlan, ...]
    hashes: Callable[[], FingerprintSink] | None
    scales: tuple[int, ...]
    preview: bool
    branches: tuple[BranchPlan, ...]
    needs: tuple[Need, ...]

    def connect(self, sinks: Sequence[Sink]) -> list[Branch | MergedBranch]:
        """sinks: of the outputs, and the fingerprint's behind them."""
        return [plan.branch(sink) for plan, sink in zip(self.branches, sinks)]


def make_plan(
    info: ImageInfo, sizes: tuple[Size, ...], options: Pass, fingerprint: Hashing = False
) -> Plan:
    """Raises RegionError, EncodeError."""
    view = view_of(info, options)
    outputs = tuple(_plan_size(info, size, view, options) for size in sizes)
    preview = bool(options.preview and info.progressive)
    feeds = [(output.picture.requests, output.picture.frame.transfer) for output in outputs]
    hashes = None
    if fingerprint:
        of_hashes = plan_fingerprint(info, exact=fingerprint == "exact" and not preview)
        hashes = of_hashes.sink
        feeds.append((of_hashes.requests, None))
    scales = (8,) * info.components if preview else choose_scales(info, feeds)
    branches = tuple(plan_branch(info, *feed, scales) for feed in feeds)
    needs = joined_needs(info, branches)
    return Plan(info, outputs, hashes, scales, preview, branches, needs)


kept_plan = lru_cache(MOST_KEPT)(make_plan)


def view_of(info: ImageInfo, options: Pass) -> View:
    """What the outputs show of a picture. Raises RegionError."""
    return make_view(
        (info.width, info.height),
        ORIENTATIONS[info.orientation if options.auto_orient else 1],
        region=options.region,
        rotate=options.rotate,
        mirror=options.mirror,
    )


def _plan_size(info: ImageInfo, size: Size, view: View, options: Pass) -> SizePlan:
    transfer = transfer_of(size.averaging)
    shown = merged_info(info) if transfer else info
    placement = place(
        view,
        size.width,
        size.height,
        fit=size.fit,
        gravity=size.gravity,
        background=background_rgb(size.background),
        padding=margins(size.padding),
        dpr=size.dpr,
        enlarge=size.enlarge,
    )
    frame = Frame(
        placement,
        view.orientation,
        size.encoding,
        _row_color(info, size, placement.canvas),
        FILTERS[size.filter]._replace(sharpen=size.sharpen),
        transfer,
        size.blur,
    )
    return SizePlan(info, size, plan_picture(shown, frame), options.auto_orient)


def _row_color(
    info: ImageInfo, size: Size, canvas: Canvas | None, profile: bytes | None = None
) -> RowColor:
    colored = not (size.encoding.holds_gray and (canvas is None or canvas.is_gray))
    return RowColor(info, profile, size.icc_use, colored=colored)


Feed: TypeAlias = tuple[tuple[PlaneRequest, ...], Transfer | None]


def choose_scales(info: ImageInfo, feeds: Sequence[Feed]) -> tuple[int, ...]:
    """The coarsest DCT scale of each component that serves all sinks; 8 if none needs it.

    What is decoded whole is taken as it is.
    """
    if info.decoder == "pillow":
        return (1,) * info.components
    requests = [request for feed in feeds for request in decoded_requests(info, *feed)]
    return tuple(
        min(
            (_scale_for(info, request) for request in requests if request.component == component),
            default=8,
        )
        for component in range(info.components)
    )


def _scale_for(info: ImageInfo, request: PlaneRequest) -> int:
    if request.scale is not None:
        return request.scale
    (h, h_max), (v, v_max) = info.sampling_ratio(request.component)
    reduction = min(request.x.step * h / h_max, request.y.step * v / v_max)
    chroma = info.is_chroma(request.component)
    return choose_scale(reduction, chroma=chroma, residual=request.filter.residual)


def joined_needs(info: ImageInfo, branches: Sequence[BranchPlan]) -> tuple[Need, ...]:
    """What any of the branches needs of each component's plane."""
    needs = [need for branch in branches for need in branch.needs]
    components = range(info.components)
    return tuple(_joined(i, [need for need in needs if need.component == i]) for i in components)


def _joined(component: int, needs: Sequence[Need]) -> Need:
    rows, columns = [n.rows for n in needs], [n.columns for n in needs]
    return Need(component, _hull(rows), _hull(columns))


def _hull(ranges: Sequence[range]) -> range:
    """The smallest range that holds all; an empty one for none."""
    return range(
        min((r.start for r in ranges), default=0), max((r.stop for r in ranges), default=0)
    )
