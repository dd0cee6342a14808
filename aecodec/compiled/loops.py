"""The inner loops of the entropy coder and of the post-filter as they are written: in integers, one value at a time.

What they compute is specified in `entropy.rans` and `codec.postfilter`. They run compiled (`compiled.native`):
`benchmarks.loops` makes the files in `ir/` of this text, and must after every change of it. So an array is a pointer,
which is indexed by one number from 0 on, knows neither its size nor its end and shares nothing with another that is
written; what would lead beyond it is refused before, by whom they are called. Run as they stand here, on NumPy's
arrays, they compute the same.

A loop returns one number; a negative one says what is wrong.
"""

import numpy as np

STATE_LOW = np.uint64(1 << 31)  # a state is 2^31 ... 2^63 - 1 between symbols
FULL, OUT_OF_WORDS, OUT_OF_BITS, TOO_LONG, BEYOND = range(-5, 0)

SIGNATURES = {  # of each loop its parameters; those with a star are arrays
    "encode": (
        *("int32*", "int32*", "int64", "int64"),
        *("int32*", "int32*", "int32*", "int32*", "int64*", "uint32*", "int64", "uint64*"),
    ),
    "decode": (
        *("int32*", "int32*", "int64", "int64", "int64"),
        *("int32*", "int32*", "int32*", "int32*", "uint16*", "int64*", "uint32*", "int64", "int64", "uint64*"),
    ),
    "escape": ("int64*", "int64*", "int64*", "int64", "uint8*"),
    "unescape": ("uint8*", "int64", "int64", "int64*", "int64*", "int64*", "int64", "int64", "int64"),
    "correct": (
        *("int16*", "int64", "int64", "int64", "int64", "int64", "int64"),
        *("int64*", "int64", "int64*", "int32*", "int32*", "int64", "int64", "int64*", "int16*"),
    ),
}

ALONG_ROWS = {"correct"}  # the same of neighbouring values, which a processor's vectors do at once


# Many parameters: the compiler sees pointers and numbers, not objects.
def encode(  # type: ignore[no-untyped-def]  # noqa: PLR0913
    symbols, rows, count, lanes, cdf, start, low, size, beyond, words, room, states
):
    """Code `count` symbols backwards; fills `words` from its end, returns where they begin, or FULL.

    In `beyond` come the number of symbols that their tables leave out, and then, the last one first, their places.
    """
    position = room
    escapes = 0
    lane = (count - 1) % lanes
    for symbol in range(count - 1, -1, -1):
        row = rows[symbol]
        index = np.int64(symbols[symbol]) - np.int64(low[row])
        escape_index = np.int64(size[row]) - 1
        if index < 0 or index >= escape_index:
            index = escape_index
            escapes += 1
            beyond[escapes] = symbol
        at = np.int64(start[row]) + index
        slot = np.uint64(cdf[at])
        frequency = np.uint64(cdf[at + 1]) - slot
        state = states[lane]
        if state >= frequency << np.uint64(47):
            if position == 0:
                return FULL
            position -= 1
            words[position] = np.uint32(state & np.uint64(0xFFFFFFFF))
            state >>= np.uint64(32)
        states[lane] = ((state // frequency) << np.uint64(16)) + slot + state % frequency
        lane = (lane if lane else lanes) - 1
    beyond[0] = escapes
    return position


# Many parameters: see above.
def decode(  # type: ignore[no-untyped-def]  # noqa: PLR0913
    symbols, rows, count, first, lanes, cdf, start, low, size, lookup, beyond, words, available, position, states
):
    """Decode `count` symbols, the first in lane `first`; returns the position in `words`, or OUT_OF_WORDS.

    In `beyond` come the number of symbols that are escapes, whose values are still to be found, and then their places.
    """
    lane = first
    escapes = 0
    for symbol in range(count):
        row = rows[symbol]
        state = states[lane]
        slot = np.int64(state & np.uint64(0xFFFF))
        base = np.int64(start[row])
        index = np.int64(lookup[256 * np.int64(row) + (slot >> 8)])
        while np.int64(cdf[base + index + 1]) <= slot:
            index += 1
        begin = np.uint64(cdf[base + index])
        frequency = np.uint64(cdf[base + index + 1]) - begin
        state = frequency * (state >> np.uint64(16)) + np.uint64(slot) - begin
        if state < STATE_LOW:
            if position >= available:
                return OUT_OF_WORDS
            state = (state << np.uint64(32)) | np.uint64(words[position])
            position += 1
        states[lane] = state
        symbols[symbol] = np.int64(low[row]) + index
        if index == np.int64(size[row]) - 1:
            escapes += 1
            beyond[escapes] = symbol
        lane += 1
        if lane == lanes:
            lane = 0
    beyond[0] = escapes
    return position


def escape(symbols, low, high, count, bits):  # type: ignore[no-untyped-def]
    """Write symbols beyond the values `low` ... `high` of their tables as escapes; returns the number of bits.

    `bits` is zero before, and holds one bit a byte.
    """
    at = 0
    for index in range(count):
        below = symbols[index] < low[index]
        value = low[index] - symbols[index] if below else symbols[index] - high[index]  # the distance beyond, plus 1
        length = 0
        while value >> length:
            length += 1
        bits[at] = below
        at += length  # the sign, and a zero for each bit after the highest
        for bit in range(length - 1, -1, -1):
            bits[at] = (value >> bit) & 1
            at += 1
    return at


# Many parameters: see above.
def unescape(data, end, at, low, high, symbols, count, longest, largest):  # type: ignore[no-untyped-def]  # noqa: PLR0913
    """Inverse of `escape` on packed bits `at` ... `end` - 1; returns where it ended, or what is wrong with them.

    `longest` is the number of bits that a legal distance has, `largest` the magnitude that a legal symbol has; the
    last symbol that is written is the one BEYOND it.
    """
    for index in range(count):
        if at >= end:
            return OUT_OF_BITS
        below = (np.int64(data[at >> 3]) >> (at & 7)) & 1
        at += 1
        length = 1
        while True:
            if at >= end:
                return OUT_OF_BITS
            bit = (np.int64(data[at >> 3]) >> (at & 7)) & 1
            at += 1
            if bit:
                break
            length += 1
            if length > longest:
                return TOO_LONG
        value = 1
        for _ in range(length - 1):
            if at >= end:
                return OUT_OF_BITS
            value = (value << 1) | ((np.int64(data[at >> 3]) >> (at & 7)) & 1)
            at += 1
        symbols[index] = low[index] - value if below else high[index] + value
        if abs(symbols[index]) > largest:
            return BEYOND
    return at


# Many parameters: see above.
def correct(  # type: ignore[no-untyped-def]  # noqa: PLR0913
    planes, plane, stride, first, rows, width, channels, offsets, pairs, clips, own, weights, shift, most, sums, shown
):
    """The post-filter over `rows` of `width` samples of all channels, a plane each; returns 0.

    Samples are less mid-range, `most` is the largest of them. The first to be filtered lies at `first` of its plane of
    `plane` values, the one below it `stride` farther, and the neighbours of each pair one offset before and behind it.
    There are always three filtered channels, of one channel that of the picture and two that nobody needs. Each has
    four `own` numbers, what its sum begins with and weights of the first, second and last channel's sample; and
    `weights`, of each channel and pair three: of both differences as they are, and clipped to each of both `clips`.
    `sums` is room for three rows of samples, `shown` what the three become.
    """
    small, large = np.int32(clips[0]), np.int32(clips[1])
    least_small, least_large = np.int32(-clips[0]), np.int32(-clips[1])
    for row in range(rows):
        red = first + row * stride
        blue = red + (channels - 1) * plane
        green = min(red + plane, blue)
        for x in range(width):
            r, g, b = planes[red + x], planes[green + x], planes[blue + x]
            sums[x] = own[0] + own[1] * r + own[2] * g + own[3] * b
            sums[width + x] = own[4] + own[5] * r + own[6] * g + own[7] * b
            sums[2 * width + x] = own[8] + own[9] * r + own[10] * g + own[11] * b
        for channel in range(channels):
            centre = red + channel * plane
            for pair in range(pairs):
                one, other = centre - offsets[pair], centre + offsets[pair]
                at, next_output = 3 * (channel * pairs + pair), 3 * channels * pairs
                r0, r1, r2 = weights[at], weights[at + 1], weights[at + 2]
                at += next_output
                g0, g1, g2 = weights[at], weights[at + 1], weights[at + 2]
                at += next_output
                b0, b1, b2 = weights[at], weights[at + 1], weights[at + 2]
                for x in range(width):
                    before = np.int32(np.int32(planes[one + x]) - np.int32(planes[centre + x]))
                    behind = np.int32(np.int32(planes[other + x]) - np.int32(planes[centre + x]))
                    plain = np.int32(before + behind)
                    near = np.int32(max(min(before, small), least_small) + max(min(behind, small), least_small))
                    far = np.int32(max(min(before, large), least_large) + max(min(behind, large), least_large))
                    sums[x] += r0 * plain + r1 * near + r2 * far
                    sums[width + x] += g0 * plain + g1 * near + g2 * far
                    sums[2 * width + x] += b0 * plain + b1 * near + b2 * far
        at, size = row * width, rows * width
        for x in range(width):
            shown[at + x] = np.int16(max(min((sums[x] >> shift) + planes[red + x], most), -most - 1))
            value = (sums[width + x] >> shift) + planes[green + x]
            shown[size + at + x] = np.int16(max(min(value, most), -most - 1))
            value = (sums[2 * width + x] >> shift) + planes[blue + x]
            shown[2 * size + at + x] = np.int16(max(min(value, most), -most - 1))
    return 0
