"""A page that shows pictures beside each other."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

import streamresize
from streamresize import StreamResizeError

SIDE = 320
STYLE = """\
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem; }
section { display: flex; flex-wrap: wrap; gap: 1rem; margin-bottom: 2rem; }
figure { margin: 0; max-width: 320px; }
figure:first-child { border-right: 3px solid #888; padding-right: 1rem; }
figcaption { overflow-wrap: anywhere; }
"""


class Figure(NamedTuple):
    """A picture of a page. name: of its file."""

    name: str
    title: str
    text: str = ""


def page(sections: Iterable[Sequence[Figure]]) -> str:
    """HTML that needs no other file: the pictures are in it, at most 320 pixels a side."""
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Pictures found</title>\n'
        f"<style>\n{STYLE}</style>\n" + "\n".join(map(_section, sections)) + "\n</html>\n"
    )


def _section(figures: Sequence[Figure]) -> str:
    return "<section>\n" + "\n".join(map(_shown, figures)) + "\n</section>"


def _shown(figure: Figure) -> str:
    try:
        data = streamresize.thumbnail(figure.name, (SIDE, SIDE), format="jpeg")
        picture = f'<img alt="" src="data:image/jpeg;base64,{b64encode(data).decode()}">'
    except (OSError, StreamResizeError):
        picture = "<p>The file cannot be read.</p>"
    caption = f"<b>{escape(figure.title)}</b><br>{escape(figure.text)}"
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"
