"""Data that a user names: folders of any pictures, sets, series, and one clear line for what is none."""

from pathlib import Path

import numpy as np
import pytest

from aecodec.errors import BadInput, UsageError, WeightsError
from aecodec.exploration import inputs
from aecodec.exploration.inputs import Preparation
from aecodec.pictures.picture import Picture
from tests.exploration.conftest import ignore, write_picture


def test_a_folder_is_resized_and_what_cannot_be_read_is_told(folder: Path) -> None:
    told: list[str] = []
    data = inputs.read(str(folder), Preparation("resized", 12, 1), told.append)
    assert data.samples.shape == (20, 12, 12)
    assert data.labels == ["good"] * 16 + ["striped"] * 4
    assert data.names[0] == "good/00.png"
    assert "broken.png: left out" in told[0]
    assert "20 samples, pictures as squares of 12x12 pixels, grey" in told[1]


def test_a_folder_is_cut_into_patches_that_reach_all_edges(folder: Path) -> None:
    data = inputs.read(str(folder), Preparation("patches", 10, 3), ignore)
    assert data.samples.shape[1:] == (10, 10, 3)
    assert sum(name.startswith("good/00.png patch") for name in data.names) == 3 * 4


def test_patches_lie_where_they_are_said_to() -> None:
    pixels = np.random.RandomState(0).randint(0, 256, (17, 23, 1), np.uint8)
    patches, places = inputs.patches(Picture(pixels), Preparation("patches", 8, 1), 4)
    assert places[-1] == (9, 15)
    for patch, (top, left) in zip(patches, places, strict=True):
        np.testing.assert_allclose(patch * 255, pixels[top : top + 8, left : left + 8, 0], atol=1e-4)
    assert inputs.patches(Picture(pixels), Preparation("patches", 18, 1))[1] == []


def test_sets_are_read_as_they_are_or_as_weights_want_them(digits: Path) -> None:
    assert inputs.read(f"mnist:{digits}", None, ignore).samples.shape == (30, 28, 28)
    test = inputs.read(f"mnist-test:{digits}", Preparation("resized", 12, 3), ignore)
    assert test.samples.shape == (20, 12, 12, 3)
    assert test.labels is not None
    with pytest.raises(UsageError, match="want pictures cut into patches"):
        inputs.read(f"mnist:{digits}", Preparation("patches", 12, 1), ignore)


def test_a_few_are_drawn_in_their_order(digits: Path) -> None:
    data = inputs.read(f"mnist:{digits}", None, ignore)
    few = data.few(7, 0)
    assert len(few) == len(few.names) == len(few.labels or ()) == 7
    assert [data.names.index(name) for name in few.names] == sorted(data.names.index(name) for name in few.names)
    assert data.few(100, 0) is data


def test_series_and_pictures_are_not_taken_for_each_other(folder: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "s.npy", np.arange(200.0))
    data = inputs.read(str(tmp_path / "s.npy"), Preparation("series", 20, 1), ignore)
    assert data.samples.shape == (19, 20)
    assert data.names[1] == "s.npy step 10"
    with pytest.raises(UsageError, match="is a series"):
        inputs.read(str(tmp_path / "s.npy"), Preparation("resized", 8), ignore)
    with pytest.raises(UsageError, match="folder of pictures"):
        inputs.read(str(folder), Preparation("series", 20, 1), ignore)
    with pytest.raises(BadInput, match="has 1 channels, but 2"):
        inputs.read(str(tmp_path / "s.npy"), Preparation("series", 20, 2), ignore)


def test_what_is_no_data_is_one_clear_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text("hello")
    for named, words in (
        ("nowhere", "nowhere does not exist"),
        (str(tmp_path / "a.txt"), "neither a folder of pictures nor a series"),
        (str(tmp_path / "empty"), "no picture in"),
    ):
        with pytest.raises(BadInput, match=words):
            inputs.read(named, None, ignore)
    with pytest.raises(BadInput, match="no picture of at least 40 pixels"):
        inputs.read(str(folder), Preparation("patches", 40, 1), ignore)
    with pytest.raises(WeightsError, match="cannot be"):
        Preparation("painted", 12)


def test_pictures_that_are_named_one_by_one(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", np.zeros((9, 30)))
    assert inputs.read_pictures([tmp_path / "a.png"], Preparation("patches", 8, 3), ignore).samples.shape == (
        1,
        8,
        8,
        3,
    )
    with pytest.raises(BadInput, match=r"b\.png"):
        inputs.read_pictures([tmp_path / "b.png"], Preparation("resized", 8, 3), ignore)
