"""Integer tables: what is legal, how slots are looked up and stored, that no array of a caller's is kept, and what
symbols cost."""

import math

import numpy as np
import pytest

from aecodec.entropy.rans import Decoder, Encoder
from aecodec.entropy.tables import LOOKUP_BITS, PRECISION, TOTAL, Tables, concatenate, ideal_bits
from aecodec.errors import WeightsError
from aecodec.limits import MAX_SYMBOL
from tests.entropy.rans_reference import make_tables

FAIR = (0, [1 << 15, 1 << 15])
STEEP = (-3, [1, 1, TOTAL - 3, 1])
FLAT = (-100, [1] * TOTAL)
STEPS = (7, [256] * 255 + [255, 1])


def int32(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def test_each_table_knows_its_place_and_its_values() -> None:
    tables = make_tables([FAIR, STEEP, FLAT])
    assert tables.count == 3
    assert tables.start.tolist() == [0, 3, 8]
    assert tables.start.dtype == np.int32
    assert tables.high.tolist() == [0, -1, TOTAL - 102]
    assert [tables.cdf[begin + size] for begin, size in zip(tables.start, tables.size, strict=True)] == [TOTAL] * 3


@pytest.mark.parametrize("table", [FAIR, STEEP, FLAT, STEPS])
def test_every_slot_is_found_from_the_lookup(table: tuple[int, list[int]]) -> None:
    tables = make_tables([FAIR, table])
    cdf = tables.cdf[tables.start[1] :]
    slots = np.arange(TOTAL)
    right = np.searchsorted(cdf, slots, side="right") - 1
    from_lookup = tables.lookup[1, slots >> (PRECISION - LOOKUP_BITS)].astype(np.int64)
    assert (from_lookup == right[slots & ~((1 << (PRECISION - LOOKUP_BITS)) - 1)]).all()
    while (behind := cdf[from_lookup + 1] <= slots).any():  # the kernel's search, all slots at once
        from_lookup += behind
    assert (from_lookup == right).all()


def test_arrays_round_trip() -> None:
    tables = make_tables([FAIR, STEEP])
    again = Tables.from_arrays(tables.to_arrays())
    assert all(np.array_equal(again.to_arrays()[name], array) for name, array in tables.to_arrays().items())
    with pytest.raises(WeightsError, match="lack 'low'"):
        Tables.from_arrays({"cdf": tables.cdf, "size": tables.size})


def test_concatenation_keeps_the_order() -> None:
    both = concatenate(make_tables([FAIR]), make_tables([STEEP, STEPS]))
    expected = make_tables([FAIR, STEEP, STEPS])
    assert all(np.array_equal(both.to_arrays()[name], array) for name, array in expected.to_arrays().items())
    assert np.array_equal(both.lookup, expected.lookup)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ([1, 9, TOTAL], "does not rise"),
        ([0, 9, TOTAL - 1], "does not rise"),
        ([0, TOTAL, TOTAL], "does not rise"),
        ([0, 0, TOTAL], "does not rise"),
        ([0, 9, 8, TOTAL], "does not rise"),
        ([0, -9, TOTAL], "does not rise"),
        ([0, 2**31 - 1, -(2**31), -1, TOTAL], "does not rise"),  # every difference is positive in 32 bits
        ([0, TOTAL], "has fewer than two symbols"),
    ],
)
def test_an_illegal_table_is_named(second: list[int], reason: str) -> None:
    fair = [0, 1 << 15, TOTAL]
    with pytest.raises(WeightsError, match=f"table 1 {reason}"):
        Tables(int32(*fair, *second, *fair), int32(2, len(second) - 1, 2), int32(0, 0, 0))


@pytest.mark.parametrize("low", [-MAX_SYMBOL - 1, MAX_SYMBOL, 2**31 - 1])
def test_values_that_no_stream_may_hold_are_refused(low: int) -> None:
    make_tables([FAIR, (-MAX_SYMBOL, STEEP[1]), (MAX_SYMBOL - 2, STEEP[1])])
    with pytest.raises(WeightsError, match=f"table 1 has values beyond {MAX_SYMBOL}"):
        make_tables([FAIR, (low, STEEP[1])])


@pytest.mark.parametrize(
    ("cdf", "size", "low"),
    [
        (int32(0, 9, TOTAL, 5), int32(2), int32(0)),
        (int32(0, 9, TOTAL), int32(2, 2), int32(0, 0)),
        (int32(0, 9, TOTAL), int32(2**31 - 1), int32(0)),
        (int32(), int32(), int32()),
        (int32(0, 9, TOTAL), int32(2), int32(0, 0)),
        (int32(0, 9, TOTAL).astype(np.int64), int32(2), int32(0)),
        (int32(0, 9, TOTAL)[None], int32(2), int32(0)),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(cdf: np.ndarray, size: np.ndarray, low: np.ndarray) -> None:
    with pytest.raises(WeightsError, match="probability tables"):
        Tables(cdf, size, low)


def test_sizes_that_cancel_out_are_refused() -> None:
    with pytest.raises(WeightsError, match="table 1 has fewer than two symbols"):
        Tables(int32(0, 9, TOTAL), int32(5, -4), int32(0, 0))


# --- arrays as callers have them


def round_trip(tables: Tables, symbols: np.ndarray, rows: np.ndarray) -> bytes:
    encoder = Encoder(tables)
    encoder.code(symbols, rows)
    decoder = Decoder(data := encoder.finish(), tables)
    assert decoder.code(None, rows).tolist() == symbols.tolist()
    decoder.finish()
    return data


def test_what_was_validated_stays() -> None:
    cdf = int32(0, 9, TOTAL)
    tables = Tables(cdf, int32(2), int32(0))
    cdf[1] = TOTAL
    assert tables.cdf.tolist() == [0, 9, TOTAL]


def test_arrays_may_be_of_any_kind() -> None:
    """Read-only or with gaps: what the compiled loops would not take is copied."""
    tables, symbols, rows = make_tables([FAIR, STEEP]), int32(0, -2, 0, -3), int32(0, 1, 0, 1)
    expected = round_trip(tables, symbols, rows)
    arrays = [np.repeat(array, 2)[::2] for array in (*tables.to_arrays().values(), symbols, rows)]
    frozen = [array.copy() for array in arrays]
    for array in frozen:
        array.flags.writeable = False
    for cdf, size, low, again, under in (arrays, frozen):
        assert round_trip(Tables(cdf, size, low), again, under) == expected


def test_a_buffer_may_be_used_again() -> None:
    tables = make_tables([FAIR, STEEP])
    encoder, rows, symbols = Encoder(tables), int32(0, 0), int32(1, 0)
    encoder.code(symbols, rows)
    rows[:], symbols[:] = 1, -3
    encoder.code(symbols, rows)
    assert Decoder(encoder.finish(), tables).code(None, int32(0, 0, 1, 1)).tolist() == [1, 0, -3, -3]


@pytest.mark.parametrize(("symbols", "rows"), [(5, (1,)), (1, (5,)), (0, (1,)), (4, (2, 2))])
def test_symbols_without_a_row_each_are_our_own_error(symbols: int, rows: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="table rows"):  # the kernel would read out of bounds
        Encoder(make_tables([FAIR])).code(np.zeros(symbols, np.int32), np.zeros(rows, np.int32))


def test_ideal_bits_by_hand() -> None:
    cdf = np.array([0, 1 << 14, 3 << 14, 1 << 16, 0, (1 << 16) - 1, 1 << 16], np.int32)
    tables = Tables(cdf, np.array([3, 2], np.int32), np.array([-1, 5], np.int32))
    cases = [
        (-1, 0, 2.0),
        (0, 0, 1.0),
        (1, 0, 2.0 + 2),  # an escape: sign and a single 1
        (-2, 0, 2.0 + 2),
        (2, 0, 2.0 + 4),  # distance 1: sign, 0, 10
        (3, 0, 2.0 + 4),
        (-5, 0, 2.0 + 6),  # distance 3: sign, 00, 100
        (5, 1, -math.log2(1 - 2**-16)),
        (4, 1, 16.0 + 2),
        (5 + (1 << 10), 1, 16.0 + 22),
        (5 + (1 << 10) - 1, 1, 16.0 + 20),
    ]
    for symbol, index, bits in cases:
        assert ideal_bits(tables, int32(symbol), int32(index)) == pytest.approx(bits, abs=1e-12), symbol
    symbols, rows, bits = (np.array(column) for column in zip(*cases[:10], strict=True))
    total = ideal_bits(tables, symbols.reshape(2, 5).astype(np.int32), rows.reshape(2, 5).astype(np.int32))
    assert total == pytest.approx(bits.sum())
    assert ideal_bits(tables, int32(), int32()) == 0


def test_no_symbol_costs_less_than_the_least() -> None:
    tables = make_tables([(0, [1, (1 << 16) - 1]), (-3, [1 << 14] * 4), (0, [(1 << 16) - 5, 2, 3])])
    for row in range(tables.count):
        symbols = np.arange(tables.low[row], tables.high[row] + 1, dtype=np.int32)
        bits = [ideal_bits(tables, symbols[[at]], np.array([row])) for at in range(symbols.size)]
        assert 0 < tables.least_cost[row] / 65536 <= min(bits)
