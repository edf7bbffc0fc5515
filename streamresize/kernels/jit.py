"""The kernels under numba's JIT, for those who change one (needs the extra `jit`)."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numba

from streamresize.kernels import color, resampling


def compiled_module(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Every function of a kernel module under njit, calling each other's compiled form."""
    compiled: dict[str, Callable[..., Any]] = {}
    namespace = dict(vars(module))
    for name, function in vars(module).items():
        if callable(function):
            copy = type(function)(function.__code__, namespace, name)
            compiled[name] = namespace[name] = numba.njit(nogil=True, error_model="numpy")(copy)
    return compiled


_compiled = {**compiled_module(resampling), **compiled_module(color)}

resample_strip, ycbcr_to_rgb, cmyk_to_rgb, ycck_to_rgb, look_up_channels = (
    _compiled[name]
    for name in ("resample_strip", "ycbcr_to_rgb", "cmyk_to_rgb", "ycck_to_rgb", "look_up_channels")
)
