"""How many Huffman codes a baseline JPEG consists of."""

from __future__ import annotations

from collections.abc import Iterator

EOB = 64
# By the next 16 bits: the bits of a code and its value, and how far it goes in the zigzag.
Codes = list[tuple[int, int]]


def segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """The markers and payloads up to SOS, with which comes all that follows."""
    at = 2
    while True:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == 0xDA:
            yield marker, jpeg[at + 4 :]
            return
        yield marker, jpeg[at + 4 : at + 2 + length]
        at += 2 + length


def tables_of(payload: bytes) -> Iterator[tuple[int, Codes]]:
    """The tables of a DHT segment by class and number (T.81 B.2.4.2)."""
    while payload:
        key, counts = payload[0], payload[1:17]
        values = payload[17 : 17 + sum(counts)]
        yield key, codes_of(counts, values, is_dc=key < 16)
        payload = payload[17 + len(values) :]


def codes_of(counts: bytes, values: bytes, *, is_dc: bool) -> Codes:
    codes: Codes = []
    symbols = iter(values)
    for length, count in enumerate(counts, start=1):
        for _ in range(count):
            run, size = divmod(next(symbols), 16)
            advance = 1 if is_dc else EOB if size == 0 and run != 15 else run + 1
            codes += [(length + size, advance)] * (1 << (16 - length))
    return codes


def blocks_in_mcu(frame: bytes, scan: bytes, tables: dict[int, Codes]) -> list[tuple[Codes, Codes]]:
    """The DC and AC codes of the blocks of an MCU (T.81 B.2.2, B.2.3)."""
    factors = {frame[i]: frame[i + 1] for i in range(6, len(frame), 3)}
    blocks = []
    for i in range(1, 1 + 2 * scan[0], 2):
        dc, ac = divmod(scan[i + 1], 16)
        h, v = divmod(factors[scan[i]], 16) if scan[0] > 1 else (1, 1)
        blocks += [(tables[dc], tables[16 + ac])] * (h * v)
    return blocks


def mcus_of(frame: bytes, *, interleaved: bool) -> int:
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    factors = [divmod(factor, 16) for factor in frame[7::3]] if interleaved else [(1, 1)]
    across = -(-width // (8 * max(h for h, _ in factors)))
    return across * -(-height // (8 * max(v for _, v in factors)))


def count_symbols(jpeg: bytes) -> int:
    """Codes in a baseline file of one scan, without restart markers."""
    tables: dict[int, Codes] = {}
    frame = scan = b""
    for marker, payload in segments(jpeg):
        if marker == 0xC4:
            tables.update(tables_of(payload))
        elif marker == 0xC0:
            frame = payload
        elif marker == 0xDA:
            scan = payload
    mcus = mcus_of(frame, interleaved=scan[0] > 1)
    data = scan[4 + 2 * scan[0] : scan.rindex(b"\xff\xd9")].replace(b"\xff\x00", b"\xff")
    return count_codes(data, blocks_in_mcu(frame, scan, tables) * mcus)


def count_codes(data: bytes, blocks: list[tuple[Codes, Codes]]) -> int:
    """Codes of these blocks, which must fill the data; stuffed zeros are out."""
    padded = data + bytes(2)
    bit = count = 0
    for dc, ac in blocks:
        k, codes = 0, dc
        while k < EOB:
            at = bit >> 3
            word = padded[at] << 16 | padded[at + 1] << 8 | padded[at + 2]
            bits, advance = codes[word >> (8 - (bit & 7)) & 0xFFFF]
            bit += bits
            k += advance
            codes = ac
            count += 1
    if not 0 <= 8 * len(data) - bit < 8:
        raise ValueError("the blocks do not end where the data end")
    return count
