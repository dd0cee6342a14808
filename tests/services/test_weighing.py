"""How much memory a job takes, as the header of its input says."""

import os
from pathlib import Path

from aecodec import api
from aecodec.services import weighing
from aecodec.services.jobs import Job
from tests import drawn


def test_more_pixels_take_more_by_the_header_alone(tmp_path: Path):
    weights = []
    for side in (20, 200):
        source = tmp_path / f"{side}.png"
        source.write_bytes(drawn.written(drawn.picture(side, side), "png")[:64])  # no pixel is there
        coded = tmp_path / f"{side}.aec"
        coded.write_bytes(api.encode(drawn.picture(side, side), lossless=True)[:40])
        weights.append(weighing.of_picture(Job(source, None)))
        assert weighing.of_coded(Job(coded, None)) == weights[-1]
    assert weights[1] == 100 * weights[0] > 0


def test_of_a_large_picture_the_network_has_a_part_at_a_time():
    assert weighing._bytes(100_000_000) < 10 * weighing._bytes(5_000_000)


def test_what_is_no_file_of_its_kind_takes_none(tmp_path: Path):
    path = tmp_path / "text"
    path.write_bytes(b"text")
    assert weighing.of_picture(Job(path, None)) == weighing.of_coded(Job(path, None)) == 0


def test_nothing_is_taken_from_a_stream(tmp_path: Path):
    """A pipe without a writer would be waited for; one with would lose what was read."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for job in (Job(None, None), Job(pipe, None)):
        assert weighing.of_picture(job) == weighing.of_coded(job) > 0
