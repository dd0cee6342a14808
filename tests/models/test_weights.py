"""Weights files: the same bytes for the same weights, damage named, what ships is what the manifest says."""

import copy
import hashlib
import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from aecodec import limits
from aecodec.errors import WeightsError
from aecodec.family import registry
from aecodec.models import manifest, weights
from aecodec.models.manifest import ManifestRow
from aecodec.nets import compressor, config, restorer
from aecodec.quality import KNOTS
from tests.tiny import TINY, TINY_RESTORER, TINY_WEIGHTS, tiny_restorer


def test_dump_and_parse_are_inverse() -> None:
    data = weights.dump(weights.read(TINY_WEIGHTS).frozen, 0.5)
    loaded = weights.parse(data, TINY_WEIGHTS)
    assert loaded.config == TINY
    assert loaded.id == hashlib.sha256(data).digest()[:8]
    assert weights.dump(loaded.frozen, loaded.freezing_cost_percent) == data


def test_names_of_older_files_are_taken() -> None:
    older = load(TINY_WEIGHTS.read_bytes())
    now = load(weights.dump(weights.read(TINY_WEIGHTS).frozen, 0.5))
    renamed = {f"model.{old}": f"model.{new}" for old, new in config.RENAMED.items()}
    assert all(any(key.startswith(old) for key in older) for old in renamed)
    assert not any(key.startswith(tuple(renamed)) for key in now)
    for key, value in older.items():
        old = next((old for old in renamed if key.startswith(old)), "")
        assert np.array_equal(now[renamed.get(old, "") + key.removeprefix(old)], value), key


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "format", "no tables"])
def test_damaged_weights_are_named(damage: str, tmp_path: Path) -> None:
    data = TINY_WEIGHTS.read_bytes()
    arrays = load(data)
    about = {"format": weights.CODEC_FORMAT, "config": TINY.to_json()}
    content = {
        "empty": b"",
        "text": b"these are no weights",
        "cut": data[: len(data) // 2],
        "format": save(arrays, {"aecodec": json.dumps(about | {"format": "aecodec weights 99"})}),
        "no tables": save({k: v for k, v in arrays.items() if k != "tables.cdf"}, {"aecodec": json.dumps(about)}),
    }[damage]
    path = tmp_path / "mine.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError):
        weights.read(path)


def changed(about: object = None, arrays: dict[str, np.ndarray] | None = None, **config: object) -> bytes:
    """The tiny weights with other metadata, other arrays or another configuration."""
    fields = json.loads(TINY.to_json()) | config
    metadata = {"format": weights.CODEC_FORMAT, "config": json.dumps(fields)} if about is None else about
    return save(load(TINY_WEIGHTS.read_bytes()) | (arrays or {}), {"aecodec": json.dumps(metadata)})


def described(text: str) -> bytes:
    """The tiny weights, which say this of themselves."""
    return save(load(TINY_WEIGHTS.read_bytes()), {"aecodec": text})


def unreadable(config: str) -> bytes:
    return changed({"format": weights.CODEC_FORMAT, "config": config})


def fewer_tables(count: int) -> dict[str, np.ndarray]:
    tables = weights.read(TINY_WEIGHTS).frozen.tables
    end = int(tables.start[count])
    return {"tables.cdf": tables.cdf[:end], "tables.size": tables.size[:count], "tables.low": tables.low[:count]}


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "metadata a list": (lambda: changed([1]), "JSON object"),
    "metadata a number": (lambda: changed(17), "JSON object"),
    "no configuration": (lambda: changed({"format": weights.CODEC_FORMAT}), "configuration"),
    "configuration a list": (lambda: changed({"format": weights.CODEC_FORMAT, "config": [1]}), "configuration"),
    "configuration null": (lambda: changed({"format": weights.CODEC_FORMAT, "config": "null"}), "configuration"),
    "one number of blocks": (lambda: changed(analysis_blocks=[1]), "blocks"),
    "blocks a number": (lambda: changed(synthesis_blocks=1), "blocks"),
    "blocks without end": (lambda: changed(analysis_blocks=[10**9, 1]), "blocks"),
    "a width of 0": (lambda: changed(hyper_features=0), "width"),
    "a width of 1e9": (lambda: changed(features=10**9), "width"),
    "a width that is text": (lambda: changed(hyper="8"), "width"),
    "a width of true": (lambda: changed(hyper=True), "width"),
    "a width of 0.5": (lambda: changed(context=0.5), "width"),
    "lambda a text": (lambda: changed(lambda_low="x"), "lambda"),
    "lambda infinite": (lambda: changed(lambda_high=float("inf")), "lambda"),
    "64 tables": (lambda: changed(arrays=fewer_tables(64)), "64 probability tables"),
    "numbers that are none": (
        lambda: changed(arrays={"model.analysis.embed.bias": np.full(TINY.features, np.nan, np.float16)}),
        "numbers of analysis.embed.bias are not finite",
    ),
    "numbers without end": (
        lambda: changed(arrays={"model.synthesis.embed.bias": np.full(TINY.features, np.inf, np.float16)}),
        "numbers of synthesis.embed.bias are not finite",
    ),
    "numbers of another type": (
        lambda: changed(arrays={"model.analysis.embed.bias": np.zeros(TINY.features, np.int64)}),
        "analysis.embed.bias is of int64, not of float16",
    ),
    "metadata [] as text": (lambda: described("[]"), "JSON object"),
    "metadata null as text": (lambda: described("null"), "JSON object"),
    "metadata nested without end": (lambda: described("[" * 100_000), "not a weights file"),
    "a configuration nested without end": (lambda: unreadable('{"a":' * 100_000), "configuration"),
    "an integer of 5000 digits": (lambda: unreadable('{"features": ' + "9" * 5000 + "}"), "configuration"),
    "a name with a line break": (lambda: changed(**{"x\ny": 1}), "x y"),
    "a format of a million letters": (lambda: changed({"format": "x" * 10**6}), "not 'aecodec weights 1'"),
    "a width of a million letters": (lambda: changed(features="x" * 10**6), "the width features is"),
    "a negative width": (lambda: changed(context=-1), "the width context is -1"),
    "lambda beyond floats": (lambda: changed(lambda_high=10**400), "lambda"),
    "lambda next to nothing": (lambda: changed(lambda_low=5e-324), "lambda"),
    "a rise beyond floats": (lambda: changed(lambda_rise=10**400), "rise of lambda"),
    "an exact layer of nothing": (
        lambda: changed(arrays={"exact.last.weight": np.zeros((TINY.latents, 0, 1, 1), np.int16)}),
        "kernel",
    ),
    "a bias whose magnitude is no int64": (
        lambda: changed(arrays={"exact.last.bias": np.full((KNOTS, TINY.latents), -(2**63), np.int64)}),
        "40 bits",
    ),
    "an empty shift": (lambda: changed(arrays={"exact.last.shift": np.zeros(0, np.int32)}), "shift"),
    "an exact layer of another shape": (
        lambda: changed(arrays={"exact.last.weight": np.zeros((TINY.latents, 7, 1, 1), np.int16)}),
        "'last'",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_weights_are_refused_when_they_are_loaded(name: str, tmp_path: Path) -> None:
    make, reason = HOSTILE[name]
    path = tmp_path / "mine.safetensors"
    path.write_bytes(make())
    with pytest.raises(WeightsError, match=reason) as refusal:
        weights.read(path)
    assert "mine.safetensors" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < len(str(path)) + 250


@pytest.mark.parametrize("cost", [10**400, "x", None, [1], float("nan")])
def test_a_freezing_cost_that_is_none_harms_nothing(cost: object, tmp_path: Path) -> None:
    about = {"format": weights.CODEC_FORMAT, "config": TINY.to_json(), "freezing_cost_percent": cost}
    assert math.isnan(weights.parse(changed(about), tmp_path).freezing_cost_percent)


def test_denoisers_with_numbers_that_are_none_are_refused_and_the_tensor_named(tmp_path: Path) -> None:
    arrays = load(weights.dump_denoiser(tiny_restorer()))
    about = {"format": weights.DENOISER_FORMAT, "config": TINY_RESTORER.to_json()}
    arrays["model.tail.weight"][0] = np.nan
    path = tmp_path / "mine.safetensors"
    path.write_bytes(save(arrays, {"aecodec": json.dumps(about)}))
    with pytest.raises(WeightsError, match=r"mine\.safetensors: some of the numbers of tail\.weight are not finite"):
        weights.read_denoiser(path)


def test_weights_too_large_for_float16_are_not_written() -> None:
    model = copy.deepcopy(tiny_restorer())
    next(model.parameters()).data[0] = 70_000
    with pytest.raises(WeightsError, match="not finite"):
        weights.dump_denoiser(model)


def test_what_is_too_large_or_no_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    with path.open("wb") as stream:
        stream.truncate(limits.MAX_WEIGHTS_BYTES + 1)  # of no blocks
    with pytest.raises(WeightsError, match="too many"):
        weights.read(path)
    os.mkfifo(tmp_path / "pipe.safetensors")
    (tmp_path / "folder.safetensors").mkdir()
    for name in ("pipe.safetensors", "folder.safetensors", "/dev/zero"):
        with pytest.raises(WeightsError, match="no file"):
            weights.read_denoiser(tmp_path / name)
    mine = tmp_path / "mine.safetensors"
    mine.write_bytes(TINY_WEIGHTS.read_bytes())
    assert weights.find(weights.identify(TINY_WEIGHTS.read_bytes()), tmp_path) == mine, "the others are passed over"


@pytest.mark.parametrize("config", ["null", "[]", "17", '{"widths": [1, 2]}', '{"widths": 4}', '{"blocks": "x"}'])
def test_hostile_denoisers_are_refused_when_they_are_loaded(config: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    arrays = {"model.tail.weight": np.zeros(1, np.float16)}
    path.write_bytes(save(arrays, {"aecodec": json.dumps({"format": weights.DENOISER_FORMAT, "config": config})}))
    with pytest.raises(WeightsError, match=r"mine\.safetensors"):
        weights.read_denoiser(path)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="No such file"):
        weights.read(tmp_path / "none.safetensors")
    with pytest.raises(WeightsError, match="0000000000000000"):
        weights.find(bytes(8), tmp_path)


def test_what_ships_is_what_the_manifest_says() -> None:
    rows = manifest.read()
    assert rows
    shipped = {path.name for path in manifest.folder().glob("*.safetensors")}
    assert shipped == {row.file for row in rows}
    total = {"codec": 0, "denoiser": 0, "autoencoder": 0}
    for row in rows:
        data = (manifest.folder() / row.file).read_bytes()
        total[row.kind] += len(data)
        assert hashlib.sha256(data).hexdigest() == row.sha256
        CHECKS[row.kind](row, data)
    assert total["codec"] <= 25 << 20  # the newest two sets
    assert 0 < total["denoiser"] <= 11 << 20
    assert 0 < total["autoencoder"] <= 3 << 20


def check_codec(row: ManifestRow, data: bytes) -> None:
    loaded = weights.parse(data, Path(row.file))
    assert compressor.complexity(loaded.config) == {
        "kmac_per_pixel": row.kmac_per_pixel,
        "million_parameters": row.million_parameters,
    }
    assert row.kmac_per_pixel["decode"] <= 60
    assert loaded.freezing_cost_percent == row.freezing_cost_percent
    assert loaded.freezing_cost_percent <= 0.5
    assert [point["bpp"] for point in row.validation] == sorted(point["bpp"] for point in row.validation)


def check_denoiser(row: ManifestRow, data: bytes) -> None:
    loaded = weights.read_denoiser(manifest.folder() / row.file)
    assert restorer.complexity(loaded.config) == {
        "kmac_per_pixel": row.kmac_per_pixel,
        "million_parameters": row.million_parameters,
    }
    assert row.kmac_per_pixel["denoise"] <= 140
    assert [point["sigma"] for point in row.validation] == [15, 25, 50]
    assert all(point["told_db"] >= point["psnr_db"] for point in row.validation)


def check_autoencoder(row: ManifestRow, data: bytes) -> None:
    member, about = registry.read(manifest.folder() / row.file)
    parameters = sum(weight.numel() for weight in member.network_.parameters())
    assert row.million_parameters == round(parameters / 1e6, 3)
    assert about["preparation"] == {"kind": "resized", "size": 28, "channels": 1}
    assert row.command.startswith("aecodec ")


CHECKS = {"codec": check_codec, "denoiser": check_denoiser, "autoencoder": check_autoencoder}


def test_a_missing_manifest_says_reinstall(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(manifest, "folder", lambda: tmp_path)
    with pytest.raises(WeightsError, match="reinstall"):
        manifest.read()
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(WeightsError, match="--weights"):
        manifest.default_path("codec")
