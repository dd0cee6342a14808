"""The pages of a file as outputs of their own: `a.tif` of 12 pages to `a-01.aec` ... `a-12.aec`."""

from aecodec.errors import UsageError
from aecodec.services.places import Place, readable


def outputs_of_pages(source: Place | None, output: Place | None) -> list[tuple[int | None, Place | None]]:
    """Each page, from 1, and where it goes; of a file of one page (None, output).

    Names have as many digits as the last, so that they sort. Raises UsageError for standard input, or output where
    there are several pages, and what `readable` and `count_pages` raise.
    """
    if source is None:
        raise UsageError("--all-pages counts the pages before it reads them, which standard input cannot serve")
    from aecodec.pictures.imagefile import count_pages  # here: few runs ask for pages

    count = count_pages(readable(source))
    if count == 1:
        return [(None, output)]
    if output is None:
        raise UsageError(f"{source} has {count} pages, and standard output serves one; name a file or folder with -o")
    digits = len(str(count))
    return [(page, output.with_name(f"{output.stem}-{page:0{digits}}{output.suffix}")) for page in range(1, count + 1)]
