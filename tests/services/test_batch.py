"""A run over many files that goes on."""

from pathlib import Path

import pytest

from aecodec.errors import BadInput, WeightsError
from aecodec.services import batch
from aecodec.services.jobs import Job
from aecodec.services.rows import Row


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b"x")


def jobs_of(*names: str, replace: bool = False) -> list[Job]:
    touch(*names)
    return [Job(Path(name), Path(name).with_suffix(".aec"), replace) for name in names]


def run(jobs, work, *, skip_existing=False) -> list[Row]:
    return list(batch.run(jobs, lambda: work, skip_existing, lambda: None))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (BadInput("not a picture"), "not a picture"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (MemoryError(), "not enough memory"),
        (KeyError("x"), "internal error: KeyError: 'x'"),
    ],
)
def test_an_error_is_a_row_and_the_run_goes_on(error, message):
    def work(job):
        if job.name == "a.png":
            raise error
        return Row(job.name)

    assert run(jobs_of("a.png", "b.png"), work) == [Row("a.png", errors=(message,)), Row("b.png")]


def test_an_interruption_ends_the_run():
    def work(job):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(jobs_of("a.png"), work)


def test_the_model_is_loaded_only_for_work_and_its_failure_ends_the_run():
    def prepare():
        raise WeightsError("none")

    touch("a.aec")
    (row,) = batch.run(jobs_of("a.png"), prepare, True, lambda: None)
    assert row == Row("a.png", "a.aec", skipped=True)
    (row,) = batch.run([Job(Path("missing.png"), Path("missing.aec"))], prepare, False, lambda: None)
    assert row == Row("missing.png", errors=("No such file or directory",))
    with pytest.raises(WeightsError):
        list(batch.run(jobs_of("b.png"), prepare, False, lambda: None))


def test_an_existing_output_is_looked_for_at_its_turn():
    def work(job):
        touch("b.aec")
        return Row(job.name)

    first, second = run(jobs_of("a.png", "b.png"), work)
    assert first.errors == ()
    assert "exists already" in second.errors[0]


def test_a_folder_in_the_way_is_refused_even_with_force():
    Path("a.aec").mkdir()
    (row,) = run(jobs_of("a.png", replace=True), pytest.fail)
    assert row.errors == ("a.aec is a folder; name a file with -o",)


def test_a_rehearsal_gives_the_rows_that_need_no_work():
    touch("b.aec")
    rows = list(batch.rehearse(jobs_of("a.png", "b.png"), skip_existing=True))
    assert rows == [Row("a.png", "a.aec"), Row("b.png", "b.aec", skipped=True)]
