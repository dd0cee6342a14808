"""Which executor runs a network: ONNX Runtime on the CPU, PyTorch on CUDA and where no graph is known of the shape.

On CUDA tiles of several pictures share batches; a CPU gains nothing from more than one.
"""

from aecodec.devices import Device
from aecodec.executors import graphs
from aecodec.executors.batching import BatchingCodec, BatchingDenoiser
from aecodec.executors.interface import CodecExecutor, DenoiserExecutor
from aecodec.models.weights import DenoiserWeights, Weights, named


def load_runtime(device: Device) -> None:
    """Import what runs networks on a device, where their shape is known: executors then are made at once."""
    if device.type == "cpu":
        import aecodec.executors.with_onnx
    else:
        import aecodec.executors.with_torch  # noqa: F401


def codec_executor(loaded: Weights, device: Device, batch: int) -> CodecExecutor:
    """`batch` is the number of tiles at a time. Raises WeightsError for weights that are not of their own shape."""
    known = graphs.find(loaded.config) if device.type == "cpu" else None
    with named(loaded.path):
        if known is None:
            from aecodec.executors.with_torch import TorchCodec, TorchUploads  # here: PyTorch takes seconds

            codec = TorchCodec(loaded.frozen, device, batch)
            return codec if device.type == "cpu" else BatchingCodec(codec, TorchUploads(device.name))
        from aecodec.executors.with_onnx import OnnxCodec  # here: who has CUDA needs none

        return OnnxCodec(loaded.frozen, known, device, batch)


def denoiser_executor(loaded: DenoiserWeights, device: Device, batch: int) -> DenoiserExecutor:
    """As `codec_executor`."""
    known = graphs.find(loaded.config) if device.type == "cpu" else None
    with named(loaded.path):
        if known is None:
            from aecodec.executors.with_torch import TorchDenoiser, TorchUploads

            denoiser = TorchDenoiser(loaded, device, batch)
            return denoiser if device.type == "cpu" else BatchingDenoiser(denoiser, TorchUploads(device.name))
        from aecodec.executors.with_onnx import OnnxDenoiser

        return OnnxDenoiser(loaded, known, device, batch)
