import msgspec
import pytest

from mockgate.records import MOST, Records


def test_records_are_found_by_kind_and_id_and_listed_oldest_first():
    records = Records()
    records.save("file", "b", 1)
    records.save("file", "a", 2)
    records.save("job", "a", 3)
    assert (records.find("file", "a"), records.find("job", "a"), records.find("job", "b")) == (2, 3, None)
    assert records.all("file") == [1, 2]
    assert records.all("nothing") == []


def test_ids_are_told_by_kind_oldest_first():
    records = Records()
    for kind, id in [("file", "b"), ("file", "a"), ("job", "c")]:
        records.save(kind, id, 0)
    assert records.ids() == {"file": ["b", "a"], "job": ["c"]}


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


SEEDS = {
    "files": [{"id": "file-1", "filename": "in.jsonl", "text": "{}\n"}],
    "conversations": [{"id": "conv_1", "items": [{"role": "user", "content": "Hi"}], "metadata": {"a": "b"}}],
    "responses": [{"id": "resp_1", "input": "My name is Ada.", "text": "Hello, Ada."}],
    "batches": [{"id": "batch_1", "completed": 2, "failed": 1}],
}


@pytest.fixture
def get(ask):
    """Get a path and return the status and the body."""

    async def send(gateway, path, method="GET", body=None):
        exchange = await ask(gateway, method, path, body)
        raw = (
            b"".join(piece.encode() for piece in exchange.answer.frames) if hasattr(exchange.answer, "frames") else None
        )
        return exchange.status, msgspec.json.decode(exchange.answer.body) if raw is None else raw

    return send


async def test_a_session_begins_with_the_objects_that_the_scenario_names(gw, get):
    gateway = gw(records=SEEDS)
    assert (await get(gateway, "/v1/files/file-1/content"))[1] == b"{}\n"
    assert (await get(gateway, "/v1/conversations/conv_1"))[1]["metadata"] == {"a": "b"}
    assert (await get(gateway, "/v1/conversations/conv_1/items"))[1]["data"][0]["content"][0]["text"] == "Hi"
    told = (await get(gateway, "/v1/responses/resp_1"))[1]
    assert (told["id"], told["output"][0]["content"][0]["text"]) == ("resp_1", "Hello, Ada.")
    assert told["usage"]["output_tokens"] == 4
    batch = (await get(gateway, "/v1/batches/batch_1"))[1]
    assert batch["request_counts"] == {"total": 3, "completed": 2, "failed": 1}
    lines = (await get(gateway, f"/v1/files/{batch['output_file_id']}/content"))[1].splitlines()
    assert len(lines) == 2
    assert [one["id"] for one in (await get(gateway, "/v1/batches"))[1]["data"]] == ["batch_1"]
    assert "file-1" in [one["id"] for one in (await get(gateway, "/v1/files"))[1]["data"]]


async def test_what_was_there_from_the_start_is_gone_on_with_and_stays_deleted(gw, get):
    gateway = gw(records=SEEDS, rules=[{"when": {"message": "My name is Ada"}, "reply": "Ada."}])
    body = {"model": "gpt-4o", "input": "Who am I?", "previous_response_id": "resp_1"}
    assert (await get(gateway, "/v1/responses", "POST", body))[1]["output"][0]["content"][0]["text"] == "Ada."
    assert (await get(gateway, "/v1/responses/resp_1", "DELETE"))[0] == 200
    assert (await get(gateway, "/v1/responses/resp_1"))[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/files/file-x", None),
        ("GET", "/v1/files/file-x/content", None),
        ("DELETE", "/v1/files/file-x", None),
        ("GET", "/v1/responses/resp_x", None),
        ("GET", "/v1/responses/resp_x/input_items?after=item_x&limit=0", None),
        ("DELETE", "/v1/responses/resp_x", None),
        ("POST", "/v1/responses", {"model": "gpt-4o", "input": "Hi", "previous_response_id": "resp_x"}),
        ("GET", "/v1/conversations/conv_x/items?after=item_x", None),
        ("GET", "/v1/conversations/conv_x/items/item_x", None),
        ("DELETE", "/v1/conversations/conv_x/items/item_x", None),
        ("POST", "/v1/conversations/conv_x", {"metadata": {}}),
        ("DELETE", "/v1/conversations/conv_x", None),
        ("GET", "/v1/batches/batch_x", None),
        ("POST", "/v1/batches/batch_x/cancel", None),
        ("GET", "/v1/batches/batch_x/results", None),
        ("GET", "/v1/batches?after=batch_x", None),
    ],
)
async def test_an_id_that_nothing_has_may_get_an_object_any_number_of_times(gw, get, method, path, body):
    gateway = gw(unknown_ids="synthesize")
    assert [(await get(gateway, path, method, body))[0] for _ in range(3)] == [200, 200, 200]
    assert (await get(gw(), path, method, body))[0] in {400, 404}
