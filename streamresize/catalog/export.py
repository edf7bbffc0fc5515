"""Fingerprints as a table for other programs, a row for each name of a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamresize.catalog.catalog import Catalog
from streamresize.catalog.database import groups
from streamresize.catalog.schema import HASH_BYTES

ROWS_TOGETHER = 1000

BYTES = {
    "content_hash": HASH_BYTES,
    **dict.fromkeys(("phash", "dhash", "average"), 8),
    **dict.fromkeys(("phash256", "pdq", "symmetric", "trimmed"), HASH_BYTES),
}
COLUMNS: dict[str, type] = {
    "file": str,
    **dict.fromkeys(("id", "bytes", "width", "height", "pdq_quality"), int),
    **dict.fromkeys(BYTES, bytes),
}

Row = dict[str, Any]
Block = list[Row]


def export(catalog: Catalog, file: str | os.PathLike[str], suffix: str) -> None:
    """Write the table. suffix: one of WRITERS.

    Hashes are hexadecimal in CSV and Parquet. HDF5 has them as bytes, uint8 (n, 8) and (n, 32), and
    what imagecluster reads: `/files`, names, and `/fps`, the bits of pHash, uint8 (n, 64).
    Raises OSError, CatalogError, ModuleNotFoundError where a package is missing.
    """
    WRITERS[suffix](_blocks(catalog), Path(file))


def _blocks(catalog: Catalog) -> Iterator[Block]:
    rows = _rows(catalog)
    while block := list(islice(rows, ROWS_TOGETHER)):
        yield block


def _rows(catalog: Catalog) -> Iterator[Row]:
    for numbers in groups(catalog.numbers()):
        hashes = catalog.hashes(numbers)
        for image in catalog.get_many(numbers).values():
            for path in image.paths:
                yield {
                    "file": path,
                    "id": image.id,
                    "content_hash": image.content_hash,
                    "bytes": image.bytes,
                    "width": image.width,
                    "height": image.height,
                    **hashes[image.id],
                }


def _texts(row: Row) -> Row:
    """Hashes in hexadecimal; what is no UTF-8 in a name as escape sequences."""
    texts = {k: v.hex() if isinstance(v, bytes) else v for k, v in row.items()}
    return {**texts, "file": _text(row["file"])}


def _text(name: str) -> str:
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _write_csv(blocks: Iterator[Block], file: Path) -> None:
    with open(file, "w", encoding="utf-8", newline="") as text:
        rows = csv.DictWriter(text, COLUMNS)
        rows.writeheader()
        for block in blocks:
            rows.writerows(map(_texts, block))


def _write_parquet(blocks: Iterator[Block], file: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {int: pa.int64(), str: pa.string(), bytes: pa.string()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    with pq.ParquetWriter(file, schema) as writer:
        for block in blocks:
            writer.write_table(pa.Table.from_pylist(list(map(_texts, block)), schema))


def _write_hdf5(blocks: Iterator[Block], file: Path) -> None:
    import h5py

    with h5py.File(file, "w") as target:
        for name, column in _arrays([]).items():
            kind = h5py.string_dtype() if name == "files" else column.dtype
            shape, most = (0, *column.shape[1:]), (None, *column.shape[1:])
            target.create_dataset(
                name, shape, kind, maxshape=most, chunks=(ROWS_TOGETHER, *most[1:])
            )
        for block in blocks:
            for name, column in _arrays(block).items():
                data = target[name]
                data.resize(len(data) + len(column), axis=0)
                data[len(data) - len(column) :] = column


def _arrays(block: Block) -> dict[str, NDArray[Any]]:
    """The columns of a block, by the names of the datasets."""
    arrays: dict[str, NDArray[Any]] = {
        "files": np.array([_text(row["file"]) for row in block], object)
    }
    for name, kind in COLUMNS.items():
        values = [row[name] for row in block]
        if kind is int:
            arrays[name] = np.array(values, np.int64)
        elif kind is bytes:
            octets = np.frombuffer(b"".join(values), np.uint8)
            arrays[name] = octets.reshape(len(block), BYTES[name])
    arrays["fps"] = np.unpackbits(arrays["phash"], axis=1)
    return arrays


WRITERS: dict[str, Callable[[Iterator[Block], Path], None]] = {
    ".csv": _write_csv,
    ".h5": _write_hdf5,
    ".parquet": _write_parquet,
}
