"""What opening a source gives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from streamresize_server.facts import Validators

CHUNK_BYTES = 1 << 18
UNKNOWN = Validators()


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """An open source.

    name: the last part of its path, percent-decoded; may be empty, and is not to be trusted.
    length: bytes, None where the origin does not say.
    content: chunks of at most CHUNK_BYTES, to be taken once, or a file to be read in a worker
        thread. Taking a chunk raises SourceFailure.
    last_modified: in UTC.
    """

    name: str
    validators: Validators
    length: int | None
    content: AsyncIterator[bytes] | BinaryIO
    last_modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The source is still what its validators say."""
