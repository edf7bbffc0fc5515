"""Which pictures show the same, and what they are of each other (needs the extra `catalog`)."""

from streamresize.matching.affine import Affine
from streamresize.matching.agreement import agreement
from streamresize.matching.alignment import align
from streamresize.matching.candidates import Candidate, Gallery
from streamresize.matching.details import Details, Extract
from streamresize.matching.distances import histogram_distance, mse, ssim
from streamresize.matching.pair import compare
from streamresize.matching.relation import Part, Relation
from streamresize.matching.search import MATCH, STAGES, Match, search, verify

__all__ = [
    "MATCH",
    "STAGES",
    "Affine",
    "Candidate",
    "Details",
    "Extract",
    "Gallery",
    "Match",
    "Part",
    "Relation",
    "agreement",
    "align",
    "compare",
    "histogram_distance",
    "mse",
    "search",
    "ssim",
    "verify",
]
