"""The programs that gateways' docs begin with, in our own words, against one server of all gateways.

Each is a program of its own, with nothing changed but the base URL and the key.
"""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from mockgate import Mockgate

NODE = Path(__file__).parents[1] / "sdk" / "node"
RULES = [
    {"when": {"user": {"equals": "ping"}}, "reply": "pong"},
    {"when": {"family": "messages"}, "reply": "Hello!"},
    {"when": {"user": "story"}, "reply": "Once upon a time."},
    {"when": {"user": "busy"}, "replies": [{"error": 429}, {"error": 429}, "Free."]},
]

needs_node = pytest.mark.skipif(
    not os.environ.get("MOCKGATE_NEED_NODE")
    and (shutil.which("node") is None or not (NODE / "node_modules" / "openai").exists()),
    reason="needs Node and `npm ci` in tests/sdk/node: tools/test does both",
)
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


@pytest.fixture(scope="module")
def server():
    with Mockgate({"rules": RULES, "videos": [{"states": {"queued": 0, "in_progress": 0}}]}) as running:
        yield running


@pytest.fixture
def run(server):
    """Run a program at a gateway, whose address it finds in $BASE (with /v1 in it); return what it prints."""

    def start(gateway, *command, **options):
        env = {**os.environ, "BASE": f"{server.url}/{gateway}/v1", "URL": server.url}
        ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=50, check=False, **options)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return start


@pytest.fixture
def shell(run):
    return lambda gateway, script: run(gateway, "sh", "-ec", script)


def curl(path, body, *headers):
    more = " ".join(f"-H '{header}'" for header in headers)
    return (
        f"curl -sS \"$BASE{path}\" -H 'Authorization: Bearer sk-1' -H 'Content-Type: application/json' {more}"
        f" -d '{json.dumps(body)}'"
    )


def chat(model, text, **more):
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


# curl.


@needs_curl
@pytest.mark.parametrize(
    ("gateway", "model", "headers"),
    [
        ("goesai", "claude-sonnet-4-6", ()),
        ("getgoapi", "gpt-4o", ()),
        ("apigo", "gpt-4o", ("vendor: API_VENDOR",)),
        ("gomodel", "gpt-4o", ()),
        ("newapi", "gpt-4o-mini", ()),
    ],
)
def test_curl_chats_whole_and_streamed(shell, gateway, model, headers):
    told = json.loads(shell(gateway, curl("/chat/completions", chat(model, "ping"), *headers)))
    assert told["choices"][0]["message"]["content"] == "pong"
    lines = shell(gateway, curl("/chat/completions", chat(model, "ping", stream=True), *headers)).split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    assert all(line.startswith("data: {") for line in lines[:-2])


@needs_curl
def test_curl_finds_a_gateway_by_its_host(shell):
    script = "curl -sS \"$URL/v1/models\" -H 'Host: api.getgoapi.com' -H 'Authorization: Bearer sk-1'"
    assert len(json.loads(shell("openai", script))["data"]) == 158


@needs_curl
def test_curl_sends_a_message_without_max_tokens(shell):
    headers = "anthropic-version: 2025-05-14", "vendor: ClaudeCode"
    told = json.loads(shell("apigo", curl("/messages", chat("claude-sonnet-4-20250514", "Hello!"), *headers)))
    assert (told["content"][0]["text"], told["vendor"]) == ("Hello!", "ClaudeCode")


@needs_curl
def test_curl_begins_a_video_and_downloads_the_film(shell):
    key = "-H 'Authorization: Bearer sk-1'"
    begun = json.loads(shell("apigo", f'curl -sS "$BASE/videos" {key} -F model=sora-2 -F "prompt=A calico cat"'))
    done = json.loads(shell("apigo", f'curl -sS "$BASE/videos/{begun["id"]}" {key}'))
    assert (begun["quality"], done["status"]) == ("standard", "completed")
    assert shell("apigo", f"curl -sS -o /dev/null -w '%{{http_code}} %{{content_type}}' '{done['url']}'") == (
        "200 video/mp4"
    )


@needs_curl
def test_curl_makes_pictures_and_embeddings_and_looks_at_the_status(shell):
    asked = {"model": "dall-e-3", "prompt": "A sea otter", "n": 1, "size": "1024x1024"}
    for gateway in ("apigo", "getgoapi"):
        told = json.loads(shell(gateway, curl("/images/generations", asked)))
        assert f"/{gateway}/v1/images/files/" in told["data"][0]["url"]
        assert shell(gateway, f"curl -sS -o /dev/null -w '%{{http_code}}' '{told['data'][0]['url']}'") == "200"
    asked = {"model": "text-embedding-3-small", "input": "The quick brown fox"}
    assert len(json.loads(shell("newapi", curl("/embeddings", asked)))["data"][0]["embedding"]) == 1536
    assert json.loads(shell("newapi", 'curl -sS "$URL/newapi/api/status"'))["data"]["system_name"] == "new-api"


@needs_curl
@pytest.mark.parametrize(("gateway", "most"), [("goesai", 50), ("getgoapi", 158), ("apigo", 50), ("newapi", 50)])
def test_curl_lists_models(shell, gateway, most):
    listed = json.loads(shell(gateway, "curl -sS \"$BASE/models\" -H 'Authorization: Bearer sk-1'"))
    assert len(listed["data"]) >= most
    assert {"id", "object", "owned_by"} <= listed["data"][0].keys()


@needs_curl
def test_curl_finds_what_is_alive_and_what_it_has_done(shell):
    look = "curl -sS -w ' %{http_code}' \"$URL/gomodel"
    assert shell("gomodel", f'{look}/health"').split() == ['{"status":"ok"}', "200"]
    assert shell("gomodel", f'{look}/health/ready"').endswith(" 200")
    assert "gomodel_requests_total" in shell("gomodel", f'{look}/metrics"')


# Python.

PYTHON = """
import os, sys
from openai import OpenAI, NotFoundError, RateLimitError

client = OpenAI(base_url=os.environ["BASE"], api_key="sk-1", max_retries=0)
model = sys.argv[1]
answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "ping"}])
print(answer.choices[0].message.content, answer.choices[0].finish_reason, answer.usage.total_tokens > 0)
story = [{"role": "user", "content": "Tell me a story"}]
for chunk in client.chat.completions.create(model=model, messages=story, stream=True):
    if chunk.choices and chunk.choices[0].delta.content is not None:
        print(chunk.choices[0].delta.content, end="")
print()
try:
    client.chat.completions.create(model=model, messages=story, extra_headers={"x-mockgate-fault": "429"})
except RateLimitError as error:
    print(error.status_code)
"""


@pytest.mark.parametrize(
    ("gateway", "model"),
    [("goesai", "claude-sonnet-4-6"), ("getgoapi", "gpt-4o"), ("apigo", "gpt-4o"), ("gomodel", "openai/gpt-4o"),
     ("newapi", "gpt-4o-mini")],
)  # fmt: skip
def test_pythons_sdk_chats_streams_and_is_refused(run, gateway, model):
    told = run(gateway, sys.executable, "-c", PYTHON, model)
    assert told.splitlines() == ["pong stop True", "Once upon a time.", "429"]


REQUESTS = """
import json, os
import requests

headers = {"Authorization": "Bearer sk-1", "Content-Type": "application/json", "vendor": "API_VENDOR"}
body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
response = requests.post(os.environ["BASE"] + "/chat/completions", headers=headers, data=json.dumps(body), timeout=30)
print(response.status_code, response.json()["choices"][0]["message"]["content"])
if "apigo" in os.environ["BASE"]:  # the docs' own slip: a message is not to be had so
    response = requests.get(os.environ["BASE"] + "/messages", headers=headers, params={"page": 1}, timeout=30)
    print(response.status_code, response.json()["error"]["type"])
"""


@pytest.mark.skipif(find_spec("requests") is None, reason="needs requests")
@pytest.mark.parametrize(
    ("gateway", "told"), [("getgoapi", ["200 pong"]), ("apigo", ["200 pong", "405 invalid_request_error"])]
)
def test_pythons_requests_chats(run, gateway, told):
    assert run(gateway, sys.executable, "-c", REQUESTS).splitlines() == told


PATIENT = """
import os, time
from openai import OpenAI, RateLimitError

waits = []
time.sleep = waits.append  # a program that waits, without the waiting
client = OpenAI(base_url=os.environ["BASE"], api_key="sk-1", max_retries=0)
for attempt in range(5):
    try:
        answer = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "busy?"}])
        break
    except RateLimitError:
        time.sleep(2**attempt + 1)
print(answer.id[:9], answer.model, answer.choices[0].message.content, answer.choices[0].finish_reason, waits)
"""


def test_pythons_sdk_waits_longer_each_time_until_it_is_let_in(run):
    assert run("getgoapi", sys.executable, "-c", PATIENT).strip() == "chatcmpl- gpt-4o Free. stop [2, 3]"


EMBED_AND_DRAW = """
import os
from openai import OpenAI

client = OpenAI(base_url=os.environ["BASE"], api_key="sk-1")
embedded = client.embeddings.create(model="text-embedding-3-small", input="The quick brown fox")
print(len(embedded.data[0].embedding))
drawn = client.images.generate(model="dall-e-3", prompt="A city", size="1024x1024", quality="standard", n=1)
print(drawn.data[0].url.startswith(os.environ["BASE"]))
print(len(client.models.list().data))
"""


def test_pythons_sdk_embeds_draws_and_lists_models(run):
    assert run("getgoapi", sys.executable, "-c", EMBED_AND_DRAW).split() == ["1536", "True", "158"]


# Node.

JAVASCRIPT = """
import OpenAI from "openai";

const client = new OpenAI({ apiKey: "sk-1", baseURL: process.env.BASE });
const [model] = process.argv.slice(-1);
const ask = (content) => ({ model, messages: [{ role: "user", content }], temperature: 0.7, max_tokens: 500 });
const answer = await client.chat.completions.create(ask("ping"));
console.log(answer.choices[0].message.content);
let story = "";
for await (const chunk of await client.chat.completions.create({ ...ask("a story"), stream: true })) {
  story += chunk.choices[0]?.delta?.content ?? "";
}
console.log(story);
"""

FETCH = """
const headers = { Authorization: `Bearer ${process.argv.at(-1)}`, "Content-Type": "application/json", vendor: "V" };
const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "ping" }] });
const response = await fetch(`${process.env.BASE}/chat/completions`, { method: "POST", headers, body });
const told = JSON.parse(await response.text());
console.log(response.status, told.choices?.[0].message.content ?? told.error.type);
"""


@needs_node
@pytest.mark.parametrize(
    ("gateway", "model"), [("goesai", "claude-sonnet-4-6"), ("getgoapi", "gpt-4o"), ("newapi", "gpt-4o-mini")]
)
def test_nodes_sdk_chats_and_streams(run, gateway, model):
    told = run(gateway, "node", "--input-type=module", "-", model, input=JAVASCRIPT, cwd=NODE)
    assert told.splitlines() == ["pong", "Once upon a time."]


@needs_node
@pytest.mark.parametrize(("key", "told"), [("sk-1", "200 pong"), ("", "401 invalid_request_error")])
def test_nodes_fetch_chats_and_without_a_key_is_refused(run, key, told):
    assert run("apigo", "node", "--input-type=module", "-", key, input=FETCH, cwd=NODE).strip() == told


# Java.

JAVA = """
import java.net.URI;
import java.net.http.*;
import java.time.Duration;

public class Program {
  public static void main(String[] given) throws Exception {
    String body = "{\\"model\\": \\"gpt-4o\\", \\"messages\\": [{\\"role\\": \\"user\\", \\"content\\": \\"ping\\"}]}";
    HttpRequest request = HttpRequest.newBuilder(URI.create(System.getenv("BASE") + "/chat/completions"))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "Bearer sk-1").header("Content-Type", "application/json").header("vendor", "V")
        .POST(HttpRequest.BodyPublishers.ofString(body)).build();
    HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    System.out.println(response.statusCode() + " " + response.body().contains("\\"content\\":\\"pong\\""));
  }
}
"""


@pytest.mark.skipif(shutil.which("javac") is None, reason="needs a JDK")
def test_javas_client_chats(run, tmp_path):
    (tmp_path / "Program.java").write_text(JAVA)
    assert run("apigo", "java", str(tmp_path / "Program.java")).strip() == "200 true"
