"""What clipping, as every file has it, leaves of noise and does to its mean, and how white is given its mean back.

Gaussian noise whose mean lies `GAPS` standard deviations below white has after clipping the mean and the deviation of a
censored normal variable (Foi, "Clipped noisy images", Signal Processing 89, 2009). Black is the same, mirrored.
"""

import math
from typing import cast

import numpy as np
from numpy.typing import NDArray

Unit = NDArray[np.float32]  # 0 ... 1

GAPS = np.linspace(-4, 8, 3001)
_DENSITY = np.exp(-(GAPS**2) / 2) / math.sqrt(2 * math.pi)
_BELOW = np.array([math.erfc(-gap / math.sqrt(2)) / 2 for gap in GAPS])  # how much of it is not clipped
MEANS = GAPS * _BELOW + _DENSITY  # of the gaps after clipping, which grow with them
LEFT = np.sqrt((GAPS**2 + 1) * _BELOW + GAPS * _DENSITY - MEANS**2)  # of a standard deviation of 1
LEAST_LEFT = math.sqrt(0.5 - 1 / (2 * math.pi))  # of it, where the picture is white or black


def left(means: Unit, sigma: float) -> Unit:
    """What clipping leaves of the standard deviation `sigma` where noisy pixels have these means; same unit."""
    ends = (np.interp(gap / sigma, MEANS, LEFT) for gap in (means, 1 - means))
    return cast(Unit, (sigma * math.prod(ends)).astype(np.float32))


def unclipped(means: Unit, sigma: Unit) -> Unit:
    """What the means of clipped noisy pixels were near white, before noise of standard deviation `sigma` was clipped.

    Both arrays are broadcast; where `sigma` is 0 the means stay as they are, and so they do beyond 6 of it.
    """
    sigma = np.broadcast_to(sigma, means.shape)
    gap = (1 - means) / np.where(sigma > 0, sigma, 1)
    near = (sigma > 0) & (gap < 6)  # few pixels of most pictures
    before = means.astype(np.float32)
    before[near] = 1 - sigma[near] * np.interp(gap[near], MEANS, GAPS.clip(0))
    return before
