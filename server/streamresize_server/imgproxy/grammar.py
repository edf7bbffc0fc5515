"""Paths: /signature/option:argument:.../source, the source plain or as base64url."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile
from time import time
from typing import NamedTuple

from streamresize_server import values
from streamresize_server.imgproxy.options import PRESET, Changes, Options, changes
from streamresize_server.imgproxy.presets import DEFAULT, NO_PRESETS, Presets
from streamresize_server.imgproxy.signature import Signatures
from streamresize_server.recipe import Recipe
from streamresize_server.refusals import BadSignature, BadValue, Expired, UnknownOption

PLAIN = "plain"


class Request(NamedTuple):
    """source: as its owner wrote it, a URL mostly. raw: its bytes are wanted as they are, and the
    recipe means nothing. filename: for Content-Disposition, None where none was given.
    """

    source: str
    recipe: Recipe
    raw: bool
    filename: str | None


def parse(
    path: str,
    signatures: Signatures,
    presets: Presets = NO_PRESETS,
    *,
    only_presets: bool = False,
    now: float | None = None,
) -> Request:
    """What a path asks for: the path as it came, still percent-encoded, without query.

    only_presets: no option but `preset` is known. now: seconds since 1970, None for what the clock
    says. Nothing but the signature is looked at before that is found to be good. Raises the classes
    of `refusals`.
    """
    signed = verified(path, signatures)
    parts = signed.split("/")[1:]
    segments = list(takewhile(lambda part: ":" in part, parts))
    if only_presets:
        refuse_all_but_presets(segments)
    source, extension = _source(parts[len(segments) :])
    asked = {**presets.get(DEFAULT, {}), **changes(segments, presets)}
    options = Options(**_with_extension(asked, extension))  # type: ignore[arg-type]
    if options.expires and options.expires < (time() if now is None else now):
        raise Expired(options.expires)
    return Request(source, options.recipe(), options.raw, options.filename)


def refuse_all_but_presets(segments: Sequence[str]) -> None:
    """Raise UnknownOption for other options."""
    for segment in segments:
        name = segment.partition(":")[0]
        if name not in PRESET:
            raise UnknownOption(name)


def verified(path: str, signatures: Signatures) -> str:
    """What follows the signature, with its slash in front. Raises BadSignature."""
    root, signature, rest = [*path.split("/", 2), "", ""][:3]
    if root or not rest or not path.isascii():
        raise BadSignature
    signatures.verify(signature, f"/{rest}")
    return f"/{rest}"


def _with_extension(asked: Changes, extension: str) -> Changes:
    """An extension overrides the option `format`; with `raw` it means nothing."""
    if not extension or asked.get("raw"):
        return asked
    return {**asked, **changes([f"format:{extension}"], NO_PRESETS)}


def _source(parts: Sequence[str]) -> tuple[str, str]:
    """The source and the extension, "" for none."""
    if parts and parts[0] == PLAIN:
        return _divided("/".join(parts[1:]), "@", values.from_percent)
    if not all(parts):
        raise BadValue("source", "there is none, or a slash too many")
    return _divided("".join(parts), ".", values.from_base64)


def _divided(encoded: str, mark: str, decode: Callable[[str, str], str]) -> tuple[str, str]:
    address, *extensions = encoded.split(mark)
    if len(extensions) > 1:
        raise BadValue("source", f"{mark} stands in front of an extension, and only once")
    return decode("source", address), "".join(extensions)
