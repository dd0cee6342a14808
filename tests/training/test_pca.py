"""The PCA start: a working transform coder before any training."""

import torch

from aecodec.nets.compressor import Compressor
from aecodec.nets.config import CodecConfig
from aecodec.quality import QUALITY_STEPS
from aecodec.training.pca import pca_start
from tests.tiny import crops


def test_with_all_components_the_start_reconstructs_exactly() -> None:
    torch.manual_seed(0)
    config = CodecConfig(features=192, latents=768, hyper=8, hyper_features=8, context=8, scale_width=8)
    model = Compressor(config)
    pixels = crops(24, 128)
    pca_start(model, pixels)
    with torch.no_grad():
        y = model.analysis(pixels[:2])
        restored = model.synthesis(y, torch.zeros(2, dtype=torch.int64))
    assert float((restored - pixels[:2]).abs().max()) < 1e-3


def test_few_components_keep_most_of_the_energy_and_quality_orders_rate_and_distortion() -> None:
    torch.manual_seed(0)
    model = Compressor(CodecConfig(features=64, latents=64, hyper=8, hyper_features=8, context=8, scale_width=8))
    pixels = crops(16, 128)
    pca_start(model, pixels)
    model.eval()
    with torch.no_grad():
        results = [model(pixels, torch.full((16,), step)) for step in (100, 700, 1300)]
    errors = [float((result.pixels - pixels).square().mean()) for result in results]
    bits = [float(result.latent_bits.sum()) for result in results]
    assert errors[0] > errors[1] > errors[2]
    assert bits[0] < bits[1] < bits[2]
    assert errors[2] < 0.1 * float((pixels - pixels.mean()).square().mean())


def test_a_complete_set_of_details_holds_what_few_latents_leave() -> None:
    config = CodecConfig(
        features=16, latents=16, details=768, hyper=8, hyper_features=8, context=8, scale_width=8, lambda_rise=5
    )
    model = Compressor(config)
    pixels = crops(24, 128)
    pca_start(model, pixels)
    with torch.no_grad():
        y, step = model.analyse(pixels[:2]), torch.full((2,), QUALITY_STEPS)
        without = model.synthesis(y[:, : config.latents], step)
        restored = model.synthesis(y, step)
    assert float((without - pixels[:2]).abs().max()) > 0.1
    assert float((restored - pixels[:2]).abs().max()) < 1e-3
