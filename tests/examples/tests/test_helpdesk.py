import pytest
from helpdesk import SORRY, triage


def test_it_answers_by_the_scenario_of_the_project(desk, mockgate):
    assert desk.answer("When do you open?") == "We are open from nine to five."
    mockgate.assert_called(1, user="open", rule="opening hours")
    assert mockgate.cost == pytest.approx(mockgate.usage.input * 0.15e-6 + mockgate.usage.output * 0.60e-6)


def test_a_test_puts_its_own_answers_in_front(desk, mockgate):
    mockgate.reply("Blue.", "Red.", when={"user": "colour"})
    assert [desk.answer("Which colour?"), desk.answer("Which colour?")] == ["Blue.", "Red."]
    assert desk.answer("When do you open?") == "We are open from nine to five."


def test_it_streams(desk):
    assert "".join(desk.spell("When do you open?")) == "We are open from nine to five."


def test_a_provider_that_is_busy_once_is_asked_again(desk, mockgate):
    mockgate.fail(429, times=1, retry_after="10ms")
    assert desk.answer("When do you open?") == "We are open from nine to five."
    assert [request["status"] for request in mockgate.requests] == [429, 200]
    mockgate.assert_resilient()


def test_it_is_sorry_while_the_provider_refuses_and_only_then(desk, mockgate):
    with mockgate.fail(403, message="Not for you."):
        assert desk.answer("When do you open?") == SORRY
    assert desk.answer("When do you open?") != SORRY


def test_money_that_ends_is_no_reason_to_ask_again(mockgate, desk):
    mockgate.replace({"wallet": {"balance": "$0"}})
    assert desk.answer("When do you open?") == SORRY
    mockgate.assert_called(1, status=402)
    mockgate.top_up("$5")
    assert desk.answer("When do you open?") != SORRY


@pytest.mark.mockgate(strict=True)
async def test_it_finds_what_is_urgent(mockgate):
    assert await triage(["The cellar is on fire!", "My mouse is slow."]) == ["The cellar is on fire!"]
    mockgate.assert_called(2, system="urgent")


@pytest.mark.mockgate("""
clock: {start: 2026-01-31, frozen: true}
limits: {requests: 1/min}
rules: [{reply: Yes.}]
""")
def test_a_minute_passes_at_once(mockgate):
    client = mockgate.openai(max_retries=0)
    ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Open?"}]}
    client.chat.completions.create(**ask)
    with pytest.raises(Exception, match="Rate limit"):
        client.chat.completions.create(**ask)
    mockgate.clock.advance("1m")
    assert client.chat.completions.create(**ask).choices[0].message.content == "Yes."
