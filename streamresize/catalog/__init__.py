"""Where fingerprints live, and how pictures are found by them (needs the extra `catalog`)."""

from streamresize.catalog.adding import Added
from streamresize.catalog.catalog import Catalog
from streamresize.catalog.records import Feature, Image, Picture, picture_of, read_picture
from streamresize.catalog.search import HASHES, Found, Hit
from streamresize.errors import CatalogError

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
    "picture_of",
    "read_picture",
]
