import pytest

BACKGROUND = {"model": "gpt-4o", "input": "hello", "background": True}


@pytest.fixture
async def started(gw, ask, control):
    gateway = gw(rules=[{"reply": "Hi"}], responses=[{"by_hand": True}])
    await ask(gateway, "POST", "/v1/responses", BACKGROUND)
    (job,) = (await control(gateway, "GET /jobs"))[1]["jobs"]
    return gateway, job["id"]


async def test_a_job_moves_by_hand_and_only_so(started, control):
    gateway, id = started
    await control(gateway, "POST /clock", {"advance": "1h"})
    assert (await control(gateway, f"GET /jobs/{id}"))[1]["state"] == "queued"
    for state in ("in_progress", "completed"):
        assert (await control(gateway, f"POST /jobs/{id}", {"do": "advance"}))[1]["state"] == state
    status, answer = await control(gateway, f"POST /jobs/{id}", {"do": "finish"})
    assert (status, answer["error"]["hint"]) == (409, "it is completed")


async def test_a_job_is_made_to_fail(started, control, ask):
    gateway, id = started
    body = {"do": "fail", "code": "server_error", "message": "Boom."}
    assert (await control(gateway, f"POST /jobs/{id}", body))[1]["problem"] == {
        "code": "server_error",
        "message": "Boom.",
    }
    assert b'"failed"' in (await ask(gateway, "GET", f"/v1/responses/{id}")).answer.body


async def test_a_job_is_held_and_released(started, control, gw, ask):
    gateway = gw(rules=[{"reply": "Hi"}], responses=[{"states": {"queued": "10s", "in_progress": "10s"}}])
    await ask(gateway, "POST", "/v1/responses", BACKGROUND)
    (job,) = gateway.session().jobs
    assert (await control(gateway, f"POST /jobs/{job.id}", {"do": "hold"}))[1]["held"] is True
    await control(gateway, "POST /clock", {"advance": "1h"})
    assert (await control(gateway, f"POST /jobs/{job.id}", {"do": "release"}))[1]["state"] == "queued"
    await control(gateway, "POST /clock", {"advance": "20s"})
    assert (await control(gateway, f"GET /jobs/{job.id}"))[1]["over"] is True


async def test_a_move_that_is_none_and_a_job_that_is_none_are_told(started, control):
    gateway, id = started
    for body in ({}, {"do": "dance"}, {"do": "hold", "code": "x"}):
        assert (await control(gateway, f"POST /jobs/{id}", body))[0] == 422
    status, answer = await control(gateway, "GET /jobs/none")
    assert (status, id in answer["error"]["hint"]) == (404, True)
