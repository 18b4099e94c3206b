"""The official Node SDK against a live server. One Node process runs every program; each test looks at one.

Left out where Node or the SDK is missing, unless MOCKGATE_NEED_NODE is set: then they fail.
"""

import json
import os
import shutil
import subprocess
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
    "rules": [
        {"when": {"user": {"equals": "ping"}}, "reply": "pong"},
        {"when": {"user": "count"}, "reply": "one two three"},
    ]
}


@pytest.fixture(scope="module")
def seen():
    with Mockgate(SCENARIO) as gw:
        ran = subprocess.run(
            ["node", "client.mjs"],
            cwd=HERE,
            env={**os.environ, "OPENAI_BASE_URL": gw.base_url},
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
