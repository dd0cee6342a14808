"""Calls of several threads run on a device as one: tiles of equal shape from several pictures share a batch.

As servers of networks do, but without a clock: a call that finds the device idle runs at once, and while the device is
busy the others wait and gather. So nobody waits for company that may never come. Each thread brings its own tiles to
the device before it waits, and there they are joined: else the one that runs a batch would copy those of all, one after
the other. Batches are computed in another order of sums: floats may differ in their last bits from those of one tile at
a time, the exact path does not.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Condition
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aecodec.executors.interface import CodecExecutor, DenoiserExecutor, Floats, Form
from aecodec.executors.interruption import heed
from aecodec.pictures.picture import Samples

if TYPE_CHECKING:
    from aecodec.nets.compressor import Compressor

AT_ONCE = 2  # batches: what the processor does for one hides behind the device's work on the other

Arrays = tuple[NDArray[Any], ...]  # each (N, ...), of as many tiles
Given = tuple[Any, ...]  # arrays, or what lies on a device in their place
Function = Callable[..., Any]  # what is given, and what else its method takes -> an array, or a tuple of some


class Uploads(Protocol):
    """Brings arrays to a device, where executors take them as they take arrays."""

    def upload(self, array: NDArray[Any]) -> Any:
        """An array (N, ...) on the device, with its `shape` and a `dtype`; raises MemoryError."""

    def joined(self, parts: Given) -> Any:
        """Uploaded arrays (N, ...) of one shape and type, one after the other."""


@dataclass(eq=False)
class _Call:
    kind: Hashable  # calls of one kind can be one
    arrays: Given
    made: Arrays | None = None
    error: BaseException | None = None

    @property
    def tiles(self) -> int:
        return len(self.arrays[0])

    @property
    def over(self) -> bool:
        return self.made is not None or self.error is not None


class Gathering:
    """Runs functions of arrays, at most `most` tiles at a time; halves that for good where memory runs out."""

    def __init__(self, most: int, uploads: Uploads | None = None) -> None:
        self._most = most
        self._uploads = uploads
        self._changed = Condition()
        self._waiting: list[_Call] = []
        self._running = 0

    def run(self, function: Function, arrays: Arrays, *settings: Hashable) -> Arrays:
        """What `function` makes of arrays (N, ...) and settings, perhaps together with those of other threads.

        Raises what it raises, in each of the threads; MemoryError where even a tile alone is too much.
        """
        heed()
        given = self._uploaded(arrays)
        call = _Call((function, *((array.shape[1:], str(array.dtype)) for array in given), *settings), given)
        batch = self._joined_or_leading(call)
        if batch:
            try:
                self._lead(function, batch, settings)
            finally:
                with self._changed:
                    self._running -= 1
                    self._changed.notify_all()
        if call.error is not None:
            raise call.error
        assert call.made is not None  # or it would have an error
        return call.made

    def _uploaded(self, arrays: Arrays) -> Given:
        """On the device, or as they are where it has no room: then a batch, which can be halved, has to upload them."""
        if self._uploads is None:
            return arrays
        try:
            return tuple(map(self._uploads.upload, arrays))
        except MemoryError:
            return arrays

    def _joined_or_leading(self, call: _Call) -> list[_Call]:
        """Wait for a turn: the batch that the call is to lead, none if it was run in that of another thread."""
        with self._changed:
            self._waiting.append(call)
            try:
                self._changed.wait_for(lambda: call.over or self._leads(call))
            except BaseException:  # Ctrl-C: nobody shall wait for who has left
                self._waiting = [other for other in self._waiting if other is not call]
                self._changed.notify_all()
                raise
            return [] if call.over else self._taken(call)

    def _leads(self, call: _Call) -> bool:
        """Whether a call is the next to run: the oldest of those that wait, once the device is free."""
        return self._running < AT_ONCE and bool(self._waiting) and self._waiting[0] is call

    def _taken(self, first: _Call) -> list[_Call]:
        """The first call and what fits into a batch with it, no longer waiting."""
        batch, tiles = [first], first.tiles
        for call in self._waiting[1:]:
            if call.kind == first.kind and tiles + call.tiles <= self._most:
                batch.append(call)
                tiles += call.tiles
        self._waiting = [call for call in self._waiting if call not in batch]
        self._running += 1
        self._changed.notify_all()  # another may lead now
        return batch

    def _lead(self, function: Function, batch: list[_Call], settings: tuple[Hashable, ...]) -> None:
        """Run a batch and hand its parts back, or the error to all."""
        try:
            arrays = tuple(map(self._joined, zip(*(call.arrays for call in batch), strict=True)))
            made = self._made(function, arrays, settings)
        except BaseException as error:
            for call in batch:
                call.error = error
            return
        ends = np.cumsum([call.tiles for call in batch])
        for call, end in zip(batch, ends, strict=True):
            call.made = tuple(array[end - call.tiles : end] for array in made)

    def _joined(self, parts: Given) -> Any:
        if self._uploads is None or isinstance(parts[0], np.ndarray):
            return _joined(parts)
        return parts[0] if len(parts) == 1 else self._uploads.joined(parts)

    def _made(self, function: Function, arrays: Given, settings: tuple[Hashable, ...]) -> Arrays:
        tiles = len(arrays[0])
        if tiles <= self._most:
            try:
                made = function(*arrays, *settings)
                return made if isinstance(made, tuple) else (made,)
            except MemoryError:
                if tiles == 1:
                    raise
            self._most = tiles // 2  # out of the handler, whose exception keeps what the device holds
        halves = slice(tiles // 2), slice(tiles // 2, None)
        parts = [self._made(function, tuple(array[half] for array in arrays), settings) for half in halves]
        return tuple(map(_joined, zip(*parts, strict=True)))


def _joined(parts: Arrays) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


class BatchingCodec:
    """`interface.CodecExecutor`, for any number of threads, over one that likes batches."""

    def __init__(self, inner: CodecExecutor, uploads: Uploads | None = None) -> None:
        self.frozen = inner.frozen
        self.threads = inner.threads
        self.batch = inner.batch
        self._inner = inner
        self._gathering = Gathering(inner.batch, uploads)

    def analysis(self, pixels: Samples) -> Floats:
        (y,) = self._gathering.run(self._inner.analysis, (pixels,))
        return y

    def details(self, pixels: Samples, y: Floats) -> Floats:
        (details,) = self._gathering.run(self._inner.details, (pixels, y))
        return details

    def hyper(self, y: Floats, step: int) -> Floats:
        (z,) = self._gathering.run(self._inner.hyper, (y,), step)
        return z

    def quantise(self, y: Floats, z: Floats, step: int) -> tuple[Floats, Floats]:
        symbols, quantised = self._gathering.run(self._inner.quantise, (y, z), step)
        return symbols, quantised

    def scale_rows(self, z: Floats, step: int, channels: int) -> NDArray[np.int32]:
        (rows,) = self._gathering.run(self._inner.scale_rows, (z,), step, channels)
        return rows

    def reconstruct(self, z: Floats, symbols: Floats, step: int) -> Floats:
        (quantised,) = self._gathering.run(self._inner.reconstruct, (z, symbols), step)
        return quantised

    def synthesis(self, quantised: Floats, step: int, form: Form) -> Samples:
        (samples,) = self._gathering.run(self._inner.synthesis, (quantised,), step, form)
        return samples

    def prepare(self, *functions: str, channels: int | None = None) -> None:
        self._inner.prepare(*functions, channels=channels)

    def module(self) -> "Compressor":
        return self._inner.module()


class BatchingDenoiser:
    """`interface.DenoiserExecutor`, as `BatchingCodec`."""

    def __init__(self, inner: DenoiserExecutor, uploads: Uploads | None = None) -> None:
        self.batch = inner.batch
        self._inner = inner
        self._gathering = Gathering(inner.batch, uploads)

    def energies(self, pixels: Floats) -> Floats:
        (energies,) = self._gathering.run(self._inner.energies, (pixels,))
        return energies

    def estimate(self, energies: Floats) -> Floats:
        (levels,) = self._gathering.run(self._inner.estimate, (energies,))
        return levels

    def restore(self, pixels: Floats, levels: Floats) -> Floats:
        (clean,) = self._gathering.run(self._inner.restore, (pixels, levels))
        return clean
