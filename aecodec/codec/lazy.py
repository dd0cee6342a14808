"""A codec that is loaded when the first picture needs a network: lossless files need neither weights nor runtime."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO

from aecodec.codec import decoding, losslessfile
from aecodec.codec.header import Cleaning, Header
from aecodec.codec.layers import Crop, refuse_short
from aecodec.codec.layout import read_layout, stream_of
from aecodec.codec.ratecontrol import Target
from aecodec.codec.results import Decoded, Encoded
from aecodec.pictures.picture import Picture

if TYPE_CHECKING:
    from aecodec.codec.codec import Codec


class LazyCodec:
    """`load` gives the codec, and raises WeightsError and DeviceError when it is asked."""

    def __init__(self, load: "Callable[[], Codec]", threads: int | None = None) -> None:
        self._load = load
        self._threads = threads
        self._loading = Lock()
        self._loaded: Codec | None = None

    @property
    def codec(self) -> "Codec":
        """Loaded once, whichever of several threads needs it first."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def encode(
        self,
        picture: Picture,
        target: Target,
        *,
        effort: int = 0,
        exact: bool = False,
        clean: Cleaning | None = None,
    ) -> Encoded:
        """As `Codec.encode`."""
        if target.kind != "lossless":
            return self.codec.encode(picture, target, effort=effort, exact=exact, clean=clean)
        return losslessfile.encode(picture, effort=effort, clean=clean, threads=self._threads or 0)

    def decode(self, source: bytes | BinaryIO, *, crop: Crop | None = None, keep_going: bool = False) -> Decoded:
        """As `Codec.decode`; what can be refused, or read, without a network is not kept waiting for one."""
        if self._loaded is not None:
            return self._loaded.decode(source, crop=crop, keep_going=keep_going)
        stream = stream_of(source)
        start = stream.tell()
        layout = read_layout(stream)
        refuse_short(layout, keep_going)
        stream.seek(start)
        if layout.header.has_network:
            return self.codec.decode(stream, crop=crop, keep_going=keep_going)
        return decoding.decode(stream, _no_network, crop=crop, keep_going=keep_going)


def _no_network(header: Header) -> decoding.Network:
    raise AssertionError("a lossless file has no latents")
