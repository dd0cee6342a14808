"""What a notebook shows of results."""

import base64
import math
import re
from io import BytesIO

import numpy as np
from PIL import Image

from aecodec.codec import losslessfile
from aecodec.codec.results import Decoded, Encoded
from aecodec.pictures.picture import Picture, from_array
from tests import drawn


def shown(markup: str) -> Image.Image:
    (data,) = re.findall(r'src="data:image/png;base64,([^"]+)"', markup)
    return Image.open(BytesIO(base64.b64decode(data)))


def test_a_decoded_picture_is_shown_with_what_was_lost() -> None:
    picture = from_array(drawn.samples((30, 40, 4)))
    decoded = Decoded(picture, 50.5, ("tile 1 <b> at byte 9",))
    markup = decoded._repr_html_()
    assert np.array_equal(np.asarray(shown(markup)), picture.interleaved())
    assert "40x30  8 bits  quality 50.5<br>tile 1 &lt;b&gt; at byte 9" in markup
    assert decoded._repr_png_().startswith(b"\x89PNG")


def test_a_large_one_of_16_bits_is_made_smaller() -> None:
    picture = Picture(drawn.samples((16, 2048, 1), 16))
    assert shown(Decoded(picture, 50)._repr_html_()).size == (1024, 8)


def test_an_encoded_picture_says_its_size() -> None:
    data = losslessfile.encode(from_array(drawn.samples((30, 40, 3)))).data
    markup = Encoded(data, 50, 30.0, ceiling="as good as it gets")._repr_html_()
    bpp = 8 * len(data) / 1200
    assert f"40x30  {len(data):,} bytes  {bpp:.3f} bpp  quality 50<br>as good as it gets" in markup
    assert "lossless" in Encoded(data, 100, math.inf, lossless=1.0)._repr_html_()


def test_an_encoded_picture_shows_what_a_decoder_will_decoded_once_and_when_asked() -> None:
    picture = from_array(drawn.samples((30, 40, 3)))
    data = losslessfile.encode(picture).data
    asked = []

    def decode(data: bytes) -> Decoded:
        asked.append(data)
        return Decoded(picture, 50)

    encoded = Encoded(data, 50, 30.0, decode=decode)
    assert asked == []
    assert np.array_equal(np.asarray(shown(encoded._repr_html_())), picture.interleaved())
    assert (encoded._repr_png_() or b"").startswith(b"\x89PNG")
    assert asked == [data]
    assert Encoded(data, 50, 30.0)._repr_png_() is None
