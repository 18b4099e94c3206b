import pytest
from anthropic.types import Message

from mockgate.api.messages.whole import body

from ...wire.messages import CASES, unsigned

SEARCH = {"type": "tool_call", "name": "web_search", "arguments": '{"query": "x"}', "hosted": "web_search"}
CODE = {"type": "tool_call", "name": "code_execution", "arguments": '{"code": "1"}', "hosted": "code_interpreter"}
FETCH = {"type": "tool_call", "name": "web_fetch", "arguments": '{"url": "http://a.b"}', "hosted": "web_fetch"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_message_is_worded_as_the_golden_table_says(case):
    whole = body(case.turn())
    assert unsigned(whole["content"]) == case.content
    assert (whole["stop_reason"], whole["stop_sequence"]) == (case.stop_reason, case.stop)
    assert case.ending.items() <= whole.items()
    Message.model_validate(whole, strict=False)


def test_a_message_has_the_keys_of_the_real_one():
    whole = body(CASES[0].turn())
    keys = ["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"]
    assert list(whole) == keys
    assert whole["id"] == "msg_010123456789012345678901"


def test_what_was_read_from_the_cache_or_written_to_it_is_not_counted_again():
    told = body(CASES[0].turn())["usage"]
    assert told == {
        "input_tokens": 10,
        "cache_creation_input_tokens": 6,
        "cache_read_input_tokens": 4,
        "cache_creation": {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 2},
        "output_tokens": 5,
        "service_tier": "standard",
        "output_tokens_details": {"thinking_tokens": 1},
    }


def answered(*parts):
    case = CASES[0]
    return body(type(case)(name="", parts=list(parts), content=[], events=[]).turn())


def test_a_search_is_a_call_and_its_result_and_is_cited():
    whole = answered(SEARCH, {"type": "text", "text": "Found."})
    asked, result, text = whole["content"]
    assert (asked["type"], asked["input"]) == ("server_tool_use", {"query": "x"})
    assert result["tool_use_id"] == asked["id"]
    (found,), (cited,) = result["content"], text["citations"]
    assert (cited["type"], cited["url"], cited["title"]) == (
        "web_search_result_location",
        found["url"],
        found["title"],
    )
    assert whole["usage"]["server_tool_use"] == {"web_search_requests": 1, "web_fetch_requests": 0}
    assert whole["stop_reason"] == "end_turn"


def test_code_is_run_in_a_container():
    whole = answered(CODE, {"type": "text", "text": "Done."})
    assert whole["content"][1]["content"]["stdout"] == "Done.\n"
    assert whole["container"] == {"id": whole["container"]["id"], "expires_at": "2025-01-01T00:30:00Z"}
    assert "server_tool_use" not in whole["usage"]


def test_a_page_is_fetched_from_the_address_asked_for():
    assert answered(FETCH)["content"][1]["content"]["url"] == "http://a.b"


WORDS = "It is deep. It is cold."
PROMPT = [
    {"type": "document", "title": "A", "source": {"type": "text", "media_type": "text/plain", "data": WORDS}},
    {"type": "document", "title": "B", "source": {"type": "url", "url": "https://a.b/c.pdf"}},
    {
        "type": "document",
        "source": {"type": "content", "content": [{"type": "text", "text": "x"}, {"type": "text", "text": "y"}]},
    },
    {"type": "search_result", "source": "s", "title": "S", "content": [{"type": "text", "text": "found"}]},
    {"type": "text", "text": "Sea?"},
]


@pytest.mark.parametrize(
    ("cite", "told"),
    [
        (
            {"document": 0, "quote": "It is cold."},
            {"type": "char_location", "start_char_index": 12, "end_char_index": 23},
        ),
        ({"document": 0}, {"cited_text": "It is deep. ", "document_title": "A", "end_char_index": 12}),
        ({"document": 1, "quote": "{{ model }}"}, {"type": "page_location", "cited_text": "claude-sonnet-4-6"}),
        (
            {"document": 2, "quote": "y"},
            {"type": "content_block_location", "start_block_index": 1, "end_block_index": 2},
        ),
        ({"search_result": 0}, {"type": "search_result_location", "cited_text": "found", "source": "s", "title": "S"}),
        (
            {"url": "https://a.b", "title": "T"},
            {"type": "web_search_result_location", "cited_text": "Deep.", "title": "T"},
        ),
        ({"document": 9}, None),
    ],
)
async def test_a_text_cites_what_its_rule_says(gw, ask, cite, told):
    gateway = gw(rules=[{"reply": [{"text": "Deep.", "cites": [cite]}]}])
    body = {"model": "claude-sonnet-4-6", "max_tokens": 9, "messages": [{"role": "user", "content": PROMPT}]}
    whole = Message.model_validate_json((await ask(gateway, "POST", "/v1/messages", body)).answer.body)
    found = [each.model_dump() for each in whole.content[0].citations or []]
    assert [told.items() <= each.items() for each in found] == ([True] if told else [])
