"""What Ray cannot serve is refused before it is started."""

from pathlib import Path

import pytest

from aecodec.errors import UsageError
from aecodec.services import running
from aecodec.services.cluster import Task
from aecodec.services.files import Engine
from aecodec.services.jobs import Job
from aecodec.services.rows import Row
from aecodec.services.running import How

JOBS = [Job(Path("missing.png"), Path("out/missing.aec"))]


def rows(how: How, jobs: list[Job] = JOBS):
    task = Task(lambda *_: pytest.fail("nothing is to be done"), lambda job: 0, Row)
    return running.rows(jobs, task, Engine(), how, print, print)


@pytest.mark.parametrize("out", [None, "-", "out/missing.aec"])
def test_ray_needs_a_folder_for_its_manifest(out):
    with pytest.raises(UsageError, match="--engine ray writes into a folder"):
        rows(How(out, ray=True))


def test_an_address_is_of_a_cluster():
    with pytest.raises(UsageError, match="--engine ray too"):
        rows(How("out", address="10.0.0.1:6379"))


def test_a_dry_run_starts_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (row,) = rows(How("out", dry_run=True, ray=True))
    assert row.errors == ("No such file or directory",)
    assert list(tmp_path.iterdir()) == []


def test_here_they_are_done_in_order(tmp_path):
    jobs = [Job(tmp_path / name, tmp_path / f"{name}.aec") for name in ("b", "a")]
    for job in jobs:
        job.source.touch()
    task = Task(lambda engine, warn: lambda job: Row(job.name), lambda job: 0, Row)
    made = running.rows(jobs, task, Engine(), How(None), print, print)
    assert [row.input for row in made] == [job.name for job in jobs]
