"""The part of a page that a command writes."""

from __future__ import annotations

from pathlib import Path

START, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


def replace_measured(page: Path, text: str) -> None:
    """Put text where the page has what was measured before."""
    before, rest = page.read_text().split(START)
    after = rest.split(END)[1]
    page.write_text(f"{before}{START}\n{text}\n\n{END}{after}")
