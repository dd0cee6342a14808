"""What a clean picture may have been through before it is stored, so that it is not taken for noise.

The training pictures are sharp and of one kind; scans, enlargements, sharpened and strongly coloured pictures are not.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from aecodec.training.degradations import blurred
from aecodec.training.jpeg import ycc
from aecodec.training.mixture import chance

ENLARGED, LARGEST = 0.35, 2.5
SHARPENED, RADIUS, AMOUNT = 0.4, (0.5, 2.0), (0.3, 2.0)  # of an unsharp mask: pixels, and times
COMPOSED, OTHER, SOFT = 0.3, 0.6, (2.0, 6.0)  # texture in a part only: beside another picture, or a soft copy
TONED, GAMMA, CONTRAST = 0.3, (0.6, 1.6), (0.4, 1.4)
COLOURED, SATURATION = 0.4, (0.0, 2.5)
CHROMA_SHRUNK, BY_FOUR = 0.5, 0.25  # by two, else: as JPEG, video and scanners store chroma
FILTERS = ("nearest", "bilinear", "bicubic")


def retouched(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Pictures (N, 3, H, W) of 0 ... 1, each with draws of its own from a CPU generator; sides are multiples of 4."""
    found = []
    for index in range(len(pixels)):
        picture = pixels[index : index + 1]
        if chance(ENLARGED, generator):
            picture = _enlarged(picture, generator)
        if chance(SHARPENED, generator):
            radius = torch.tensor([_even(*RADIUS, generator)], device=picture.device)
            picture = (picture + _even(*AMOUNT, generator) * (picture - blurred(picture, radius))).clamp(0, 1)
        if chance(COMPOSED, generator):
            picture = _beside(picture, pixels, generator)
        if chance(TONED, generator):
            picture = picture ** _even(*GAMMA, generator)
            picture = picture.mean().lerp(picture, _even(*CONTRAST, generator)).clamp(0, 1)
        if chance(COLOURED, generator):
            picture = picture.mean(1, keepdim=True).lerp(picture, _even(*SATURATION, generator)).clamp(0, 1)
        if chance(CHROMA_SHRUNK, generator):
            picture = _chroma_shrunk(picture, generator)
        found.append(picture)
    return torch.cat(found)


def _enlarged(picture: Tensor, generator: torch.Generator) -> Tensor:
    """A part of it, as large as the whole was."""
    factor = _even(1, LARGEST, generator)
    height, width = (int(side / factor) for side in picture.shape[2:])
    top, left = (int(_even(0, room, generator)) for room in (picture.shape[2] - height, picture.shape[3] - width))
    part = picture[..., top : top + height, left : left + width]
    return F.interpolate(part, picture.shape[2:], mode="bicubic").clamp(0, 1)


def _beside(picture: Tensor, others: Tensor, generator: torch.Generator) -> Tensor:
    """The upper or left part becomes another picture, or a soft copy of this one."""
    if chance(OTHER, generator):
        other = others[int(torch.randint(len(others), (), generator=generator))][None]
    else:
        other = blurred(picture, torch.tensor([_even(*SOFT, generator)], device=picture.device))
    axis = int(torch.randint(2, 4, (), generator=generator))
    edge = int(torch.randint(picture.shape[axis], (), generator=generator))
    rest = picture.narrow(axis, edge, picture.shape[axis] - edge)
    return torch.cat([other.narrow(axis, 0, edge), rest], axis)


def _chroma_shrunk(picture: Tensor, generator: torch.Generator) -> Tensor:
    factor = 4 if chance(BY_FOUR, generator) else 2
    mode = FILTERS[int(torch.randint(len(FILTERS), (), generator=generator))]
    matrix = ycc(picture.device)
    samples = torch.einsum("ij,njhw->nihw", matrix, picture)
    chroma = F.interpolate(F.avg_pool2d(samples[:, 1:], factor), scale_factor=factor, mode=mode)
    return torch.einsum("ij,njhw->nihw", matrix.inverse(), torch.cat([samples[:, :1], chroma], 1)).clamp(0, 1)


def _even(low: float, high: float, generator: torch.Generator) -> float:
    return low + (high - low) * torch.rand((), generator=generator).item()
