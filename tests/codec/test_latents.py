"""Latents to streams and back: the decoder gets what the encoder said it would."""

import pytest
import torch

from aecodec.codec import latents
from aecodec.errors import FormatError, LimitExceeded
from tests.tiny import TINY, crops, expected_bits, tiny_frozen


@torch.no_grad()
def analysed(count: int) -> torch.Tensor:
    return tiny_frozen().model.analysis(crops(count, 128))


@pytest.mark.parametrize("step", [0, 500, 1584])
@torch.no_grad()
def test_the_decoder_sees_what_the_encoder_said(step: int) -> None:
    frozen = tiny_frozen()
    coded = latents.encode(frozen, analysed(3), step)
    decoded = latents.decode(frozen, coded.payloads, (8, 8), step)
    for tile in range(3):
        result = decoded[tile]
        assert isinstance(result, torch.Tensor)
        assert torch.allclose(result, coded.quantised[tile], atol=1e-3)


@torch.no_grad()
def test_the_estimate_is_the_size() -> None:
    coded = latents.encode(tiny_frozen(), analysed(3), 900)
    size = sum(map(len, coded.payloads))
    expected = expected_bits(tiny_frozen(), coded.payloads, (8, 8), 900)
    assert abs(size - expected / 8) <= 0.01 * size + 16 * 3


@torch.no_grad()
def test_one_damaged_stream_costs_one_tile() -> None:
    frozen = tiny_frozen()
    coded = latents.encode(frozen, analysed(3), 900)
    payloads = list(coded.payloads)
    payloads[1] = payloads[1][:-8] + bytes(8)
    decoded = latents.decode(frozen, payloads, (8, 8), 900)
    assert isinstance(decoded[1], FormatError)
    for tile in (0, 2):
        result = decoded[tile]
        assert isinstance(result, torch.Tensor)
        assert torch.allclose(result, coded.quantised[tile], atol=1e-3)


@torch.no_grad()
def test_batches_and_single_tiles_give_the_same_streams() -> None:
    frozen, y = tiny_frozen(), analysed(2)
    together = latents.encode(frozen, y, 600).payloads
    alone = [latents.encode(frozen, tile[None], 600).payloads[0] for tile in y]
    cells = (8, 8)
    for first, second in zip(together, alone, strict=True):
        a = latents.decode_symbols(frozen, [first], cells, 600)
        b = latents.decode_symbols(frozen, [second], cells, 600)
        assert (a.z == b.z).all()
        assert (a.y != b.y).mean() < 0.001  # a rounding that sits on the fence may fall either way


@torch.no_grad()
def test_latents_beyond_the_format_are_refused() -> None:
    with pytest.raises(LimitExceeded):
        latents.encode(tiny_frozen(), torch.full((1, TINY.latents, 4, 4), 1e6), 1584)


def test_no_tile_is_shorter_than_the_least() -> None:
    frozen = tiny_frozen()
    flat = torch.zeros(1, TINY.latents, 64, 64)
    for step in (0, 784, 1584):
        (payload,) = latents.encode(frozen, flat, step).payloads
        least = latents.least_bytes(frozen, payload, (64, 64), step)
        assert 0 <= least <= len(payload)
    assert latents.least_bytes(frozen, payload, (256, 256), 784) > 100
