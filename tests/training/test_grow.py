"""Growing: the same function in a deeper network, whose new blocks can learn."""

import pytest
import torch

from aecodec.errors import UsageError
from aecodec.nets.compressor import Compressor
from aecodec.training.grow import grow, grown
from tests.tiny import TINY, crops, tiny_model


def test_a_grown_network_computes_the_same() -> None:
    model, pixels = tiny_model(), crops(3, 64)
    larger = grow(model, grown(model.config, (3, 2)), pixels)
    assert larger.config.analysis_blocks == larger.config.synthesis_blocks == (3, 2)
    steps = torch.tensor([0, 700, 1584])
    with torch.no_grad():
        old, new = model(pixels, steps), larger.eval()(pixels, steps)
    torch.testing.assert_close(new.pixels, old.pixels)
    torch.testing.assert_close(new.latent_bits, old.latent_bits)


def test_new_blocks_learn_and_see_inputs_of_about_one() -> None:
    model, pixels = tiny_model(), crops(4, 64)
    larger = grow(model, grown(model.config, (2, 1)), pixels)
    seen = {}
    block = larger.synthesis.fine[1]
    block.expand.register_forward_hook(lambda layer, inputs, output: seen.update(spread=output.std()))
    result = larger(pixels, torch.full((4,), 800))
    result.pixels.square().mean().backward()
    assert 0.1 < seen["spread"] < 10
    assert block.project.weight.grad.abs().max() > 0


def test_a_network_does_not_shrink() -> None:
    with pytest.raises(UsageError, match="fewer"):
        grown(TINY, (0, 1))


def test_all_old_weights_are_kept() -> None:
    model = tiny_model()
    state = grow(model, grown(model.config, (2, 2)), crops(1, 64)).state_dict()
    assert all(torch.equal(state[name], value) for name, value in model.state_dict().items())
    assert set(Compressor(model.config).state_dict()) <= set(state)
