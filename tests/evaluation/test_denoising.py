"""Denoising measured: the protocol's noise, pairs, means, failures."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from aecodec.denoiser import Denoiser
from aecodec.devices import Device
from aecodec.evaluation import denoising
from aecodec.evaluation.classical import Method, Unit
from aecodec.evaluation.pairing import Pairs, pair
from aecodec.pictures.imagefile import ignore
from aecodec.pictures.picture import to_unit
from aecodec.services.jobs import Job
from tests.evaluation.made import restored
from tests.tiny import sample, tiny_denoiser

KEEP = Method("keep", "", lambda noisy, sigma: (noisy, 3.0 if sigma is None else None))


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    Image.fromarray(sample()[:60, :80]).save(tmp_path / "colour.png")
    Image.fromarray(sample()[:50, :50, 0]).save(tmp_path / "grey.png")
    return [Job(path, None) for path in sorted(tmp_path.glob("*.png"))]


def run(jobs: list[Job], *methods: Method, noise: Any = (15.0, 50.0)) -> list[denoising.Row]:
    return list(denoising.measure(jobs, methods, noise, lambda name: ignore))


def paired(jobs: list[Job], clean: Path) -> Pairs:
    return pair(jobs, clean, lambda name: ignore)[1]


def test_noise_is_that_of_the_published_protocol(jobs: list[Job]) -> None:
    seen: list[Unit] = []

    def look(noisy: Unit, sigma: float | None) -> tuple[Unit, None]:
        seen.append(noisy)
        return noisy, None

    run(jobs[:1], Method("look", "", look), noise=[50.0])
    np.random.seed(0)
    expected = to_unit(sample()[:60, :80]) + np.random.normal(0, 50 / 255, (60, 80, 3))
    assert np.allclose(seen[0], expected, atol=1e-6)
    assert seen[0].min() < 0
    assert seen[0].max() > 1


def test_psnr_is_that_of_the_rounded_result(jobs: list[Job]) -> None:
    rows = run(jobs, KEEP)
    assert len(rows) == denoising.rows_expected(2, [KEEP], [15.0, 50.0]) == 4
    clean = sample()[:60, :80].astype(float)
    noise = np.random.RandomState(0).normal(0, 15, clean.shape)
    shown = np.clip(np.rint(clean + noise), 0, 255)
    expected = 10 * math.log10(255**2 / np.square(shown - clean).mean())
    found = rows[0].measured
    assert found is not None
    assert found.psnr_db == found.noisy_psnr_db
    assert found.psnr_db == pytest.approx(expected, abs=1e-3)
    assert (found.width, found.height, rows[0].sigma, found.estimate) == (80, 60, 15, None)


def test_the_denoiser_is_measured_blind_and_told(jobs: list[Job]) -> None:
    denoiser = Denoiser(tiny_denoiser(), Device("cpu", 1), 1)
    rows = run(jobs, *denoising.own_methods(denoiser, told=True))
    assert {row.error for row in rows} == {None}
    blind, told = rows[0], rows[1]
    assert (blind.method, told.method) == ("aecodec", "aecodec --sigma")
    assert told.measured.estimate == 15
    assert blind.measured.estimate not in (None, 15)
    assert len(denoising.own_methods(denoiser, told=False)) == 1


def test_pairs_need_no_added_noise(jobs: list[Job], tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    clean.mkdir()
    Image.fromarray(255 - sample()[:60, :80]).save(clean / "colour.tiff")
    Image.fromarray(sample()[:50, :51, 0]).save(clean / "grey.png")
    good, other_size = run(jobs, KEEP, noise=paired(jobs, clean))
    assert good.measured is not None
    assert (good.sigma, good.measured.estimate, good.clean) == (None, 3, str(clean / "colour.tiff"))
    assert good.measured.psnr_db == good.measured.noisy_psnr_db < 20
    assert other_size.error is not None
    assert "another size" in other_size.error
    (clean / "colour.tiff").unlink()
    without, _ = run(jobs, KEEP, noise=paired(jobs, clean))
    assert "no clean picture of this name" in (without.error or "")


def test_what_was_compared_with_another_picture_is_measured_again(jobs: list[Job], tmp_path: Path) -> None:
    for name in ("clean", "other"):
        (tmp_path / name).mkdir()
        for job in jobs:
            (tmp_path / name / Path(job.name).name).write_bytes(Path(job.name).read_bytes())
    pairs = paired(jobs, tmp_path / "clean")
    known = {row.key: row for row in run(jobs, KEEP, noise=pairs)}

    def again(noise: denoising.Noise) -> list[bool]:
        rows = denoising.measure(jobs, [KEEP], noise, lambda name: ignore, known)
        return [row is known.get(row.key) for row in rows]

    assert again(pairs) == [True, True]
    assert again(paired(jobs, tmp_path / "other")) == [False, False]
    assert again([15.0]) == [False, False]


@pytest.mark.parametrize("names", [("a[1]",), ("a[1]", "a1"), ("a", "a.b")])
def test_names_of_pairs_are_compared_as_they_are(names: tuple[str, ...], tmp_path: Path) -> None:
    """`[1]` is no pattern, and `a.b` is another name than `a`: each is paired with itself."""
    clean = tmp_path / "clean"
    clean.mkdir()
    for index, name in enumerate(names):
        for folder in (tmp_path, clean):
            Image.fromarray(sample()[100 * index :][:20, :20]).save(folder / f"{name}.png")
    noisy = [Job(path, None) for path in sorted(tmp_path.glob("*.png"))]
    rows = run(noisy, KEEP, noise=paired(noisy, clean))
    assert [row.error for row in rows] == [None] * len(names)
    assert [row.measured.psnr_db for row in rows] == [math.inf] * len(names)


def test_failures_are_rows_and_the_rest_goes_on(jobs: list[Job], tmp_path: Path) -> None:
    def fail(noisy: Unit, sigma: float | None) -> tuple[Unit, None]:
        raise ValueError("no")

    broken = tmp_path / "a.png"
    broken.write_text("text")
    rows = run([Job(broken, None), Job(None, None), *jobs], Method("fail", "", fail), KEEP)
    assert [row.error is None for row in rows] == [False, False, *[False, True] * 4]
    assert [point.method for point in denoising.points(rows)] == ["keep", "keep"]


def test_points_are_means_by_level_then_method() -> None:
    def row(method: str, sigma: float | None, psnr_db: float) -> denoising.Row:
        return denoising.Row("p", method, sigma, restored(psnr_db))

    rows = [row("b", 50, 30), row("a", 50, 20), row("b", 15, 40), row("b", 50, 32), row("b", None, 10)]
    points = denoising.points(rows)
    assert [(point.method, point.sigma) for point in points] == [("b", 15), ("b", 50), ("a", 50), ("b", None)]
    assert (points[1].psnr_db, points[1].pictures, points[1].estimate) == (31, 2, None)
    assert points[1].seconds_per_megapixel == 4
    assert [point.worse for point in points] == [0, 0, 0, 1], "than 20 dB"
    same = denoising.Row("p", "b", 15, restored(20))
    assert denoising.points([same])[0].worse == 0
