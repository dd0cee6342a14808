"""A member from a user's data: the file, the curves, TensorBoard's events, and refusals before anything is read."""

from pathlib import Path

import pytest
from PIL import Image

from aecodec.errors import BadInput, OutputError, UsageError
from aecodec.exploration import learning, weights
from aecodec.exploration.inputs import Preparation
from tests.exploration.conftest import ignore, wish


def test_weights_say_how_their_samples_are_made(vae: Path) -> None:
    trained = weights.read(vae, "variational", "cpu")
    assert trained.preparation == Preparation("resized", 12, 1)
    assert trained.member.sample_shape_ == (12, 12)
    with Image.open(vae.with_suffix(".png")) as curves:
        assert curves.size[0] > 500


def test_events_are_written_for_tensorboard(folder: Path, tmp_path: Path) -> None:
    asked = wish("deep", folder, tmp_path / "a.safetensors", tensorboard=tmp_path / "events")
    learning.train(asked, ignore, ignore)
    (events,) = (tmp_path / "events").glob("events.out.tfevents.*")
    assert b"train/loss" in events.read_bytes()


def test_series_are_learned(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("\n".join(str(step % 7) for step in range(200)))
    asked = wish("recurrent", tmp_path / "s.csv", tmp_path / "r.safetensors", preparation=Preparation("series", 16, 1))
    member, *_ = learning.train(asked, ignore, ignore)
    assert member.sample_shape_ == (16,)


def test_refusals(folder: Path, tmp_path: Path, vae: Path) -> None:
    with pytest.raises(OutputError, match="exists already"):
        learning.train(wish("deep", "nowhere", vae), ignore, ignore)
    with pytest.raises(UsageError, match="no autoencoder is called 'depp'"):
        learning.train(wish("depp", folder, tmp_path / "a.safetensors"), ignore, ignore)
    with pytest.raises(UsageError, match="are of series"):
        learning.train(wish("recurrent", folder, tmp_path / "a.safetensors"), ignore, ignore)
    with pytest.raises(UsageError, match="has no setting 'gamma'; beside the shared ones it has: beta, binarise"):
        learning.configured("variational", {"gamma": 1})
    member = wish("deep", folder, tmp_path / "a.safetensors")
    member.settings["activation"] = "step"  # type: ignore[index]
    with pytest.raises(BadInput, match="activation='step'"):
        learning.train(member, ignore, ignore)
    assert not (tmp_path / "a.safetensors").exists()
