import msgspec

PATH = "/v1/responses"


def decoded(exchange):
    return msgspec.json.decode(exchange.answer.body)


async def test_what_comes_of_a_compaction_is_the_next_requests_input(gw, ask):
    gateway = gw(rules=[{"when": {"system": "blue"}, "reply": "It was blue."}, {"reply": "My favourite is blue."}])
    first = decoded(await ask(gateway, "POST", PATH, {"model": "gpt-4o", "input": "Name a colour"}))
    body = {"model": "gpt-4o", "previous_response_id": first["id"]}
    short = decoded(await ask(gateway, "POST", f"{PATH}/compact", body))
    assert [item["type"] for item in short["output"]] == ["message", "compaction"]
    assert (short["object"], short["usage"]["input_tokens"] > 0) == ("response.compaction", True)
    again = [*short["output"], {"role": "user", "content": "Which?"}]
    told = decoded(await ask(gateway, "POST", PATH, {"model": "gpt-4o", "input": again}))
    assert told["output"][0]["content"][0]["text"] == "It was blue."
    assert gateway.session().totals.turns == 3


async def test_a_compaction_needs_a_model_and_a_history_that_is_there(gw, ask):
    gateway = gw()
    assert decoded(await ask(gateway, "POST", f"{PATH}/compact", {}))["error"]["param"] == "model"
    body = {"model": "gpt-4o", "previous_response_id": "resp_x"}
    assert (await ask(gateway, "POST", f"{PATH}/compact", body)).status == 400
