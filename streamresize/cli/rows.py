"""What became of each input of a batch, as a row of its report."""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple, TypeAlias

Status: TypeAlias = Literal["made", "kept", "failed"]


class Made(NamedTuple):
    """An output. name: below the target folder. width, height: pixels. bytes: of the file."""

    name: str
    width: int
    height: int
    bytes: int


class Row(NamedTuple):
    """An input and its outputs.

    status: "made" now, "kept" from an earlier run, "failed". width, height: of the stored picture.
    seconds: from opening the input to closing the last output. phash: 16 hexadecimal digits.
    """

    input: str
    status: Status
    width: int | None = None
    height: int | None = None
    bytes_read: int | None = None
    seconds: float | None = None
    phash: str | None = None
    outputs: tuple[Made, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None

    def to_json(self) -> str:
        return json.dumps(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        outputs = [made._asdict() for made in self.outputs]
        return {**self._asdict(), "outputs": outputs, "warnings": list(self.warnings)}

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> Row:
        """Raises TypeError or KeyError where `to_dict` did not make it."""
        outputs = tuple(Made(**made) for made in facts["outputs"])
        return cls(**{**facts, "outputs": outputs, "warnings": tuple(facts["warnings"])})
