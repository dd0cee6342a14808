"""Ray itself, started once: jobs on workers that warn, fail and die. Only where Ray is installed."""

import os
import sys
from pathlib import Path

import pytest

from aecodec.errors import AecodecError, BadInput, WeightsError
from aecodec.services import cluster
from aecodec.services.cluster import Task
from aecodec.services.files import Engine
from aecodec.services.jobs import Job
from aecodec.services.rows import Row

ray = pytest.importorskip("ray")


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """By names that are relative: workers have another folder."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for name in ("bad", "done", "fine", "kills-all", "kills-once", "warns"):
        Path(f"in/{name}.png").write_bytes(b"x")
    Path("done.aec").touch()
    return [Job(path, Path(path.stem + ".aec")) for path in sorted(Path("in").iterdir())]


def make(engine, warn_about):
    assert (engine.device, engine.threads) == ("cpu", 1)

    def work(job):
        name = job.source.stem
        if name == "bad":
            raise BadInput("no picture")
        if name == "kills-all" or (name == "kills-once" and not job.output.exists()):
            job.output.touch()
            os._exit(1)
        if name == "warns":
            warn_about(job.name)("careful")
        job.output.write_bytes(b"done")
        return Row(job.name, job.output_name, seconds=1.0)

    return work


def unable(engine, warn_about):
    raise WeightsError("no weights here")


@pytest.mark.filterwarnings("ignore")  # of what Ray itself imports
def test_workers_that_die_and_files_that_fail_stop_no_other(jobs, monkeypatch, capfd):
    monkeypatch.setattr(cluster, "cores", lambda: 1)
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers cannot import tests
    heard = []
    task = Task(make, lambda job: 0, Row)
    made = cluster.run(jobs, task, Engine(), True, "local", lambda name: lambda text: heard.append((name, text)))
    rows = {row.input: row for row in made}
    assert len(rows) == len(jobs)
    assert rows.pop("in/done.png") == Row("in/done.png", "done.aec", skipped=True)
    assert rows.pop("in/bad.png") == Row("in/bad.png", errors=("no picture",))
    (told,) = rows.pop("in/kills-all.png").errors
    assert told.startswith("its worker died")
    assert rows == {f"in/{n}.png": Row(f"in/{n}.png", f"{n}.aec", seconds=1.0) for n in ("fine", "kills-once", "warns")}
    assert heard == [("in/warns.png", "careful")]
    assert capfd.readouterr().out == ""  # where data goes
    with pytest.raises(AecodecError, match=r"^no weights here$"):
        list(cluster.run(jobs, Task(unable, lambda job: 0, Row), Engine(), True, "local", lambda name: print))
