"""`explore`: maps keep neighbours, effects are sorted, the page and pictures are there."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecodec.errors import BadInput, OutputError, UsageError
from aecodec.exploration import atlas, inputs, maps, weights
from tests.exploration.conftest import ignore, write_picture


def asked(data: Path, vae: Path, out: Path, method: str = "pca,tsne") -> atlas.Wish:
    return atlas.Wish(str(data), vae, out, method, 12, 0, "cpu", False)


def test_what_is_found_is_of_the_latents(folder: Path, vae: Path) -> None:
    trained = weights.read(vae, "variational", "cpu")
    data = inputs.read(str(folder), trained.preparation, ignore)
    found = maps.explore(trained, data, ("pca", "tsne"), 0)
    for drawn in found.maps:
        assert drawn.places.shape == (20, 2)
        assert drawn.places.min() == 0
        assert drawn.places.max() == pytest.approx(1)
        assert 0.5 < drawn.trustworthiness <= 1
    assert found.neighbours.shape == (20, 6)
    assert (found.neighbours != np.arange(20)[:, None]).all(), "no sample is its own neighbour"
    changes = [effect.change for effect in found.effects]
    assert changes == sorted(changes, reverse=True)
    np.testing.assert_allclose(
        found.errors, np.sqrt(((found.reconstructed - data.samples) ** 2).mean((1, 2))), rtol=1e-5
    )


def test_the_page_and_its_pictures_are_written(folder: Path, vae: Path, tmp_path: Path) -> None:
    told: list[str] = []
    written = dict(atlas.write(asked(folder, vae, tmp_path / "e.html"), "aecodec explore", told.append))
    names = {"e.html", "e-map-pca.png", "e-map-tsne.png", "e-reconstruction.png", "e-latents.png"}
    assert {path.name for path in written} == names
    for path in written:
        if path.suffix == ".png":
            with Image.open(path) as picture:
                picture.load()
    assert any("drawn at random" in line for line in told)
    with pytest.raises(OutputError, match="exists already"):
        list(atlas.write(asked(folder, vae, tmp_path / "e.html"), "", ignore))


def test_refusals(folder: Path, vae: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--method umap"):
        list(atlas.write(asked(folder, vae, tmp_path / "e.html", "umap"), "", ignore))
    with pytest.raises(UsageError, match=r"name it \.html"):
        list(atlas.write(asked(folder, vae, tmp_path / "e.pdf"), "", ignore))
    write_picture(tmp_path / "few" / "a.png", np.zeros((12, 12)))
    with pytest.raises(BadInput, match="1 samples make no map"):
        list(atlas.write(asked(tmp_path / "few", vae, tmp_path / "e.html"), "", ignore))
