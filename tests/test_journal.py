import msgspec
import pytest

from mockgate.clock import Clock
from mockgate.errors import GatewayError
from mockgate.journal import Exchange, Journal, mask
from mockgate.keys import Caller
from mockgate.scenario import JournalSpec
from mockgate.turn import Audio, Prompt, Reply, Text, Turn, Usage
from mockgate.units import Bytes
from mockgate.wire import Answer, Call, Json, Sse


def exchange(number: int = 1, raw: bytes = b"{}", answer: Answer | None = None, **rest) -> Exchange:
    call = rest.pop("call", Call("POST", "/v1/x", raw=raw))
    clock = Clock(0, 0)
    return Exchange(
        number=number,
        call=call,
        clock=clock,
        started=86400.0,
        request_id=f"req_{number}",
        answer=answer or Json(body=b'{"ok":true}'),
        **rest,
    )


def turn(*parts) -> Turn:
    return Turn(Prompt("chat", "m", ()), (Reply(parts),), Usage(input=3, output=4), "i" * 32, 1, by="rules[0]")


@pytest.mark.parametrize(
    ("query", "shown"),
    [("a=b%20c&d=", "a=b%20c&d="), ("key=AIza0123456789012345&a=b%20c&d=", "key=AIza01...45&a=b%20c&d=")],
)
def test_a_key_in_the_query_is_masked_and_the_rest_is_as_it_came(query, shown):
    assert exchange(call=Call("GET", "/v1beta/models", query)).describe()["query"] == shown


def test_an_exchange_is_described_in_plain_values():
    call = Call("POST", "/v1/x", "a=1", {"user-agent": "me"}, b'{"model": "m", "odd": 1}')
    told = exchange(call=call, turn=turn(Text("hi")), unknown_fields=lambda _: ["odd"], outcome="finished").describe()
    msgspec.json.encode(told)
    assert told["at"] == "1970-01-02T00:00:00+00:00"
    assert (told["body"], told["unknown_fields"]) == ({"model": "m", "odd": 1}, ["odd"])
    assert (told["model"], told["by"], told["status"], told["outcome"]) == ("m", "rules[0]", 200, "finished")
    assert (told["usage"]["total"], told["finish"]) == (7, ["stop"])
    assert told["parts"] == [[{"type": "text", "text": "hi"}]]
    assert told["answer"] == {"ok": True}


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff\xfe", b"[" * 50_000, b'"text"', b"\x89PNG" * 10_000, '{"a": "ü"}'.encode()]
)
def test_any_body_can_be_described(raw):
    told = exchange(raw=raw, error=GatewayError("bad_request", hint="h")).describe()
    assert len(msgspec.json.encode(told)) < 20_000
    assert told["error"] == {
        "kind": "bad_request",
        "message": "The request could not be understood.",
        "hint": "h",
    }


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Authorization",
        "X-API-Key",
        "x-goog-api-key",
        "Cookie",
        "proxy-authorization",
        "api-key",
    ],
)
def test_secrets_are_masked_however_their_header_is_written(name):
    secret = "Bearer sk-proj-0123456789abcdef"
    told = exchange(call=Call("GET", "/", headers={name: secret})).describe()
    assert "3456789" not in str(told)


def test_the_callers_key_is_masked_wherever_it_was_sent():
    call = Call("GET", "/", headers={"x-own-auth": "Token very-secret-key-0123"})
    assert "secret" not in str(exchange(call=call, caller=Caller("very-secret-key-0123")).describe()["headers"])


@pytest.mark.parametrize("secret", ["", "short", "0123456789abcdef", "0123456789abcdefg", "sk-" + "x" * 200])
def test_a_masked_secret_shows_less_than_half_of_it(secret):
    shown = mask(secret).replace("...", "").replace("***", "")
    assert len(shown) <= len(secret) / 2


def kept(journal: Journal) -> list[int]:
    return [entry.number for entry in journal]


def test_the_oldest_exchanges_go_when_there_are_too_many():
    journal = Journal(JournalSpec(entries=3))
    for _ in range(5):
        journal.add(exchange(journal.next_number()))
    assert kept(journal) == [3, 4, 5]
    assert len(journal) == 3
    assert journal.find("req_4").number == 4
    assert journal.find("req_1") is None


def heavy(size: int) -> list[dict]:
    loud = turn(Audio(data=bytes(size), transcript="hi"))
    return [
        {"raw": bytes(size)},
        {"answer": Json(body=bytes(size))},
        {"answer": Sse(frames=iter(())), "turn": loud},
    ]


@pytest.mark.parametrize("kind", range(3), ids=["asked", "answered", "streamed"])
def test_the_oldest_exchanges_go_when_they_are_too_large_together_and_the_last_always_stays(kind):
    journal = Journal(JournalSpec(size=Bytes(100_000)))
    for number in range(1, 6):
        journal.add(exchange(number, **heavy(30_000)[kind]))
    assert kept(journal) == [3, 4, 5]
    journal.add(exchange(6, **heavy(10_000_000)[kind]))
    assert kept(journal) == [6]
    journal.add(exchange(7))
    assert kept(journal) == [7]


def test_reading_the_journal_is_not_disturbed_by_what_comes_in_meanwhile():
    journal = Journal(JournalSpec(entries=2))
    journal.add(exchange(1))
    for entry in journal:
        journal.add(exchange(entry.number + 1))
    assert kept(journal) == [1, 2]
