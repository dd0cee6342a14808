"""What is asked of a reader: which page of a file, how large a picture may be, and who is told what is not kept."""

from collections.abc import Callable
from dataclasses import dataclass

from aecodec.errors import BadInput, LimitExceeded
from aecodec.limits import DEFAULT_MAX_PIXELS, MAX_PIXELS, MAX_SIDE

Warn = Callable[[str], None]  # takes one line on what a reader or writer does not keep


@dataclass(frozen=True)
class Wanted:
    """`page` counts from 1; None is the first, with a warning where there are others."""

    page: int | None = None
    max_pixels: int = DEFAULT_MAX_PIXELS  # at most limits.MAX_PIXELS

    def check_size(self, width: int, height: int) -> None:
        """Raise before memory is taken: BadInput for an empty picture, LimitExceeded for one too large."""
        check_size(width, height)
        refuse_more(width, height, self.max_pixels)

    def index(self, pages: int, warn: Warn) -> int:
        """Of the page, from 0, in a file of so many; raises BadInput for one that is not there."""
        if self.page is None:
            if pages > 1:
                warn(
                    f"{pages} pictures in one file: only the first is kept (encode --page and --all-pages take others)"
                )
            return 0
        if self.page > pages:
            raise BadInput(f"no such page: the file has {pages}")
        return self.page - 1


FIRST = Wanted()


def check_size(width: int, height: int) -> None:
    """Raise before memory is taken: BadInput for an empty picture, LimitExceeded for one too large."""
    if width < 1 or height < 1:
        raise BadInput(f"the picture is {width} x {height} pixels: there is nothing in it")
    if max(width, height) > MAX_SIDE:
        raise LimitExceeded(f"the picture is {width} x {height} pixels: a side has at most {MAX_SIDE}")
    if width * height > MAX_PIXELS:
        raise LimitExceeded(f"the picture is {width} x {height} pixels: all in all at most {MAX_PIXELS}")


def refuse_more(width: int, height: int, max_pixels: int) -> None:
    """Raises LimitExceeded for a picture of more pixels than the user allows."""
    if width * height > max_pixels:
        allowed = "allowed by default" if max_pixels == DEFAULT_MAX_PIXELS else "allowed"
        raise LimitExceeded(
            f"the picture has {width * height:,} pixels ({width} x {height}), more than the {max_pixels:,} {allowed}: "
            "--max-pixels (in Python max_pixels) raises that"
        )
