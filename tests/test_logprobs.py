from math import exp

import pytest

from mockgate.fitting import fit
from mockgate.logprobs import logprobs
from mockgate.rng import Dice
from mockgate.tokens import load
from mockgate.turn import Piece, Reasoning, Refusal, Reply, Text, ToolCall, events

WORDS = load("o200k_base")
PROSE = "Hello, wörld! 漢字 🎉 12345\n\n    indented <|endoftext|>"
REPLY = Reply((Reasoning("hm"), Text(PROSE), ToolCall("f", "{}"), Refusal(" No.")))


@pytest.mark.parametrize("top", [0, 1, 5, 20])
def test_there_is_one_entry_for_every_token_of_the_text(top):
    entries = logprobs(REPLY, top, WORDS, Dice(1))
    assert b"".join(entry.token for entry in entries) == (PROSE + " No.").encode()
    assert len(entries) == WORDS.count(PROSE) + WORDS.count(" No.")
    assert {len(entry.top) for entry in entries} == {top}


@pytest.mark.parametrize("seed", range(5))
def test_the_likeliest_are_sorted_distinct_and_include_the_chosen(seed):
    for entry in logprobs(REPLY, 5, WORDS, Dice(seed)):
        shares = [logprob for _, logprob in entry.top]
        assert shares == sorted(shares, reverse=True)
        assert (entry.token, entry.logprob) in entry.top
        assert len({token for token, _ in entry.top}) == 5


def test_log_probabilities_are_those_of_a_distribution_and_mostly_confident():
    entries = logprobs(Reply((Text(PROSE * 20),)), 20, WORDS, Dice(1))
    assert all(sum(exp(logprob) for _, logprob in entry.top) <= 1 + 1e-6 for entry in entries)
    assert all(entry.logprob <= 0 for entry in entries)
    assert sum(entry.top[0][0] == entry.token for entry in entries) > 0.9 * len(entries)


def test_the_same_request_has_the_same_log_probabilities():
    assert logprobs(REPLY, 3, WORDS, Dice("a")) == logprobs(REPLY, 3, WORDS, Dice("a"))
    assert logprobs(REPLY, 3, WORDS, Dice("a")) != logprobs(REPLY, 3, WORDS, Dice("b"))


def test_how_many_are_asked_for_does_not_change_the_tokens():
    assert [entry.token for entry in logprobs(REPLY, 0, WORDS, Dice("a"))] == [
        entry.token for entry in logprobs(REPLY, 9, WORDS, Dice("a"))
    ]


def test_a_reply_without_text_has_no_entries():
    assert logprobs(Reply((ToolCall("f", "{}"),)), 5, WORDS, Dice(1)) == ()


@pytest.mark.parametrize("limit", range(1, 9))
@pytest.mark.parametrize("kind", [Text, Refusal])
def test_a_character_that_the_limit_cuts_has_an_entry_for_every_token_that_is_counted(kind, limit):
    said = "a 🦄 b 🦄"
    reply = fit([kind(said)], [], limit, WORDS)
    entries = logprobs(reply, 2, WORDS, Dice(1))
    assert len(entries) == reply.output_tokens == min(limit, WORDS.count(said))
    assert said.encode().startswith(b"".join(entry.token for entry in entries))


def test_the_log_probabilities_of_what_is_cut_arrive_with_its_pieces():
    said = "🦄 and 🦄🦄"
    for limit in range(1, WORDS.count(said)):
        reply = fit([Text("Look: "), Text(said)], [], limit + WORDS.count("Look: "), WORDS)
        pieces = [event for event in events(0, reply, WORDS.split) if isinstance(event, Piece)]
        assert "".join(piece.text for piece in pieces) == "".join(part.text for part in reply.parts)
        sent = [at for piece in pieces for at in range(piece.at, piece.at + piece.tokens)]
        assert sent == list(range(reply.output_tokens))
