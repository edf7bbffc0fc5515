"""EXIF, XMP and copyright, as the outputs carry them."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

import streamresize
from streamresize import Size, exif
from streamresize.metadata import EXIF, NO_METADATA, XMP, Metadata, for_output, into_jpeg, of_source
from streamresize.rights import PHOTOSHOP, rights

from .support.pictures import photo, pillow_jpeg

ORIENTATION, MAKE, EXIF_IFD, MAKER_NOTE = 0x0112, 0x010F, 0x8769, 0x927C
PICTURE_WIDTH, PICTURE_HEIGHT = 0xA002, 0xA003
FORMATS = ["jpeg", "png", "webp"]


def exif_block(orientation: int = 6, artist: str = "", notice: str = "") -> bytes:
    """As Pillow writes it, from its TIFF header on."""
    block = Image.Exif()
    block[ORIENTATION] = orientation
    block[MAKE] = "Maker"
    if artist:
        block[exif.ARTIST], block[exif.COPYRIGHT] = artist, notice
    block.get_ifd(EXIF_IFD).update({PICTURE_WIDTH: 64, PICTURE_HEIGHT: 48, MAKER_NOTE: b"note" * 9})
    return block.tobytes().removeprefix(EXIF)


def segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def jpeg(*segments: bytes) -> bytes:
    plain = pillow_jpeg(photo(64, 48))
    return plain[:2] + b"".join(segments) + plain[2:]


def iptc(**sets: bytes) -> bytes:
    numbers = {"author": 80, "notice": 116}
    data = b"".join(
        struct.pack(">BBBH", 0x1C, 2, numbers[name], len(text)) + text
        for name, text in sets.items()
    )
    data = struct.pack(">BBBH", 0x1C, 1, 90, 3) + b"\x1b%G" + data
    names = b"8BIM\x03\xed\0\0" + struct.pack(">I", 3) + b"abc\0"
    resource = b"8BIM\x04\x04\x04Name\0" + struct.pack(">I", len(data)) + data
    return segment(0xED, PHOTOSHOP + names + resource)


PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6" '
    'xmpNote:HasExtendedXMP="ABC"><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">'
    "© Ann &amp; Bob</rdf:li></rdf:Alt></dc:rights><dc:creator><rdf:Seq><rdf:li>Ann</rdf:li>"
    "<rdf:li>Bob</rdf:li></rdf:Seq></dc:creator></rdf:Description></x:xmpmeta>"
).encode()


def opened(data: object) -> Image.Image:
    assert isinstance(data, bytes)
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_is_kept_unless_asked_for(format: str) -> None:
    source = jpeg(
        segment(0xE1, EXIF + exif_block()), segment(0xE1, XMP + PACKET), iptc(author=b"A")
    )
    info = opened(streamresize.thumbnail(source, (32, 32), format=format)).info  # type: ignore[arg-type]
    assert not {"exif", "xmp", "icc_profile", "XML:com.adobe.xmp"} & set(info)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_fits_the_picture_that_was_turned(orientation: int, format: str) -> None:
    source = jpeg(segment(0xE1, EXIF + exif_block(orientation)))
    image = opened(streamresize.thumbnail(source, (32, 32), format=format, keep={"exif"}))  # type: ignore[arg-type]
    assert image.size == ((32, 24) if orientation < 5 else (24, 32))
    kept = image.getexif()
    assert (kept[ORIENTATION], kept[MAKE]) == (1, "Maker")
    details = kept.get_ifd(EXIF_IFD)
    assert (details[PICTURE_WIDTH], details[PICTURE_HEIGHT]) == image.size
    assert details[MAKER_NOTE] == b"note" * 9
    assert ImageOps.exif_transpose(image).size == image.size


def test_exif_fits_the_picture_that_was_not_turned() -> None:
    source = jpeg(segment(0xE1, EXIF + exif_block(6)))
    image = opened(streamresize.thumbnail(source, (32, 32), keep={"exif"}, auto_orient=False))
    assert (image.size, image.getexif()[ORIENTATION]) == ((32, 24), 6)


@pytest.mark.parametrize("at_the_end", [True, False])
def test_the_thumbnail_of_another_size_goes(at_the_end: bool) -> None:
    block = exif_block()
    first = exif._first_directory(block)
    link = first + 2 + 12 * int.from_bytes(block[first : first + 2], "big")
    start = len(block) + 2 + 2 * 12 + 4
    second = struct.pack(">H", 2)
    for tag, value in ((exif.THUMBNAIL, start), (exif.THUMBNAIL_BYTES, 9)):
        second += struct.pack(">HHII", tag, exif.LONG, 1, value)
    tail = b"" if at_the_end else b"tail"
    source = (
        block[:link] + struct.pack(">I", len(block)) + block[link + 4 :]
        + second + bytes(4) + b"THUMBNAIL" + tail
    )  # fmt: skip
    changed = exif.of_output(source, 32, 24, upright=True)
    assert b"THUMBNAIL" not in changed
    assert changed.endswith(tail)
    kept = Image.Exif()
    kept.load(changed)
    assert kept.get_ifd(1) == {}
    assert kept[MAKE] == "Maker"


def test_a_side_too_large_for_its_field_is_left_open() -> None:
    tiff = b"MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIHH", 0x0100, exif.SHORT, 1, 64, 0) + bytes(4)
    entry = exif.of_output(tiff, 70_000, 1, upright=True)[10:22]
    assert struct.unpack(">HHIHH", entry) == (0x0100, exif.SHORT, 1, 0, 0)


@pytest.mark.parametrize("format", FORMATS)
def test_xmp_is_kept_upright(format: str) -> None:
    source = jpeg(segment(0xE1, XMP + PACKET))
    info = opened(streamresize.thumbnail(source, (32, 32), format=format, keep={"xmp"})).info  # type: ignore[arg-type]
    kept = info["xmp"]
    assert kept == PACKET.replace(b'tiff:Orientation="6"', b'tiff:Orientation="1"').replace(
        b'xmpNote:HasExtendedXMP="ABC"', b""
    )


@pytest.mark.parametrize(
    ("segments", "artist", "notice"),
    [
        (
            [segment(0xE1, EXIF + exif_block(1, "Eve", "(c) Eve")), iptc(author=b"x")],
            "Eve",
            "(c) Eve",
        ),
        ([iptc(author=b"Zo\xeb", notice=b"mine"), segment(0xE1, XMP + PACKET)], "Zoë", "mine"),
        ([segment(0xE1, XMP + PACKET)], "Ann; Bob", "© Ann & Bob"),
        ([segment(0xE1, EXIF + exif_block()), iptc(notice="©".encode())], None, "©"),
    ],
)
@pytest.mark.parametrize("format", FORMATS)
def test_copyright_alone(
    segments: list[bytes], artist: str | None, notice: str | None, format: str
) -> None:
    data = streamresize.thumbnail(jpeg(*segments), (32, 32), format=format, keep={"copyright"})  # type: ignore[arg-type]
    kept = opened(data).getexif()
    found = {tag: value.encode("latin-1", "ignore") for tag, value in kept.items()}
    expected = {exif.ARTIST: artist, exif.COPYRIGHT: notice}
    assert set(found) == {tag for tag, text in expected.items() if text}
    (block,) = (opened(data).info["exif"].removeprefix(EXIF),)
    assert {tag: exif.text(block, tag).decode() or None for tag in expected} == expected
    assert "xmp" not in opened(data).info


def test_copyright_joins_the_rest_of_exif() -> None:
    source = jpeg(segment(0xE1, EXIF + exif_block()), segment(0xE1, XMP + PACKET))
    image = opened(streamresize.thumbnail(source, (32, 32), keep={"exif", "copyright"}))
    kept = image.getexif()
    assert (kept[MAKE], kept[exif.ARTIST]) == ("Maker", "Ann; Bob")
    assert kept.get_ifd(EXIF_IFD)[MAKER_NOTE] == b"note" * 9


def test_several_outputs_of_one_pass_differ() -> None:
    source = jpeg(segment(0xE1, EXIF + exif_block(1, "Eve", "(c) Eve")))
    sizes = [Size(32, 32), Size(16, 16, keep={"exif"}), Size(8, 8, keep={"copyright"})]
    images = [opened(i.data) for i in streamresize.process(source, sizes).images]
    assert [MAKE in image.getexif() for image in images] == [False, True, False]
    assert [exif.ARTIST in image.getexif() for image in images] == [False, True, True]


def test_segments_stand_behind_jfif() -> None:
    metadata = Metadata(exif=exif.EMPTY, xmp=b"x", profile=bytes(150_000))
    plain = pillow_jpeg(photo(16, 16))
    written = into_jpeg(plain, metadata)
    assert written[:20] == plain[:20]
    assert written[20:22] == b"\xff\xe1"
    header = opened(written)
    assert header.info["icc_profile"] == bytes(150_000)
    assert written.count(b"ICC_PROFILE\0") == 3
    assert into_jpeg(plain, NO_METADATA) == plain
    bare = plain[:2] + plain[20:]
    assert into_jpeg(bare, metadata)[:4] == b"\xff\xd8\xff\xe1"


def test_what_fits_in_no_segment_is_left_out() -> None:
    plain = pillow_jpeg(photo(16, 16))
    assert into_jpeg(plain, Metadata(xmp=bytes(65_505), profile=bytes(1 << 24))) == plain
    assert len(into_jpeg(plain, Metadata(xmp=bytes(65_504)))) == len(plain) + 65_537


@settings(deadline=None)
@given(st.binary(max_size=120), st.binary(max_size=120), st.binary(max_size=120), st.booleans())
def test_any_bytes_do_no_harm(tiff: bytes, photoshop: bytes, xmp: bytes, little: bool) -> None:
    block = (b"II*\0" if little else b"MM\0*") + tiff
    segments = [
        (0xE1, EXIF + block),
        (0xED, PHOTOSHOP + b"8BIM\x04\x04\0\0" + photoshop),
        (0xE1, XMP + b"<dc:rights>" + xmp),
    ]
    source = of_source(segments)
    kept = for_output(source, {"exif", "copyright", "xmp"}, 8, 8, upright=True)
    assert len(kept.exif) <= len(block) + 2 * 4096 + 100
    assert rights(source.exif, source.photoshop, source.xmp).keys() <= {exif.ARTIST, exif.COPYRIGHT}


def test_exif_without_a_tiff_header_is_absent() -> None:
    assert of_source([(0xE1, EXIF + b"junk" * 9)]).exif == b""


@given(
    st.sampled_from([b"II", b"MM"]), st.binary(min_size=1, max_size=30).filter(lambda t: 0 not in t)
)
def test_text_is_found_again(order: bytes, text: bytes) -> None:
    empty = order + (b"*\0\x08\0\0\0" if order == b"II" else b"\0*\0\0\0\x08") + bytes(6)
    block = exif.with_text(exif.with_text(empty, {exif.ARTIST: b"old"}), {exif.ARTIST: text})
    assert exif.text(block, exif.ARTIST) == text.strip()
    assert exif.text(block, exif.COPYRIGHT) == b""
