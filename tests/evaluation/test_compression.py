"""Measurements from real files: rows, means and BD-rates, against a codec whose results can be worked out."""

import dataclasses
import math
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec.codec.codec import Codec
from aecodec.evaluation import compression as evaluate
from aecodec.evaluation import sums
from aecodec.evaluation.baselines import Contender, baseline
from aecodec.pictures.picture import Picture, Samples
from aecodec.services.jobs import Job
from tests.tiny import sample


def quantiser(name: str, waste: int = 0) -> Contender:
    """Keeps `quality` bits of each sample, zlib behind; `waste` bytes on top."""

    def encode(picture: Picture, quality: float) -> bytes:
        step = 1 << (8 - int(quality))
        samples = picture.pixels // step * step + step // 2
        header = np.array(samples.shape, "<u4").tobytes()
        return header + zlib.compress(samples.tobytes()) + bytes(waste)

    def decode(data: bytes) -> Samples:
        shape = np.frombuffer(data[:12], "<u4")
        samples = zlib.decompressobj().decompress(data[12:])
        return np.frombuffer(samples, np.uint8).reshape(shape)

    return Contender(name, "", (2, 4, 6, 8), encode, decode)


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    for index, size in enumerate((200, 100)):
        Image.fromarray(sample()[:size, :220]).save(tmp_path / f"{index}.png")
    return [Job(path, None) for path in sorted(tmp_path.glob("*.png"))]


def run(jobs: list[Job], *contenders: Contender) -> list[evaluate.Row]:
    return list(evaluate.measure(jobs, contenders, lambda where, message: None))


def test_a_row_is_what_was_measured(jobs: list[Job]) -> None:
    rows = run(jobs, quantiser("aecodec"))
    assert len(rows) == evaluate.rows_expected(2, [quantiser("aecodec")]) == 8
    row, picture = rows[1], Picture(sample()[:200, :220])
    size = len(quantiser("").encode(picture, 4))
    assert (row.width, row.height, row.bytes, row.error) == (220, 200, size, None)
    assert row.bpp == size * 8 / (220 * 200)
    error = picture.pixels.astype(float) - quantiser("").decode(quantiser("").encode(picture, 4))
    assert row.psnr_db == pytest.approx(10 * math.log10(255**2 / np.square(error).mean()))
    assert row.ratio_raw == pytest.approx(220 * 200 * 3 / size)
    assert jobs[0].source is not None
    assert row.ratio_input == pytest.approx(jobs[0].source.stat().st_size / size)
    assert row.ssim is not None
    assert row.ms_ssim is not None
    assert 0 < row.ssim < row.ms_ssim < 1
    assert row.encode_s is not None
    assert row.encode_s > 0


def test_identical_pictures_are_lossless_and_small_ones_have_no_ms_ssim(jobs: list[Job]) -> None:
    rows = run(jobs, quantiser("aecodec"))
    assert rows[3].psnr_db == math.inf
    assert rows[7].ms_ssim is None
    assert rows[7].ssim == pytest.approx(1)


def test_means_and_bd_rate(jobs: list[Job]) -> None:
    rows = run(jobs, quantiser("aecodec", waste=0), quantiser("other", waste=0))
    points = sums.points(rows)
    assert [point.quality for point in points] == [2, 4, 6, 8] * 2
    bpp = [row.bpp for row in rows if row.codec == "aecodec" and row.quality == 4]
    assert points[1].bpp == pytest.approx(sum(value or 0 for value in bpp) / 2)
    (rate,) = sums.bd_rates(rows)
    assert rate.anchor == "other"
    assert rate.psnr_percent == pytest.approx(0)


def test_twice_the_bits_are_plus_a_hundred_percent() -> None:
    curve = [(0.1, 28.0), (0.3, 32.0), (0.9, 36.0), (1.5, math.inf)]
    rows = [made("a", "aecodec", 2 * bpp, db) for bpp, db in curve] + [made("a", "jpeg", bpp, db) for bpp, db in curve]
    (rate,) = sums.bd_rates(rows)
    assert rate.psnr_percent == pytest.approx(100)
    assert rate.ms_ssim_percent is None


def made(picture: str, codec: str, bpp: float, psnr_db: float, ms_ssim: float | None = None) -> evaluate.Row:
    return evaluate.Row(picture, codec, psnr_db, 9, 9, 9, bpp, psnr_db, psnr_db, None, ms_ssim, None, 1, 1, 1, 1)


def test_bd_rate_is_over_the_pictures_that_both_have_at_every_point() -> None:
    """One that the other could not code, or that has no MS-SSIM, would shift one curve and not the other."""
    curve = [(0.1, 28.0, 0.8), (0.3, 32.0, 0.9), (0.9, 36.0, 0.97)]
    both = [made("a", "aecodec", bpp, db, level) for bpp, db, level in curve]
    both += [made("a", "jpeg", 2 * bpp, db, level) for bpp, db, level in curve]
    alone = [made("deep", "aecodec", 9.0, db, 0.99) for _, db, _ in curve]
    noted = [dataclasses.replace(row, codec="jpeg", note="8-bit only", bpp=None) for row in alone]
    (rate,) = sums.bd_rates([*both, *alone, *noted])
    assert rate.psnr_percent == pytest.approx(-50)
    small = [made("small", codec, 5.0, db) for codec in ("aecodec", "jpeg") for _, db, _ in curve]
    (rate,) = sums.bd_rates([*both, *small])
    assert rate.ms_ssim_percent == pytest.approx(-50)
    assert rate.psnr_percent is not None
    assert -50 < rate.psnr_percent < 0


def test_one_bad_file_is_a_row_and_stops_nothing(jobs: list[Job], tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    bad = [Job(tmp_path / "broken.png", None), Job(tmp_path / "missing.png", None), Job(None, None)]
    rows = run([*bad, jobs[1]], quantiser("aecodec"))
    assert [bool(row.error) for row in rows] == [True] * 3 + [False] * 4
    assert sums.points(rows)[0].pictures == 1


def test_whatever_a_codec_raises_is_a_row(jobs: list[Job]) -> None:
    def fail(picture: Picture, quality: float) -> bytes:
        if picture.width > 200:
            raise RuntimeError("out of luck")
        return quantiser("").encode(picture, quality)

    rows = run(jobs, dataclasses.replace(quantiser("aecodec"), encode=fail), quantiser("other"))
    assert {row.error for row in rows if row.codec == "aecodec"} == {"internal error: RuntimeError: out of luck"}
    assert all(row.error is None for row in rows if row.codec == "other")


def test_aecodec_gets_the_colours_alone_as_the_others_do(tmp_path: Path, codec: Codec) -> None:
    """What alpha 0 hides may change in an .aec file, and alpha takes room that JPEG does not spend."""
    colours = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    Image.fromarray(colours).save(tmp_path / "a.png")
    Image.fromarray(np.dstack([colours, np.zeros((64, 64), np.uint8)])).save(tmp_path / "b.png")
    own = evaluate.own_contender(codec, [50])
    plain, hidden = run([Job(tmp_path / "a.png", None), Job(tmp_path / "b.png", None)], own)
    assert (plain.bytes, plain.psnr_db) == (hidden.bytes, hidden.psnr_db)


def test_a_format_that_cannot_hold_a_picture_is_a_note(tmp_path: Path) -> None:
    import imagecodecs

    (tmp_path / "deep.png").write_bytes(imagecodecs.png_encode(np.zeros((20, 20, 3), np.uint16)))
    rows = run([Job(tmp_path / "deep.png", None)], baseline("jpeg"))
    assert {(row.error, row.note) for row in rows} == {(None, "JPEG is measured on 8-bit pictures only")}
    assert sums.points(rows) == []


def test_the_real_codec_beats_nothing_but_is_measured(jobs: list[Job], codec: Codec) -> None:
    rows = run(jobs, evaluate.own_contender(codec, [30, 60]), baseline("jpeg"))
    assert all(row.error is None for row in rows)
    (rate,) = sums.bd_rates(rows)
    assert rate.anchor == "jpeg"
