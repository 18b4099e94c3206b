"""Broken answers as a client meets them, on the fast lane and on aiohttp's way."""

import socket
import time

import msgspec
import openai
import pytest

from mockgate import Mockgate

#: What makes a request plain, or sends it aiohttp's way.
WAYS = {"lane": b"", "aiohttp": b"TE: trailers\r\nExpect:\r\n"}

RULES = [{"when": {"user": "cafe"}, "reply": "Café crème"}, {"reply": "one two three four five"}]


def request(way, *, stream, text="Hello"):
    body = {"model": "gpt-4o-mini", "stream": stream, "messages": [{"role": "user", "content": text}]}
    raw = msgspec.json.encode(body)
    more = b"" if way == "lane" else b"Content-Encoding: identity\r\n"
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n%bContent-Length: %d\r\n\r\n"
    return head % (more, len(raw)) + raw


def talk(server, way, **asked):
    """Send a request; return all that comes until the connection ends, and whether it was reset."""
    received = b""
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10) as connection:
        connection.sendall(request(way, **asked))
        while True:
            try:
                data = connection.recv(65536)
            except ConnectionResetError:
                return received, True
            if not data:
                return received, False
            received += data


@pytest.fixture
def broken(live):
    """Serve under one fault."""
    return lambda **fault: live({"faults": [fault], "rules": RULES})


each_way = pytest.mark.parametrize("way", WAYS)


@each_way
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_is_broken_off_before_the_first_byte(broken, way, stream, reset):
    server = broken(do="disconnect", reset=reset)
    assert talk(server, way, stream=stream) == (b"", reset)
    assert server.requests[0]["outcome"] == "cut"


@each_way
@pytest.mark.parametrize("reset", [False, True])
def test_a_stream_is_broken_off_in_the_middle_without_its_end(broken, way, reset):
    server = broken(do="disconnect", after="3 tokens", reset=reset)
    received, was_reset = talk(server, way, stream=True)
    assert (received.count(b'"delta":{"content":"'), was_reset) == (3, reset)
    assert not received.endswith(b"0\r\n\r\n")
    assert b"[DONE]" not in received
    assert server.requests[0]["outcome"] == "cut"


@each_way
def test_a_whole_answer_is_shorter_than_it_says(broken, way):
    received, _ = talk(broken(do="disconnect", after="50B"), way, stream=False)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    assert (len(body), lengths[0] > 50) == (50, True)


@each_way
def test_a_character_is_split_between_two_chunks(broken, way):
    server = broken(do="split_utf8")
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10) as connection:
        connection.sendall(request(way, stream=True, text="cafe"))
        received = b""
        while not received.endswith(b"0\r\n\r\n"):
            received += connection.recv(65536)
    assert "é".encode() not in received
    assert b"\xc3\r\n" in received


@each_way
def test_a_server_that_hangs_does_not_hold_up_its_own_end(way):
    began = time.monotonic()
    with Mockgate({"faults": [{"do": "hang"}]}) as server:
        connection = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10)
        connection.sendall(request(way, stream=False))
        while not server.requests:
            pass
        connection.close()
    assert time.monotonic() - began < 5
    assert server.requests[0]["status"] == 200


def test_the_sdk_sees_each_fault_as_it_sees_the_real_one(live):
    def told(fault, *, stream=False):
        server = live({"faults": [fault], "rules": RULES})
        client = openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0)
        asked = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}
        try:
            if not stream:
                return client.chat.completions.create(**asked).choices[0].message.content
            chunks = client.chat.completions.create(stream=True, **asked)
            return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        except openai.OpenAIError as problem:
            return type(problem).__name__
        except Exception as problem:  # noqa: BLE001 - the name is what is compared
            return type(problem).__name__

    whole = "one two three four five"
    assert told({"do": "disconnect"}) == "APIConnectionError"
    assert told({"error": 502, "body": "html"}) == "InternalServerError"
    assert told({"error": 429, "body": "empty"}) == "RateLimitError"
    assert told({"do": "malformed"}) == "APIResponseValidationError" or told({"do": "malformed"}) == "JSONDecodeError"
    assert told({"error": 503, "after": "2 tokens"}, stream=True) == "APIError"
    assert told({"do": "disconnect", "after": "2 tokens"}, stream=True) == "APIConnectionError"
    for harmless in ("no_done", "no_blank_line", "split_utf8", "huge"):
        assert told({"do": harmless}, stream=True) == whole
