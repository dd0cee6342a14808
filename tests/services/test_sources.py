"""What a folder or a list gives: every input once, what is left alone named, what cannot be read refused alone."""

import os
from pathlib import Path

import pytest

from aecodec.services import jobs
from aecodec.services.jobs import ENCODE, Selection
from tests.services.test_jobs import outputs, refusals, touch
from tests.warned import keep, refuse


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_folders_are_searched_in_order_without_hidden_files_or_links_to_folders():
    touch("in/b.png", "in/a/z.png", "in/a/.git/x.png", "in/.x.png", "in/c.png")
    os.symlink("a", "in/loop")
    told: list[tuple[str, str]] = []
    planned = jobs.plan(Selection(("in",), recursive=True), ENCODE, keep(told))
    assert [job.name for job in planned] == ["in/b.png", "in/c.png", "in/a/z.png"]
    assert told == [("in", "1 left alone: loop/")]


def test_what_is_left_alone_is_named_but_what_the_command_makes_is_not():
    touch("in/a.png", "in/a.aec", "in/1.txt", "in/2.txt", "in/3.txt", "in/4.txt")
    told: list[tuple[str, str]] = []
    jobs.plan(Selection(("in",)), ENCODE, keep(told))
    assert told == [("in", "4 left alone: 1.txt, 2.txt, 3.txt, ...")]


def test_a_folder_without_inputs_is_refused():
    touch("in/deep/a.png")
    assert refusals("in") == {"in": "no picture in this folder; -r looks into the folders inside"}
    Path("empty").mkdir()
    assert refusals("empty", recursive=True) == {"empty": "no picture in this folder"}


def test_a_folder_that_cannot_be_listed_is_refused_and_the_rest_goes_on(monkeypatch):
    touch("in/a.png", "in/locked/b.png")
    scandir = os.scandir

    def deny(path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", deny)
    planned = jobs.plan(Selection(("in",), recursive=True), ENCODE, refuse)
    assert [(job.name, job.refusal) for job in planned] == [
        ("in/a.png", None),
        ("in/locked", "cannot be listed: Permission denied"),
    ]


def test_a_list_of_files_may_hold_folders_and_any_bytes():
    touch("in/a.png", "b.png")
    Path("list").write_bytes(b"in\n\nb.png\n\xff.png\n")
    assert list(outputs(files_from="list")) == ["in/a.png", "b.png", os.fsdecode(b"\xff.png")]
