"""Training pictures: reading folders, and crops that are what they say."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from aecodec.errors import BadInput
from aecodec.training import data
from tests.tiny import sample

CPU = torch.device("cpu")


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def test_crops_are_cut_from_the_pictures() -> None:
    shades = [torch.full((200, 260, 3), value, dtype=torch.uint8) for value in (51, 204)]
    crops = data.Pictures(shades, CPU).crops(16, 64, generator())
    assert crops.shape == (16, 3, 64, 64)
    assert sorted(set(crops.flatten(1).mean(1).mul(10).round().int().tolist())) == [2, 8]
    assert float(crops.flatten(1).std(1).max()) < 1e-6


def test_the_same_generator_gives_the_same_crops() -> None:
    pictures = data.Pictures([torch.from_numpy(sample().copy())], CPU)
    assert torch.equal(pictures.crops(4, 128, generator()), pictures.crops(4, 128, generator()))


def test_a_crop_as_large_as_the_smallest_picture_fits() -> None:
    pictures = data.Pictures([torch.zeros(64, 64, 3, dtype=torch.uint8)], CPU)
    assert pictures.crops(2, 64, generator()).shape == (2, 3, 64, 64)


def test_crops_are_shrunk_as_far_as_what_is_drawn_allows() -> None:
    """A ramp of a level every fourth pixel is the steeper the more it is shrunk."""
    ramp = torch.arange(1024, dtype=torch.int32).div(4).to(torch.uint8)[:, None, None].expand(1024, 1024, 3)
    small = torch.zeros(96, 96, 3, dtype=torch.uint8)

    def steepest(pictures: list[torch.Tensor]) -> float:
        """Pixels of the original to one of the crop, at most."""
        drawn, found = generator(), data.Pictures(pictures, CPU)
        spans = [crops[:, 0, -1, 0] - crops[:, 0, 0, 0] for crops in (found.crops(1, 64, drawn) for _ in range(60))]
        return float(torch.stack(spans).max()) * 255 * 4 / 63

    assert steepest([ramp]) == pytest.approx(4, rel=0.05)
    assert steepest([ramp, small]) == pytest.approx(4, rel=0.1), "a small picture limits only what is drawn with it"
    assert steepest([ramp[:128, :128]]) == pytest.approx(2, rel=0.05)


def test_of_large_batches_not_all_are_shrunk_alike() -> None:
    ramp = torch.arange(1024, dtype=torch.int32).div(4).to(torch.uint8)[:, None, None].expand(1024, 1024, 3)
    crops = data.Pictures([ramp], CPU).crops(2 * data.SHRUNK_TOGETHER + 1, 64, generator())
    assert crops.shape == (2 * data.SHRUNK_TOGETHER + 1, 3, 64, 64)
    assert crops.is_contiguous(memory_format=torch.channels_last)
    spans = ((crops[:, 0, -1, 0] - crops[:, 0, 0, 0]) * 255).round()
    parts = spans.split(data.SHRUNK_TOGETHER)
    assert all(float(part.max() - part.min()) <= 1 for part in parts), "16 at once are"
    assert len({round(float(part.mean())) for part in parts}) == 3


def test_centres_are_the_middle() -> None:
    picture = torch.from_numpy(sample().copy())
    (centre,) = data.Pictures([picture], CPU).centres(512)
    assert torch.equal((centre[0] * 255).round().to(torch.uint8), picture[32:544, 32:544].permute(2, 0, 1))


def test_folders_are_read_and_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    deep.mkdir()
    Image.fromarray(sample()).save(deep / "good.png")
    Image.fromarray(sample()).convert("L").save(tmp_path / "grey.png")
    Image.fromarray(sample()[:50]).save(tmp_path / "flat.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    notes: list[str] = []
    pictures = data.load([tmp_path], CPU, 256, notes.append)
    assert pictures.count == 2
    assert len(notes) == 2
    assert "notes.txt: left out" in notes[0]
    assert "left out 1 of 4 files: a side is below 256 pixels" in notes[1]
    assert "flat.png" in notes[1]


def test_no_picture_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no picture"):
        data.load([tmp_path], CPU, 64, lambda line: None)


def test_named_pictures_are_left_out(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        for name in ("x.png", "more/x.png"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(sample()[:64, :64]).save(folder / name)
    listed = tmp_path / "names.txt"
    listed.write_text("more/x.png\n\n")
    names = data.names(listed)
    assert data.load(folders, CPU, 64, print, names).count == 2
    assert data.load(folders, CPU, 64, print).count == 4
    with pytest.raises(BadInput, match=r"y\.png is to be left out"):
        data.load(folders, CPU, 64, print, names | {"y.png"})


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_list_of_names_that_cannot_be_read_is_bad_input(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match="cannot read the names"):
        data.names(path)
