async def test_records_are_listed_by_kind_those_of_the_scenario_from_the_start(gw, ask, control):
    gateway = gw(records={"files": [{"id": "file-1"}], "completions": [{"id": "chatcmpl-1"}]})
    chat = {"model": "gpt-4o", "store": True, "messages": [{"role": "user", "content": "Hi"}]}
    assert (await control(gateway, "GET /records"))[1]["records"] == {
        "chat.completion": ["chatcmpl-1"],
        "file": ["file-1"],
    }
    await ask(gateway, "GET", "/v1/chat/completions")
    await ask(gateway, "POST", "/v1/chat/completions", chat)
    (_, made) = (await control(gateway, "GET /records/chat.completion"))[1]["records"]["chat.completion"]
    assert (await ask(gateway, "GET", f"/v1/chat/completions/{made}")).status == 200


async def test_a_kind_that_nothing_is_of_is_told_with_those_that_there_are(gw, control):
    status, answer = await control(gw(records={"files": [{"id": "file-1"}]}), "GET /records/nothing")
    assert (status, answer["error"]["hint"]) == (404, "there are: file")


async def test_records_of_another_session_are_not_listed(gw, ask, control):
    gateway = gw()
    await ask(gateway, "POST", "/v1/conversations", {}, x_mockgate_session="other")
    assert (await control(gateway, "GET /records"))[1]["records"] == {}
    assert list((await control(gateway, "GET /records?session=other"))[1]["records"]) == ["conversation"]
