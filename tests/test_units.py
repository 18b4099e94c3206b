import msgspec
import pytest

from mockgate.units import (
    Bytes,
    Measure,
    Money,
    Point,
    Quantity,
    Rate,
    Seconds,
    Share,
    dec_hook,
    enc_hook,
    read_moment,
    write_moment,
)


@pytest.mark.parametrize(
    ("kind", "written", "amount"),
    [
        (Seconds, "350ms", 0.35),
        (Seconds, "1m30s", 90),
        (Seconds, "1 h", 3600),
        (Seconds, 2, 2),
        (Seconds, "2.5", 2.5),
        (Share, "15%", 0.15),
        (Share, 0.5, 0.5),
        (Bytes, "10MB", 10e6),
        (Bytes, "512KiB", 524288),
        (Bytes, "1_000", 1000),
        (Money, "$5.00", 5),
        (Money, " 0.25 USD", 0.25),
        (Money, 3, 3),
    ],
)
def test_a_measure_reads_numbers_and_units(kind, written, amount):
    assert kind.read(written) == pytest.approx(amount)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Seconds, ""),
        (Seconds, "3x"),
        (Seconds, "5 5"),
        (Seconds, "1.5.5"),
        (Seconds, "-1s"),
        (Seconds, True),
        (Seconds, [1]),
        (Seconds, float("nan")),
        (Seconds, float("inf")),
        (Seconds, 10**400),
        (Seconds, "9" * 400),
        (Share, "120%"),
        (Bytes, "10mb"),
        (Money, "5 EUR"),
        (Money, "-$5"),
        (Money, -1),
        (Money, "$"),
    ],
)
def test_what_is_no_measure_is_refused_with_what_would_be_right(kind, written):
    with pytest.raises(ValueError, match=r"write it like|is the least"):
        kind.read(written)


@pytest.mark.parametrize(
    ("written", "amount", "seconds"),
    [
        ("60/min", 60, 60),
        ("40k/min", 40_000, 60),
        ("2.5M / day", 2_500_000, 86400),
        ("5/10s", 5, 10),
        ("1_000/h", 1000, 3600),
        ("1/sec", 1, 1),
        ("3/500ms", 3, 0.5),
    ],
)
def test_a_rate_is_so_many_in_a_length_of_time(written, amount, seconds):
    rate = Rate.read(written)
    assert (rate.amount, rate.unit) == (amount, seconds)


@pytest.mark.parametrize(
    ("written", "right"),
    [
        (60, 'write it like "60/min"'),
        ("60", 'write it like "60/min"'),
        ("-5/min", 'write it like "60/min"'),
        ("5/fortnight", "units: s, min, h, day"),
        ("5/0s", "1ms or longer"),
        ("0.5/s", 'over a longer time, like "30/min"'),
        ("0/min", 'over a longer time, like "30/min"'),
        ("9" * 400 + "/min", "1e[+]12 is the most"),
        ("5/" + "9" * 400 + "h", "1e[+]12 is the most"),
    ],
)
def test_what_is_no_rate_is_refused_with_what_would_be_right(written, right):
    with pytest.raises(ValueError, match=right):
        Rate.read(written)


@pytest.mark.parametrize(
    ("written", "amount", "unit"),
    [
        ("10 tokens", 10, "tokens"),
        ("1 token", 1, "tokens"),
        ("3 chunks", 3, "chunks"),
        ("2KB", 2000, "bytes"),
        ("1.5s", 1.5, "seconds"),
    ],
)
def test_a_point_is_a_place_in_an_answer(written, amount, unit):
    assert Point.read(written) == Point(amount, unit)


@pytest.mark.parametrize("written", [10, "10 words", "-1 token", "", "1.5 tokens", None])
def test_what_is_no_point_is_refused_with_what_would_be_right(written):
    with pytest.raises(ValueError, match='write it like "10 tokens"'):
        Point.read(written)


def readable(kind: type[Measure | Quantity], written: object) -> bool:
    try:
        kind.read(written)
    except ValueError:
        return False
    return True


WRITTEN = [
    "", "1", "5 5", "10KB", "350ms", "1m30s", "15%", ".5", "x", "1 h", 0.5, -1, 3, "$5", "5 USD", "$ 1.5 USD", "60/min",
    "40k/10s", "5/5", "1.2.3/s", " 3 / day ", "10 tokens", "1 chunk", "2 KB",
]  # fmt: skip


@pytest.mark.parametrize("kind", [Seconds, Share, Bytes, Money, Rate, Point])
@pytest.mark.parametrize("written", WRITTEN)
def test_the_schema_and_the_reader_agree(kind, written):
    import jsonschema

    fits = jsonschema.Draft202012Validator(kind.schema()).is_valid(written)
    assert fits == readable(kind, written)


def test_a_measure_is_read_inside_other_values():
    assert msgspec.convert({"a": "2s"}, dict[str, Seconds], dec_hook=dec_hook) == {"a": 2.0}


def test_a_moment_without_a_zone_is_in_utc():
    assert read_moment("1970-01-02") == 86400
    assert read_moment("1970-01-01T01:00:00+01:00") == 0
    assert read_moment("2026-01-31T09:30:00Z") == read_moment("2026-01-31 09:30")


@pytest.mark.parametrize("written", ["yesterday", "", "1969-12-31", "0001-01-01T00:00:00+14:00", "2026-13-01"])
def test_what_is_no_moment_is_refused(written):
    with pytest.raises(ValueError, match=r"moment|1970"):
        read_moment(written)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Seconds, "1m30s"),
        (Money, "$5.25"),
        (Rate, "40k/min"),
        (Rate, "5/10s"),
        (Rate, "1/0.5s"),
        (Point, "10 tokens"),
        (Point, "3 chunks"),
        (Point, "1.5s"),
        (Point, "12345678B"),
    ],
)
def test_a_measure_that_is_written_again_reads_the_same(kind, written):
    measure = kind.read(written)
    assert kind.read(msgspec.to_builtins(measure, enc_hook=enc_hook)) == measure


def test_a_moment_is_written_as_it_is_read():
    assert write_moment(1_735_689_600) == "2025-01-01T00:00:00Z"
    assert read_moment(write_moment(1_735_689_600.25)) == 1_735_689_600.25
