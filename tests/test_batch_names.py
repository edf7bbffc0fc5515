"""Names of outputs: never outside of the target, never two pictures under one."""

from __future__ import annotations

import posixpath

from hypothesis import given
from hypothesis import strategies as st

from streamresize.cli import output
from streamresize.cli.names import PLACEHOLDERS, final_name, find_collisions, parse_template
from streamresize.cli.selection import Item, Selection, Wanted

texts = st.text("ab1./{}\\-_ é", min_size=1, max_size=8)
templates = st.lists(
    st.one_of(st.sampled_from([f"{{{name}}}" for name in PLACEHOLDERS]), st.sampled_from("/._a1-")),
    min_size=1,
    max_size=6,
).map("".join)
pixels = st.tuples(st.integers(1, 200), st.integers(1, 200))


def named(name: str) -> Item:
    selection = Selection(Wanted())
    selection.add_file(name)
    return selection.items[0]


@given(templates, texts, pixels)
def test_no_name_leads_out(template: str, name: str, size: tuple[int, int]) -> None:
    try:
        made = final_name(template, named(name), "5x5", "jpeg", size)
    except ValueError:
        return
    whole = posixpath.normpath(posixpath.join("/out", made))
    assert whole == f"/out/{made}"
    assert whole != "/out/"


@given(templates, st.lists(texts, min_size=2, max_size=2, unique=True), pixels, pixels)
def test_a_collision_is_foreseen(
    template: str, names: list[str], first: tuple[int, int], second: tuple[int, int]
) -> None:
    items = [named(name) for name in names]
    if find_collisions(template, items, ["5x5"], "jpeg"):
        return
    try:
        made = [
            final_name(template, item, "5x5", "jpeg", size)
            for item, size in zip(items, (first, second))
        ]
    except ValueError:
        return
    assert made[0] != made[1]


def test_different_folders_do_not_collide() -> None:
    items = [Item("x/a.jpg", "x"), Item("y/a.jpg", "y")]
    assert find_collisions("{dir}/{stem}", items, ["5"], "jpeg") == {}
    assert set(find_collisions("{stem}", items, ["5"], "jpeg")) == {"y/a.jpg"}


def test_values_are_not_templates() -> None:
    assert output.fill("{a}{b}{c}", {"a": "{b}", "b": "x"}) == "{b}x{c}"


def test_templates_are_kept_as_they_are() -> None:
    assert parse_template("{dir}/{name}-{size}.{ext}") == "{dir}/{name}-{size}.{ext}"
