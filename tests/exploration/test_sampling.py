"""`sample` and `transform`: what is written can be read, and is of the member."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyarrow import parquet

from aecodec.errors import OutputError, UsageError
from aecodec.exploration import features, inputs, sampling, weights
from aecodec.exploration.sampling import Asked
from tests.exploration.conftest import ignore

GRID = Asked(9, 0, False, None, 5)


def test_the_way_between_two_samples_begins_and_ends_with_them(vae: Path, folder: Path) -> None:
    trained = weights.read(vae, "variational", "cpu")
    data = inputs.read(str(folder), trained.preparation, ignore)
    way = sampling.between(trained, data.samples[:2], 7)
    np.testing.assert_allclose(way[[0, -1]], trained.member.reconstruct(data.samples[:2]), atol=1e-5)


def test_an_effect_moves_one_latent_alone(vae: Path) -> None:
    trained = weights.read(vae, "variational", "cpu")
    found = sampling.effects(trained, np.zeros(3, np.float32), np.ones(3, np.float32), 5)
    assert sorted(effect.latent for effect in found) == [0, 1, 2]
    centre = trained.member.inverse_transform(np.zeros((1, 3), np.float32))
    for effect in found:
        np.testing.assert_allclose(effect.samples[2], centre[0], atol=1e-6)


def test_pictures_and_films_are_written(vae: Path, folder: Path, tmp_path: Path) -> None:
    ends = folder / "good" / "00.png", folder / "good" / "01.png"
    asked = {"a.png": GRID, "t.png": Asked(9, 0, True, None, 5), "t.gif": Asked(9, 0, True, None, 5)}
    asked |= {"b.png": Asked(9, 0, False, ends, 5), "b.gif": Asked(9, 0, False, ends, 5)}
    for name, wanted in asked.items():
        sampling.write(tmp_path / name, vae, wanted, "cpu", False, ignore)
        with Image.open(tmp_path / name) as picture:
            assert getattr(picture, "n_frames", 1) == (8 if name.endswith("gif") else 1), name
    with pytest.raises(OutputError, match="exists already"):
        sampling.write(tmp_path / "a.png", vae, GRID, "cpu", False, ignore)
    with pytest.raises(UsageError, match="samples do not move"):
        sampling.write(tmp_path / "a.gif", vae, GRID, "cpu", False, ignore)
    with pytest.raises(UsageError, match=r"a \.png or a \.gif"):
        sampling.write(tmp_path / "a.jpg", vae, GRID, "cpu", False, ignore)


def test_features_are_the_latents_with_names_and_classes(vae: Path, folder: Path, tmp_path: Path) -> None:
    trained = weights.read(vae, "variational", "cpu")
    data = inputs.read(str(folder), trained.preparation, ignore)
    latents = trained.member.transform(data.samples)
    for name in ("f.npy", "f.npz", "f.parquet"):
        rows, columns, size = features.transform(str(folder), vae, tmp_path / name, "cpu", False, ignore)
        assert (rows, columns, size) == (20, 3, (tmp_path / name).stat().st_size)
    np.testing.assert_array_equal(np.load(tmp_path / "f.npy"), latents)
    with np.load(tmp_path / "f.npz") as stored:
        np.testing.assert_array_equal(stored["features"], latents)
        assert stored["names"].tolist() == data.names
        assert stored["labels"].tolist() == data.labels
    table = parquet.read_table(tmp_path / "f.parquet").to_pydict()
    assert table["name"] == data.names
    assert table["label"] == data.labels
    np.testing.assert_array_equal(np.float32(table["variationalautoencoder1"]), latents[:, 1])
    with pytest.raises(UsageError, match=r"written as \.npz"):
        features.transform(str(folder), vae, tmp_path / "f.csv", "cpu", False, ignore)
