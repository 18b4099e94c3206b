import asyncio
from decimal import Decimal

import pytest

from .conftest import PATH, decoded, sent

START = 1_735_689_600


async def test_a_video_passes_its_states_along_the_clock(gw, begin, look):
    gateway = gw()
    made = await begin(gateway, seconds="8", size="1280x720")
    seen = [await look(gateway, made, seconds) for seconds in (0, 2, 4, 3.9, 0.1)]
    assert [(each["status"], each["progress"]) for each in seen] == [
        ("queued", 0),
        ("in_progress", 0),
        ("in_progress", 49),
        ("in_progress", 97),
        ("completed", 100),
    ]
    assert made == {
        "id": made["id"],
        "object": "video",
        "model": "sora-2",
        "status": "queued",
        "progress": 0,
        "created_at": START,
        "completed_at": None,
        "expires_at": None,
        "prompt": "A cat",
        "seconds": "8",
        "size": "1280x720",
        "remixed_from_video_id": None,
        "error": None,
    }
    done = seen[-1]
    assert (done["completed_at"], done["expires_at"], done["error"]) == (START + 10, START + 3610, None)
    assert made["id"].startswith("video_")


async def test_the_same_request_makes_another_video_with_the_same_ids_each_time(gw, begin):
    first, second = gw(), gw()
    ids = [[(await begin(gateway))["id"] for _ in range(2)] for gateway in (first, second)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


@pytest.mark.parametrize(
    ("spec", "seconds", "seen"),
    [
        ({"looks": 1}, 0, [("queued", 0), ("in_progress", 0), ("in_progress", 49), ("completed", 100)]),
        ({"states": {"queued": 0, "in_progress": 0}}, 0, [("completed", 100)]),
        ({"states": {"in_progress": "1m"}}, 20, [("in_progress", 29), ("in_progress", 62), ("in_progress", 95)]),
        ({"by_hand": True}, 9999, [("queued", 0), ("queued", 0)]),
    ],
)
async def test_a_scenario_says_how_videos_go(gw, begin, look, spec, seconds, seen):
    gateway = gw(videos=[spec])
    made = await begin(gateway)
    told = [await look(gateway, made, seconds) for _ in seen]
    assert [(each["status"], each["progress"]) for each in told] == seen


async def test_the_way_a_video_goes_may_depend_on_its_prompt_or_model(gw, begin, look):
    at_once = {"queued": 0, "in_progress": 0}
    gateway = gw(
        videos=[
            {
                "when": {"user": "forbidden"},
                "states": at_once,
                "fail": {"code": "moderation_blocked", "message": "No."},
            },
            {"when": {"model": "sora-2-pro"}, "states": {"queued": "1h"}},
            {"states": at_once},
        ]
    )
    blocked = await look(gateway, await begin(gateway, "Something forbidden"))
    assert (blocked["status"], blocked["error"]) == ("failed", {"code": "moderation_blocked", "message": "No."})
    assert (blocked["completed_at"], blocked["expires_at"], blocked["progress"]) == (None, None, 0)
    assert (await look(gateway, await begin(gateway, model="sora-2-pro"), 60))["status"] == "queued"
    assert (await look(gateway, await begin(gateway)))["status"] == "completed"


async def test_some_fail_by_chance(gw, begin, look):
    gateway = gw(videos=[{"states": {"queued": 0, "in_progress": 0}, "fail": {"chance": "50%"}}])
    ends = [(await look(gateway, await begin(gateway, f"Number {n}")))["status"] for n in range(40)]
    assert 8 < ends.count("failed") < 32


async def test_the_queue_grows_with_what_is_under_way(gw, begin, look):
    gateway = gw(videos=[{"per_job": "5s"}])
    made = [await begin(gateway, f"Number {n}") for n in range(3)]
    gateway.session().clock.advance(7)
    states = [(await look(gateway, each))["status"] for each in made]
    assert states == ["in_progress", "in_progress", "queued"]
    assert (await look(gateway, made[2], 5))["status"] == "in_progress"


async def test_a_key_may_have_only_so_many_under_way_and_is_told_when_there_is_room(gw, ask, begin):
    gateway = gw(videos=[{"max_jobs": 2}])
    await begin(gateway)
    gateway.session().clock.advance(4)
    await begin(gateway)
    refused = await ask(gateway, "POST", PATH, {"prompt": "One more"})
    assert (refused.status, refused.answer.headers["retry-after"]) == (429, "6")
    assert decoded(refused)["error"]["code"] == "rate_limit_exceeded"
    await begin(gateway, key="sk-another-123456789")
    gateway.session().clock.advance(6)
    await begin(gateway)


async def test_a_gateway_has_its_own_words_for_states(gw, begin, look):
    gateway = gw(video_words={"in_progress": "processing"})
    made = await begin(gateway)
    assert [(await look(gateway, made, seconds))["status"] for seconds in (2, 8)] == ["processing", "completed"]


async def test_a_client_that_polls_is_told_when_to_look_again(gw, ask, begin):
    gateway = gw()
    path = f"{PATH}/{(await begin(gateway))['id']}"
    assert (await ask(gateway, "GET", path)).answer.headers["openai-poll-after-ms"] == "1000"
    gateway.session().clock.set_speed(10)
    assert int((await ask(gateway, "GET", path)).answer.headers["openai-poll-after-ms"]) <= 200
    gateway.session().clock.freeze()
    gateway.session().clock.advance(60)
    assert "openai-poll-after-ms" not in (await ask(gateway, "GET", path)).answer.headers


@pytest.mark.parametrize(
    ("variant", "content_type", "start"),
    [
        ("", "video/mp4", b"\0\0\0\x20ftyp"),
        ("?variant=video", "video/mp4", b"\0\0\0\x20ftyp"),
        ("?variant=thumbnail", "image/webp", b"RIFF"),
        ("?variant=spritesheet", "image/jpeg", b"\xff\xd8\xff"),
    ],
)
async def test_a_completed_video_has_content(gw, ask, begin, variant, content_type, start):
    gateway = gw()
    path = f"{PATH}/{(await begin(gateway))['id']}/content{variant}"
    gateway.session().clock.advance(10)
    got = await ask(gateway, "GET", path)
    assert (got.status, got.answer.content_type) == (200, content_type)
    data = sent(got)
    assert (data[: len(start)], len(data)) == (start, got.answer.length)


async def test_a_player_may_ask_for_ranges(gw, ask, begin):
    gateway = gw()
    path = f"{PATH}/{(await begin(gateway))['id']}/content"
    gateway.session().clock.advance(10)
    whole = sent(await ask(gateway, "GET", path))
    some = await ask(gateway, "GET", path, range="bytes=100-199")
    assert (some.status, some.answer.headers["content-range"]) == (206, f"bytes 100-199/{len(whole)}")
    assert sent(some) == whole[100:200]
    assert (await ask(gateway, "GET", path, range=f"bytes={len(whole)}-")).status == 416


async def test_content_is_there_from_completion_until_it_expires(gw, ask, begin):
    gateway = gw()
    path = f"{PATH}/{(await begin(gateway))['id']}/content"
    told = []
    for seconds in (2, 8, 3599, 1):
        gateway.session().clock.advance(seconds)
        told.append((await ask(gateway, "GET", path)).status)
    assert told == [404, 200, 200, 404]


async def test_a_failed_video_has_no_content(gw, ask, begin):
    gateway = gw(videos=[{"fail": {}}])
    path = f"{PATH}/{(await begin(gateway))['id']}/content"
    gateway.session().clock.advance(10)
    refused = await ask(gateway, "GET", path)
    assert (refused.status, "failed" in decoded(refused)["error"]["message"]) == (404, True)
    assert (await ask(gateway, "GET", f"{path}?variant=gif")).status == 400


async def test_videos_are_listed_newest_first_a_page_at_a_time(gw, ask, begin):
    gateway = gw()
    ids = [(await begin(gateway, f"Number {n}"))["id"] for n in range(3)]
    first = decoded(await ask(gateway, "GET", f"{PATH}?limit=2"))
    assert ([each["id"] for each in first["data"]], first["has_more"]) == (ids[:0:-1], True)
    rest = decoded(await ask(gateway, "GET", f"{PATH}?limit=2&after={first['last_id']}"))
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == (ids[:1], False)


async def test_only_what_has_ended_can_be_deleted_and_then_it_is_gone(gw, ask, begin):
    gateway = gw()
    path = f"{PATH}/{(await begin(gateway))['id']}"
    assert (await ask(gateway, "DELETE", path)).status == 400
    gateway.session().clock.advance(10)
    gone = decoded(await ask(gateway, "DELETE", path))
    assert (gone["object"], gone["deleted"]) == ("video.deleted", True)
    for method, end in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
        refused = await ask(gateway, method, path + end)
        assert (refused.status, decoded(refused)["error"]["type"]) == (404, "invalid_request_error")


async def test_a_video_can_be_made_of_one_that_is_completed(gw, ask, begin):
    gateway = gw()
    source = await begin(gateway, seconds="8", size="1280x720", model="sora-2-pro")
    bodies = {
        f"{PATH}/{source['id']}/remix": {"prompt": "A dog"},
        f"{PATH}/edits": {"prompt": "A dog", "video": {"id": source["id"]}},
        f"{PATH}/extensions": {"prompt": "A dog", "video": {"id": source["id"]}, "seconds": "20"},
    }
    early = [await ask(gateway, "POST", path, body) for path, body in bodies.items()]
    assert [each.status for each in early] == [400] * 3
    gateway.session().clock.advance(10)
    made = [decoded(await ask(gateway, "POST", path, body)) for path, body in bodies.items()]
    assert {each["remixed_from_video_id"] for each in made} == {source["id"]}
    assert {(each["prompt"], each["size"], each["model"]) for each in made} == {("A dog", "1280x720", "sora-2-pro")}
    assert [each["seconds"] for each in made] == ["8", "8", "28"]


async def test_a_video_costs_its_seconds_and_one_that_fails_costs_nothing(gw, ask, begin):
    gateway = gw(keys={"sk-rich": {"balance": "$1"}}, videos=[{"when": {"user": "bad"}, "fail": {}}])
    session = gateway.session()

    def left():
        caller = session.policy.keyring.identify(_call("sk-rich"), session.clock.now(), {})
        return session.wallet.balance(caller, session.policy.prices)

    good = await begin(gateway, seconds="4", key="sk-rich")
    assert left() == Decimal("0.60")
    await begin(gateway, "bad", seconds="4", key="sk-rich")
    assert left() == Decimal("0.20")
    refused = await begin(gateway, seconds="4", key="sk-rich", status=402)
    assert "$0.40" in refused["error"]["message"]
    session.clock.advance(10)
    assert (left(), session.totals.cost) == (Decimal("0.60"), Decimal("0.40"))
    body = {"prompt": "On", "seconds": "4", "video": {"id": good["id"]}}
    await ask(gateway, "POST", f"{PATH}/extensions", body, authorization="Bearer sk-rich")
    assert left() == Decimal("0.20"), "only what is new is paid for"


def _call(key):
    from mockgate.wire import Call

    return Call("POST", PATH, headers={"authorization": f"Bearer {key}"})


@pytest.mark.parametrize(("fail", "event"), [(None, "video.completed"), ({}, "video.failed")])
async def test_a_webhook_is_told_of_the_end(gw, begin, fail, event):
    gateway = gw(videos=[{"fail": fail}], webhooks=[{"url": "http://127.0.0.1:1/hook", "events": ["video.*"]}])
    made = await begin(gateway)
    gateway.session().clock.advance(10)
    await asyncio.sleep(0)
    (told,) = gateway.session().outbox.deliveries
    assert (told.type, made["id"].encode() in told.body) == (event, True)


async def test_the_control_api_moves_videos_by_hand(gw, ask, begin, look):
    gateway = gw(videos=[{"by_hand": True}])
    made = [await begin(gateway, f"Number {n}") for n in range(2)]
    listed = decoded(await ask(gateway, "GET", "/_mockgate/jobs"))["jobs"]
    assert [(job["id"], job["kind"]) for job in listed] == [(each["id"], "video") for each in made]
    job = f"/_mockgate/jobs/{made[0]['id']}"
    await ask(gateway, "POST", job, {"do": "advance"})
    assert (await look(gateway, made[0]))["status"] == "in_progress"
    await ask(gateway, "POST", job, {"do": "finish"})
    assert (await look(gateway, made[0]))["progress"] == 100
    await ask(gateway, "POST", f"/_mockgate/jobs/{made[1]['id']}", {"do": "fail", "code": "x", "message": "Why."})
    assert (await look(gateway, made[1]))["error"] == {"code": "x", "message": "Why."}


async def test_a_session_may_begin_with_videos(gw, ask):
    seeds = [{"id": f"video_{status}", "status": status} for status in ("queued", "in_progress", "completed", "failed")]
    gateway = gw(records={"videos": seeds})
    gateway.session().clock.advance(60)
    listed = decoded(await ask(gateway, "GET", f"{PATH}?order=asc"))["data"]
    assert [each["status"] for each in listed] == ["queued", "in_progress", "completed", "failed"]
    assert listed[3]["error"]["code"] == "server_error"
    assert (await ask(gateway, "GET", f"{PATH}/video_completed/content")).status == 200


async def test_an_unknown_id_may_get_a_video_made_for_it(gw, ask):
    assert (await ask(gw(), "GET", f"{PATH}/video_x")).status == 404
    made = decoded(await ask(gw(unknown_ids="synthesize"), "GET", f"{PATH}/video_x"))
    assert (made["id"], made["status"]) == ("video_x", "completed")


async def test_rules_and_faults_concern_videos_too(gw, ask, begin):
    gateway = gw(rules=[{"when": {"family": "videos", "user": "crash"}, "error": 503}, {"reply": "Hi."}])
    assert (await ask(gateway, "POST", PATH, {"prompt": "crash"})).status == 503
    assert (await begin(gateway))["status"] == "queued"
    limited = gw(limits={"requests": "1/min"})
    await begin(limited)
    assert (await ask(limited, "POST", PATH, {"prompt": "more"})).status == 429
