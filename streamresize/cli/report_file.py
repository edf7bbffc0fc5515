"""The report of a batch, one row for each input, as JSON lines, CSV or Parquet."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from streamresize.cli.rows import Row
from streamresize.targets import temporary_name

ROWS_TOGETHER = 1000


class Writer(Protocol):
    def add(self, row: Row) -> None: ...

    def close(self) -> None: ...


class JsonLines:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, row: Row) -> None:
        self._file.write(row.to_json().encode() + b"\n")

    def close(self) -> None:
        self._file.flush()


class Csv:
    """Outputs and warnings are JSON in their cells."""

    def __init__(self, file: IO[bytes]) -> None:
        import io

        self._text = io.TextIOWrapper(file, "utf-8", errors="surrogateescape", newline="")
        self._rows = csv.DictWriter(self._text, Row._fields)
        self._rows.writeheader()

    def add(self, row: Row) -> None:
        facts = row.to_dict()
        lists = {name: json.dumps(facts[name]) for name in ("outputs", "warnings")}
        self._rows.writerow({**facts, **lists})

    def close(self) -> None:
        self._text.detach()


class Parquet:
    def __init__(self, file: IO[bytes]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        made = {"name": pa.string(), "width": pa.int32(), "height": pa.int32(), "bytes": pa.int64()}
        text, number = pa.string(), pa.int32()
        columns: dict[str, Any] = {
            "input": text,
            "status": text,
            "width": number,
            "height": number,
            "bytes_read": pa.int64(),
            "seconds": pa.float64(),
            "phash": text,
            "outputs": pa.list_(pa.struct(list(made.items()))),
            "warnings": pa.list_(text),
            "error": text,
        }
        self._schema = pa.schema(list(columns.items()))
        self._writer = pq.ParquetWriter(file, self._schema)
        self._rows: list[dict[str, Any]] = []

    def add(self, row: Row) -> None:
        self._rows.append(_encodable(row.to_dict()))
        if len(self._rows) == ROWS_TOGETHER:
            self._write()

    def close(self) -> None:
        self._write()
        self._writer.close()

    def _write(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
        self._rows.clear()


def _encodable(value: Any) -> Any:
    """The same with bytes of names that are not UTF-8 as escape sequences."""
    if isinstance(value, str):
        return value.encode(errors="surrogateescape").decode(errors="backslashreplace")
    if isinstance(value, dict):
        return {name: _encodable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_encodable(part) for part in value]
    return value


WRITERS: dict[str, type[JsonLines | Csv | Parquet]] = {
    ".jsonl": JsonLines,
    ".csv": Csv,
    ".parquet": Parquet,
}


def parse_report(name: str) -> str:
    """A name whose suffix says the format. Raises ArgumentTypeError."""
    suffix = Path(name).suffix.lower()
    if suffix not in WRITERS:
        raise argparse.ArgumentTypeError(f"{name!r} ends in none of {', '.join(WRITERS)}")
    if suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError as error:
            message = "Parquet takes pyarrow (pip install 'streamresize[parquet]')"
            raise argparse.ArgumentTypeError(message) from error
    return name


@contextmanager
def report_file(name: str | None) -> Generator[Writer | None, None, None]:
    """A report that gets its name when all rows are written; None for no name. Raises OSError."""
    if name is None:
        yield None
        return
    temporary = Path(temporary_name(name))
    temporary.parent.mkdir(parents=True, exist_ok=True)
    try:
        with temporary.open("wb") as file:
            writer = WRITERS[Path(name).suffix.lower()](file)
            yield writer
            writer.close()
        temporary.replace(name)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
