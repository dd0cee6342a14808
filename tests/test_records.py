"""What our frozen dataclasses do is what the standard library's do."""

import copy
import dataclasses
import pickle
from dataclasses import field
from functools import cached_property

import pytest

from aecodec import records


def made(dataclass):
    """A class, and one that derives from it."""

    @dataclass(frozen=True)
    class Base:
        """Of two fields, and one that is not compared."""

        number: int
        names: tuple[str, ...] = ()
        hidden: float = field(default=0.0, compare=False, repr=False)

        def __post_init__(self):
            if self.number < 0:
                raise ValueError("below zero")

        @cached_property
        def double(self):
            return 2 * self.number

    @dataclass(frozen=True, kw_only=True)
    class Derived(Base):
        """And one more."""

        more: list[int] = field(default_factory=list)

    return Base, Derived


OURS, THEIRS = made(records.dataclass), made(dataclasses.dataclass)


def tried(action):
    try:
        return action()
    except Exception as error:
        return type(error), str(error).replace("__init__()", "")


@pytest.mark.parametrize(
    "look",
    [
        lambda base, derived: repr(base(1, ("a",), 2.0)),
        lambda base, derived: repr(derived(1, more=[3])),
        lambda base, derived: base(1) == base(1, (), 5.0),
        lambda base, derived: base(1) == base(2),
        lambda base, derived: base(1) == derived(1),
        lambda base, derived: base(1) == 1,
        lambda base, derived: hash(base(1, ("a",))) == hash((1, ("a",))),
        lambda base, derived: hash(derived(1)),
        lambda base, derived: {base(1): "x"}[base(1)],
        lambda base, derived: setattr(base(1), "number", 2),
        lambda base, derived: setattr(base(1), "other", 2),
        lambda base, derived: setattr(derived(1), "more", []),
        lambda base, derived: delattr(base(1), "number"),
        lambda base, derived: base(1).double,
        lambda base, derived: base(-1),
        lambda base, derived: derived(1, (), 0.0, [2]),
        lambda base, derived: dataclasses.asdict(derived(1, more=[3])),
        lambda base, derived: dataclasses.replace(derived(1), number=4).number,
        lambda base, derived: dataclasses.astuple(copy.copy(base(3))),
        lambda base, derived: base.__match_args__,
    ],
)
def test_they_look_alike(look):
    assert tried(lambda: look(*OURS)) == tried(lambda: look(*THEIRS))


@records.dataclass(frozen=True, eq=False)
class Held:
    """Compared by identity."""

    value: float


def test_without_eq_each_is_itself_and_all_can_be_pickled():
    one = Held(1.0)
    assert one != Held(1.0)
    assert len({one, Held(1.0)}) == 2
    assert pickle.loads(pickle.dumps(one)).value == 1.0  # noqa: S301
