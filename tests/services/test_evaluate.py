"""Measurements from real files: rows, means and BD-rates, against a codec whose results can be worked out."""

import math
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec.codec import Codec
from aecodec.picture import Picture, Samples
from aecodec.services import evaluate
from aecodec.services.baselines import Contender, baseline
from aecodec.services.files import Job
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
    points = evaluate.points(rows)
    assert [point.quality for point in points] == [2, 4, 6, 8] * 2
    bpp = [row.bpp for row in rows if row.codec == "aecodec" and row.quality == 4]
    assert points[1].bpp == pytest.approx(sum(value or 0 for value in bpp) / 2)
    (rate,) = evaluate.bd_rates(points)
    assert rate.anchor == "other"
    assert rate.psnr_percent == pytest.approx(0)


def test_twice_the_bits_are_plus_a_hundred_percent() -> None:
    def point(codec: str, bpp: float, psnr_db: float) -> evaluate.Point:
        return evaluate.Point(codec, psnr_db, 1, bpp, psnr_db, None, None, 1, 1, 1, 1)

    curve = [(0.1, 28.0), (0.3, 32.0), (0.9, 36.0), (1.5, math.inf)]
    points = [point("aecodec", 2 * bpp, db) for bpp, db in curve] + [point("jpeg", bpp, db) for bpp, db in curve]
    (rate,) = evaluate.bd_rates(points)
    assert rate.psnr_percent == pytest.approx(100)
    assert rate.ms_ssim_percent is None


def test_one_bad_file_is_a_row_and_stops_nothing(jobs: list[Job], tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    bad = [Job(tmp_path / "broken.png", None), Job(tmp_path / "missing.png", None), Job(None, None)]
    rows = run([*bad, jobs[1]], quantiser("aecodec"))
    assert [bool(row.error) for row in rows] == [True] * 3 + [False] * 4
    assert evaluate.points(rows)[0].pictures == 1


def test_a_codec_that_refuses_a_picture_is_a_row(tmp_path: Path) -> None:
    import imagecodecs

    (tmp_path / "deep.png").write_bytes(imagecodecs.png_encode(np.zeros((20, 20, 3), np.uint16)))
    rows = run([Job(tmp_path / "deep.png", None)], baseline("jpeg"))
    assert {row.error for row in rows} == {"JPEG is measured on 8-bit pictures only"}


def test_the_real_codec_beats_nothing_but_is_measured(jobs: list[Job], codec: Codec) -> None:
    rows = run(jobs, evaluate.own_contender(codec, [30, 60]), baseline("jpeg"))
    assert all(row.error is None for row in rows)
    (rate,) = evaluate.bd_rates(evaluate.points(rows))
    assert rate.anchor == "jpeg"
