"""Pairs told by names: the layouts that sets of real noise have, what is ambiguous, and what is left out."""

from pathlib import Path

import pytest

from aecodec.errors import BadInput, UsageError
from aecodec.evaluation import pairing
from aecodec.evaluation.pairing import match, pair
from aecodec.pictures.imagefile import ignore
from aecodec.services.jobs import Job


def matched(noisy: str, clean: list[str], folder: str = "c") -> list[str]:
    """What belongs to `noisy`, which is among the pictures of `folder` too if it lies there."""
    listed = [Path(noisy)] if Path(noisy).is_relative_to(folder) else []
    (found,) = match([Path(noisy)], [*listed, *map(Path, clean)], Path(folder)).values()
    return [str(path) for path in found]


@pytest.mark.parametrize(
    ("noisy", "clean"),
    [
        ("shots/a.png", "c/a.jpg"),
        ("shots/a[1].png", "c/a[1].png"),
        ("c/Canon5D2_5_160_3200_plug_11_real.JPG", "c/Canon5D2_5_160_3200_plug_11_mean.JPG"),
        ("c/NOISY_SRGB_010.PNG", "c/GT_SRGB_010.PNG"),
        ("c/x-noisy.png", "c/x-gt.png"),
        ("c/x.Input.png", "c/x.target.tif"),
        ("c/x n.png", "c/x reference.png"),
        ("c/x_noisy.png", "c/x.png"),
        ("c/x.png", "c/x_clean.png"),
        ("c/real_madrid_real.png", "c/real_madrid_mean.png"),
        ("c/noisy.png", "c/clean.png"),
        ("shots/x_noisy.png", "c/x_clean.png"),
        ("shots/X.png", "c/x.png"),
        ("shots/s1/1.png", "c/s1/1.png"),
        ("shots/s1/1.png", "c/1.png"),
        ("c/s1/NOISY_SRGB_010.PNG", "c/s1/GT_SRGB_010.PNG"),
        ("c/Real/1_real.png", "c/Real/1_mean.png"),
        ("c/s1/noisy/1.png", "c/s1/clean/1.png"),
        ("c/noisy/s1/1.png", "c/clean/s1/1.png"),
        ("c/s1_noisy/1.png", "c/s1_gt/1.png"),
        ("c/s1/noisy.png", "c/s1/clean.png"),
        ("c/iso6400/1.png", "c/1.png"),
    ],
)
def test_names_of_a_pair(noisy: str, clean: str) -> None:
    assert matched(noisy, [clean, "c/other_noisy.png", "c/other_clean.png"]) == [clean]


@pytest.mark.parametrize(
    ("noisy", "clean"),
    [
        ("c/a.png", "c/a.jpg"),  # which is the clean one?
        ("c/x_mean.png", "c/x_real.png"),  # the other way round
        ("c/clean/1.png", "c/noisy/1.png"),
        ("c/x_real.png", "c/x_noisy.png"),
        ("c/x_1_real.png", "c/x_2_mean.png"),
        ("c/1_2_real.png", "c/2_1_mean.png"),
        ("c/x_real_noisy.png", "c/x_mean.png"),  # one word alone
        ("c/xnoisy.png", "c/xclean.png"),
        ("shots/a1.png", "c/a[1].png"),
        ("shots/a.b.png", "c/a.png"),
        ("c/s2/NOISY_010.png", "c/s1/GT_010.png"),
        ("shots/s2/1.png", "c/s1/1.png"),
        ("shots/1.png", "c/s1/1.png"),
    ],
)
def test_names_of_no_pair(noisy: str, clean: str) -> None:
    assert matched(noisy, [clean]) == []


def test_the_very_same_name_comes_first() -> None:
    assert matched("shots/x.png", ["c/x.png", "c/x_clean.png", "c/X.png"]) == ["c/x.png"]


def test_of_several_that_in_the_same_folders_counts() -> None:
    clean = ["c/1.png", "c/s1/1.png", "c/s2/1.png", "c/t/s1/1.png"]
    assert matched("shots/s1/1.png", clean) == ["c/s1/1.png"]
    assert matched("shots/t/s1/1.png", clean) == ["c/t/s1/1.png"]
    assert matched("shots/1.png", clean) == ["c/1.png"]


def test_several_of_a_kind_are_all_found() -> None:
    assert matched("c/x_real.png", ["c/x_mean.png", "c/x_gt.png"]) == ["c/x_gt.png", "c/x_mean.png"]
    assert matched("shots/x.png", ["c/x.png", "c/x.jpg"]) == ["c/x.jpg", "c/x.png"]


def test_folders_may_be_named_in_many_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture is not its own clean one, by whatever path; and folders above the one named count as well."""
    (tmp_path / "s1" / "noisy").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "s1")
    monkeypatch.chdir(tmp_path / "s1")
    assert matched("x_real.png", [str(tmp_path / "link" / "x_real.png")], str(tmp_path / "link")) == []
    monkeypatch.chdir(tmp_path / "s1" / "noisy")
    assert matched("1.png", ["../../s1/clean/1.png"], "../..") == ["../../s1/clean/1.png"]


def made(folder: Path, *names: str) -> list[Job]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return [Job(folder / name, None) for name in names]


def paired(jobs: list[Job], folder: Path, *, recursive: bool = False) -> tuple[list[str], pairing.Pairs]:
    kept, pairs = pair(jobs, folder, lambda name: ignore, recursive=recursive)
    return [job.name.removeprefix(f"{folder}/") for job in kept], pairs


def test_clean_pictures_among_the_inputs_are_left_out(tmp_path: Path) -> None:
    jobs = made(
        tmp_path, "a_mean.JPG", "a_real.JPG", "b_mean.JPG", "c_gt.png", "c_mean.png", "c_real.png", "d_real.png"
    )
    kept, pairs = paired(jobs, tmp_path)
    assert kept == ["a_real.JPG", "b_mean.JPG", "c_real.png", "d_real.png"], "b has no noisy one, and says so"
    assert pairs.clean(tmp_path / "a_real.JPG") == tmp_path / "a_mean.JPG"
    for name in ("b_mean.JPG", "d_real.png"):
        with pytest.raises(BadInput, match=f"no clean picture of this name in {tmp_path}"):
            pairs.clean(tmp_path / name)
    with pytest.raises(BadInput, match=r"2 clean pictures have its name: .*c_gt\.png, .*c_mean\.png$"):
        pairs.clean(tmp_path / "c_real.png")


def test_inputs_in_a_folder_of_their_own_all_stay(tmp_path: Path) -> None:
    jobs = made(tmp_path / "shots", "a.png", "b.png")
    made(tmp_path / "c", "a.png", "a.txt", ".a.png")
    refused, stream = Job(tmp_path / "shots", None, refusal="no picture"), Job(None, None)
    kept, pairs = pair([*jobs, refused, stream], tmp_path / "c", lambda name: ignore)
    assert kept == [*jobs, refused, stream]
    assert pairs.clean(tmp_path / "shots" / "a.png") == tmp_path / "c" / "a.png"


def test_folders_inside_are_looked_into_where_asked_for(tmp_path: Path) -> None:
    jobs = made(tmp_path, "s1/GT_1.png", "s1/NOISY_1.png", "s2/GT_1.png", "s2/NOISY_1.png", "s3/NOISY_1.png")
    kept, pairs = paired(jobs, tmp_path, recursive=True)
    assert kept == ["s1/NOISY_1.png", "s2/NOISY_1.png", "s3/NOISY_1.png"]
    assert pairs.clean(tmp_path / "s2" / "NOISY_1.png") == tmp_path / "s2" / "GT_1.png"
    with pytest.raises(BadInput):
        pairs.clean(tmp_path / "s3" / "NOISY_1.png")
    with pytest.raises(UsageError, match=r"--clean .*: no picture in this folder; -r looks"):
        paired(jobs, tmp_path)


def test_no_word_is_of_both_sides() -> None:
    assert pairing.NOISY.isdisjoint(pairing.CLEAN)
