import pytest

from mockgate.fitting import fit, natural_finish
from mockgate.tokens import TOOL_CALL_OVERHEAD, load, output_tokens
from mockgate.turn import Audio, Reasoning, Refusal, Text, ToolCall

WORDS = load("o200k_base")
PROSE = "The quick brown fox jumps over the lazy dog, and 漢字 too."


@pytest.mark.parametrize("stop", ["fox", " fox ju", "own fo", "漢", "字 t", ".", "The", PROSE])
def test_a_stop_sequence_cuts_wherever_the_token_borders_are(stop):
    reply = fit([Text(PROSE)], [stop], None, WORDS)
    said = "".join(part.text for part in reply.parts)
    assert said == PROSE[: PROSE.index(stop)]
    assert (reply.finish, reply.stop, reply.output_tokens) == ("stop", stop, WORDS.count(said))


def test_the_earliest_of_several_stop_sequences_cuts():
    reply = fit([Text("one two three")], ["three", "two", "four"], None, WORDS)
    assert (reply.parts, reply.stop) == ((Text("one "),), "two")


def test_a_stop_sequence_ends_the_reply_and_drops_the_parts_after_it():
    reply = fit([Reasoning("END"), Text("a END b"), ToolCall("f", "{}")], ["END"], None, WORDS)
    assert reply.parts == (Reasoning("END"), Text("a "))
    assert reply.finish == "stop"


def test_a_stop_sequence_is_found_across_two_parts_that_the_reader_sees_as_one_text():
    reply = fit([Text("a EN"), Reasoning("hm"), Text("D b"), Text("c")], ["END"], None, WORDS)
    assert "".join(part.text for part in reply.parts if isinstance(part, Text)) == "a "
    assert reply.stop == "END"


def test_stop_sequences_are_not_sought_in_thoughts_and_tool_calls():
    parts = (Reasoning("a stop"), ToolCall("f", '{"a": "stop"}'))
    assert fit(parts, ["stop"], None, WORDS).parts == parts


@pytest.mark.parametrize("limit", range(1, 20))
def test_text_ends_at_exactly_the_limit_with_finish_length(limit):
    whole = WORDS.count(PROSE)
    reply = fit([Text(PROSE)], [], limit, WORDS)
    assert reply.output_tokens == min(limit, whole)
    assert reply.finish == ("length" if limit < whole else "stop")
    assert PROSE.startswith(reply.parts[0].text)
    assert reply.parts[0].text.encode("utf-8", "strict")


def test_a_reply_that_just_fits_is_not_cut():
    whole = WORDS.count(PROSE)
    assert fit([Text(PROSE)], [], whole, WORDS).finish == "stop"
    assert fit([Text(PROSE)], [], whole - 1, WORDS).finish == "length"


def test_a_tool_call_is_cut_in_the_middle_of_its_json():
    call = ToolCall("get_weather", '{"city": "Paris", "unit": "celsius", "days": 5}', "call_1")
    limit = output_tokens(call, WORDS) - 4
    reply = fit([call], [], limit, WORDS)
    (cut,) = reply.parts
    assert (cut.name, cut.id) == (call.name, call.id)
    assert call.arguments.startswith(cut.arguments)
    assert 0 < len(cut.arguments) < len(call.arguments)
    assert (reply.finish, reply.output_tokens) == ("length", limit)


@pytest.mark.parametrize("limit", range(1, TOOL_CALL_OVERHEAD + 2))
def test_a_tool_call_that_has_no_room_for_its_beginning_is_left_out(limit):
    reply = fit([ToolCall("f", "{}")], [], limit, WORDS)
    assert (reply.parts, reply.finish) == ((), "length")


def test_reasoning_eats_the_budget_and_may_leave_nothing_to_say():
    thought = Reasoning("I wonder what they might want from me today.")
    limit = WORDS.count(thought.text)
    assert fit([thought, Text("Hi")], [], limit, WORDS).parts == (thought,)
    cut = fit([thought, Text("Hi")], [], 3, WORDS)
    assert (cut.parts, cut.finish, cut.output_tokens) == ((Reasoning("I wonder what"),), "length", 3)
    assert fit([thought, Text("Hi there")], [], limit + 1, WORDS).parts == (thought, Text("Hi"))


def test_a_stop_before_the_limit_wins_and_a_limit_before_the_stop_too():
    assert fit([Text(PROSE)], ["fox"], 10, WORDS).finish == "stop"
    assert fit([Text(PROSE)], ["dog"], 2, WORDS).finish == "length"


@pytest.mark.parametrize(
    ("parts", "finish"),
    [
        ([], "stop"),
        ([Text("a")], "stop"),
        ([Refusal("no")], "stop"),
        ([Text("a"), ToolCall("f", "{}")], "tool_calls"),
        ([Audio(data=b"x", transcript="a")], "stop"),
    ],
)
def test_a_reply_ends_as_its_parts_say(parts, finish):
    assert natural_finish(parts) == finish
    assert fit(parts, ["unsaid"], None, WORDS).finish == finish
