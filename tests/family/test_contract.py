"""What every member promises: fit, transform, inverse, save and load to the bit, random_state, and plain errors."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from aecodec.errors import WeightsError
from aecodec.family.estimator import Autoencoder
from aecodec.family.registry import MEMBERS
from tests.family.conftest import for_member, small

CHECKED = {  # one of each way to encode and to score; all members pass, convolutional ones aside, who take no such rows
    "deep": {},
    "sparse": {},
    "variational": {},
    "ganomaly": {},
    "attention": {},
}


@parametrize_with_checks([small(name, max_epochs=1, **given) for name, given in CHECKED.items()])
def test_scikit_learns_own_checks(estimator: Autoencoder, check: Any) -> None:
    check(estimator)


@pytest.fixture(params=MEMBERS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_shapes_and_precision(name: str, data: np.ndarray) -> None:
    X = for_member(name, data)
    member = small(name).fit(X)
    assert member.transform(X).shape == (48, 3)
    assert member.transform(X).dtype == X.dtype
    assert member.inverse_transform(member.transform(X)).shape == X.shape
    assert member.reconstruct(X).shape == X.shape
    assert member.score_samples(X).shape == (48,)
    assert member.score(X) == pytest.approx(member.score_samples(X).mean())
    assert member.sample(5).shape == (5, *X.shape[1:])
    assert list(member.get_feature_names_out()) == [f"{type(member).__name__.lower()}{k}" for k in range(3)]


def test_reconstruction_is_the_inverse_of_the_transform(name: str, data: np.ndarray) -> None:
    X = for_member(name, data).astype(np.float64)
    member = small(name).fit(X)
    np.testing.assert_allclose(member.reconstruct(X), member.inverse_transform(member.transform(X)), atol=1e-10)


def test_a_member_learns(name: str, data: np.ndarray) -> None:
    X = for_member(name, data)

    epochs, given = (150, {}) if name == "ganomaly" else (60, {"strength": 0.1} if name == "adversarial" else {})
    member = small(name, max_epochs=epochs, learning_rate=1e-2, **given).fit(X)
    assert ((member.reconstruct(X) - X) ** 2).mean() < 0.8 * X.var(0).mean()


def test_what_is_loaded_is_what_was_saved_to_the_bit(name: str, data: np.ndarray, tmp_path: Path) -> None:
    X = for_member(name, data)
    member = small(name).fit(X)
    member.save(tmp_path / "a.safetensors")
    loaded = Autoencoder.load(tmp_path / "a.safetensors")
    assert type(loaded) is type(member)
    assert loaded.get_params() == member.get_params()
    for method in ("transform", "reconstruct", "score_samples"):
        np.testing.assert_array_equal(getattr(loaded, method)(X), getattr(member, method)(X))
    np.testing.assert_array_equal(loaded.sample(3, random_state=1), member.sample(3, random_state=1))
    loaded.save(tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_a_halved_file_is_half_as_large_and_nearly_the_same(name: str, data: np.ndarray, tmp_path: Path) -> None:
    X = for_member(name, data)
    member = small(name, hidden_layer_sizes=(64,)).fit(X)
    member.save(tmp_path / "whole.safetensors")
    member.save(tmp_path / "half.safetensors", half=True)
    sizes = [(tmp_path / f"{which}.safetensors").stat().st_size for which in ("half", "whole")]
    assert sizes[0] < 0.7 * sizes[1]
    loaded = Autoencoder.load(tmp_path / "half.safetensors")
    np.testing.assert_allclose(loaded.reconstruct(X), member.reconstruct(X), atol=0.02)


def test_the_same_seed_gives_the_same_member_and_another_one_another(name: str, data: np.ndarray) -> None:
    X = for_member(name, data)
    first, second, other = (small(name, random_state=seed).fit(X).transform(X) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_fitting_leaves_the_global_random_state_alone(name: str, data: np.ndarray) -> None:
    import torch

    before = torch.get_rng_state()
    small(name, max_epochs=1).fit(for_member(name, data))
    assert torch.equal(before, torch.get_rng_state())


def test_a_pipeline_and_a_search_take_it(data: np.ndarray) -> None:
    X, y = data.reshape(len(data), -1), data[:, 4:].sum((1, 2)) > data[:, :4].sum((1, 2))
    pipeline = make_pipeline(small("deep", max_epochs=40, learning_rate=1e-2), LogisticRegression())
    assert pipeline.fit(X, y).score(X, y) > 0.8
    search = GridSearchCV(small("variational"), {"beta": [0.1, 1.0], "n_components": [2, 3]}, cv=2).fit(X)
    assert set(search.best_params_) == {"beta", "n_components"}


def test_progress_is_reported(name: str, data: np.ndarray) -> None:
    seen: list[Any] = []
    small(name).fit(for_member(name, data), report=seen.append)
    assert seen[-1].progress == 1
    assert next(iter(seen[-1].values)) == "loss"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"loss": "l3"}, "loss='l3': choose one of mse"),
        ({"architecture": "dance"}, "architecture='dance'"),
        ({"activation": "step"}, "activation='step'"),
        ({"optimizer": "adam2"}, "optimizer='adam2'"),
        ({"n_components": 0}, "n_components=0"),
        ({"hidden_layer_sizes": (0,)}, "hidden_layer_sizes=0"),
        ({"hidden_layer_sizes": 5}, "hidden_layer_sizes=5"),
        ({"learning_rate": 0}, "learning_rate=0"),
        ({"dropout": 1.0}, "dropout=1.0"),
        ({"max_epochs": 1.5}, "max_epochs=1.5"),
    ],
)
def test_settings_that_cannot_be_are_named(given: dict[str, Any], words: str, data: np.ndarray) -> None:
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        small("deep", **given).fit(data)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("denoising", {"noise": "salt"}),
        ("sparse", {"penalty": "l1"}),
        ("sparse", {"sparsity": 0}),
        ("contractive", {"contraction": -1}),
        ("contractive", {"architecture": "gru", "hidden_layer_sizes": (6,)}),
        ("regularised", {"penalty": "spectral"}),
        ("regularised", {"latent_l1": -1}),
        ("variational", {"loss": "hinge"}),
        ("variational", {"beta": -1}),
        ("adversarial", {"strength": "much"}),
        ("ganomaly", {"contextual": -1}),
        ("recurrent", {"architecture": "attention"}),
        ("attention", {"mask_ratio": 1}),
        ("attention", {"hidden_layer_sizes": (6,)}),
        ("recurrent", {"hidden_layer_sizes": (6, 7)}),
        ("convolutional", {"hidden_layer_sizes": ()}),
    ],
)
def test_settings_of_one_member_that_cannot_be_are_errors(name: str, given: dict[str, Any], data: np.ndarray) -> None:
    with pytest.raises(ValueError, match=next(iter(given))[:6].replace("hidden", "hidden|convolutional|width")):
        small(name, **given).fit(for_member(name, data))


def test_data_that_cannot_be_are_errors(data: np.ndarray) -> None:
    with pytest.raises(ValueError, match="NaN"):
        small("deep").fit(np.full((4, 3), np.nan))
    with pytest.raises(ValueError, match="loss='bce' needs data of 0 to 1"):
        small("deep", loss="bce").fit(2 * data)
    with pytest.raises(ValueError, match="no square pictures"):
        small("convolutional").fit(np.ones((4, 7)))
    with pytest.raises(ValueError, match="no sequences"):
        small("recurrent").fit(np.ones((4, 3, 3, 3)))
    member = small("deep").fit(data)
    with pytest.raises(ValueError, match="16 features"):
        member.transform(np.ones((3, 16)))
    with pytest.raises(ValueError, match="4 latents, but 3"):
        member.inverse_transform(np.ones((3, 4)))
    with pytest.raises(ValueError, match="n_samples=0"):
        member.sample(0)
    for method in ("transform", "reconstruct", "score_samples"):
        with pytest.raises(NotFittedError):
            getattr(small("deep"), method)(data)
    with pytest.raises(NotFittedError):
        small("deep").save("nowhere.safetensors")


@pytest.mark.parametrize(
    "given",
    [
        *({"loss": loss} for loss in ("mse", "mae", "bce", "kl", "hinge")),
        *({"activation": name} for name in ("relu", "leaky_relu", "elu", "prelu", "tanh", "sigmoid", "identity")),
        *({"optimizer": name} for name in ("adamw", "rmsprop", "sgd")),
    ],
    ids=str,
)
def test_every_loss_activation_and_optimizer_learns(given: dict[str, str], data: np.ndarray) -> None:
    X = (data > 0.5).astype(np.float32)
    first, last = (small("deep", max_epochs=epochs, learning_rate=1e-2, **given).fit(X).score(X) for epochs in (1, 60))
    assert -last < 0.8 * -first


def test_a_clone_has_the_settings_and_nothing_fitted(data: np.ndarray) -> None:
    member = small("sparse", sparsity=0.3).fit(data)
    copied = clone(member)
    assert copied.sparsity == 0.3
    assert not hasattr(copied, "network_")


def test_files_that_are_none_of_ours_are_one_line(data: np.ndarray, tmp_path: Path) -> None:
    small("deep").fit(data).save(tmp_path / "a.safetensors")
    whole = (tmp_path / "a.safetensors").read_bytes()
    cases = {
        "empty": b"",
        "text": b"hello",
        "cut": whole[:-9],
        "other": whole.replace(b"aecodec family 1", b"aecodec familie1"),
        "nobody": whole.replace(b"DeepAutoencoder", b"DeepAutoencoda"),
        "wider": whole.replace(b'\\"n_components\\": 3', b'\\"n_components\\": 4'),
    }
    for name, content in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(WeightsError, match=f"{name}: (not a member|damaged|holds)") as caught:
            Autoencoder.load(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(WeightsError, match="cannot read"):
        Autoencoder.load(tmp_path / "missing")
