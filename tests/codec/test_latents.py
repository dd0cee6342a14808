"""Latents to streams and back: the decoder gets what the encoder said it would."""

import numpy as np
import pytest

from aecodec.codec import latents
from aecodec.errors import FormatError, LimitExceeded
from aecodec.executors.interface import CodecExecutor, Floats
from tests.tiny import KINDS, TINY, executor, expected_bits, sample, tiny_frozen


@pytest.fixture(scope="module", params=KINDS)
def run(request: pytest.FixtureRequest) -> CodecExecutor:
    return executor(tiny_frozen(), request.param)


def analysed(run: CodecExecutor, count: int) -> Floats:
    return run.analysis(np.stack([sample(name)[100:228, 50:178] for name in ("dog", "city", "flowers")[:count]]))


@pytest.mark.parametrize("step", [0, 500, 1584])
def test_the_decoder_sees_what_the_encoder_said(run: CodecExecutor, step: int) -> None:
    coded = latents.encode(run, analysed(run, 3), step)
    decoded = latents.decode(run, coded.payloads, (8, 8), step)
    for tile in range(3):
        result = decoded[tile]
        assert isinstance(result, np.ndarray)
        assert np.allclose(result, coded.quantised[tile], atol=1e-3)


def test_the_estimate_is_the_size(run: CodecExecutor) -> None:
    coded = latents.encode(run, analysed(run, 3), 900)
    size = sum(map(len, coded.payloads))
    expected = expected_bits(run, coded.payloads, (8, 8), 900)
    assert abs(size - expected / 8) <= 0.01 * size + 16 * 3


def test_one_damaged_stream_costs_one_tile(run: CodecExecutor) -> None:
    coded = latents.encode(run, analysed(run, 3), 900)
    payloads = list(coded.payloads)
    payloads[1] = payloads[1][:-8] + bytes(8)
    decoded = latents.decode(run, payloads, (8, 8), 900)
    assert isinstance(decoded[1], FormatError)
    for tile in (0, 2):
        result = decoded[tile]
        assert isinstance(result, np.ndarray)
        assert np.allclose(result, coded.quantised[tile], atol=1e-3)


def test_batches_and_single_tiles_give_the_same_streams(run: CodecExecutor) -> None:
    y = analysed(run, 2)
    together = latents.encode(run, y, 600).payloads
    alone = [latents.encode(run, tile[None], 600).payloads[0] for tile in y]
    cells = (8, 8)
    for first, second in zip(together, alone, strict=True):
        a = latents.decode_symbols(run, [first], cells, 600)
        b = latents.decode_symbols(run, [second], cells, 600)
        assert (a.z == b.z).all()
        assert (a.y != b.y).mean() < 0.001  # a rounding that sits on the fence may fall either way


def test_latents_beyond_the_format_are_refused(run: CodecExecutor) -> None:
    with pytest.raises(LimitExceeded):
        latents.encode(run, np.full((1, TINY.latents, 4, 4), 1e6, np.float32), 1584)


def test_no_tile_is_shorter_than_the_least(run: CodecExecutor) -> None:
    flat = np.zeros((1, TINY.latents, 64, 64), np.float32)
    for step in (0, 784, 1584):
        (payload,) = latents.encode(run, flat, step).payloads
        least = latents.least_bytes(run.frozen, payload, (64, 64), step)
        assert 0 <= least <= len(payload)
    assert latents.least_bytes(run.frozen, payload, (256, 256), 784) > 100
