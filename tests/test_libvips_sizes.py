"""Sizes are those of libvips."""

from __future__ import annotations

import pytest

from streamresize.geometry import make_view, place

from .support import libvips_sizes


def test_sizes_are_those_of_libvips() -> None:
    frozen = libvips_sizes.frozen()
    assert len(frozen) >= libvips_sizes.RANDOM_CASES
    for case, expected in frozen:
        placement = place(make_view(case.source), *case.box, fit=case.fit, enlarge=case.enlarge)
        size = (placement.x.samples, placement.y.samples)
        if placement.canvas is not None:
            size = (placement.canvas.width, placement.canvas.height)
        assert size == expected, case


def test_the_table_is_what_libvips_says() -> None:
    pytest.importorskip("pyvips", reason="pyvips is not installed", exc_type=ImportError)
    assert libvips_sizes.TABLE.read_text() == libvips_sizes.table()
