"""Which hashes differ from others in few bits. Hashes are uint64 (n, words).

Pairs that are found go to arrays, as many as there is room for; how many there are is returned.
"""

import numpy as np

ONE = np.uint64(1)
NONE = np.uint64(0)
BLOCK_ROWS = 256
CHUNKS = 4  # of a hash of 64 bits, for `probe_within`
CHUNK_BITS = np.uint64(16)
CHUNK_MASK = np.uint64(0xFFFF)


def bits_set(word):
    """LLVM makes one instruction of this loop."""
    count = 0
    while word != NONE:
        word &= word - ONE
        count += 1
    return count


def hamming_nearest(hashes, queries, distances, numbers):
    """Of every row of `hashes` the distance to the nearest of `queries`, and which that is.

    distances, numbers: uint16 (n,). Of equally near ones it is the first.
    """
    for row in range(hashes.shape[0]):
        nearest = hashes.shape[1] * 64 + 1
        nearest_number = 0
        for number in range(queries.shape[0]):
            distance = 0
            for word in range(queries.shape[1]):
                distance += bits_set(hashes[row, word] ^ queries[number, word])
            if distance < nearest:
                nearest = distance
                nearest_number = number
        distances[row] = nearest
        numbers[row] = nearest_number


def hamming_within_64(hashes, queries, radius, rows, numbers, distances):
    """Pairs of a row of `hashes` and a query no further apart than `radius`, one word each."""
    found = 0
    for row in range(hashes.shape[0]):
        hash = hashes[row, 0]
        for number in range(queries.shape[0]):
            distance = bits_set(hash ^ queries[number, 0])
            if distance <= radius:
                if found < rows.shape[0]:
                    rows[found] = row
                    numbers[found] = number
                    distances[found] = distance
                found += 1
    return found


def hamming_within_256(hashes, queries, radius, rows, numbers, distances):
    """The same of four words, of which the first two mostly say enough.

    Some rows at a time go through all queries: the first query fetches them from memory, several
    at once, the others find them in the cache.
    """
    found = 0
    for begin in range(0, hashes.shape[0], BLOCK_ROWS):
        end = min(begin + BLOCK_ROWS, hashes.shape[0])
        for number in range(queries.shape[0]):
            first = queries[number, 0]
            second = queries[number, 1]
            for row in range(begin, end):
                distance = bits_set(hashes[row, 0] ^ first)
                distance += bits_set(hashes[row, 1] ^ second)
                if distance <= radius:
                    distance += bits_set(hashes[row, 2] ^ queries[number, 2])
                    distance += bits_set(hashes[row, 3] ^ queries[number, 3])
                    if distance <= radius:
                        if found < rows.shape[0]:
                            rows[found] = row
                            numbers[found] = number
                            distances[found] = distance
                        found += 1
    return found


def chunk_of(word, chunk):
    return (word >> (CHUNK_BITS * np.uint64(chunk))) & CHUNK_MASK


def reach(chunk, radius):
    """Two hashes no further apart than `radius` differ in so few bits of one of the chunks.

    If every chunk differed in more bits than its reach, they would differ in more than `radius`
    altogether (Norouzi, Punjani, Fleet: "Fast exact search in Hamming space with multi-index
    hashing", 2014, proposition 2). Below zero: the chunk need not be asked.
    """
    if chunk <= radius % CHUNKS:
        return radius // CHUNKS
    return radius // CHUNKS - 1


def met_before(difference, chunk, radius):
    """Whether an earlier chunk finds hashes with this difference, too."""
    for earlier in range(chunk):
        if bits_set(chunk_of(difference, earlier)) <= reach(earlier, radius):
            return True
    return False


def probe_within(hashes, order, starts, masks, mask_counts, query, radius, rows, distances):
    """Rows of 64-bit hashes no further than `radius` from `query`, by their chunks.

    For each chunk, of which 0 is the lowest bits: hashes (CHUNKS, n) in the order of its values,
    order (CHUNKS, n): their rows, starts (CHUNKS, 65537): where each value begins. masks: numbers
    of 16 bits, those with fewest bits first; mask_counts[b]: how many have at most b bits.
    """
    word = query[0]
    found = 0
    for chunk in range(CHUNKS):
        flips = reach(chunk, radius)
        count = mask_counts[flips] if flips >= 0 else 0
        value = np.intp(chunk_of(word, chunk))
        for mask in range(count):
            near = value ^ np.intp(masks[mask])
            begin, end = np.intp(starts[chunk, near]), np.intp(starts[chunk, near + 1])
            for place in range(begin, min(end, hashes.shape[1])):
                difference = hashes[chunk, place] ^ word
                distance = bits_set(difference)
                if distance <= radius and not met_before(difference, chunk, radius):
                    if found < rows.shape[0]:
                        rows[found] = order[chunk, place]
                        distances[found] = distance
                    found += 1
    return found
