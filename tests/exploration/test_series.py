"""Series from files."""

from pathlib import Path

import numpy as np
import pytest

from aecodec.errors import BadInput
from aecodec.exploration.series import read_series


def test_columns_of_numbers_are_channels(tmp_path: Path) -> None:
    rows = "\n".join(f"2026-01-{day:02},{day},{-day}" for day in range(1, 21))
    (tmp_path / "a.csv").write_text(f"date,up,down\n{rows}\n")
    windows, starts = read_series(tmp_path / "a.csv", 8)
    assert windows.shape == (4, 8, 2)
    assert starts == [0, 4, 8, 12]
    assert windows[1, 0].tolist() == [5, -5]


def test_one_column_has_no_axis_of_channels(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\n".join(map(str, range(10))))
    assert read_series(tmp_path / "a.csv", 4)[0].shape == (4, 4)


def test_arrays_of_windows_stay_as_they_are(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((5, 12, 2)))
    assert read_series(tmp_path / "a.npy", 4)[0].shape == (5, 12, 2)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"a,b\n1,2\n3\n", "rows of one length"),
        ("a.csv", b"", "rows of one length"),
        ("a.csv", b"1,x\n2,y\n", None),
        ("a.csv", b"x\ny\n", "rows of one length|no column"),
        ("a.csv", b"1\n2\n", "fewer than a window"),
        ("a.csv", b"1\nnan\n3\n4\n5\n", "not finite"),
        ("a.csv", b"\xff\xfe\x00", "cannot read"),
        ("a.npy", b"nothing", "cannot read"),
    ],
)
def test_bad_series_are_one_clear_line(tmp_path: Path, name: str, content: bytes, words: str | None) -> None:
    (tmp_path / name).write_bytes(content)
    if words is None:
        assert read_series(tmp_path / name, 2)[0].shape == (1, 2)
        return
    with pytest.raises(BadInput, match=words):
        read_series(tmp_path / name, 4)


def test_arrays_of_words_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array(["a", "b"]))
    with pytest.raises(BadInput, match="no array of numbers"):
        read_series(tmp_path / "a.npy", 1)
