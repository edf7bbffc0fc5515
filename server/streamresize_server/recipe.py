"""What is asked for of one source, before its size is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from streamresize import ImageInfo, PassOptions, Size


class Plan(NamedTuple):
    """What `streamresize.process` is asked for."""

    sizes: tuple[Size, ...]
    options: PassOptions


@dataclass(frozen=True)
class Recipe:
    """sizes: of the outputs."""

    sizes: tuple[Size, ...]
    options: PassOptions = field(default_factory=PassOptions)

    def canonical(self) -> str:
        """Equal for requests that give the same."""
        return repr(self)

    def plan(self, info: ImageInfo) -> Plan:
        """What it comes to for a picture."""
        del info
        return Plan(self.sizes, self.options)
