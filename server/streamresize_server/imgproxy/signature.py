"""Signatures of paths: unpadded base64url of HMAC-SHA256(key, salt + path)."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from streamresize_server.refusals import BadSignature

UNSIGNED = frozenset({"unsafe", "insecure"})
FULL_SIZE = sha256().digest_size


class KeyPair(NamedTuple):
    """A key and a salt, neither of them empty."""

    key: bytes
    salt: bytes

    @classmethod
    def from_hex(cls, key: str, salt: str) -> KeyPair:
        """Raises ValueError for what is no hexadecimal text, or empty."""
        pair = cls(bytes.fromhex(key), bytes.fromhex(salt))
        if not all(pair):
            raise ValueError("neither key nor salt of a signature may be empty")
        return pair


@dataclass(frozen=True)
class Signatures:
    """Which signatures are good: those by any of `pairs`, cut to `size` bytes (1 to 32).

    unsigned: "unsafe" or "insecure" in place of a signature are good, too. trusted: what is good
    for any path. With none of them, nothing is. Raises ValueError for an empty key or salt, and
    for another size.
    """

    pairs: Sequence[KeyPair] = field(default=(), repr=False)
    size: int = FULL_SIZE
    unsigned: bool = False
    trusted: Sequence[str] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.size <= FULL_SIZE:
            raise ValueError(f"a signature has 1 to {FULL_SIZE} bytes, not {self.size}")
        if not all(key and salt for key, salt in self.pairs):
            raise ValueError("neither key nor salt of a signature may be empty")

    def verify(self, signature: str, path: str) -> None:
        """Raise BadSignature unless it is one of `path`, which begins with the slash behind it.

        The text is compared, not what it decodes to, so that there is one spelling only.
        """
        if self.unsigned and signature in UNSIGNED:
            return
        given = signature.encode(errors="replace")
        signatures = [sign(path, pair, self.size) for pair in self.pairs]
        signatures += [trusted.encode() for trusted in self.trusted]
        good = [hmac.compare_digest(given, each) for each in signatures]
        if not any(good):
            raise BadSignature


def sign(path: str, pair: KeyPair, size: int = FULL_SIZE) -> bytes:
    """The signature of a path that begins with a slash, of its first `size` bytes, in ASCII."""
    message = pair.salt + path.encode(errors="replace")
    digest = hmac.new(pair.key, message, sha256).digest()
    return urlsafe_b64encode(digest[:size]).rstrip(b"=")
