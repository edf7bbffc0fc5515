"""One request and its answer, for whatever is told about it."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass, field
from secrets import token_hex
from typing import NoReturn

from streamresize_server.stages import Stages

REQUEST_ID = "X-Request-Id"

_SANE_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)


@dataclass(slots=True)
class Exchange:
    """begun: some of the answer has been sent, so that it cannot become another one.

    broken_off: the status that it would have had, had it not begun already.
    """

    request_id: str
    stages: Stages = field(default_factory=Stages)
    begun: bool = False
    broken_off: int | None = None

    def break_off(self, status: int) -> NoReturn:
        """Give up an answer that has begun. Raises ConnectionAbortedError."""
        self.broken_off = status
        raise ConnectionAbortedError


EXCHANGE: ContextVar[Exchange] = ContextVar("exchange")


def request_id(given: str | None) -> str:
    """The client's own, if it can be written to a log as it is."""
    return given if given and _SANE_ID.fullmatch(given) else token_hex(16)
