"""Short names of pictures: distinct within a run, the same for the same picture of two runs."""

from pathlib import Path

import pytest

from aecodec.evaluation.naming import short_names


def named(*runs: list[str]) -> list[list[str]]:
    found = short_names(*([Path(path) for path in run] for run in runs))
    return [[found[Path(path)] for path in run] for run in runs]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/x/k1.png", "/x/k2.png"], ["k1.png", "k2.png"]),
        (["a/1.png", "b/1.png", "b/2.png"], ["a/1.png", "b/1.png", "2.png"]),
        (["/r/a/x/1.png", "/r/b/x/1.png"], ["a/x/1.png", "b/x/1.png"]),
        (["1.png", "b/1.png", "/b/1.png"], ["1.png", "b/1.png", "/b/1.png"]),
        (["a/1.png", "a/1.jpg"], ["1.png", "1.jpg"]),
        (["-"], ["-"]),
        ([], []),
    ],
)
def test_names_are_short_and_distinct(paths: list[str], names: list[str]) -> None:
    assert named(paths) == [names]


@pytest.mark.parametrize(
    ("before", "after", "common"),
    [
        (["/x/kodak/k1.png"], ["/y/kodak/k1.png"], {"k1.png"}),
        (["/x/kodak/k1.png"], ["elsewhere/k1.png"], {"k1.png"}),
        (["/x/a/1.png", "/x/b/1.png"], ["/y/a/1.png", "/y/b/1.png"], {"a/1.png", "b/1.png"}),
        (["/x/a/1.png", "/x/b/1.png"], ["/y/b/1.png"], {"b/1.png"}),
        (["/x/b/1.png"], ["/y/a/1.png", "/y/b/1.png"], {"b/1.png"}),
        (["/x/a/1.png", "/x/b/1.png"], ["/y/c/1.png"], set()),
    ],
)
def test_pictures_of_two_runs_match_by_the_ends_of_their_paths(
    before: list[str], after: list[str], common: set[str]
) -> None:
    first, second = named(before, after)
    assert set(first) & set(second) == common
