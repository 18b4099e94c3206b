import msgspec
import pytest

from mockgate.units import Bytes, Measure, Seconds, Share, dec_hook, read_moment


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
    ],
)
def test_what_is_no_measure_is_refused_with_what_would_be_right(kind, written):
    with pytest.raises(ValueError, match=r"write it like|is the least"):
        kind.read(written)


def readable(kind: type[Measure], written: object) -> bool:
    try:
        kind.read(written)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("kind", [Seconds, Share, Bytes])
@pytest.mark.parametrize("written", ["", "1", "5 5", "10KB", "350ms", "1m30s", "15%", ".5", "x", "1 h", 0.5, -1, 3])
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
