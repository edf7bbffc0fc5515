"""The whole picture, small: what has to be seen before a window is cut out of the large one."""

from __future__ import annotations

from streamresize.attention import SIDE
from streamresize.color import PLANES_USED
from streamresize.geometry import Placement
from streamresize.info import ImageInfo
from streamresize.lengths import rounded
from streamresize.sinks.base import PlaneRequest


def glance_requests(info: ImageInfo, placement: Placement) -> tuple[PlaneRequest, ...]:
    """Its planes, neither sharpened nor blurred; none where nothing is going to be cut out."""
    if placement.window is None:
        return ()
    lengths = [span.high - span.low for span in (placement.x, placement.y)]
    shrink = max(1.0, max(lengths) / SIDE)
    across, down = (max(1, rounded(length / shrink)) for length in lengths)
    x, y = placement.x._replace(samples=across), placement.y._replace(samples=down)
    return tuple(PlaneRequest(component, x, y) for component in range(PLANES_USED[info.color]))
