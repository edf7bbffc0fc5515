"""CIEDE2000 colour differences between sRGB pictures (ISO/CIE 11664-6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

SRGB_TO_XYZ = np.array(
    [
        [0.4123908, 0.3575843, 0.1804808],
        [0.2126390, 0.7151687, 0.0721923],
        [0.0193308, 0.1191948, 0.9505322],
    ]
)
WHITE = SRGB_TO_XYZ.sum(axis=1)  # D65


def lab(srgb: NDArray[np.generic]) -> Reals:
    """CIELAB under D65 of sRGB samples 0..255, shape (..., 3)."""
    code = np.asarray(srgb, np.float64) / 255
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    ratio = light @ SRGB_TO_XYZ.T / WHITE
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _hue(a: Reals, b: Reals) -> Reals:
    return np.asarray(np.degrees(np.arctan2(b, a)) % 360)


def _cos(degrees: Reals) -> Reals:
    return np.asarray(np.cos(np.radians(degrees)))


def ciede2000(first: Reals, second: Reals) -> Reals:
    """Difference of CIELAB colours (..., 3), with unit weights kL, kC, kH."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(first, -1, 0), np.moveaxis(second, -1, 0)
    seventh = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(seventh / (seventh + 25.0**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = _hue(a1, b1), _hue(a2, b2)
    gray = c1 * c2 == 0
    turn = np.where(gray, 0, (h2 - h1 + 180) % 360 - 180)
    turn = np.where(h2 - h1 == 180, 180, turn)
    hue_step = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    wraps = np.abs(h1 - h2) > 180
    hue = np.where(gray, h1 + h2, (h1 + h2) / 2 + np.where(wraps, 180, 0))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * _cos(hue - 30)
        + 0.24 * _cos(2 * hue)
        + 0.32 * _cos(3 * hue + 6)
        - 0.20 * _cos(4 * hue - 63)
    )
    s_l = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_c = 1 + 0.045 * chroma
    s_h = 1 + 0.015 * chroma * t
    rotation = 60 * np.exp(-((((hue % 360) - 275) / 25) ** 2))
    r_c = 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    dl, dc, dh = (l2 - l1) / s_l, (c2 - c1) / s_c, hue_step / s_h
    squared = dl**2 + dc**2 + dh**2 - np.sin(np.radians(rotation)) * r_c * dc * dh
    return np.asarray(np.sqrt(np.maximum(squared, 0)))


def delta_e(first: NDArray[np.generic], second: NDArray[np.generic]) -> Reals:
    """CIEDE2000 of two sRGB or gray pictures with samples 0..255."""
    return ciede2000(lab(_rgb(first)), lab(_rgb(second)))


def _rgb(picture: NDArray[np.generic]) -> NDArray[np.generic]:
    return picture if picture.ndim == 3 else np.stack([picture] * 3, axis=-1)
