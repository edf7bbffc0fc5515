"""Logs on standard output, a line for each event, as JSON or as text."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, Literal

AS_JSON = json.JSONEncoder(default=str).encode
LOGGER = logging.getLogger("streamresize_server")
ACCESS = logging.getLogger("streamresize_server.access")


class Lines(logging.Formatter):
    """`facts` of a record, given as `extra`, become members of its line."""

    def format(self, record: logging.LogRecord) -> str:
        return self.line(record, getattr(record, "facts", {}))

    def line(self, record: logging.LogRecord, facts: Mapping[str, Any]) -> str:
        raise NotImplementedError

    def traceback(self, record: logging.LogRecord) -> str | None:
        return self.formatException(record.exc_info) if record.exc_info else None


class JsonLines(Lines):
    def line(self, record: logging.LogRecord, facts: Mapping[str, Any]) -> str:
        event = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **facts,
        }
        if traceback := self.traceback(record):
            event["traceback"] = traceback
        return AS_JSON(event)


class TextLines(Lines):
    """Control characters are escaped, so that nobody can write a line of their own."""

    def line(self, record: logging.LogRecord, facts: Mapping[str, Any]) -> str:
        shown = [f"{name}={_shown(value)}" for name, value in facts.items()]
        text = " ".join([_time(record), record.levelname, _escaped(record.getMessage()), *shown])
        traceback = self.traceback(record)
        return f"{text}\n{traceback}" if traceback else text


FORMATTERS: dict[str, type[Lines]] = {"json": JsonLines, "text": TextLines}


def configure(format: Literal["json", "text"]) -> None:
    """Write the logs of the service and of what it uses."""
    _record_less()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(FORMATTERS[format]())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    LOGGER.setLevel(logging.INFO)


def _record_less() -> None:
    """Leave out of records what the lines do not show ("Optimization" in the logging HOWTO)."""
    logging._srcfile = None  # noqa: SLF001 - as documented there
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.logAsyncioTasks = False  # type: ignore[attr-defined,unused-ignore]


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")


def _shown(value: Any) -> str:
    return _escaped(value) if isinstance(value, str) else AS_JSON(value)


def _escaped(text: str) -> str:
    return text if text.isprintable() else ascii(text)
