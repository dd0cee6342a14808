"""Configuration, its JSON and its lambda."""

import json
from dataclasses import asdict

import pytest
import torch

from aecodec.errors import WeightsError
from aecodec.nets.config import RISE_FROM, CodecConfig, from_json
from aecodec.quality import QUALITY_STEPS


def test_json_round_trip() -> None:
    config = CodecConfig(features=24, analysis_blocks=(3, 0))
    assert from_json(CodecConfig, config.to_json()) == config


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"colour": 1}',
        '{"latents": 6}',
        '{"details": 6}',
        '{"details": -4}',
        '{"lambda_rise": 0.5}',
        '{"features": "x"}',
    ],
)
def test_nonsense_is_a_weights_error(text: str) -> None:
    with pytest.raises(WeightsError):
        from_json(CodecConfig, text)


def test_lambda_grows_by_the_same_factor_with_every_step() -> None:
    config = CodecConfig()
    assert config.lambda_of(0) == pytest.approx(config.lambda_low)
    assert config.lambda_of(QUALITY_STEPS) == pytest.approx(config.lambda_high)
    ratios = [config.lambda_of(step + 1) / config.lambda_of(step) for step in (0, 700, QUALITY_STEPS - 1)]
    assert ratios == pytest.approx([ratios[0]] * 3)


def test_above_quality_75_lambda_may_rise_faster() -> None:
    usual, rising = CodecConfig(), CodecConfig(lambda_rise=5)
    assert [rising.lambda_of(step) for step in (0, RISE_FROM)] == [usual.lambda_of(step) for step in (0, RISE_FROM)]
    assert rising.lambda_of(QUALITY_STEPS) == pytest.approx(5 * usual.lambda_of(QUALITY_STEPS))
    middle = (RISE_FROM + QUALITY_STEPS) // 2
    assert rising.lambda_of(middle) == pytest.approx(5**0.5 * usual.lambda_of(middle))


def test_lambda_of_many_steps_is_that_of_each() -> None:
    config, steps = CodecConfig(lambda_rise=5), (0, 700, RISE_FROM, 1500, QUALITY_STEPS)
    assert config.lambda_of(torch.tensor(steps)).tolist() == pytest.approx([config.lambda_of(step) for step in steps])


def test_weights_from_before_details_have_none() -> None:
    old = {name: value for name, value in asdict(CodecConfig()).items() if name not in ("details", "lambda_rise")}
    assert from_json(CodecConfig, json.dumps(old)) == CodecConfig()
    assert CodecConfig().channels == CodecConfig().latents


def test_halos_cover_the_receptive_fields_in_whole_cells() -> None:
    config = CodecConfig(analysis_blocks=(3, 2), synthesis_blocks=(1, 1))
    assert config.analysis_halo == 64  # 3 * 8 + 2 * 16 = 56 pixels
    assert config.synthesis_halo == 32  # 8 + 16 = 24
