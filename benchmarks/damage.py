"""Ways to damage an .aec file: bytes anywhere, and what the checksums cover with checksums that are right again."""

import zlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.anatomy import Anatomy, Piece

Rng = np.random.Generator
EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0xFFFF, 0x10000, 1 << 18, (1 << 18) + 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
SIZES = (0, 1, 127, 128, 1 << 14, 1 << 21, 1 << 28, 1 << 32, (1 << 35) - 1)
GROWN_SIDES = (64, 65, 1024, 4096, 16_384, 32_768, 1 << 18)


# --- bytes of anything ---


def flip_bits(rng: Rng, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 9))):
        changed[place(rng, len(data))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def change_bytes(rng: Rng, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 17))):
        changed[place(rng, len(data))] = int(rng.choice([0, 0xFF, 0x80, int(rng.integers(256))]))
    return bytes(changed)


def insert(rng: Rng, data: bytes) -> bytes:
    at = place(rng, len(data) + 1)
    return data[:at] + rng.bytes(int(rng.choice([1, 2, 4, 16, 300]))) + data[at:]


def delete(rng: Rng, data: bytes) -> bytes:
    at = place(rng, len(data))
    return data[:at] + data[at + int(rng.choice([1, 2, 4, 16, 300])) :]


def truncate(rng: Rng, data: bytes) -> bytes:
    return data[: place(rng, len(data))]


def append(rng: Rng, data: bytes) -> bytes:
    return data + rng.bytes(int(rng.integers(1, 40)))


def repeat(rng: Rng, data: bytes) -> bytes:
    """A span stands twice."""
    first, last = sorted((place(rng, len(data)), place(rng, len(data))))
    return data[:last] + data[first:]


def exchange(rng: Rng, data: bytes) -> bytes:
    """Two spans change places."""
    a, b, c = sorted(int(rng.integers(len(data) + 1)) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def fill(rng: Rng, data: bytes) -> bytes:
    """A span of one value."""
    first, last = sorted((place(rng, len(data)), place(rng, len(data))))
    return data[:first] + bytes([int(rng.choice([0, 255]))]) * (last - first) + data[last:]


def replace_all(rng: Rng, data: bytes) -> bytes:
    return rng.bytes(int(rng.integers(1, 2 * len(data) + 2)))


def place(rng: Rng, length: int) -> int:
    """Anywhere, half of the time within the first 40 bytes, where decoders find what to do."""
    reach = length if rng.random() < 0.5 else min(length, 40)
    return int(rng.integers(max(reach, 1)))


RAW: tuple[Callable[[Rng, bytes], bytes], ...] = (
    flip_bits,
    change_bytes,
    insert,
    delete,
    truncate,
    append,
    repeat,
    exchange,
    fill,
    replace_all,
)


# --- fields, with right checksums ---


def header_field(rng: Rng, given: Anatomy) -> bytes:
    """One or two fields of the header: extreme, near the old value, or any."""
    fields = given.fields()
    for _ in range(int(rng.integers(1, 3))):
        at = int(rng.integers(len(fields)))
        old = fields[at]
        if isinstance(old, bytes):
            fields[at] = rng.bytes(len(old)) if rng.random() < 0.5 else bytes(len(old))
        else:
            width = (4, 4, 1, 1, 2, 8, 2, 1, 1)[at]
            new = int(rng.choice([*EXTREMES, old + 1, old - 1, 2 * old, int(rng.integers(1 << 16))]))
            fields[at] = new % (1 << 8 * width)
    return given.with_fields(fields).to_bytes()


def version(rng: Rng, given: Anatomy) -> bytes:
    return replace(given, version=int(rng.choice([0, 1, 2, 3, 255]))).to_bytes()


def index_size(rng: Rng, given: Anatomy) -> bytes:
    """The size of a part or tile is said wrong."""
    pieces = [*given.parts, *given.tiles]
    at = int(rng.integers(len(pieces)))
    old = len(pieces[at].payload)
    said = int(rng.choice([*SIZES, max(old - 1, 0), old + 1, old + int(rng.integers(500))]))
    pieces[at] = replace(pieces[at], said=said)
    return _of(given, pieces).to_bytes()


def index_kind(rng: Rng, given: Anatomy) -> bytes:
    """The kind of a part or tile is another; tiles get one where they had none."""
    given = given.in_version_2() if rng.random() < 0.7 else given
    pieces = [*given.parts, *given.tiles]
    at = int(rng.integers(len(pieces)))
    if pieces[at].kind is not None:
        pieces[at] = replace(pieces[at], kind=int(rng.choice([0, 1, 2, 3, 4, 5, 0x7F, 0x80, 0x81, 0x82, 0xFF])))
    return _of(given, pieces).to_bytes()


def index_bytes(rng: Rng, given: Anatomy) -> bytes:
    """The index' bytes as if they were any."""
    changed = RAW[int(rng.integers(len(RAW)))](rng, given.index())
    return given.around(changed or b"\0")


def order(rng: Rng, given: Anatomy) -> bytes:
    """Tiles change places, are left out or come twice."""
    count = len(given.tiles) + int(rng.integers(-1, 2))
    chosen = rng.integers(len(given.tiles), size=max(count, 0))
    return replace(given, tiles=tuple(given.tiles[int(index)] for index in chosen)).to_bytes()


def grown(rng: Rng, given: Anatomy) -> bytes:
    """A picture of another size, with as many tiles as that has, which are the old ones."""
    fields = given.fields()
    width, height = (int(side) for side in rng.choice(GROWN_SIDES, 2))
    units = int(rng.choice([1, 4, 16, 64]))
    tiles = -(-width // (units * 64)) * -(-height // (units * 64))
    if tiles > 1 << 12:
        units, tiles = 64, -(-width // 4096) * -(-height // 4096)
    fields[0], fields[1], fields[7] = width, height, units
    cycle = tuple(given.tiles[index % len(given.tiles)] for index in range(tiles))
    return replace(given.with_fields(fields), tiles=cycle).to_bytes()


def payload(rng: Rng, given: Anatomy) -> bytes:
    """Any damage within one to three payloads."""
    pieces = [*given.parts, *given.tiles]
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(len(pieces)))
        pieces[at] = replace(pieces[at], payload=RAW[int(rng.integers(len(RAW)))](rng, pieces[at].payload) or b"\0")
    return _of(given, pieces).to_bytes()


def png_chunk(rng: Rng, given: Anatomy) -> bytes:
    """The header of a PNG within a part says something else, its own checksum right."""
    pieces = [*given.parts, *given.tiles]
    for at, piece in enumerate(pieces):
        if piece.payload.startswith(b"\x89PNG"):
            begin = flip_bits(rng, piece.payload[16:29])
            chunk = b"IHDR" + begin + zlib.crc32(b"IHDR" + begin).to_bytes(4, "big")
            pieces[at] = replace(piece, payload=piece.payload[:12] + chunk + piece.payload[33:])
    return _of(given, pieces).to_bytes()


STRUCTURED: tuple[Callable[[Rng, Anatomy], bytes], ...] = (
    header_field,
    version,
    index_size,
    index_kind,
    index_bytes,
    order,
    grown,
    png_chunk,
)


def _of(given: Anatomy, pieces: list[Piece]) -> Anatomy:
    count = len(given.parts)
    return replace(given, parts=tuple(pieces[:count]), tiles=tuple(pieces[count:]))


def transplant(rng: Rng, given: Anatomy, donor: Anatomy) -> bytes:
    """A tile or part of another file in place of an own."""
    given, donor = given.in_version_2(), donor.in_version_2()
    pieces, others = [*given.parts, *given.tiles], [*donor.parts, *donor.tiles]
    at = int(rng.integers(len(pieces)))
    taken = others[int(rng.integers(len(others)))]
    kind = taken.kind if at >= len(given.parts) and rng.random() < 0.7 else pieces[at].kind
    pieces[at] = Piece(kind, taken.payload)
    return _of(given, pieces).to_bytes()


def damaged(rng: Rng, data: bytes, donor: bytes) -> tuple[str, bytes]:
    """The name of one way, and the file."""
    draw = rng.random()
    if draw < 0.3:
        raw = RAW[int(rng.integers(len(RAW)))]
        return raw.__name__, raw(rng, data)
    given = Anatomy.of(data)
    if draw < 0.65:
        return payload.__name__, payload(rng, given)
    if draw < 0.75:
        return transplant.__name__, transplant(rng, given, Anatomy.of(donor))
    way = STRUCTURED[int(rng.integers(len(STRUCTURED)))]
    return way.__name__, way(rng, given)
