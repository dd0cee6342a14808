"""What measures on a GPU runs on a CPU too, so that it runs there when there is one."""

import pytest

from benchmarks.speed import device, given, networks
from benchmarks.speed.device import Asked
from tests.tiny import TINY_WEIGHTS

ASKED = Asked("cpu", (320, 192), 0.01, 2, TINY_WEIGHTS)
KINDS = ("encode", "decode")


def test_pictures_in_flight_and_networks_alone_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "matrix_flops", lambda where, kind: 1e12)  # which takes its time
    codec = device.loaded(ASKED, 2)
    pictures = [given.picture(given.photographs(), *ASKED.size, number) for number in range(2)]
    rates = list(device.in_memory(codec, pictures, [1, 3], ASKED, 2))
    for_encoding, for_decoding = ([(what, 1), (what, 3), (f"{what}: networks, arrays to and fro", 2)] for what in KINDS)
    assert [what for what, _ in rates] == for_encoding + for_decoding
    assert all(rate.a_second > 0 and rate.processor_ms > 0 and not rate.busy for _, rate in rates)
    rows, functions = device.alone(codec, pictures[0], ASKED)
    assert [row[0] for row in rows.rows] == list(KINDS)
    assert all(float(str(row[1])) > 0 for row in rows.rows)
    assert any("convolution" in str(row[0]) for row in functions.rows)


def test_what_fails_in_a_thread_ends_a_measurement_and_is_told() -> None:
    def failing() -> None:
        raise MemoryError("full")

    with pytest.raises(MemoryError, match="full"):
        device.sustained([failing, lambda: None], 2, ASKED)
