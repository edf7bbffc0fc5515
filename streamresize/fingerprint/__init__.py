"""Hash mathematics on small luma arrays."""

from streamresize.fingerprint.phash import PHASH_SIDE, phash

__all__ = ["PHASH_SIDE", "phash"]
