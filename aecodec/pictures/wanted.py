"""What is asked of a reader: which page of a file, and how large a picture may be."""

from dataclasses import dataclass

from aecodec.errors import BadInput, LimitExceeded
from aecodec.limits import DEFAULT_MAX_PIXELS
from aecodec.pictures.picture import Warn, check_size


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


def refuse_more(width: int, height: int, max_pixels: int) -> None:
    """Raises LimitExceeded for a picture of more pixels than the user allows."""
    if width * height > max_pixels:
        allowed = "allowed by default" if max_pixels == DEFAULT_MAX_PIXELS else "allowed"
        raise LimitExceeded(
            f"the picture has {width * height:,} pixels ({width} x {height}), more than the {max_pixels:,} {allowed}: "
            "--max-pixels (in Python max_pixels) raises that"
        )
