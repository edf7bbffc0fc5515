"""Presets: options under a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from streamresize_server.imgproxy.options import PRESET, Changes, Options, changes
from streamresize_server.refusals import Refused

Presets: TypeAlias = Mapping[str, Changes]

DEFAULT = "default"  # the name of the one that every URL begins with
NO_PRESETS: Presets = {}


def compile_presets(definitions: Mapping[str, str]) -> Presets:
    """Presets by name, of options as in URLs, such as "rs:fill:300:400/q:70".

    One may use others. Raises ValueError, which names the preset, for options that are refused and
    for presets that come back to themselves.
    """
    done: dict[str, Changes] = {}
    for name in definitions:
        _compile(name, definitions, done, ())
    return done


def _compile(
    name: str, definitions: Mapping[str, str], done: dict[str, Changes], within: tuple[str, ...]
) -> None:
    if name in within:
        raise ValueError(f"preset {name!r} comes back to itself")
    if name in done or name not in definitions:
        return
    segments = definitions[name].split("/")
    for segment in segments:
        option, *arguments = segment.split(":")
        for used in arguments if option in PRESET else ():
            _compile(used, definitions, done, (*within, name))
    try:
        done[name] = changes(segments, done)
        Options(**done[name]).recipe()  # type: ignore[arg-type]
    except Refused as refused:
        raise ValueError(f"preset {name!r}: {refused}") from None
