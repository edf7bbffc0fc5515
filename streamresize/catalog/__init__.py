"""Where fingerprints live, and how pictures are found by them (needs the extra `catalog`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamresize.catalog.records import (
    Feature,
    Image,
    Picture,
    content_hasher,
    picture_of,
    read_picture,
)
from streamresize.catalog.search import HASHES, Found, Hit
from streamresize.errors import CatalogError

if TYPE_CHECKING:
    from streamresize.catalog.adding import Added
    from streamresize.catalog.catalog import Catalog

__all__ = [
    "HASHES",
    "Added",
    "Catalog",
    "CatalogError",
    "Feature",
    "Found",
    "Hit",
    "Image",
    "Picture",
    "content_hasher",
    "picture_of",
    "read_picture",
]


def __getattr__(name: str) -> Any:
    """What takes SQLAlchemy, which processes that make fingerprints do without."""
    if name not in ("Added", "Catalog"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from streamresize.catalog import catalog

    return getattr(catalog, name)
