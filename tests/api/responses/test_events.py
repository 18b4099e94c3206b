import msgspec
import pytest
from openai import omit
from openai._models import construct_type
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import ResponseStreamEvent

from mockgate.api.responses.whole import output

from ...wire.responses import CASES, shown

PATH = "/v1/responses"
SEARCH = [{"type": "web_search"}, {"type": "code_interpreter", "container": {"type": "auto"}}]
ADD = {"type": "function", "name": "add", "parameters": {"type": "object", "properties": {}}, "strict": False}
FREE = {"type": "custom", "name": "free"}

RULES = [
    {"when": {"user": "think"}, "reply": [{"reasoning": "Hm."}, {"text": "So."}]},
    {"when": {"user": "call"}, "reply": [{"call": "add", "with": {"a": 1}}, {"call": "free", "with": "go"}]},
    {"when": {"user": "refuse"}, "reply": [{"refusal": "No."}]},
    {"when": {"user": "search"}, "reply": [{"call": "web_search", "with": {"query": "news"}}, {"text": "News."}]},
    {"when": {"user": "run"}, "reply": [{"call": "code_interpreter", "with": {"code": "1+1"}}, {"text": "Two."}]},
    {"when": {"user": "ping"}, "reply": "pong"},
    {"when": {"user": "cite"}, "reply": {"text": "So it is.", "cites": [{"url": "https://a.example/", "title": "A"}]}},
]


@pytest.fixture
def both(gw, ask):
    """Ask for the same response as a stream and as a whole; return the events and the whole."""

    async def send(asked, **body):
        body = {"model": "gpt-4o", "input": asked, "tools": [*SEARCH, ADD, FREE], "store": False, **body}
        streamed = await ask(gw(rules=RULES), "POST", PATH, {**body, "stream": True})
        frames = list(streamed.answer.frames)
        events = [msgspec.json.decode(frame.data) for frame in frames]
        assert [frame.event for frame in frames] == [event["type"] for event in events]
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        assert [frame.last for frame in frames] == [False] * (len(frames) - 1) + [True]
        whole = msgspec.json.decode((await ask(gw(rules=RULES), "POST", PATH, body)).answer.body)
        return events, whole

    return send


def added_up(events):
    """Put a stream's items together out of its deltas and what was added, as a client does."""
    items = {}
    for event in events:
        match event:
            case {"type": "response.output_item.added", "item": item, "output_index": index}:
                items[index] = {**item, "status": item.get("status")}
            case {"type": "response.content_part.added", "part": part, "output_index": index}:
                items[index]["content"].append(dict(part))
            case {"type": "response.output_text.delta", "delta": delta, "output_index": index, "content_index": at}:
                items[index]["content"][at]["text"] += delta
            case {"type": "response.refusal.delta", "delta": delta, "output_index": index, "content_index": at}:
                items[index]["content"][at]["refusal"] += delta
            case {"type": "response.function_call_arguments.delta", "delta": delta, "output_index": index}:
                items[index]["arguments"] += delta
            case {"type": "response.custom_tool_call_input.delta", "delta": delta, "output_index": index}:
                items[index]["input"] += delta
    return items


@pytest.mark.parametrize("asked", ["ping", "think", "call", "refuse", "search", "run", "Tell me about the sea"])
async def test_a_stream_adds_up_to_the_whole(both, asked):
    events, whole = await both(asked)
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    assert events[-1]["type"] == "response.completed"
    final = events[-1]["response"]
    assert final["output"] == whole["output"]
    assert final["usage"] == whole["usage"]
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert done == whole["output"]
    for index, item in added_up(events).items():
        told = whole["output"][index]
        for name in ("arguments", "input"):
            assert item.get(name) == told.get(name)
        assert [part.get("text", part.get("refusal")) for part in item.get("content", [])] == [
            part.get("text", part.get("refusal")) for part in told.get("content", [])
        ]


async def test_a_plain_answer_comes_in_the_order_of_the_real_one(both):
    events, whole = await both("ping", tools=[])
    assert [event["type"].removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert events[0]["response"] == whole | {
        "status": "in_progress",
        "output": [],
        "usage": None,
        "completed_at": None,
        "service_tier": "auto",
    }
    assert (whole["status"], whole["service_tier"], whole["tools"], whole["metadata"]) == (
        "completed",
        "default",
        [],
        {},
    )


async def test_every_parameter_is_repeated(both):
    asked = {
        "instructions": "Be kind.",
        "temperature": 0.5,
        "top_p": 0.9,
        "max_output_tokens": 100,
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
        "truncation": "auto",
        "user": "me",
        "text": {"format": {"type": "text"}, "verbosity": "low"},
        "tool_choice": "none",
    }
    _, whole = await both("ping", **asked, reasoning={"effort": "low"})
    assert {name: whole[name] for name in asked} == asked
    assert whole["reasoning"] == {"effort": "low", "summary": None}
    assert [tool["type"] for tool in whole["tools"]] == ["web_search", "code_interpreter", "function", "custom"]


async def test_thoughts_are_told_only_when_a_summary_was_asked_for(both):
    events, whole = await both("think", reasoning={"summary": "auto"})
    told = [event["type"].removeprefix("response.reasoning_summary_") for event in events if "summary" in event["type"]]
    assert (told[0], told[-2:], whole["output"][0]["summary"]) == (
        "part.added",
        ["text.done", "part.done"],
        [{"type": "summary_text", "text": "Hm."}],
    )
    events, whole = await both("think", include=["reasoning.encrypted_content"])
    assert not [event for event in events if "summary" in event["type"]]
    assert (whole["output"][0]["summary"], whole["output"][0]["encrypted_content"][:5]) == ([], "gAAAA")
    assert whole["usage"]["output_tokens_details"]["reasoning_tokens"] > 0


async def test_hosted_tools_run_in_the_middle_and_a_search_is_cited(both):
    events, whole = await both("search", include=["web_search_call.action.sources"])
    states = [event["type"] for event in events if "web_search_call" in event["type"]]
    assert states == [f"response.web_search_call.{state}" for state in ("in_progress", "searching", "completed")]
    search, message = whole["output"]
    assert (search["action"]["query"], search["status"]) == ("news", "completed")
    note = message["content"][0]["annotations"][0]
    assert note["url"] == search["action"]["sources"][0]["url"]
    _, whole = await both("run", include=["code_interpreter_call.outputs"])
    assert (whole["output"][0]["code"], whole["output"][0]["outputs"][0]["type"]) == ("1+1", "logs")


async def test_a_text_cites_the_pages_that_its_rule_says(both):
    events, whole = await both("cite")
    note = {"type": "url_citation", "url": "https://a.example/", "title": "A", "start_index": 0, "end_index": 9}
    assert whole["output"][0]["content"][0]["annotations"] == [note]
    added = [event["annotation"] for event in events if event["type"] == "response.output_text.annotation.added"]
    assert added == [note]


async def test_an_answer_that_is_cut_is_incomplete(both):
    events, whole = await both("Tell me about the sea", max_output_tokens=16)
    assert events[-1]["type"] == "response.incomplete"
    assert (whole["status"], whole["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
    assert (whole["output"][-1]["status"], whole["usage"]["output_tokens"]) == ("incomplete", 16)


async def test_logprobs_come_with_every_delta(both):
    events, whole = await both("ping", include=["message.output_text.logprobs"], top_logprobs=2)
    deltas = [event["logprobs"] for event in events if event["type"] == "response.output_text.delta"]
    told = whole["output"][0]["content"][0]["logprobs"]
    assert [one for delta in deltas for one in delta] == told
    assert ("".join(one["token"] for one in told), len(told[0]["top_logprobs"])) == ("pong", 2)


async def test_obfuscation_comes_only_when_it_is_asked_for(gw, ask):
    body = {"model": "gpt-4o", "input": "Hi", "stream": True, "stream_options": {"include_obfuscation": True}}
    events = [msgspec.json.decode(frame.data) for frame in (await ask(gw(), "POST", PATH, body)).answer.frames]
    assert {"obfuscation" in event for event in events if event["type"].endswith(".delta")} == {True}


@pytest.mark.parametrize("word", ["latest news", "calculate the plot"])
async def test_a_hosted_tool_is_used_when_the_prompt_speaks_of_it_and_the_answer_follows(gw, ask, word):
    body = {"model": "gpt-4o", "input": f"Search the web for the {word}", "tools": SEARCH[:1]}
    output = msgspec.json.decode((await ask(gw(), "POST", PATH, body)).answer.body)["output"]
    assert [item["type"] for item in output] == ["web_search_call", "message"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_stream_is_worded_as_the_golden_table_says(case):
    created, begun, *sent, last = case.sent(stream=True)
    assert [created["type"], begun["type"]] == ["response.created", "response.in_progress"]
    worded = [(event["type"].removeprefix("response."), shown(event)) for event in sent]
    assert [(kind, {name: value for name, value in event.items() if name != "type"}) for kind, event in worded] == (
        case.events
    )
    assert (last["type"], last["response"]["status"]) == (f"response.{case.status}", case.status)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_official_sdk_puts_the_stream_together_to_the_reply(case):
    state = ResponseStreamState(input_tools=case.request.get("tools", omit), text_format=omit)
    events = [construct_type(type_=ResponseStreamEvent, value=event) for event in case.sent(stream=True)]
    told = [out for event in events for out in state.handle_event(event)]
    deltas = "".join(event.delta for event in told if event.type == "response.output_text.delta")
    assert deltas == "".join(part["text"] for part in case.reply if part["type"] == "text")
    if case.status == "completed":
        (final,) = [event.response for event in told if event.type == "response.completed"]
        put_together = [item.to_dict() for item in final.output]
        assert [item["type"] for item in put_together] == [item["type"] for item in output(case.turn())]
        for item, whole in zip(put_together, output(case.turn()), strict=True):
            assert {name: item[name] for name in ("arguments", "input", "summary") if name in whole} == {
                name: whole[name] for name in ("arguments", "input", "summary") if name in whole
            }
    else:
        assert told[-1].response.status == case.status


async def test_an_error_in_the_middle_has_the_number_after_the_last_events(gw, ask):
    gateway = gw(rules=RULES, faults=[{"error": 503, "after": "3 chunks"}])
    frames = (await ask(gateway, "POST", PATH, {"model": "gpt-4o", "input": "ping", "stream": True})).answer.frames
    events = [msgspec.json.decode(frame.data) for frame in frames]
    assert [event["sequence_number"] for event in events] == [0, 1, 2, 3]
    assert events[-1]["type"] == "error"
