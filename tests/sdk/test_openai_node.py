"""The official Node SDK against a live server. One Node process runs every program; each test looks at one.

Left out where Node or the SDK is missing, unless MOCKGATE_NEED_NODE is set: then they fail.
"""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockgate import Mockgate

HERE = Path(__file__).parent / "node"

pytestmark = pytest.mark.skipif(
    not os.environ.get("MOCKGATE_NEED_NODE")
    and (shutil.which("node") is None or not (HERE / "node_modules" / "openai").exists()),
    reason="needs Node and `npm ci` in tests/sdk/node: tools/test does both",
)

SCENARIO = {
    "videos": [{"when": {"user": "quick"}, "states": {"queued": 0, "in_progress": 0.1}}],
    "rules": [
        {"when": {"user": {"equals": "ping"}}, "reply": "pong"},
        {"when": {"user": "count"}, "reply": "one two three"},
        {
            "when": {"user": "ponder"},
            "reply": [
                {"reasoning": "Well now."},
                {"text": "So it is.", "cites": [{"url": "https://a.b", "quote": "It is."}]},
            ],
        },
    ],
}


@contextmanager
def secure(folder):
    """Serve over TLS; give the environment that tells Node where, and whom to trust."""
    (folder / "scenario.yaml").write_text(json.dumps(SCENARIO))
    command = [sys.executable, "-m", "mockgate", "serve", "--tls", "--quiet", "--port", "0", "--pace", "instant"]
    with subprocess.Popen([*command, "scenario.yaml"], stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        url, authority = process.stdout.readline().strip(), process.stdout.readline().strip()
        try:
            yield {"SECURE_BASE_URL": f"{url}/v1", "NODE_EXTRA_CA_CERTS": authority}
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    with Mockgate(SCENARIO) as gw, secure(tmp_path_factory.mktemp("secure")) as secured:
        ran = subprocess.run(
            ["node", "client.mjs"],
            cwd=HERE,
            env={**os.environ, "OPENAI_BASE_URL": gw.base_url, **secured},
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_a_whole_answer_has_text_usage_and_request_id(seen):
    assert seen["whole"]["text"] == "pong"
    assert seen["whole"]["usage"]["total_tokens"] == 9
    assert seen["whole"]["id"].startswith("req_")


def test_a_stream_has_text_and_usage(seen):
    assert seen["stream"]["text"] == "one two three"
    assert seen["stream"]["usage"]["completion_tokens"] == 3


def test_the_stream_helper_assembles_the_completion(seen):
    assert seen["helper"]["text"] == "one two three"


def test_the_tool_runner_calls_the_tool_and_ends(seen):
    assert seen["tools"]["roles"] == ["user", "assistant", "tool", "assistant"]
    assert "-7" in seen["tools"]["text"]
    assert "overcast" in seen["streamed_tools"]["text"]


def test_structured_output_parses(seen):
    assert set(seen["parse"]) == {"name", "date", "participants"}


def test_a_refusal_is_the_sdks_own_error(seen):
    assert seen["refused"] == {
        "name": "BadRequestError",
        "status": 400,
        "code": "decimal_above_max_value",
        "param": "temperature",
    }


def test_models_are_listed_and_found(seen):
    assert "gpt-4o" in seen["models"]["ids"]
    assert seen["models"]["one"] == "openai/gpt-4o"


def test_stored_completions_are_paged_and_deleted(seen):
    assert seen["stored"]["made"] in seen["stored"]["listed"]
    assert seen["stored"]["deleted"] is True


def test_responses_go_on_and_are_listed_and_cancelled(seen):
    told = seen["responses"]
    assert (told["text"], told["texts"], told["cancelled"]) == ("pong", ["ping", "pong", "ping"], "cancelled")
    assert told["usage"][1]["input_tokens"] > told["usage"][0]["input_tokens"]


def test_a_response_streams_numbered_without_gaps(seen):
    told = seen["response_stream"]
    assert told["text"] == "one two three"
    assert [number for number, _ in told["events"]] == list(range(len(told["events"])))
    assert told["events"][-1][1] == "response.completed"


def test_a_response_is_parsed(seen):
    assert set(seen["response_parse"]) == {"name", "day"}


def test_a_conversation_grows_with_its_responses(seen):
    assert seen["conversations"] == {"texts": ["Hi", "ping", "pong"], "deleted": True}


def test_a_batch_is_run_once_the_clock_is_advanced(seen):
    assert seen["batches"] == {"status": "completed", "text": "pong"}


def test_completions_of_two_prompts_whole_and_streamed(seen):
    assert seen["completions"]["whole"] == seen["completions"]["texts"] == ["countone two three"] * 2
    assert seen["completions"]["usage"] == {"prompt_tokens": 2, "completion_tokens": 6, "total_tokens": 8}


def test_embeddings_are_the_same_in_both_encodings(seen):
    assert seen["embeddings"]["packed"] == seen["embeddings"]["floats"]
    assert len(seen["embeddings"]["floats"]) == 256
    assert seen["embeddings"]["usage"]["total_tokens"] == 2


def test_moderations_flag_what_harms(seen):
    assert seen["moderations"] == [[True, True], [False, False]]


def test_videos_are_polled_downloaded_and_made_of_each_other(seen):
    assert seen["videos"] == {
        "status": "completed",
        "types": ["video/mp4", "image/webp"],
        "ftyp": "ftyp",
        "made_of": [True, True, True],
        "seconds": "12",
        "listed": [0, 1, 2, 3],
        "deleted": True,
    }


def test_pictures_are_drawn_edited_and_streamed(seen):
    images = seen["images"]
    assert (images["type"], images["magic"]) == ("image/png", "WEBP")
    assert "a red boat" in images["revised"].lower()
    assert images["usage"]["output_tokens"] == 66
    assert images["looked"] == 388
    assert images["events"] == ["image_generation.partial_image", "image_generation.completed"]


def test_audio_is_spoken_transcribed_and_translated(seen):
    assert seen["audio"] == {
        "type": "audio/wav",
        "riff": "RIFF",
        "same": True,
        "usage": "tokens",
        "covered": True,
        "subtitles": "WEBVTT",
        "translated": ["text"],
    }


def test_a_realtime_session_talks_calls_and_survives_an_error(seen):
    told = seen["realtime"]
    assert (told["model"], told["streamed"], told["text"], told["usage"]) == ("gpt-realtime", "pong", "pong", 1)
    assert told["errors"] == ["response_cancel_not_active"]
    assert told["called"] == ["get_weather", '{"city": "Oslo"}']
    assert "overcast" in told["answer"]


def test_a_page_opens_a_realtime_session_with_a_secret_as_its_subprotocol(seen):
    assert seen["realtime_of_a_browser"] == {"protocol": "realtime", "instructions": "Be brief."}


def test_anthropics_sdk_asks_streams_counts_and_runs_tools(seen):
    told = seen["messages"]
    assert (told["text"], told["streamed"], told["tokens"]) == ("pong", "one two three", [8, 8, 1])
    assert told["called"] == ["Oslo"]
    assert "overcast" in told["answer"]
    assert told["refused"] == [400, "invalid_request_error"]


def test_anthropics_stream_tells_thoughts_words_and_what_they_cite(seen):
    told = seen["message_streams"]
    assert told["same"] == told["whole"]
    heard = {kind: "".join(text for each, text in told["heard"] if each == kind) for kind, _ in told["heard"]}
    assert heard == {"thinking": "Well now.", "text": "So it is.", "citation": "https://a.b"}
    assert (told["raw"][0], told["raw"][-1]) == ("message_start", "message_stop")


def test_anthropics_tool_runner_streams_every_turn(seen):
    assert seen["message_tools_streamed"]["reasons"] == ["tool_use", "end_turn"]


def test_anthropics_batches_run_and_are_listed_cancelled_and_deleted(seen):
    told = seen["message_batches"]
    assert told["states"] == ["in_progress", "canceling", "ended"]
    assert (told["counts"], told["listed"]) == (2, 2)
    assert told["texts"] == [["a", "pong"], ["b", "pong"]]
    assert told["deleted"] == "message_batch_deleted"


def test_anthropics_files_are_uploaded_asked_about_and_deleted(seen):
    told = seen["message_files"]
    assert told["about"] == ["a.txt", "text/plain", 4]
    assert told["tokens"][0] == told["tokens"][1] > 8
    assert told["names"]
    assert told["models"]
    assert told["deleted"] == "file_deleted"
