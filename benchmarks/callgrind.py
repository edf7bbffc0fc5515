"""Instructions of a program, counted by callgrind; they repeat exactly on a busy machine."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# What these functions cost is the affair of whoever calls them.
MEMORY_FUNCTION = re.compile(r"_*mem(chr|cpy|move|set)")

# A string instruction counts once for every byte, however many the processor takes at a time. With
# these thresholds the C library does without, and loops over vectors.
WITHOUT_STRING_INSTRUCTIONS = (
    "glibc.cpu.x86_rep_movsb_threshold=1000000000:glibc.cpu.x86_rep_stosb_threshold=1000000000"
)


@dataclass
class Profile:
    """Instructions spent in each function itself, how often it was called, and the source files.

    Memory functions go by the name of their caller too: "memset < Lanes::run".
    """

    cost: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    files: set[str] = field(default_factory=set)

    def minus(self, other: Profile) -> Profile:
        cost, calls = Counter(self.cost), Counter(self.calls)
        cost.subtract(other.cost)
        calls.subtract(other.calls)
        return Profile(cost, calls, self.files)

    @property
    def total(self) -> int:
        return sum(self.cost.values())


def parse_callgrind(lines: Iterable[str]) -> Profile:
    """Read callgrind's output (its manual, "Callgrind Format Specification")."""
    profile = Profile()
    names: dict[str, str] = {}
    function = callee = ""
    is_call = False
    for line in lines:
        if match := re.match(r"(c?fn)=(\(\d+\))(?: (.*))?$", line.rstrip()):
            name = names.setdefault(match[2], match[3] or "")
            if match[1] == "fn":
                function = name
            else:
                callee = name
        elif match := re.match(r"c?f[ile]=\(\d+\) (.*)$", line.rstrip()):
            profile.files.add(match[1])
        elif line.startswith("calls="):
            profile.calls[callee] += int(line[6:].split()[0])
            is_call = True
        elif re.match(r"[\d+*-]", line):
            _add_cost(profile, function, callee if is_call else "", int(line.split()[1]))
            is_call = False
    return profile


def _add_cost(profile: Profile, function: str, callee: str, cost: int) -> None:
    """What a call costs counts in the function called, except for memory functions."""
    if not callee:
        profile.cost[function] += cost
    elif MEMORY_FUNCTION.match(callee):
        profile.cost[callee] -= cost
        profile.cost[f"{callee} < {function}"] += cost


def profile_of(command: Sequence[str], output: Path) -> Profile:
    """Run a command under callgrind, whose output file is left behind."""
    valgrind = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={output}", "--dump-line=no")
    environment = {**os.environ, "GLIBC_TUNABLES": WITHOUT_STRING_INSTRUCTIONS}
    subprocess.run([*valgrind, *command], check=True, capture_output=True, env=environment)
    with output.open() as lines:
        return parse_callgrind(lines)
