"""The plain query form."""

from __future__ import annotations

from collections.abc import Mapping

from streamresize import Size
from streamresize_server.recipe import Recipe


def recipe_from_query(query: Mapping[str, str]) -> Recipe:
    """Raises ValueError."""
    width, height = (int(query[name]) if name in query else None for name in ("w", "h"))
    return Recipe((Size(width, height),))
