"""Calls of several threads as one: which go together, what each gets back, and what happens where memory runs out."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from aecodec.codec import latents
from aecodec.executors import batching
from aecodec.executors.batching import BatchingCodec, BatchingDenoiser, Gathering
from aecodec.executors.interface import Form
from aecodec.executors.interruption import Stoppable
from aecodec.executors.with_torch import TorchDenoiser, TorchUploads
from tests.test_denoiser import CPU
from tests.tiny import executor, sample, tiny_denoiser, tiny_frozen

PATIENCE_S = 20  # of a test that fails
STEP = 784


class Device:
    """Doubles what it is given, and keeps a log of how many tiles it got; busy for as long as somebody says."""

    def __init__(self, room: int = 99) -> None:
        self.log: list[int] = []
        self.room = room
        self.free = threading.Event()
        self.busy = threading.Event()
        self.error: Exception | None = None

    def doubled(self, tiles: np.ndarray, shift: int = 0) -> np.ndarray:
        self.log.append(len(tiles))
        self.busy.set()
        assert self.free.wait(PATIENCE_S)
        if self.error is not None:
            raise self.error
        if len(tiles) > self.room:
            raise MemoryError
        return 2 * tiles + shift


@pytest.fixture
def one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "AT_ONCE", 1)


def tiles(value: int, count: int = 1, side: int = 2) -> np.ndarray:
    return np.full((count, side, side), value, np.float32)


def gathered(gathering: Gathering, device: Device, calls: list[Callable[[], object]]) -> list[Future[object]]:
    """The calls, each in a thread, of which all but the first have gathered while the device was busy with that."""
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(calls[0])]
        assert device.busy.wait(PATIENCE_S)
        for number, call in enumerate(calls[1:], 1):
            futures.append(pool.submit(call))
            until = time.monotonic() + PATIENCE_S
            while len(gathering._waiting) < number:  # one after the other, so that their order is known
                assert time.monotonic() < until
        device.free.set()
    return futures


def test_calls_of_one_shape_and_setting_are_one_batch_and_others_are_not(one_at_once):
    device = Device()
    gathering = Gathering(8)

    def call(*arrays: np.ndarray, shift: int = 0) -> np.ndarray:
        (made,) = gathering.run(device.doubled, arrays, shift)
        return made

    given = [tiles(1), tiles(2), tiles(3, side=4), tiles(4, count=2), tiles(5).astype(np.float64), tiles(6), tiles(7)]
    shifts = [0, 0, 0, 0, 0, 1, 0]
    calls = [partial(call, array, shift=shift) for array, shift in zip(given, shifts, strict=True)]
    for future, array, shift in zip(gathered(gathering, device, calls), given, shifts, strict=True):
        assert np.array_equal(future.result(), 2 * array + shift)
    assert device.log == [1, 4, 1, 1, 1]  # alone; 2, 4 and 7; another shape, type and setting


def test_a_batch_has_no_more_tiles_than_it_may(one_at_once):
    device = Device()
    gathering = Gathering(4)
    calls = [partial(gathering.run, device.doubled, (tiles(value, count=2),)) for value in range(5)]
    for value, future in enumerate(gathered(gathering, device, calls)):
        (made,) = future.result()
        assert np.array_equal(made, tiles(2 * value, count=2))
    assert device.log == [2, 4, 4]


def test_who_is_alone_waits_for_nobody():
    device = Device()
    device.free.set()
    (made,) = Gathering(8).run(device.doubled, (tiles(1, count=3),))
    assert np.array_equal(made, tiles(2, count=3))
    assert device.log == [3]


def test_an_error_reaches_all_of_its_batch_and_no_other(one_at_once):
    device = Device()
    gathering = Gathering(8)

    def failing(array: np.ndarray) -> np.ndarray:
        raise RuntimeError("no kernel")

    calls = [partial(gathering.run, device.doubled, (tiles(0),))]
    calls += [partial(gathering.run, failing, (tiles(value),)) for value in (1, 2)]
    calls += [partial(gathering.run, device.doubled, (tiles(3),))]
    futures = gathered(gathering, device, calls)
    assert np.array_equal(futures[0].result()[0], tiles(0))
    assert np.array_equal(futures[3].result()[0], tiles(6))
    for future in futures[1:3]:
        with pytest.raises(RuntimeError, match="no kernel"):
            future.result()


def test_where_memory_runs_out_batches_are_halved_for_good():
    device = Device(room=2)
    device.free.set()
    gathering = Gathering(8)
    given = np.arange(7, dtype=np.float32)[:, None]
    (made,) = gathering.run(device.doubled, (given,))
    assert np.array_equal(made, 2 * given)
    assert device.log == [7, 3, 1, 1, 1, 1, 1, 1, 1]
    device.log.clear()
    (made,) = gathering.run(device.doubled, (given,))
    assert np.array_equal(made, 2 * given)
    assert max(device.log) == 1


def test_where_one_tile_does_not_fit_that_is_told():
    device = Device(room=0)
    device.free.set()
    with pytest.raises(MemoryError):
        Gathering(8).run(device.doubled, (tiles(1, count=4),))


class Log:
    """Uploads to nowhere, and keeps a log of who did and of what was joined; without room for what has a 9."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.joins: list[int] = []

    def upload(self, array: np.ndarray) -> "Uploaded":
        self.threads.add(threading.get_ident())
        if (array == 9).any():
            raise MemoryError
        return Uploaded(array)

    def joined(self, parts: tuple["Uploaded", ...]) -> "Uploaded":
        self.joins.append(len(parts))
        return Uploaded(np.concatenate([part.array for part in parts]))


class Uploaded:
    def __init__(self, array: np.ndarray) -> None:
        self.array, self.shape, self.dtype = array, array.shape, "uploaded"

    def __len__(self) -> int:
        return len(self.array)


def test_each_thread_uploads_its_own_and_what_has_no_room_goes_as_it_is(one_at_once):
    device, log = Device(), Log()
    gathering = Gathering(8, log)

    def doubled(given: Uploaded | np.ndarray) -> np.ndarray:
        return device.doubled(given.array if isinstance(given, Uploaded) else given)

    values = (1, 2, 3, 9, 9)
    calls = [partial(gathering.run, doubled, (tiles(value),)) for value in values]
    for value, future in zip(values, gathered(gathering, device, calls), strict=True):
        (made,) = future.result()  # type: ignore[misc]
        assert np.array_equal(made, tiles(2 * value))
    assert len(log.threads) == 5
    assert log.joins == [2]
    assert device.log == [1, 2, 2]


def test_who_is_told_to_stop_calls_no_device():
    device = Device()
    stopped: list[BaseException] = []

    class Thread(Stoppable):
        def run(self) -> None:
            try:
                Gathering(1).run(device.doubled, (tiles(1),))
            except KeyboardInterrupt as error:
                stopped.append(error)

    thread = Thread()
    thread.stopping = True
    thread.start()
    thread.join()
    assert len(stopped) == 1
    assert device.log == []


def test_who_leaves_while_waiting_is_waited_for_by_nobody(one_at_once, monkeypatch):
    device = Device()
    gathering = Gathering(8)

    def interrupted(predicate: Callable[[], bool]) -> bool:
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(gathering.run, device.doubled, (tiles(1),))
        assert device.busy.wait(PATIENCE_S)
        with monkeypatch.context() as patch:
            patch.setattr(gathering._changed, "wait_for", interrupted)
            with pytest.raises(KeyboardInterrupt):
                gathering.run(device.doubled, (tiles(2),))
        device.free.set()
        first.result()
    assert np.array_equal(gathering.run(device.doubled, (tiles(3),))[0], tiles(6))


def together(count: int, work: Callable[[int], object]) -> list[object]:
    """What threads make that begin at once."""
    start = threading.Barrier(count)

    def begun(index: int) -> object:
        start.wait(PATIENCE_S)
        return work(index)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begun, range(count)))


@pytest.mark.parametrize("uploads", [None, TorchUploads("cpu")])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pictures_coded_together_decode_as_those_coded_alone(uploads, dtype):
    plain = executor(tiny_frozen(), "torch", batch=4)
    shared = BatchingCodec(executor(tiny_frozen(), "torch", batch=4), uploads)
    full = np.iinfo(dtype).max // 255
    given = [(sample()[64 * index : 64 * index + 128, :192][None] * dtype(full)) for index in range(4)]
    form = Form(3, 8)

    def coded(codec: BatchingCodec, index: int) -> tuple[bytes, np.ndarray]:
        y = codec.analysis(given[index])
        made = latents.encode(codec, y, STEP)
        (quantised,) = latents.decode(codec, made.payloads, y.shape[2:], STEP)
        return made.payloads[0], codec.synthesis(quantised[None], STEP, form)

    alone = [coded(plain, index) for index in range(4)]  # type: ignore[arg-type]
    for (payload, pixels), (_, expected) in zip(together(4, partial(coded, shared)), alone, strict=True):
        ours = latents.decode_symbols(plain, [payload], (8, 12), STEP)  # one at a time reads what was written together
        assert ours.errors == [None]
        assert np.abs(pixels.astype(int) - expected).max() <= 1


def test_the_exact_path_is_exact_in_batches():
    plain = executor(tiny_frozen(), "torch")
    shared = BatchingCodec(plain, TorchUploads("cpu"))
    draws = np.random.default_rng(0)
    z = [draws.integers(-20, 20, (1, tiny_frozen().config.hyper, 4, 4)).astype(np.float32) for _ in range(4)]
    rows = together(4, lambda index: shared.scale_rows(z[index], STEP, 32))
    for index in range(4):
        assert np.array_equal(rows[index], plain.scale_rows(z[index], STEP, 32))


def test_noisy_pictures_in_a_batch_are_restored_as_those_alone():
    """Also the estimate, which looks at the whole of a picture, and not of its batch."""
    denoiser = TorchDenoiser(tiny_denoiser(), CPU, 4)
    given = [sample()[64 * index : 64 * index + 64, :96][None].astype(np.float32) / 255 for index in range(4)]
    energies = denoiser.energies(np.concatenate(given))
    levels = denoiser.estimate(energies)
    clean = denoiser.restore(np.concatenate(given), levels)
    for index, pixels in enumerate(given):
        assert np.allclose(denoiser.energies(pixels)[0], energies[index], atol=1e-5)
        assert np.allclose(denoiser.estimate(energies[index : index + 1])[0], levels[index], atol=1e-5)
        assert np.allclose(denoiser.restore(pixels, levels[index : index + 1])[0], clean[index], atol=1e-5)


def test_noisy_pictures_restored_together_are_as_those_restored_alone():
    plain = TorchDenoiser(tiny_denoiser(), CPU, 4)
    shared = BatchingDenoiser(plain, TorchUploads("cpu"))
    given = [sample()[64 * index : 64 * index + 64, :96][None].astype(np.float32) / 255 for index in range(4)]

    def restored(one: BatchingDenoiser, index: int) -> np.ndarray:
        return one.restore(given[index], one.estimate(one.energies(given[index])))

    for index, found in enumerate(together(4, partial(restored, shared))):
        assert np.allclose(found, restored(plain, index), atol=1e-5)  # type: ignore[arg-type]
