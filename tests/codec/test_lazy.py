"""A codec that is loaded when it is needed: once."""

import threading

from aecodec.codec.codec import Codec
from aecodec.codec.lazy import LazyCodec


def test_several_threads_load_one_codec(codec: Codec):
    second = threading.Event()
    loads: list[int] = []

    def load() -> Codec:
        loads.append(1)
        assert second.wait(20)
        return codec

    lazy = LazyCodec(load)
    found: list[Codec] = []

    def use(begun: threading.Event) -> None:
        begun.set()
        found.append(lazy.codec)

    threads = [threading.Thread(target=use, args=(begun,)) for begun in (threading.Event(), second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [codec, codec]
    assert len(loads) == 1
