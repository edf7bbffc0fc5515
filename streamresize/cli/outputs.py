"""The work of a batch on one input: one pass, all outputs written, a row for the report."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple, cast

import streamresize
from streamresize import OutputImage, Result, Size, StreamResizeError
from streamresize.cli.names import final_name, planned_name
from streamresize.cli.rows import Made, Row
from streamresize.cli.selection import Item
from streamresize.cli.state import Entry, add
from streamresize.cli.storage import absolute, stamp_of, storage_of
from streamresize.request import PassOptions


class Task(NamedTuple):
    """An input.

    finished: the line that an earlier run wrote when it had finished it. refused: why nothing may
    be made of it.
    """

    item: Item
    finished: bytes | None = None
    refused: str | None = None


class Plan(NamedTuple):
    """What would be written for an input; names may have {width} and {height} left."""

    names: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class MakeOutputs:
    """Makes all outputs of one input.

    texts: the sizes as given. folder: of --out. state: the file that says what is finished, or
    None. key: of the options, for the state. protected: inputs that lie in `folder`, as absolute
    names.
    """

    texts: tuple[str, ...]
    sizes: tuple[Size, ...]
    template: str
    folder: str
    options: PassOptions
    fingerprint: bool
    state: str | None
    key: str
    protected: frozenset[str]

    def __call__(self, task: Task) -> Row:
        """Never raises on account of its input: whatever happens, the other inputs go on."""
        name = task.item.name
        if task.refused is not None:
            return Row(name, "failed", error=task.refused)
        try:
            return self._kept(task) or self._made(task.item)
        except MemoryError:
            return Row(name, "failed", error="not enough memory for the result")
        except (StreamResizeError, OSError, ValueError) as error:
            return Row(name, "failed", error=str(error))
        except Exception as error:
            return Row(name, "failed", error=f"{type(error).__name__}: {error}")

    def plan(self, task: Task) -> Plan:
        """Without opening the input, except to see whether it has changed."""
        if task.refused is not None:
            return Plan(error=task.refused)
        try:
            if self._kept(task):
                return Plan()
            names = [
                planned_name(self.template, task.item, text, size.format)
                for text, size in zip(self.texts, self.sizes)
            ]
        except (StreamResizeError, OSError, ValueError) as error:
            return Plan(error=str(error))
        return Plan(tuple(f"{self.folder}/{name}" for name in dict.fromkeys(names)))

    def _kept(self, task: Task) -> Row | None:
        """What the earlier run made, if it is all there and the input has not changed."""
        if task.finished is None:
            return None
        entry = Entry.from_line(task.finished)
        if entry.folder != task.item.folder or entry.stamp != stamp_of(task.item.name):
            return None
        storage = storage_of(self.folder)
        for made in entry.row.outputs:
            if storage.size(f"{self.folder}/{made.name}") != made.bytes:
                return None
        return entry.row._replace(input=task.item.name, status="kept")

    def _made(self, item: Item) -> Row:
        start = perf_counter()
        stamp = stamp_of(item.name)
        result = streamresize.process(
            item.name, self.sizes, fingerprint=self.fingerprint, **self.options
        )
        outputs = self._write(item, result)
        row = Row(
            input=item.name,
            status="made",
            width=result.info.width,
            height=result.info.height,
            bytes_read=result.bytes_read,
            seconds=round(perf_counter() - start, 4),
            phash=str(result.fingerprint) if self.fingerprint else None,
            outputs=outputs,
            warnings=result.warnings,
        )
        if self.state is not None:
            add(self.state, Entry(absolute(item.name), item.folder, self.key, stamp, row))
        return row

    def _write(self, item: Item, result: Result) -> tuple[Made, ...]:
        storage = storage_of(self.folder)
        named = self._named(item, result)
        for name, image in named.items():
            storage.write(f"{self.folder}/{name}", cast(bytes, image.data))
        return tuple(
            Made(name, image.width, image.height, image.size) for name, image in named.items()
        )

    def _named(self, item: Item, result: Result) -> dict[str, OutputImage]:
        """Two sizes may come to the same picture under the same name, such as one not enlarged.

        Raises ValueError where different pictures would have one name, or the name of an input.
        """
        named: dict[str, OutputImage] = {}
        for text, image in zip(self.texts, result.images):
            pixels = (image.width, image.height)
            name = final_name(self.template, item, text, image.format, pixels)
            if named.setdefault(name, image).data != image.data:
                raise ValueError(f"two sizes would be written to {name}: use {{size}}")
            if absolute(f"{self.folder}/{name}") in self.protected:
                raise ValueError(f"{name} is an input and would be overwritten")
        return named
