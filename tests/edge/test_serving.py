"""The command line as a process: what it prints, what it answers, and how it ends."""

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockgate.edge.serving import beside

MOCKGATE = [sys.executable, "-m", "mockgate"]
SLOW = "rules: [{reply: one two three four five six seven eight}]\npace: {first_token: 0s, tokens_per_second: 7}\n"


@contextmanager
def serving(*args):
    env = {**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": ""}
    command = [*MOCKGATE, "serve", "--port", "0", *map(str, args)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        try:
            yield process, re.search(r"http://\S+", process.stdout.readline())[0]
        finally:
            process.kill()


def ask(url, words, **more):
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": words}], **more}
    headers = {"authorization": "Bearer sk-x", "content-type": "application/json"}
    request = urllib.request.Request(f"{url}/v1/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)["choices"][0]["message"]["content"]


def next_line(process, containing):
    for line in process.stdout:
        if containing in line:
            return line
    raise AssertionError(f"mockgate never said {containing}")


def test_serve_says_where_it_is_answers_and_tells_of_the_request(tmp_path):
    (tmp_path / "s.yaml").write_text("rules: [{name: all, reply: Hi there}]")
    with serving(tmp_path / "s.yaml", "--seed", "7") as (process, url):
        assert ask(url, "hello") == "Hi there"
        assert f"export OPENAI_BASE_URL={url}/v1" in next_line(process, "export OPENAI")
        assert 'POST /v1/chat/completions  200  gpt-4o-mini  rules[0] "all"  8+2 tokens' in next_line(process, "POST")


def test_sigterm_lets_a_stream_end_and_exits_0(tmp_path):
    (tmp_path / "s.yaml").write_text(SLOW)
    with serving(tmp_path / "s.yaml") as (process, url):
        assert ask(url, "be warm", max_tokens=1) == "one"
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "count"}], "stream": True}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"authorization": "Bearer sk-x"})
        response = connection.getresponse()
        response.readline()
        process.send_signal(signal.SIGTERM)
        next_line(process, "stopping: 1 under way")
        while accepts(url):
            pass
        assert process.poll() is None, "the port is closed while the stream goes on"
        rest = response.read().decode()
        assert "eight" in rest
        assert rest.endswith("data: [DONE]\n\n")
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


def accepts(url):
    host, port = url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def test_a_second_signal_cuts_off_what_is_under_way(tmp_path):
    (tmp_path / "s.yaml").write_text("rules: [{reply: x}]\npace: {first_token: 60s}")
    with serving(tmp_path / "s.yaml") as (process, url):
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "wait"}]}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"authorization": "Bearer sk-x"})
        assert is_healthy(url), "by then the wait has begun"
        process.send_signal(signal.SIGINT)
        next_line(process, "stopping: 1 under way")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


def is_healthy(url):
    with urllib.request.urlopen(f"{url}/health", timeout=10) as response:
        return response.status == 200


def test_a_frozen_clock_answers_at_once_unless_a_pace_is_asked_for(tmp_path):
    (tmp_path / "s.yaml").write_text("clock: {frozen: true, start: 2026-01-01}\nrules: [{reply: one}]\n")
    with serving(tmp_path / "s.yaml") as (_, url):
        assert ask(url, "now") == "one"


def test_quiet_prints_the_url_and_nothing_else():
    with serving("--quiet", "--default-reply", "echo") as (process, url):
        assert ask(url, "back, please") == "back, please"
        process.terminate()
        assert process.stdout.read() == ""
        assert process.wait(10) == 0


def test_watch_takes_up_a_change_and_keeps_the_old_scenario_when_the_new_one_is_wrong(tmp_path):
    file = tmp_path / "s.yaml"
    file.write_text("rules: [{reply: one}]")
    with serving(file, "--watch") as (process, url):
        assert ask(url, "hello") == "one"
        file.write_text("rules: [{reply: second}]")
        next_line(process, "the scenario has changed")
        assert ask(url, "hello") == "second"
        file.write_text("rulse: []")
        next_line(process, "is wrong")
        assert "s.yaml:1:1: " in next_line(process, "rulse")
        assert ask(url, "hello") == "second"


def control(url, line, body=None, **headers):
    method, path = line.split()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"{url}/_mockgate{path}", data, named, method=method), timeout=10
        ) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_options_stay_in_force_when_the_scenario_is_replaced_by_the_control_api(tmp_path):
    (tmp_path / "s.yaml").write_text("rules: [{reply: one}]")
    options = ["--seed", "7", "--pace", "instant", "--fault", "503 times=1", "--clock", "frozen", "--report"]
    with serving(tmp_path / "s.yaml", *options) as (process, url):
        status, shown = control(url, "PUT /scenario", {"seed": 1, "rules": [{"reply": "two"}]})
        assert (status, shown["seed"], shown["pace"], shown["faults"][0]["error"]) == (200, 7, "instant", 503)
        assert control(url, "GET /clock")[1]["frozen"]
        with pytest.raises(urllib.error.HTTPError, match="503"):
            ask(url, "hello")
        assert ask(url, "hello") == "two"
        process.terminate()
        assert next_line(process, "report:")
        assert "2 requests (200: 1, 503: 1)" in process.stdout.readline()
        rest = process.stdout.read()
        assert "1 of 1 rules" in rest
        assert "The client behaved" in rest
        assert process.wait(10) == 0


def test_no_control_leaves_nothing_there():
    with serving("--no-control") as (_, url):
        assert control(url, "GET /clock")[0] == 404


def test_beyond_loopback_the_control_api_is_closed_without_a_key():
    with serving("--host", "0.0.0.0") as (process, url):
        assert "--control-key KEY" in next_line(process, "control API is closed")
        assert control(url, "GET /clock")[0] == 403
        assert ask(url, "hello")


def test_beyond_loopback_a_key_opens_the_control_api():
    with serving("--host", "0.0.0.0", "--control-key", "s3cret") as (_, url):
        assert control(url, "GET /clock")[0] == 401
        assert control(url, "GET /clock", x_mockgate_control_key="s3cret")[0] == 200
        assert control(url, "GET /clock", authorization="Bearer s3cret")[0] == 200


def test_a_page_of_another_site_cannot_drive_the_control_api():
    with serving() as (_, url):
        assert control(url, "POST /clock", {"frozen": True}, origin="http://evil.example")[0] == 403
        assert control(url, "GET /clock", host="evil.example")[0] == 403
        assert control(url, "GET /clock", origin=url)[1]["frozen"] is False


async def test_what_fails_beside_serving_is_a_line_in_the_log(caplog):
    async def fail():
        raise RuntimeError("the disk is gone")

    await asyncio.wait([beside("--watch", fail())])
    assert caplog.messages == ["--watch has failed and ended, serving goes on: RuntimeError: the disk is gone"]


async def test_what_is_cancelled_beside_serving_has_not_failed(caplog):
    task = beside("--watch", asyncio.Event().wait())
    task.cancel()
    await asyncio.wait([task])
    assert caplog.messages == []


def test_a_taken_port_is_a_sentence_that_names_another():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [*MOCKGATE, "serve", "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert re.fullmatch(
        rf"Error: port {port} of 127.0.0.1 is taken: try (--port \d+, or )?--port 0 for any free one\n",
        done.stderr,
    )


def test_a_reader_that_went_away_does_not_stop_the_server():
    with serving() as (process, url):
        process.stdout.close()
        assert ask(url, "hello")
        assert ask(url, "hello")
        process.terminate()
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


def test_run_gives_the_command_a_server_and_exits_as_it_does():
    program = (
        "import os, urllib.request as u; base = os.environ['OPENAI_BASE_URL']; "
        "r = u.Request(base + '/models', headers={'authorization': 'Bearer ' + os.environ['OPENAI_API_KEY']}); "
        "print(u.urlopen(r).status, base == os.environ['MOCKGATE_URL'] + '/v1'); raise SystemExit(5)"
    )
    command = [*MOCKGATE, "run", "--", sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (5, "200 True\n", "")


def test_run_passes_an_interrupt_on_to_the_command():
    program = "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(20)"
    command = [
        *MOCKGATE,
        "run",
        "--",
        sys.executable,
        "-c",
        f"try:\n exec({program!r})\nexcept KeyboardInterrupt:\n exit(9)",
    ]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (9, "")


# In a container.


def health_check() -> list[str]:
    """Return the command by which the image's health is checked."""
    text = (Path(__file__).parents[2] / "Dockerfile").read_text().replace("\\\n", "")
    return json.loads(re.search(r"CMD (\[\"python.*?\])$", text, re.MULTILINE)[1])


@pytest.mark.parametrize("gateway", ["openai", "apigo", "newapi"])
def test_an_image_is_healthy_with_any_gateway_while_it_runs_and_leaves_no_trace(live, gateway):
    served = live({"gateway": gateway})
    environment = {**os.environ, "MOCKGATE_SERVE_PORT": served.url.rpartition(":")[2]}
    command = [sys.executable, *health_check()[1:]]
    assert subprocess.run(command, env=environment, timeout=20, check=False).returncode == 0
    assert served.requests == []
    served.stop()
    assert subprocess.run(command, env=environment, timeout=20, check=False, stderr=subprocess.DEVNULL).returncode != 0
