"""`aecodec info`: what it shows of a file's header."""

import json
import re
from fractions import Fraction
from types import SimpleNamespace

import pytest

from aecodec.codec import ancillary, container
from aecodec.codec.header import Cleaning, Header
from aecodec.codec.layout import PartKind, read_layout
from aecodec.models import manifest
from aecodec.pictures.metadata import Metadata
from aecodec.pictures.resolution import Resolution, Unit


@pytest.fixture(autouse=True)
def shipped(monkeypatch):
    """One set of shipped weights, whose SHA-256 starts with eight bytes of 0xAB."""
    monkeypatch.setattr(manifest, "read", lambda: [SimpleNamespace(name="small", sha256="ab" * 32)])


def coded(weights: bytes = b"\xab" * 8, alpha: bytes | None = b"png", clean: Cleaning | None = None) -> bytes:
    header = Header(
        width=100,
        height=70,
        channels=3,
        bit_depth=8,
        model_id=1,
        weights_hash=weights,
        quality_step=784,
        tile_side=64,
    )
    return container.write(header, [b"1234"] * 4, alpha=alpha, metadata=Metadata(icc=b"profile"), clean=clean)


def test_info_shows_the_header_on_standard_output(run, make):
    make("img.aec", data=coded())
    result = run("info", "img.aec")
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0] == "img.aec: 100x70, RGB with alpha, 8 bits, quality 50"
    assert f"{len(coded())} bytes" in lines[1]
    assert "small (weights abababababababab)" in lines[2]
    assert "4 of at most 64x64 pixels, 16 bytes" in lines[3]
    assert "ICC 7, ALPHA 3 bytes" in lines[4]
    assert len(lines) == 5


def test_info_as_json(run, make):
    make("img.aec", data=coded(weights=b"\x01" * 8, alpha=None))
    row = json.loads(run("info", "img.aec", "--json").stdout)
    expected = {"width": 100, "height": 70, "channels": 3, "bit_depth": 8, "alpha": False, "quality": 50.0}
    expected |= {"model": None, "weights_id": "01" * 8, "tile_side": 64, "tiles": 4, "parts": {"ICC": 7}}
    expected |= {"bytes": len(coded(alpha=None)), "denoised": None, "error": None}
    assert row.items() >= expected.items()


CLEANED = coded(clean=Cleaning(12.5, 0.8))


def test_info_tells_the_noise_that_was_removed(run, make):
    make("img.aec", data=CLEANED)
    lines = run("info", "img.aec").stdout.splitlines()
    assert lines[4] == "  parts  ICC 7, CLEAN 3, ALPHA 3 bytes"
    assert lines[5:] == ["  noise  of sigma 12.5 removed before coding, strength 0.8"]
    assert lines[5] in run("info", "-", input=CLEANED).stdout


def test_info_as_json_tells_the_noise_that_was_removed(run, make):
    make("img.aec", data=CLEANED)
    row = json.loads(run("info", "img.aec", "--json").stdout)
    assert row["denoised"] == {"sigma": 12.5, "strength": 0.8}
    assert (row["error"], row["width"]) == (None, 100)


TOLD = Metadata(
    None,
    None,
    None,
    Resolution(Fraction(72), Fraction(145, 2), Unit.INCH),
    45_455,
    (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000),
    (9, 16, 0, 1),
    1,
)


def told(metadata: Metadata) -> bytes:
    header = Header(64, 64, 3, 8, 1, b"\xab" * 8, 784, 64)
    return container.write(header, [b"1234"], metadata=metadata)


def test_info_tells_resolution_and_colour(run, make):
    make("img.aec", data=told(TOLD))
    lines = run("info", "img.aec").stdout.splitlines()
    assert lines[4] == "  parts  RESOLUTION 17, GAMMA 4, CHROMATICITIES 32, CICP 4, SRGB 1 bytes"
    assert lines[5:] == [
        "  dpi    72 x 72.5 pixels per inch",
        "  colour CICP 9/16/0/1, sRGB, rendering intent 1, gamma 0.45455,"
        " chromaticities 0.3127 0.329 0.64 0.33 0.3 0.6 0.15 0.06",
    ]
    make("ratio.aec", data=told(Metadata(resolution=Resolution(Fraction(2), Fraction(1), Unit.NONE))))
    assert run("info", "ratio.aec").stdout.splitlines()[5:] == ["  dpi    2 x 1 pixels without a unit"]


def test_info_as_json_tells_resolution_and_colour(run, make):
    make("img.aec", data=told(TOLD))
    row = json.loads(run("info", "img.aec", "--json").stdout)
    assert row["resolution"] == {"x": 72.0, "y": 72.5, "unit": "inch"}
    assert row["chromaticities"] == [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06]
    assert (row["gamma"], row["cicp"], row["srgb"]) == (0.45455, [9, 16, 0, 1], 1)
    make("plain.aec", data=coded())
    plain = json.loads(run("info", "plain.aec", "--json").stdout)
    assert [plain[name] for name in ("resolution", "gamma", "chromaticities", "cicp", "srgb")] == [None] * 5


def test_an_illegal_value_is_an_error_and_the_rest_is_shown(run, make, monkeypatch):
    monkeypatch.setattr(ancillary, "payloads", lambda metadata: {PartKind.SRGB: b"\x09"})
    make("img.aec", data=told(TOLD))
    result = run("info", "img.aec")
    assert result.exit_code == 1
    assert re.fullmatch(r"aecodec: img\.aec: SRGB at byte \d+: a srgb of 9 is illegal\n", result.stderr)
    assert result.stdout.startswith("img.aec: 64x64")


def test_a_damaged_note_of_the_noise_is_an_error(run, make):
    data = bytearray(CLEANED)
    data[read_layout(CLEANED).parts[1].offset] ^= 1
    make("img.aec", data=bytes(data))
    result = run("info", "img.aec")
    assert result.exit_code == 1
    assert result.stderr.startswith("aecodec: img.aec: CLEAN at byte ")
    assert result.stderr.endswith(": checksum mismatch\n")


def test_only_the_header_is_read_but_a_wrong_size_is_told(run, make):
    make("short.aec", data=coded()[:-5])
    result = run("info", "short.aec")
    assert result.exit_code == 1
    assert result.stdout.startswith("short.aec: 100x70")
    assert result.stderr == f"aecodec: short.aec: has {len(coded()) - 5} bytes, but its index says {len(coded())}\n"


def test_info_of_what_is_no_aec_file_is_one_line(run, make):
    make("img.aec", data=b"GIF89a and so on")
    result = run("info", "img.aec", "missing.aec")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 3  # one for each, and the count


def test_info_reads_standard_input(run):
    assert "100x70" in run("info", "-", input=coded()).stdout
