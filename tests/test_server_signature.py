"""Signatures of imgproxy's URLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamresize_server.imgproxy.grammar import parse, verified
from streamresize_server.imgproxy.signature import KeyPair, Signatures, sign
from streamresize_server.refusals import BadSignature

KEY, SALT = "736563726574", "68656C6C6F"
PATH = (
    "/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png"
)  # fmt: skip
SIGNATURE = "oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8"
PAIR = KeyPair.from_hex(KEY, SALT)
OTHER = KeyPair.from_hex("00ff", "ff00")
SIGNATURES = Signatures((PAIR,))
PLAIN_PATH = "/w:100/plain/http://example.com/a%20b.jpg"
PLAIN = sign(PLAIN_PATH, PAIR).decode()

HOSTILE = {
    "nothing": "",
    "a slash": "/",
    "slashes": "///",
    "no leading slash": SIGNATURE + PATH,
    "a slash in front": "/" + "/" + SIGNATURE + PATH,
    "no slot": PATH,
    "empty slot": "/" + PATH,
    "slot alone": "/" + SIGNATURE,
    "slot and slash": f"/{SIGNATURE}/",
    "another slot in front": f"/x/{SIGNATURE}{PATH}",
    "slot twice": f"/{SIGNATURE}/{SIGNATURE}{PATH}",
    "unsigned": "/unsafe" + PATH,
    "insecure": "/insecure" + PATH,
    "any word": "/_" + PATH,
    "a dash": "/-" + PATH,
    "upper case": f"/{SIGNATURE.upper()}{PATH}",
    "lower case": f"/{SIGNATURE.lower()}{PATH}",
    "swapped case": f"/{SIGNATURE.swapcase()}{PATH}",
    "padding": f"/{SIGNATURE}={PATH}",
    "encoded padding": f"/{SIGNATURE}%3D{PATH}",
    "one character less": f"/{SIGNATURE[:-1]}{PATH}",
    "first character missing": f"/{SIGNATURE[1:]}{PATH}",
    "one more": f"/{SIGNATURE}A{PATH}",
    "unused bits of the last character": f"/{SIGNATURE[:-1]}9{PATH}",
    "alphabet of plain base64": f"/{SIGNATURE.replace('_', '/')}{PATH}",
    "one character encoded": f"/%6F{SIGNATURE[1:]}{PATH}",
    "truncated to 8 bytes": f"/{sign(PATH, PAIR, 8).decode()}{PATH}",
    "hexadecimal": f"/{'a0a7d4b56df80efa36' * 3}{PATH}",
    "a blank in front": f"/ {SIGNATURE}{PATH}",
    "a blank behind": f"/{SIGNATURE} {PATH}",
    "an encoded blank": f"/{SIGNATURE}%20{PATH}",
    "a line end": f"/{SIGNATURE}\n{PATH}",
    "NUL behind": f"/{SIGNATURE}\0{PATH}",
    "encoded NUL behind": f"/{SIGNATURE}%00{PATH}",
    "letters that look alike": "/" + SIGNATURE.replace("o", "\u043e") + PATH,
    "digits of another script": "/" + SIGNATURE.replace("3", "\u0663") + PATH,
    "half a surrogate pair": "/\ud800" + SIGNATURE + PATH,
    "slash appended": f"/{SIGNATURE}{PATH}/",
    "slash doubled": f"/{SIGNATURE}/{PATH}",
    "slash doubled within": f"/{SIGNATURE}{PATH.replace('/g', '//g')}",
    "dot appended": f"/{SIGNATURE}{PATH}.",
    "other extension": f"/{SIGNATURE}{PATH.replace('.png', '.jpg')}",
    "no extension": f"/{SIGNATURE}{PATH.removesuffix('.png')}",
    "other size": f"/{SIGNATURE}{PATH.replace('300', '301')}",
    "option added": f"/{SIGNATURE}/q:1{PATH}",
    "option left out": f"/{SIGNATURE}{PATH.replace('/g:sm', '')}",
    "options exchanged": f"/{SIGNATURE}/g:sm/rs:fill:300:400:0/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/"
    "cy9jdXJpb3NpdHku/anBn.png",
    "long name": f"/{SIGNATURE}{PATH.replace('rs:', 'resize:')}",
    "joined source": f"/{SIGNATURE}{PATH.replace('/bGU', 'bGU')}",
    "encoded slash": f"/{SIGNATURE}{PATH.replace('/g', '%2Fg')}",
    "encoded colon": f"/{SIGNATURE}{PATH.replace('g:', 'g%3A')}",
    "encoded letter": f"/{SIGNATURE}{PATH.replace('sm', 's%6D')}",
    "dots": f"/{SIGNATURE}/..{PATH}",
    "a dot": f"/{SIGNATURE}/.{PATH}",
    "query": f"/{SIGNATURE}{PATH}?w=1",
    "fragment": f"/{SIGNATURE}{PATH}#x",
    "NUL at the end": f"/{SIGNATURE}{PATH}%00",
    "of another path": f"/{SIGNATURE}{PLAIN_PATH}",
    "to another path": f"/{PLAIN}{PATH}",
    "encoding undone": f"/{PLAIN}{PLAIN_PATH.replace('%20', ' ')}",
    "encoded twice": f"/{PLAIN}{PLAIN_PATH.replace('%', '%25')}",
    "other host": f"/{PLAIN}{PLAIN_PATH.replace('example.com', 'example.org')}",
    "user in front of the host": f"/{PLAIN}{PLAIN_PATH.replace('example', 'x@example')}",
    "prefix of the path": f"/{PLAIN}{PLAIN_PATH[:-4]}",
    "by another key": f"/{sign(PATH, OTHER).decode()}{PATH}",
    "by the key without the salt": f"/{sign(PATH, KeyPair(PAIR.key, b'')).decode()}{PATH}",
    "by the salt without the key": f"/{sign(PATH, KeyPair(b'', PAIR.salt)).decode()}{PATH}",
    "by nothing": f"/{sign(PATH, KeyPair(b'', b'')).decode()}{PATH}",
    "by hexadecimal text": f"/{sign(PATH, KeyPair(KEY.encode(), SALT.encode())).decode()}{PATH}",
    "of the path without its slash": f"/{sign(PATH[1:], PAIR).decode()}{PATH}",
    "of slot and path": f"/{sign('/unsafe' + PATH, PAIR).decode()}{PATH}",
}


def test_the_published_vector() -> None:
    assert sign(PATH, PAIR).decode() == SIGNATURE
    assert (
        parse(f"/{SIGNATURE}{PATH}", SIGNATURES).source == "http://example.com/images/curiosity.jpg"
    )


def test_percent_encoding_is_signed_as_it_comes() -> None:
    assert verified(f"/{PLAIN}{PLAIN_PATH}", SIGNATURES) == PLAIN_PATH


@pytest.mark.parametrize("path", HOSTILE.values(), ids=HOSTILE)
def test_nothing_else_is_let_through(path: str) -> None:
    with pytest.raises(BadSignature):
        parse(path, SIGNATURES)


@pytest.mark.parametrize("path", [f"/{SIGNATURE}{PATH}", f"/{PATH}", f"/unsafe{PATH}"])
def test_without_keys_nothing_is_good(path: str) -> None:
    with pytest.raises(BadSignature):
        parse(path, Signatures())


def test_an_empty_key_or_salt_is_a_bad_setting() -> None:
    for key, salt in ((KEY, ""), ("", SALT), ("", ""), ("xyz", SALT), ("1", SALT)):
        with pytest.raises(ValueError, match=r"empty|hexadecimal"):
            KeyPair.from_hex(key, salt)
    for pair in (KeyPair(b"", b"x"), KeyPair(b"x", b"")):
        with pytest.raises(ValueError, match="empty"):
            Signatures((PAIR, pair))


@pytest.mark.parametrize("size", [0, -1, 33])
def test_a_size_that_no_signature_has_is_a_bad_setting(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 32"):
        Signatures((PAIR,), size=size)


def test_each_of_several_pairs_is_good() -> None:
    both = Signatures((OTHER, PAIR))
    both.verify(SIGNATURE, PATH)
    both.verify(sign(PATH, OTHER).decode(), PATH)
    with pytest.raises(BadSignature):
        both.verify(sign(PATH, KeyPair(OTHER.key, PAIR.salt)).decode(), PATH)


def test_truncated_signatures_have_exactly_that_length() -> None:
    short = Signatures((PAIR,), size=8)
    short.verify(sign(PATH, PAIR, 8).decode(), PATH)
    for size in (7, 9, 32):
        with pytest.raises(BadSignature):
            short.verify(sign(PATH, PAIR, size).decode(), PATH)


@pytest.mark.parametrize("word", ["unsafe", "insecure"])
def test_where_unsigned_is_allowed_two_words_stand_for_a_signature(word: str) -> None:
    open_ones = Signatures((PAIR,), unsigned=True)
    open_ones.verify(word, PATH)
    open_ones.verify(SIGNATURE, PATH)
    for other in ("", "_", word.upper(), word + "x", SIGNATURE[:-1]):
        with pytest.raises(BadSignature):
            open_ones.verify(other, PATH)


def test_keys_are_not_shown() -> None:
    assert "secret" not in repr(SIGNATURES)


@given(signature=st.text(st.characters()), path=st.text(st.characters()))
def test_arbitrary_text_is_refused(signature: str, path: str) -> None:
    with pytest.raises(BadSignature):
        SIGNATURES.verify(signature, path)


@given(key=st.binary(min_size=1), salt=st.binary(min_size=1), size=st.integers(1, 32))
def test_what_is_signed_is_good(key: bytes, salt: bytes, size: int) -> None:
    pair = KeyPair(key, salt)
    Signatures((pair,), size=size).verify(sign(PATH, pair, size).decode(), PATH)
