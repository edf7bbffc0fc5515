"""The kernels under numba's JIT, for those who change one (needs the extra `jit`)."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numba

from streamresize.kernels import color, hamming, hashing, reduction, resampling


def compiled_module(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Every function of a kernel module under njit, calling each other's compiled form."""
    compiled: dict[str, Callable[..., Any]] = {}
    namespace = dict(vars(module))
    for name, function in vars(module).items():
        if callable(function):
            copy = type(function)(function.__code__, namespace, name)
            compiled[name] = namespace[name] = numba.njit(nogil=True, error_model="numpy")(copy)
    return compiled


_compiled = {
    **compiled_module(resampling),
    **compiled_module(reduction),
    **compiled_module(color),
    **compiled_module(hamming),
    **compiled_module(hashing),
}

resample_strip = _compiled["resample_strip"]
reduce_rows, reduce_columns = _compiled["reduce_rows"], _compiled["reduce_columns"]
reduce_strip_fixed = _compiled["reduce_strip_fixed"]
reduce_plane, reduce_plane_fixed = _compiled["reduce_plane"], _compiled["reduce_plane_fixed"]
weigh_areas, round_turned = _compiled["weigh_areas"], _compiled["round_turned"]
find_content, total_steps = _compiled["find_content"], _compiled["total_steps"]
above_median, low_frequencies = _compiled["above_median"], _compiled["low_frequencies"]
ycbcr_to_rgb, cmyk_to_rgb, ycck_to_rgb, look_up_channels = (
    _compiled[name] for name in ("ycbcr_to_rgb", "cmyk_to_rgb", "ycck_to_rgb", "look_up_channels")
)
hamming_nearest, hamming_within_64, hamming_within_256, probe_within = (
    _compiled[name]
    for name in ("hamming_nearest", "hamming_within_64", "hamming_within_256", "probe_within")
)
