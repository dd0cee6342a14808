"""The choice of a device."""

import subprocess
import sys
from pathlib import Path

import pytest
import threadpoolctl
import torch

from aecodec import devices
from aecodec.errors import DeviceError


def test_float32_is_float32() -> None:
    devices.select("cpu")
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32


def test_training_may_round_and_what_comes_after_it_may_not() -> None:
    devices.select("cpu", exact=False)
    assert torch.backends.cuda.matmul.allow_tf32
    assert torch.backends.cudnn.benchmark
    devices.select("cpu")
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.benchmark


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "cuda:-1", ""])
def test_devices_that_do_not_exist_are_named(name: str) -> None:
    with pytest.raises(DeviceError, match="device"):
        devices.select(name)


def test_threads_must_be_positive() -> None:
    with pytest.raises(DeviceError):
        devices.select("cpu", 0)


def test_running_out_of_memory_names_the_remedy() -> None:
    with pytest.raises(DeviceError, match="--batch"), devices.memory_errors():
        raise torch.cuda.OutOfMemoryError


def test_every_device_is_described() -> None:
    assert devices.describe()[0].startswith("cpu: ")


def test_a_device_is_named_with_its_threads() -> None:
    assert devices.name_of(devices.choose("cpu", 1)) == "cpu, 1 thread"
    assert devices.name_of(devices.choose("cpu", 2)) == "cpu, 2 threads"


def test_the_cpu_is_chosen_without_torch() -> None:
    code = "import sys; from aecodec import devices; devices.choose(); assert 'torch' not in sys.modules"
    if not torch.cuda.is_available():
        subprocess.run([sys.executable, "-c", code], check=True)
    assert devices.choose("cpu") == devices.Device("cpu", devices.cores())


@pytest.mark.parametrize(("driver", "torch_sees", "chosen"), [(True, 1, "cuda:0"), (True, 0, "cpu"), (False, 1, "cpu")])
def test_a_gpu_is_taken_where_the_driver_and_torch_have_one(
    driver: bool, torch_sees: int, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PyTorch that is built for the CPU sees none of the driver's."""
    monkeypatch.setattr(devices, "_has_gpu", lambda: driver)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: torch_sees)
    assert devices.choose("auto").name == chosen


def test_no_driver_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "DRIVER", "libnothing.so.1")
    assert devices._has_gpu.__wrapped__() is False


@pytest.mark.parametrize(("capabilities", "has"), [({"avx512_bf16": True}, True), ({"avx512_f": True}, False)])
def test_bf16_is_used_where_the_processor_multiplies_in_it(
    capabilities: dict[str, bool], has: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert devices.has_bf16.__wrapped__(torch.device("cpu")) is has


def test_bf16_is_not_used_where_pytorch_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not devices.has_bf16.__wrapped__(torch.device("cpu"))


@pytest.mark.parametrize(("capability", "has"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_bf16_is_used_on_gpus_that_multiply_in_it(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], has: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert devices.has_bf16.__wrapped__(torch.device("cuda")) is has


def test_memory_is_the_machine_s_or_what_its_container_may_take(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bound = tmp_path / "memory.max"
    monkeypatch.setattr(devices, "CONTAINER", bound)
    machine = devices.memory()
    assert machine > 1 << 28
    bound.write_text("max\n")
    assert devices.memory() == machine
    bound.write_text("1048576\n")
    assert devices.memory() == 1 << 20
    monkeypatch.delattr(devices.os, "sysconf")
    bound.unlink()
    assert devices.memory() == devices.UNKNOWN_MEMORY


def test_numpy_is_bounded_where_not_all_cores_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, str]] = []
    monkeypatch.setattr("threadpoolctl.threadpool_limits", lambda limits, user_api: told.append((limits, user_api)))
    monkeypatch.setattr(devices, "cores", lambda: 4)
    devices.limit_blas(4)
    assert told == []
    devices.limit_blas(1)
    assert told == [(1, "blas")]


def test_numpy_takes_one_thread_a_product_for_those_who_ask_and_as_many_as_before_then() -> None:
    def threads() -> set[int]:
        return {library["num_threads"] for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"}

    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        before = threads()
        with devices.blas_alone(2):
            assert threads() == {1}
        assert threads() == before
