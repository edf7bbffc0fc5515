"""Huffman tables for the test encoder (ITU-T T.81 Annexes C, F.1.2 and K.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

LONGEST_CODE = 16
RESERVED = 256  # takes the code of all ones, which no symbol may have (C.2)


@dataclass(frozen=True)
class HuffmanTable:
    """BITS and HUFFVAL as a DHT segment holds them (B.2.4.2)."""

    bits: tuple[int, ...]
    values: tuple[int, ...]

    @cached_property
    def codes(self) -> dict[int, str]:
        """The code of each symbol as a string of 0 and 1 (C.2)."""
        codes: dict[int, str] = {}
        symbols = iter(self.values)
        code = 0
        for length, count in enumerate(self.bits, start=1):
            for _ in range(count):
                codes[next(symbols)] = format(code, f"0{length}b")
                code += 1
            code <<= 1
        return codes

    def payload(self) -> bytes:
        """BITS and HUFFVAL, ready for a DHT segment."""
        return bytes(self.bits) + bytes(self.values)


def optimal_table(frequencies: Mapping[int, int]) -> HuffmanTable:
    """The best table with codes of at most 16 bits, by the package-merge algorithm.

    Larmore and Hirschberg, "A fast algorithm for optimal length-limited Huffman codes", 1990.
    """
    leaves = sorted((count, (symbol,)) for symbol, count in {**frequencies, RESERVED: 0}.items())
    level: list[tuple[int, tuple[int, ...]]] = list(leaves)
    for _ in range(LONGEST_CODE - 1):
        pairs = zip(level[::2], level[1::2], strict=False)
        level = sorted([*leaves, *((a + b, s + t) for (a, s), (b, t) in pairs)])
    lengths = Counter(s for _, symbols in level[: 2 * len(leaves) - 2] for s in symbols)
    return _table_from_lengths(lengths)


def _table_from_lengths(lengths: Mapping[int, int]) -> HuffmanTable:
    ordered = sorted(lengths, key=lambda symbol: (lengths[symbol], symbol))
    ordered.remove(RESERVED)
    count = Counter(lengths[symbol] for symbol in ordered)
    bits = tuple(count[length] for length in range(1, LONGEST_CODE + 1))
    return HuffmanTable(bits, tuple(ordered))


def _standard_ac(bits: tuple[int, ...], first: str) -> HuffmanTable:
    """A table of K.3.3.2: the listed symbols, then the rest in ascending order."""
    values = bytes.fromhex(first)
    rest = [run << 4 | size for run in range(16) for size in range(1, 11)]
    return HuffmanTable(bits, (*values, *(v for v in rest if v not in values)))


LUMINANCE_DC = HuffmanTable((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0), tuple(range(12)))
CHROMINANCE_DC = HuffmanTable((0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0), tuple(range(12)))
LUMINANCE_AC = _standard_ac(
    (0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125),
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282",
)
CHROMINANCE_AC = _standard_ac(
    (0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119),
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f1",
)
