"""A second decoder of .aec files, written after docs/format.md alone: slow and plain, to be read beside it.

    python reference_decoder.py FILE.aec WEIGHTS.safetensors OUT.png

NumPy and the standard library do everything that is of this format; it shares no code with aecodec. What it
embeds of other formats (PNG for alpha, VP8L and JPEG XL for lossless pictures) is left to imagecodecs. WEIGHTS is the
file that the header names, or - for a lossless file, which names none. The section of format.md that a part follows
stands above it. Any damage ends the program with a line that says what is wrong.

Legend: H, W pixels, h, w cells of y (16 pixels), C channels; arrays have their channels first until the very end.
"""

import hashlib
import json
import struct
import sys
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

import imagecodecs
import numpy as np

MAX_SIDE, MAX_PIXELS, MAX_TILES = 1 << 18, 1 << 30, 1 << 16
MAX_METADATA, MAX_ALPHA, MAX_POSTFILTER, MAX_TILE = 64 << 20, 4 << 30, 1 << 10, 256 << 20  # bytes
MAX_SYMBOL = 1 << 17  # magnitude
POSTFILTER = 0x0B
TILE, ALPHA = 0x80, 0x81  # critical kinds of parts
LATENTS, LOSSLESS, LAYERS = 0, 1, 2  # kinds of tiles
KNOTS, KNOT_SPACING, QUALITY_STEPS = 13, 132, 1584
SCALES = 128  # tables of y; those of z follow


class Damaged(ValueError):
    """The file breaks a rule of the format, or needs a newer decoder."""


def need(condition, message):
    if not condition:
        raise Damaged(message)


# --- 1. Conventions ---


class Cursor:
    """Takes integers and bytes from the front of some data."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    @property
    def left(self):
        return len(self.data) - self.at

    def take(self, size):
        need(size <= self.left, f"the data end after byte {len(self.data)}, {size} more are needed at {self.at}")
        self.at += size
        return self.data[self.at - size : self.at]

    def integer(self, size):
        return int.from_bytes(self.take(size), "little")

    def varint(self):
        value = 0
        for index in range(5):
            byte = self.integer(1)
            value |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                need(byte or not index, "a varint is longer than its value needs")
                return value
        raise Damaged("a varint is longer than 5 bytes")

    def checked(self, size, what):
        """Bytes that a crc follows."""
        found = self.take(size)
        need(self.integer(4) == zlib.crc32(found), f"the checksum of {what} is wrong")
        return found


# --- 2. The container ---


@dataclass
class Header:
    version: int
    width: int
    height: int
    channels: int
    bit_depth: int
    model_id: int
    weights_hash: bytes
    quality_step: int
    tile_side: int  # pixels
    flags: int

    @property
    def tiles(self):
        """(x, y, width, height) of every tile, raster order."""
        ys, xs = (range(0, size, self.tile_side) for size in (self.height, self.width))
        side = self.tile_side
        return [(x, y, min(side, self.width - x), min(side, self.height - y)) for y in ys for x in xs]


@dataclass
class File:
    header: Header
    parts: dict  # payload by kind
    tiles: list  # (kind, payload), raster order


def read_header(cursor):
    need(cursor.take(8) == b"\x89AEC\r\n\x1a\n", "not an .aec file")
    version = cursor.integer(1)
    need(version in (1, 2), f"version {version} of the format is unknown")
    header = Header(version, *struct.unpack("<IIBBH8sHBB", cursor.checked(24, "the header")))
    header.tile_side *= 64
    need(1 <= header.width <= MAX_SIDE and 1 <= header.height <= MAX_SIDE, "illegal size")
    need(header.width * header.height <= MAX_PIXELS, "too many pixels")
    need(header.channels in (1, 3) and header.bit_depth in (8, 16), "illegal channels or depth")
    need(header.quality_step <= QUALITY_STEPS and 64 <= header.tile_side <= 4096, "illegal quality or tile side")
    need(header.flags & ~3 == 0, "unknown flags")
    if header.model_id == 0:
        need(version == 2 and header.weights_hash == bytes(8), "a file without a network that names weights")
    else:
        need(header.model_id in (1, 2), f"network {header.model_id} is unknown")
        need(not header.flags & 2, "alpha in the tiles of a file with a network")
    need(len(header.tiles) <= MAX_TILES, "too many tiles")
    return header


def read_index(cursor, header):
    """Kinds and sizes of tiles and of parts."""
    start, length = cursor.at, cursor.varint()
    ahead, cursor.at = cursor.at - start, start
    lists = Cursor(cursor.checked(ahead + length, "the index"), ahead)
    tiles = []
    for _ in header.tiles:
        kind = lists.integer(1) if header.version == 2 else LATENTS
        need(kind in (LATENTS, LOSSLESS, LAYERS), f"a tile of unknown kind {kind}")
        need(kind == LOSSLESS or header.model_id, "latents without a network")
        tiles.append((kind, lists.varint()))
    parts = {}
    while lists.left:
        kind, size = lists.integer(1), lists.varint()
        need(kind > max(parts, default=0) and kind != TILE, f"part 0x{kind:02X} is repeated or out of place")
        need(kind < 0x80 or kind == ALPHA, f"part 0x{kind:02X} is unknown and critical")
        most = {ALPHA: MAX_ALPHA, POSTFILTER: MAX_POSTFILTER}.get(kind, MAX_METADATA)
        need(size <= most, f"part 0x{kind:02X} is too large")
        parts[kind] = size
    need(all(1 <= size <= MAX_TILE for _, size in tiles) and all(parts.values()), "an illegal size")
    return tiles, parts


def read(data):
    cursor = Cursor(data)
    header = read_header(cursor)
    tiles, parts = read_index(cursor, header)

    held = {kind: cursor.checked(size, f"part 0x{kind:02X}") for kind, size in parts.items()}
    payloads = [(kind, cursor.checked(size, f"tile {index}")) for index, (kind, size) in enumerate(tiles)]
    need(cursor.left == 0, "bytes after the last checksum")
    return File(header, held, payloads)


# --- 3. Weights ---

OLD_NAMES = {"see": "context_embed", "think": "context_block", "say": "context_head"}


@dataclass
class Weights:
    id: bytes
    config: dict
    arrays: dict  # float16 ones as float32
    tables: list  # (value of the first symbol, cumulative frequencies)

    def __getitem__(self, name):
        return self.arrays[name]


def read_weights(data):
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    about = json.loads(header.pop("__metadata__")["aecodec"])
    need(about["format"] == "aecodec weights 1", "not the weights of a codec")
    arrays = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        kind = {"F16": "<f2", "I16": "<i2", "I32": "<i4", "I64": "<i8"}[tensor["dtype"]]
        values = np.frombuffer(data[8 + length + begin : 8 + length + end], kind).reshape(tensor["shape"])
        for old, new in OLD_NAMES.items():
            name = name.replace(f"means.{old}.", f"means.{new}.")
        arrays[name] = values.astype(np.float32) if kind == "<f2" else values
    config = {"latents": 320, "details": 0, "hyper": 96, "synthesis_blocks": [2, 1]} | json.loads(about["config"])
    pieces = np.split(arrays["tables.cdf"], np.cumsum(arrays["tables.size"] + 1)[:-1])
    tables = [(int(low), piece.tolist()) for low, piece in zip(arrays["tables.low"], pieces, strict=True)]
    return Weights(hashlib.sha256(data).digest()[:8], config, arrays, tables)


# --- 4. The entropy coder ---


class Bits:
    """Escapes: bits of bytes, the lowest first."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def bit(self):
        need(self.at < 8 * len(self.data), "the escapes end too early")
        self.at += 1
        return self.data[(self.at - 1) >> 3] >> ((self.at - 1) & 7) & 1

    def escape(self, low, high):
        """A value below `low` or above `high`."""
        below = self.bit()
        length = 1
        while not self.bit():
            length += 1
            need(length <= 19, "an escape is too long")
        beyond = 1
        for _ in range(length - 1):
            beyond = 2 * beyond + self.bit()
        value = low - beyond if below else high + beyond
        need(abs(value) <= MAX_SYMBOL, "an escape is too large")
        return value

    def finish(self):
        unread = 8 * len(self.data) - self.at
        need(unread < 8 and not any(self.bit() for _ in range(unread)), "escapes are left over")


class Stream:
    """Interleaved rANS."""

    def __init__(self, payload, tables):
        cursor = Cursor(payload)
        flags = cursor.integer(1)
        need(flags & ~3 == 0, "unknown flags of a stream")
        escapes = cursor.take(cursor.varint()) if flags & 2 else b""
        need(escapes or not flags & 2, "escapes of no bytes")
        self.escapes = Bits(escapes)
        self.states = [cursor.integer(8) for _ in range(32 if flags & 1 else 1)]
        need(all(1 << 31 <= state < 1 << 63 for state in self.states), "an illegal state")
        need(cursor.left % 4 == 0, "half a word")
        self.words = [word for (word,) in struct.iter_unpack("<I", cursor.take(cursor.left))]
        self.words.reverse()  # taken from the end of the list
        self.tables, self.count = tables, 0

    def decode(self, rows):
        """As many symbols as rows, an array of the same shape; each row names a table."""
        symbols = []
        for row in rows.ravel().tolist():
            low, cdf = self.tables[row]
            lane = self.count % len(self.states)
            state = self.states[lane]
            slot = state & 0xFFFF
            index = bisect_right(cdf, slot) - 1
            state = (cdf[index + 1] - cdf[index]) * (state >> 16) + slot - cdf[index]
            if state < 1 << 31:
                need(self.words, "the words end too early")
                state = state << 32 | self.words.pop()
            self.states[lane] = state
            self.count += 1
            last = len(cdf) - 2  # the escape
            symbols.append(self.escapes.escape(low, low + last - 1) if index == last else low + index)
        return np.array(symbols, np.int32).reshape(rows.shape)

    def finish(self):
        need(all(state == 1 << 31 for state in self.states) and not self.words, "the coder does not close")
        self.escapes.finish()


# --- 5. The integer network ---


def shuffled(x, side):
    """Pixel-shuffle: (C * side * side, h, w) -> (C, side * h, side * w)."""
    channels, height, width = x.shape
    x = x.reshape(channels // side**2, side, side, height, width)
    return x.transpose(0, 3, 1, 4, 2).reshape(-1, side * height, side * width)


def neighbours(x):
    """For each of the nine places of a 3x3 kernel, row by row, x moved there, with zeros beyond the edges."""
    _, height, width = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    return [(i, j, padded[:, i : i + height, j : j + width]) for i in range(3) for j in range(3)]


def scale_rows(weights, z, step, channels):
    """z (hyper, h/4, w/4) -> the row of the table of every symbol of y, (channels, h, w); integers throughout."""
    x = np.clip(z.astype(np.int64), -32768, 32767)
    knot = min(step // KNOT_SPACING, KNOTS - 2)
    part = step - knot * KNOT_SPACING
    for name in ("expand", "middle", "spread", "last"):
        kernel, knots = weights[f"exact.{name}.weight"].astype(np.int64), weights[f"exact.{name}.bias"]
        bias = (knots[knot] * (KNOT_SPACING - part) + knots[knot + 1] * part + KNOT_SPACING // 2) // KNOT_SPACING
        if kernel.shape[2] == 3:
            total = sum(np.tensordot(kernel[:, :, i, j], moved, 1) for i, j, moved in neighbours(x))
        else:
            total = np.tensordot(kernel[:, :, 0, 0], x, 1)
        shift = int(weights[f"exact.{name}.shift"][0])
        x = (total + bias[:, None, None] + (1 << (shift - 1))) >> shift
        x = np.clip(x, 0, SCALES - 1 if name == "last" else 32767)
        if name in ("expand", "middle"):
            x = shuffled(x, 2)
    return x[:channels]


# --- 6. The networks in floating point ---


class Network:
    """All that is float32: means, context, synthesis; at one quality."""

    def __init__(self, weights, step):
        self.weights, self.step = weights, step

    def knots(self, name):
        """A vector interpolated between the knots of quality, (C, 1, 1)."""
        value = self.weights[f"model.{name}.value"]
        position = np.float32(self.step) / np.float32(KNOT_SPACING)
        below = min(int(position), KNOTS - 2)
        part = position - np.float32(below)
        return (value[below] * (1 - part) + value[below + 1] * part)[:, None, None]

    def pointwise(self, name, x, outputs=None):
        """A 1x1 convolution; of the kernel the first inputs, as many as x has, and the first outputs."""
        kernel, bias = self.weights[f"model.{name}.weight"], self.weights[f"model.{name}.bias"]
        return np.tensordot(kernel[:outputs, : len(x), 0, 0], x, 1) + bias[:outputs, None, None]

    def depthwise(self, name, x):
        kernel, bias = self.weights[f"model.{name}.weight"], self.weights[f"model.{name}.bias"]
        return bias[:, None, None] + sum(kernel[:, 0, i, j, None, None] * moved for i, j, moved in neighbours(x))

    def block(self, name, x):
        spread = self.depthwise(f"{name}.depthwise", leaky(self.pointwise(f"{name}.expand", x)))
        x = x + self.pointwise(f"{name}.project", spread)
        wide = leaky(self.pointwise(f"{name}.widen", x))
        return x + self.pointwise(f"{name}.fold", sum(np.split(wide, 4)))

    def upsample(self, name, x):
        return shuffled(self.pointwise(f"{name}.pointwise", x), 2)

    def latents(self, z, symbols):
        """Quantised y (C, h, w) of z (hyper, h/4, w/4) and the symbols of y (C, h, w)."""
        channels, height, width = symbols.shape
        x = self.upsample("prior.means.expand", z.astype(np.float32)) + self.knots("prior.means.expand_bias")
        x = self.block("prior.means.block_32", leaky(x))
        features = self.block("prior.means.block_16", leaky(self.upsample("prior.means.middle", x)))
        first = self.pointwise("prior.means.first", features, channels)
        gain = np.exp(self.knots("prior.log_gain")[:channels])
        steps = context_steps(channels, height, width)
        known = np.where(steps == 0, first * gain + symbols, 0)
        for index in (1, 2, 3):
            x = features + self.pointwise(f"prior.means.context_embed.{index - 1}", known / gain)
            x = leaky(self.block(f"prior.means.context_block.{index - 1}", x))
            mean = first + self.pointwise(f"prior.means.context_head.{index - 1}", x, channels)
            known = np.where(steps == index, mean * gain + symbols, known)
        return known

    def synthesis(self, quantised):
        """Quantised y of the padded picture (C, h, w) -> RGB of about 0 to 1, (3, H, W)."""
        count, (fine, coarse) = self.weights.config["latents"], self.weights.config["synthesis_blocks"]
        y = quantised * np.exp(self.knots("prior.log_inverse"))[: len(quantised)]
        x = y[:count]
        for index in range(coarse):
            x = self.block(f"synthesis.coarse.{index}", x)
        x = self.upsample("synthesis.expand", x) * self.knots("synthesis.gain")
        for index in range(fine):
            x = self.block(f"synthesis.fine.{index}", x)
        pixels = shuffled(self.pointwise("synthesis.embed", x), 8) + np.float32(0.5)
        if len(y) > count:
            pixels = pixels + shuffled(np.tensordot(self.weights["model.synthesis.details.basis"], y[count:], 1), 16)
        return pixels


def leaky(x):
    return np.where(x < 0, x * np.float32(0.1), x)


def context_steps(channels, height, width):
    """Which of the four steps decodes each value of y, (channels, height, width)."""
    group = np.arange(channels)[:, None, None] % 4
    place = group ^ (2 * (np.arange(height)[:, None] % 2) + np.arange(width) % 2)
    return np.array([0, 2, 3, 1])[place]


# --- 7. Tiles and the picture ---


def lossless(data, shape, bit_depth):
    """The samples of an embedded lossless picture, (H, W, C), which must be of this shape and depth."""
    if data[:2] == b"\xff\x0a":
        samples = imagecodecs.jpegxl_decode(data)
    else:
        need(data[:1] == b"\x2f" and bit_depth == 8, "neither VP8L nor JPEG XL")
        chunk = b"VP8L" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
        riff = b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
        samples = imagecodecs.webp_decode(riff, hasalpha=shape[2] in (2, 4))
        samples = samples[:, :, [0, 3][: shape[2]]] if shape[2] < 3 else samples
    samples = np.atleast_3d(samples)
    need(samples.shape == shape and samples.itemsize * 8 == bit_depth, "a lossless picture of another size or kind")
    return samples


@dataclass
class Decoded:
    samples: np.ndarray  # (H, W, 1 to 4), alpha last if there is any
    symbols: list  # (z, y) of every tile that has latents, raster order
    file: File


def decode_tile(weights, payload, width, height, step):
    """The symbols z and y of a tile's latents."""
    config = weights.config
    channels = config["latents"]
    if config["details"]:
        need(payload[0] in (0, 1), "an illegal flag of details")
        channels += config["details"] * payload[0]
        payload = payload[1:]
    rows, columns = -(-height // 64), -(-width // 64)
    bank = (step + KNOT_SPACING // 2) // KNOT_SPACING
    z_rows = SCALES + bank * config["hyper"] + np.arange(config["hyper"])[:, None, None]
    stream = Stream(payload, weights.tables)
    z = stream.decode(np.broadcast_to(z_rows, (config["hyper"], rows, columns)))
    y = stream.decode(scale_rows(weights, z, step, channels))
    stream.finish()
    return z, y


def to_samples(pixels, header):
    """RGB of about 0 to 1, (3, H, W), of the padded picture -> samples (H, W, channels)."""
    pixels = pixels[:, : header.height, : header.width].transpose(1, 2, 0)
    if header.channels == 1:
        pixels = pixels.mean(2, keepdims=True)
    top = (1 << header.bit_depth) - 1
    return np.clip(np.rint(pixels * np.float32(top)), 0, top).astype(np.uint8 if top == 255 else np.uint16)


def post_filter_weights(payload, channels, features):
    """(features, channels)."""
    rice, at, weights = payload[0] // 16, 0, []
    bits = [byte >> place & 1 for byte in payload[1:] for place in range(8)]
    for _ in range(channels * features):
        need(0 in bits[at:], "a post-filter that ends too soon")
        end = bits.index(0, at)
        low = bits[end + 1 : end + 1 + rice]
        need(len(low) == rice, "a post-filter that ends too soon")
        value = (end - at) * 2**rice + sum(bit << place for place, bit in enumerate(low))
        weights.append(-(value + 1) // 2 if value % 2 else value // 2)
        at = end + 1 + rice
    legal = len(bits) - at < 8 and not any(bits[at:]) and max(map(abs, weights)) < 2**15
    need(legal, "a post-filter with more than its weights, or one beyond 2^15 - 1")
    return np.array(weights).reshape(channels, -1).T


def filtered(samples, payload):
    """Samples (H, W, C) behind the post-filter."""
    shift, level = 6 + payload[0] % 8, 1 if samples.dtype == np.uint8 else 256
    need(shift <= 11, "an illegal shift of the post-filter")
    pairs = [(0, 1), (1, 0), (0, 2), (1, 1), (1, -1), (2, 0), (0, 3), (1, 2), (1, -2), (2, 1), (2, -1), (3, 0)]
    narrow, wide = [(pairs[:2], 1 << 16), (pairs[:6], 8)], [(pairs, 1 << 16), (pairs, 6), (pairs, 24)]
    x = samples.astype(np.int64)
    padded = np.pad(x, ((3, 3), (3, 3), (0, 0)), mode="edge")

    def beyond(row, column):
        return padded[3 + row :, 3 + column :][: x.shape[0], : x.shape[1]] - x

    features = [np.full((*x.shape[:2], 1), level), x - 128 * level]
    for some, levels in wide if payload[0] & 8 else narrow:
        for row, column in some:
            both = np.stack([beyond(row, column), beyond(-row, -column)])
            features.append(np.clip(both, -levels * level, levels * level).sum(0))
    features = np.concatenate(features, 2)
    sums = features @ post_filter_weights(payload, x.shape[2], features.shape[2]) + (1 << shift - 1)
    return np.clip(x + (sums >> shift), 0, np.iinfo(samples.dtype).max).astype(samples.dtype)


def decode(data, weights=None):
    """The picture in the bytes of a file; `weights` of `read_weights`, where the header names any."""
    file = read(data)
    header, covers, symbols = file.header, [], []
    if header.model_id:
        need(weights is not None and weights.id == header.weights_hash, f"weights {header.weights_hash.hex()} needed")
        need(header.model_id == (2 if weights.config["details"] else 1), "weights of another kind of network")
        network = Network(weights, header.quality_step)
        channels = weights.config["latents"] + weights.config["details"]
        canvas = np.zeros((channels, -(-header.height // 64) * 4, -(-header.width // 64) * 4), np.float32)
    for (kind, payload), (x, y, width, height) in zip(file.tiles, header.tiles, strict=True):
        if kind != LATENTS:
            cursor = Cursor(payload)
            size = cursor.varint() if kind == LAYERS else len(payload)
            extra = kind == LAYERS or header.flags & 2
            picture = lossless(cursor.take(size), (height, width, header.channels + bool(extra)), header.bit_depth)
            covers.append((kind, slice(y, y + height), slice(x, x + width), picture))
            payload = cursor.take(cursor.left)
            need(bool(payload) == (kind == LAYERS), "a tile without one of its layers")
        if kind != LOSSLESS:
            symbols.append(decode_tile(weights, payload, width, height, header.quality_step))
            found = network.latents(*symbols[-1])
            canvas[: len(found), y // 16 :, x // 16 :][:, : found.shape[1], : found.shape[2]] = found
    dtype = np.uint8 if header.bit_depth == 8 else np.uint16
    samples = np.zeros((header.height, header.width, header.channels + bool(header.flags & 2)), dtype)
    if symbols:
        samples = to_samples(network.synthesis(canvas), header)
        if POSTFILTER in file.parts:
            samples = filtered(samples, file.parts[POSTFILTER])
    for kind, rows, columns, picture in covers:
        if kind == LAYERS:
            shown = picture[:, :, -1] > 0
            samples[rows, columns][shown] = picture[shown][:, :-1]
        else:
            samples[rows, columns] = picture
    if ALPHA in file.parts:
        alpha = imagecodecs.png_decode(file.parts[ALPHA])
        need((alpha.shape, alpha.dtype) == (samples.shape[:2], dtype), "an alpha part of another size or depth")
        samples = np.dstack([samples, alpha])
    return Decoded(samples, symbols, file)


# --- The program ---


def main(source, weights, target):
    try:
        loaded = None if weights == "-" else read_weights(Path(weights).read_bytes())
        samples = decode(Path(source).read_bytes(), loaded).samples
    except (ValueError, RuntimeError, OSError) as error:
        sys.exit(f"{source}: {error}")
    plain = samples[:, :, 0] if samples.shape[2] == 1 else samples
    Path(target).write_bytes(imagecodecs.png_encode(np.ascontiguousarray(plain)))


if __name__ == "__main__":
    main(*sys.argv[1:])
