"""Made-up results of a measurement, with only those figures named that a test is about."""

from typing import Any

from aecodec.evaluation.compression import Coded
from aecodec.evaluation.denoising import Restored


def coded(bpp: float, psnr_db: float, **others: Any) -> Coded:
    figures = {
        "width": 100,
        "height": 80,
        "bytes": 999,
        "psnr_luma_db": psnr_db + 1,
        "ratio_raw": 9.0,
        "ratio_input": 8.0,
        "encode_s": 0.5,
        "decode_s": 0.25,
    }
    return Coded(bpp=bpp, psnr_db=psnr_db, **(figures | others))


def restored(psnr_db: float, **others: Any) -> Restored:
    figures = {"width": 1000, "height": 500, "ssim": 0.5, "noisy_psnr_db": 20.0, "seconds": 2.0}
    return Restored(psnr_db=psnr_db, **(figures | others))
