"""Every bound on what a source may ask for, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from streamresize import _native

MAX_DIMENSION = 65_535  # T.81 B.2.2: X and Y are 16-bit fields
ENVIRONMENT_PREFIX = "STREAMRESIZE_MAX_"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds checked before memory is taken or time is spent; `LimitExceeded` names the field.

    width, height: of the source, in pixels.
    pixels: width times height of the source.
    source_bytes: compressed bytes read.
    metadata_bytes: payload of the application segments that are kept (JFIF, EXIF, XMP, ICC,
        Photoshop, Adobe).
    scans: of a progressive or non-interleaved file.
    blocks, blocks_per_byte: work. Decoding may visit `blocks` 8 x 8 blocks, or `blocks_per_byte`
        for each byte of the source where that is more; every scan visits its blocks anew.
    whole_bytes: memory for a picture that is decoded whole, which is any but a JPEG.
    """

    width: int = MAX_DIMENSION
    height: int = MAX_DIMENSION
    pixels: int = MAX_DIMENSION * MAX_DIMENSION
    source_bytes: int = 1 << 40
    metadata_bytes: int = 1 << 24
    scans: int = 200
    blocks: int = 1 << 24
    blocks_per_byte: int = 64
    whole_bytes: int = 1 << 30

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Limits:
        """The defaults, changed by variables such as STREAMRESIZE_MAX_PIXELS.

        environment: None for that of the process. This is what a call without `limits` uses.
        Raises ValueError for a variable that is not a whole number.
        """
        # `os.environ` takes ten times as long, which shows in small pictures.
        get = _native.environment_variable if environment is None else environment.get
        texts = list(map(get, VARIABLES.values()))
        if texts == UNSET:
            return USUAL
        chosen = {}
        for (field, name), text in zip(VARIABLES.items(), texts):
            if text is None:
                continue
            if not text.isdigit():
                raise ValueError(f"{name} must be a whole number, not {text!r}")
            chosen[field] = int(text)
        return cls(**chosen)


USUAL = Limits()

# The environment variable that sets each field.
VARIABLES = {field.name: ENVIRONMENT_PREFIX + field.name.upper() for field in fields(Limits)}
UNSET = [None] * len(VARIABLES)
