"""Pages of docs/ that commands write, whole or in part."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
RESULTS = Path(__file__).with_name("results")
START, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


def replace_measured(page: Path, text: str) -> None:
    """Put text where the page has what was measured before."""
    before, rest = page.read_text().split(START)
    after = rest.split(END)[1]
    page.write_text(f"{before}{START}\n{text}\n\n{END}{after}")


def milliseconds(seconds: float) -> str:
    """Three digits below a second."""
    return f"{1000 * seconds:.3g}" if seconds < 1 else f"{1000 * seconds:,.0f}"
