import pytest
from anthropic._models import construct_type
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message, RawMessageStreamEvent

from mockgate.api.messages.events import fail
from mockgate.api.messages.whole import body
from mockgate.errors import GatewayError

from ...wire.messages import CASES, events, unsigned

ENDS = {"message_start", "message_delta", "message_stop"}


def told(name, event):
    if name == "ping":
        return "ping"
    said = event.get("content_block", event.get("delta"))
    return [event["index"]] if said is None else [event["index"], said]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_stream_is_worded_as_the_golden_table_says(case):
    sent = events(case.turn())
    assert [name for name, _ in sent] == [event["type"] for _, event in sent]
    assert unsigned([told(*each) for each in sent if each[0] not in ENDS]) == case.events
    assert [name for name, _ in sent if name in ENDS] == ["message_start", "message_delta", "message_stop"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_last_delta_says_why_it_ended_and_repeats_the_usage(case):
    turn = case.turn()
    delta = next(event for name, event in events(turn) if name == "message_delta")
    assert delta["delta"] == {"stop_reason": case.stop_reason, "stop_sequence": case.stop, **case.ending}
    whole = body(turn)["usage"]
    assert delta["usage"].items() <= whole.items()
    assert delta["usage"]["output_tokens"] == 5


@pytest.mark.parametrize("case", [case for case in CASES if case.accumulates], ids=lambda case: case.name)
def test_the_official_sdk_puts_the_stream_together_to_the_whole_message(case):
    turn = case.turn()
    snapshot, buffers = None, {}
    for name, event in events(turn):
        if name != "ping":
            typed = construct_type(type_=RawMessageStreamEvent, value=event)
            snapshot = accumulate_event(event=typed, current_snapshot=snapshot, json_bufs=buffers)
    whole = Message.model_validate(body(turn)).model_dump(exclude_none=True)
    assert Message.model_validate(snapshot.to_dict()).model_dump(exclude_none=True) == whole


def test_a_stream_begins_with_the_counts_of_the_prompt_and_no_content():
    _, start = events(CASES[0].turn())[0]
    message = start["message"]
    assert (message["content"], message["stop_reason"], message["stop_sequence"]) == ([], None, None)
    assert (message["usage"]["input_tokens"], message["usage"]["output_tokens"]) == (10, 1)


def test_an_error_in_the_middle_is_an_event_of_its_own():
    (frame,) = fail(GatewayError("overloaded"), 1.5)
    assert frame.encode() == (
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},'
        b'"request_id":null}\n\n'
    )
