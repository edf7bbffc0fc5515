"""What this process may use of the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

BUDGET_SHARE = 0.5  # of the memory; the rest is for Python, its libraries, sockets, the page cache
LEAST_BUDGET = 64 << 20


def usual_budget(root: Path = Path("/")) -> int:
    """Half of the memory that this process may use, in bytes."""
    return max(LEAST_BUDGET, int(BUDGET_SHARE * available_memory(root)))


def available_memory(root: Path = Path("/")) -> int:
    """The memory of the machine, or less where a control group allows less. In bytes.

    root: of the file system, for tests.
    """
    return min([_physical_memory(), *_group_limits(root)])


def _physical_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _group_limits(root: Path) -> Iterator[int]:
    """Of the process's group and those above it, versions 2 and 1 (Linux, cgroups(7))."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    mount = root / "sys/fs/cgroup"
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _limits(mount, path, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _limits(mount / "memory", path, "memory.limit_in_bytes")


def _limits(mount: Path, path: str, name: str) -> Iterator[int]:
    group = mount / path.lstrip("/")
    for folder in (group, *group.parents):
        if folder.is_relative_to(mount):
            try:
                text = (folder / name).read_text().strip()
            except OSError:
                continue
            if text.isdigit():
                yield int(text)
