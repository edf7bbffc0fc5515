"""Which pictures are written row by row, for tests."""

from __future__ import annotations

import pytest

from streamresize.plan import kept_plan
from streamresize.sinks import picture, stream


def stream_above(monkeypatch: pytest.MonkeyPatch, pixels: int) -> None:
    """Larger pictures are streamed from now on, in bands of a few rows, whatever was planned."""
    monkeypatch.setattr(picture, "WHOLE_PIXELS", pixels)
    monkeypatch.setattr(stream, "BAND_SAMPLES", 1 << 13)
    kept_plan.cache_clear()


def stream_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """All pictures are held whole from now on, whatever was planned."""
    monkeypatch.setattr(picture, "can_stream", lambda *_: False)
    kept_plan.cache_clear()
