"""How far candidates may be in a collection of some size."""

from __future__ import annotations

from statistics import NormalDist

# Bits that the symmetric hashes of pictures differ in which show different things. Measured:
# benchmarks/matching/radii.py.
UNRELATED = NormalDist(128, 8.5)
MOST_BY_CHANCE = 8  # of the 16 candidates of a stage that are verified


def radius(most: int, comparisons: int) -> int:
    """Bits, at most `most`, within which no more than MOST_BY_CHANCE unrelated pairs are expected.

    comparisons: pairs of a query's hash and a stored hash that are looked at. Below `most` from
    some 100,000 pictures on; then it falls by three to four bits with each ten times as many.
    """
    if comparisons <= MOST_BY_CHANCE:
        return most
    # The distance is a whole number: the part of the normal distribution up to the next half.
    return min(most, int(UNRELATED.inv_cdf(MOST_BY_CHANCE / comparisons) - 0.5))
