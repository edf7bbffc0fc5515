"""The table of settings in docs/server.md: python -m tests.support.settings_table writes it."""

from __future__ import annotations

from pathlib import Path

from streamresize_server.command import usual_text
from streamresize_server.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "server.md"
BEGIN, END = "<!-- settings -->\n", "<!-- end of settings -->\n"


def table() -> str:
    """A line for each setting: name, default, meaning."""
    lines = ["| setting | default | |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        usual = usual_text(field)
        lines.append(f"| `{name}` | {f'`{usual}`' if usual else ''} | {field.description} |")
    return "".join(f"{line}\n" for line in lines)


def with_table(page: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
