"""Refusals in a gateway's own words."""

import msgspec
import pytest

CHAT = "/v1/chat/completions"
MISSING = "The model `nope` does not exist or you do not have access to it."
UNKNOWN = {"model": "nope", "messages": [{"role": "user", "content": "hi"}]}


def read(exchange):
    return msgspec.json.decode(exchange.answer.body)


def manners(**errors):
    return {"manners": {"errors": errors}}


@pytest.mark.parametrize(
    ("errors", "status", "worded"),
    [
        ({"model_not_found": {"status": 400, "code": None, "message": "unsupported model: {model}"}}, 400,
         {"message": "unsupported model: nope", "type": "invalid_request_error", "param": None, "code": None}),
        ({"404": {"type": "not_found_error"}}, 404, {"type": "not_found_error", "code": "model_not_found"}),
        ({"404": {"type": "a", "code": "b"}, "model_not_found": {"code": "c"}}, 404, {"type": "a", "code": "c"}),
        ({"404": {"message": "{verb} {path}: {message}", "param": "model"}}, 404,
         {"message": f"POST {CHAT}: {MISSING}", "param": "model"}),
        ({"401": {"type": "auth"}}, 404, {"type": "invalid_request_error"}),
    ],
)  # fmt: skip
async def test_a_kind_is_worded_as_the_gateway_says_and_else_its_status(gw, ask, errors, status, worded):
    answer = await ask(gw(manners(**errors)), "POST", CHAT, UNKNOWN)
    assert answer.status == status
    assert worded.items() <= read(answer)["error"].items()


async def test_what_a_scenario_says_itself_stays_as_it_was_said(gw, ask):
    errors = manners(**{"429": {"status": 503, "message": "no", "type": "t"}})
    said = {"rules": [{"error": 429, "message": "Slow down, please.", "code": "mine"}]}
    answer = await ask(gw({**errors, **said}), "POST", CHAT, {**UNKNOWN, "model": "gpt-4o"})
    assert answer.status == 429
    assert read(answer)["error"] == {"message": "Slow down, please.", "type": "t", "param": None, "code": "mine"}


async def test_an_envelope_may_be_a_form_of_ones_own(gw, ask):
    form = {"ok": False, "why": ["{message} ({request_id})", "{status}"], "code": "{param}"}
    answer = await ask(gw({"envelope": form}), "POST", CHAT, {**UNKNOWN, "model": 5})
    told = read(answer)
    assert told["ok"] is False
    assert told["why"][0].endswith(f"({answer.answer.headers['x-request-id']})")
    assert (told["why"][1], told["code"]) == (400, "model")
