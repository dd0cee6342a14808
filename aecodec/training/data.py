"""Training pictures: folders decoded once to uint8 on the device, random crops cut and scaled there in batches."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as V

from aecodec.errors import AecodecError, BadInput
from aecodec.limits import MAX_PIXELS
from aecodec.pictures import imagefile
from aecodec.pictures.picture import to_unit
from aecodec.pictures.wanted import Wanted

SMALLEST_SCALE = 0.25  # most of what people store was shrunk, which makes it sharp
SHRUNK_TOGETHER = 16  # crops: one call resizes them, and one small picture limits no more of them


class Source(Protocol):
    """What the loop draws its batches from."""

    def crops(self, batch: int, side: int, generator: torch.Generator) -> Tensor:
        """A batch (batch, ...) on the device; of pictures crops of so many pixels a side."""


class Pictures:
    """A set of pictures as one flat uint8 tensor on a device.

    Each picture is drawn equally often, whatever its size; a folder that is named twice counts twice.
    """

    def __init__(self, pictures: list[Tensor], device: torch.device) -> None:
        """`pictures`: uint8 (H, W, 3)."""
        sizes = torch.tensor([picture.shape[:2] for picture in pictures])
        lengths = torch.tensor([picture.numel() for picture in pictures])
        self.height, self.width = sizes[:, 0].to(device), sizes[:, 1].to(device)
        self.start = (torch.cumsum(lengths, 0) - lengths).to(device)
        self.flat = torch.cat([picture.reshape(-1) for picture in pictures]).to(device)
        self.side = sizes.min(1).values  # on the CPU, where crops are chosen
        self.megapixels = self.flat.numel() / 3e6
        self.count = len(pictures)

    def crops(self, batch: int, side: int, generator: torch.Generator) -> Tensor:
        """Random crops (batch, 3, side, side) of 0 ... 1, flipped half the time, up to 16 shrunk by one factor.

        The factor is 0.25 to 1, as far as the pictures that are drawn are large enough. On the device, without a loop
        over pictures; the draws come from a CPU generator, so that no device is waited for. The result is in
        channels_last order.
        """
        counts = [min(SHRUNK_TOGETHER, batch - first) for first in range(0, batch, SHRUNK_TOGETHER)]
        parts = [self._shrunk(count, side, generator) for count in counts]
        return parts[0] if len(parts) == 1 else torch.cat(parts).contiguous(memory_format=torch.channels_last)

    def _shrunk(self, batch: int, side: int, generator: torch.Generator) -> Tensor:
        """`crops` by one factor."""
        device = self.flat.device
        draw = torch.rand(3, batch, generator=generator)
        scale, flip = torch.rand(2, generator=generator).tolist()
        drawn = (draw[0] * self.count).long()
        cut = min(round(side / (SMALLEST_SCALE + (1 - SMALLEST_SCALE) * scale)), int(self.side[drawn].min()))
        draw, which = draw.to(device, non_blocking=True), drawn.to(device, non_blocking=True)
        top = (draw[1] * (self.height[which] - cut + 1)).long()
        left = (draw[2] * (self.width[which] - cut + 1)).long()
        lines = top[:, None] + torch.arange(cut, device=device)
        first = self.start[which][:, None] + 3 * (lines * self.width[which][:, None] + left[:, None])  # (batch, cut)
        rows = self.flat.unfold(0, 3 * cut, 1)[first]  # one index a row of pixels, not one a sample
        pixels = rows.view(batch, cut, cut, 3).permute(0, 3, 1, 2)
        if cut != side:
            pixels = V.resize(pixels, [side, side], antialias=True)  # as bytes: ten times as fast on a CPU
        unit = pixels.float().div_(255)
        return (unit.flip(3) if flip < 0.5 else unit).contiguous(memory_format=torch.channels_last)

    def centres(self, side: int) -> Iterator[Tensor]:
        """The middle (1, 3, side, side) of every picture, 0 ... 1, in order."""
        for start, height, width in zip(self.start.tolist(), self.height.tolist(), self.width.tolist(), strict=True):
            picture = self.flat[start : start + 3 * height * width].view(height, width, 3)
            top, left = (height - side) // 2, (width - side) // 2
            yield picture[top : top + side, left : left + side].permute(2, 0, 1)[None].float().div_(255)


def names(path: Path) -> frozenset[str]:
    """The lines of a file, as `load` leaves them out; raises BadInput when it cannot be read."""
    try:
        return frozenset(line for line in path.read_text(encoding="utf-8").splitlines() if line)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot read the names in {path}: {error}") from error


def refuse_missing(option: str, folders: Iterable[Path]) -> None:
    """Raises BadInput for the first that is no folder: below it nothing would be found, and nobody told."""
    for folder in folders:
        if not folder.is_dir():
            what = "is no folder: name the one with the pictures" if folder.exists() else "does not exist"
            raise BadInput(f"{option} {folder} {what}")


def load(
    folders: Iterable[Path],
    device: torch.device,
    least_side: int,
    note: Callable[[str], None],
    leave_out: Collection[str] = (),
) -> Pictures:
    """Read every picture below the folders; what is unreadable, or has a side below `least_side`, is left out.

    Unreadable files are named, small ones counted. `leave_out`: paths below their folder, with slashes, that are not
    read. Raises BadInput when no picture is left, or for a name to leave out that no file has.
    """
    found = [
        (path, path.relative_to(folder).as_posix())
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    unknown = set(leave_out) - {name for _, name in found}
    if unknown:
        raise BadInput(f"{min(unknown)} is to be left out and in none of {', '.join(map(str, folders))}")
    paths = [path for path, name in found if name not in leave_out]

    small: list[Path] = []

    def read(path: Path) -> Tensor | None:
        try:
            picture = imagefile.read(path, wanted=Wanted(max_pixels=MAX_PIXELS))
        except AecodecError as error:
            note(f"{path}: left out: {error}")
            return None
        if min(picture.height, picture.width) < least_side:
            small.append(path)
            return None
        pixels = torch.from_numpy(to_unit(picture.pixels)).mul(255).round().to(torch.uint8)
        return pixels.expand(-1, -1, 3)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pictures = [picture for picture in pool.map(read, paths) if picture is not None]
    if small:
        note(f"left out {len(small)} of {len(paths)} files: a side is below {least_side} pixels (such as {min(small)})")
    if not pictures:
        raise BadInput(f"no picture of at least {least_side} pixels a side in {', '.join(map(str, folders))}")
    return Pictures(pictures, device)
