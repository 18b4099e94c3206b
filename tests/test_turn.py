import pytest

from mockgate.turn import (
    Audio,
    Closed,
    Image,
    Message,
    Opened,
    Piece,
    Prompt,
    Reasoning,
    Refusal,
    Reply,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    Usage,
    events,
    words_of,
)


def split(text: str) -> list[tuple[str, int]]:
    return [(letter, 1) for letter in text]


def user(text: str) -> Message:
    return Message("user", (Text(text),))


def prompt(*messages: Message, **rest) -> Prompt:
    return Prompt("chat", "m", messages, **rest)


def test_a_reply_arrives_as_start_then_its_parts_in_order_then_stop():
    reply = Reply((Reasoning("hm"), Text("a")), "stop")
    assert list(events(2, reply, split)) == [
        Start(2),
        Opened(2, 0, Reasoning("hm")),
        Piece(2, 0, "h"),
        Piece(2, 0, "m"),
        Closed(2, 0, Reasoning("hm")),
        Opened(2, 1, Text("a")),
        Piece(2, 1, "a"),
        Closed(2, 1, Text("a")),
        Stop(2, "stop"),
    ]


def test_an_empty_reply_still_starts_and_stops():
    assert list(events(0, Reply(()), split)) == [Start(0), Stop(0, "stop")]


def test_text_tokens_are_numbered_across_parts_and_other_parts_do_not_count():
    reply = Reply((Text("ab"), Reasoning("zz"), ToolCall("t", "{}"), Refusal("c")))
    numbered = [(piece.text, piece.at) for piece in events(0, reply, split) if isinstance(piece, Piece)]
    assert [pair for pair in numbered if pair[0] in "abc"] == [("a", 0), ("b", 1), ("c", 2)]


@pytest.mark.parametrize("size", [0, 1, 4800, 4801, 10_000])
def test_sound_arrives_whole_in_slices_after_its_transcript(size):
    audio = Audio(data=bytes(index % 251 for index in range(size)), transcript="hi")
    pieces = [event for event in events(0, Reply((audio,)), split) if isinstance(event, Piece)]
    assert [piece.text for piece in pieces[:2]] == ["h", "i"]
    assert b"".join(piece.data for piece in pieces) == audio.data
    assert all(piece.tokens == 0 and len(piece.data) <= 4800 for piece in pieces[2:])


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Text("t"), "t"),
        (Reasoning("r"), "r"),
        (Refusal("n"), "n"),
        (ToolCall("f", "{}"), "{}"),
        (ToolResult("c", "out"), "out"),
        (Audio(transcript="said"), "said"),
        (Image("u"), ""),
    ],
)
def test_the_words_of_a_part_are_what_arrives_token_by_token(part, words):
    assert words_of(part) == words


def test_a_messages_text_is_its_words_a_line_each_without_what_is_no_text():
    message = Message("user", (Text("a"), Image("u"), Text("b"), Reasoning("hidden")))
    assert message.text == "a\nb"
    assert Message("tool", (ToolResult("c", "out"),)).text == "out"
    assert Message("user", (Image("u"),)).text == ""


def test_the_turn_number_counts_the_answers_given_so_far():
    assert prompt().last is None
    assert prompt(user("a")).turns == 1
    assert prompt(user("a"), Message("assistant", ()), user("b")).turns == 2


def test_prompts_that_ask_the_same_have_one_fingerprint_streamed_or_whole_in_any_dialect():
    asked = prompt(user("a"))
    assert prompt(user("a"), stream=True, request=object()).fingerprint() == asked.fingerprint()
    for other in (prompt(user("b")), prompt(user("a"), seed=1), prompt(user("a"), effort="high")):
        assert other.fingerprint() != asked.fingerprint()


def test_total_usage_is_input_and_output_and_nothing_twice():
    assert Usage(input=10, output=5, cached=4, reasoning=3, input_audio=2, output_audio=1).total == 15
