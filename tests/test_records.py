from mockgate.records import MOST, Records


def test_records_are_found_by_kind_and_id_and_listed_oldest_first():
    records = Records()
    records.save("file", "b", 1)
    records.save("file", "a", 2)
    records.save("job", "a", 3)
    assert (records.find("file", "a"), records.find("job", "a"), records.find("job", "b")) == (2, 3, None)
    assert records.all("file") == [1, 2]
    assert records.all("nothing") == []


def test_saving_again_replaces_in_place():
    records = Records()
    for id, record in [("a", 1), ("b", 2), ("a", 3)]:
        records.save("file", id, record)
    assert records.all("file") == [3, 2]


def test_only_wanted_records_are_listed():
    records = Records()
    for number in range(5):
        records.save("n", str(number), number)
    assert records.all("n", lambda number: number % 2 == 1) == [1, 3]


def test_a_dropped_record_is_gone_and_dropping_says_whether_there_was_one():
    records = Records()
    records.save("file", "a", "record")
    assert records.drop("file", "a") is True
    assert records.drop("file", "a") is False
    assert records.drop("never", "a") is False
    assert records.all("file") == []


def test_the_oldest_records_of_a_kind_go_when_there_are_too_many():
    records = Records()
    for number in range(MOST + 5):
        records.save("n", str(number), number)
    records.save("other", "0", 0)
    assert records.all("n") == list(range(5, MOST + 5))
    assert records.all("other") == [0]


def test_wishes_for_an_id_are_counted_by_kind_and_the_longest_unasked_for_is_forgotten():
    records = Records()
    assert [records.repeats(kind, "a") for kind in ("n", "n", "m", "n")] == [0, 1, 0, 2]
    for number in range(MOST):
        records.repeats("n", str(number))
    assert (records.repeats("n", "a"), records.repeats("m", "a")) == (0, 1)
