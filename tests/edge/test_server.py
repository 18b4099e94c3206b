import asyncio
import gzip
import io
import logging
import socket

import msgspec
import pytest

from mockgate import ScenarioError
from mockgate.edge.server import Server
from mockgate.gateway import Gateway
from mockgate.routes import Family
from mockgate.wire import Frame, Sse

CHATS = "/v1/chat/completions"
KEY = "authorization: Bearer sk-a-secret-that-is-long-enough\r\n"
PACED = {"pace": {"first_token": "1s", "tokens_per_second": 10}}


def chat(text="Hello", **extra):
    return msgspec.json.encode({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], **extra})


def request(method, path, body=b"", headers="", *, version="1.1", close=True):
    head = f"{method} {path} HTTP/{version}\r\nhost: x\r\n{KEY}{headers}"
    head += "connection: close\r\n" if close else ""
    head += f"content-length: {len(body)}\r\n" if body else ""
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + body


class Client:
    """A bare socket, to send what no HTTP library would."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, server=None, **options):
        where = ("127.0.0.1", server.port) if server else ()
        return cls(*await asyncio.open_connection(*where, **options))

    async def read_head(self):
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        return int(head[0].split()[1]), headers

    async def read_answer(self):
        status, headers = await self.read_head()
        return status, headers, await self.reader.readexactly(int(headers.get("content-length", 0)))

    async def rest(self):
        return await asyncio.wait_for(self.reader.read(-1), 20)


def unchunked(raw):
    stream, body = io.BytesIO(raw), []
    while size := stream.readline():
        body.append(stream.read(int(size, 16)))
        assert stream.readline() == b"\r\n"
    return b"".join(body)


@pytest.fixture
async def serve(gw):
    servers = []

    async def start(scenario=None, families=None, **keys):
        if families is None:
            gateway = gw(scenario, **keys)
        else:
            gateway = Gateway(gw(scenario, **keys, manners={"routes": None}).scenario, families)
        servers.append(server := Server(gateway))
        await server.start()
        return server

    yield start
    for server in servers:
        await server.stop(0)


@pytest.fixture
def fetch():
    async def send(server, *args, **options):
        client = await Client.connect(server)
        client.writer.write(request(*args, **options))
        status, headers = await client.read_head()
        return status, headers, await client.rest()

    return send


def ended(server):
    """A future of the next exchange that is closed."""
    future = asyncio.get_running_loop().create_future()
    server.gateway.listeners.append(lambda exchange: future.done() or future.set_result(exchange))
    return asyncio.wait_for(future, 10)


async def reached(condition):
    """Let the loop run until something has happened."""
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError


async def test_an_answer_goes_out_as_json(serve, fetch):
    status, headers, body = await fetch(await serve(rules=[{"reply": "Hi"}]), "POST", CHATS, chat())
    assert (status, headers["content-type"]) == (200, "application/json")
    assert msgspec.json.decode(body)["choices"][0]["message"]["content"] == "Hi"


async def test_a_stream_goes_out_as_events_that_nothing_may_hold_back(serve, fetch):
    status, headers, body = await fetch(await serve(rules=[{"reply": "Hi"}]), "POST", CHATS, chat(stream=True))
    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert (headers["cache-control"], headers["transfer-encoding"]) == ("no-cache", "chunked")
    assert unchunked(body).endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("body", "headers", "status", "said"),
    [
        (b"", "", 400, b"parse the JSON body"),
        (b"{", "", 400, b"parse the JSON body"),
        (b"\xff\xfe", "content-type: application/json\r\n", 400, b"parse the JSON body"),
        (chat(), "content-type: text/plain\r\n", 200, b"chat.completion"),
        (gzip.compress(chat()), "content-encoding: gzip\r\n", 200, b"chat.completion"),
        (b"not gzip", "content-encoding: gzip\r\n", 400, b"could not be read"),
        (gzip.compress(bytes(50_000)), "content-encoding: gzip\r\n", 413, b"too large"),
        (b"x" * 20_001, "", 413, b"20000 bytes"),
        (b"x" * 5_000_000, "", 413, b"20000 bytes"),
        (b" " * 19_000 + b"{}", "", 400, b"model"),
    ],
    ids=["empty", "cut", "no text", "other type", "gzip", "bad gzip", "gzip bomb", "a byte over", "far over", "blanks"],
)
async def test_whatever_the_body_the_answer_comes_in_the_envelope(serve, fetch, body, headers, status, said):
    server = await serve(max_body=20_000)
    found, _, answer = await fetch(server, "POST", CHATS, body, headers)
    assert found == status
    assert said in answer
    if status != 200:
        assert set(msgspec.json.decode(answer)["error"]) == {"message", "type", "param", "code"}
    (exchange,) = server.gateway.session().journal
    assert (exchange.status, exchange.outcome) == (status, "finished")


async def test_a_refused_body_still_comes_after_route_and_key(serve, fetch):
    server = await serve(max_body=10)
    assert (await fetch(server, "POST", "/nowhere", b"x" * 99))[0] == 404
    assert (await fetch(server, "POST", CHATS, b"x" * 99))[0] == 413


@pytest.mark.parametrize("path", ["/v1/models/%ff", "/v1/models/%00", "/v1/models/%ed%a0%80", "/v1/%ff?a=%ff"])
async def test_a_path_that_is_no_text_is_refused_like_any_other(serve, fetch, path):
    server = await serve()
    status, _, body = await fetch(server, "GET", path)
    assert (status, msgspec.json.decode(body)["error"]["type"]) == (404, "invalid_request_error")
    (exchange,) = server.gateway.session().journal
    msgspec.json.encode(exchange.describe())


async def test_headers_that_are_no_text_are_served_and_journaled(serve, fetch):
    server = await serve(rules=[{"reply": "{{ headers['x-odd'] }}"}])
    status, _, _ = await fetch(server, "POST", CHATS, chat(), "X-Odd: \udcff\r\nX-Mockgate-Session: \udcfe\r\n")
    assert status == 200
    (session,) = server.gateway.sessions.values()
    (exchange,) = session.journal
    msgspec.json.encode(exchange.describe())


async def test_header_names_reach_the_gateway_in_lower_case_and_secrets_are_masked(serve, fetch):
    server = await serve()
    await fetch(server, "GET", "/v1/models", headers="X-API-Key: sk-another-secret-0123456789\r\nX-Own: Yes\r\n")
    (exchange,) = server.gateway.session().journal
    assert exchange.call.headers["x-own"] == "Yes"
    assert all(name == name.lower() for name in exchange.call.headers)
    assert b"secret" not in msgspec.json.encode(exchange.describe())


@pytest.mark.parametrize("url", ["http://x/v1/models/gpt-4o", "http://x/v1/models%2Fgpt-4o?a=1"])
async def test_an_absolute_url_as_proxies_send_it_is_a_path(serve, fetch, url):
    server = await serve()
    status, _, _ = await fetch(server, "GET", url)
    assert status == (200 if "%2F" not in url else 404)


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
    ],
)
async def test_what_is_no_http_gets_no_traceback_and_the_next_is_served(serve, fetch, junk):
    server = await serve()
    client = await Client.connect(server)
    client.writer.write(junk)
    client.writer.write_eof()
    assert b"Traceback" not in await client.rest()
    assert (await fetch(server, "GET", "/health"))[0] == 200


async def test_one_connection_serves_many_requests_even_all_sent_at_once(serve):
    client = await Client.connect(await serve(rules=[{"reply": "{{ user }}"}]))
    bodies = [chat(str(number)) for number in range(5)]
    client.writer.write(b"".join(request("POST", CHATS, body, close=False) for body in bodies))
    answers = [await client.read_answer() for _ in bodies]
    said = [msgspec.json.decode(body)["choices"][0]["message"]["content"] for _, _, body in answers]
    assert said == ["0", "1", "2", "3", "4"]
    client.writer.close()


async def test_a_refused_call_leaves_the_connection_usable(serve):
    client = await Client.connect(await serve())
    client.writer.write(request("POST", CHATS, b"{", close=False) + request("GET", "/health", close=False))
    assert [(await client.read_answer())[0] for _ in range(2)] == [400, 200]
    client.writer.close()


async def test_a_body_in_chunks_is_taken_in(serve):
    client = await Client.connect(await serve())
    body = chat()
    head = f"POST {CHATS} HTTP/1.1\r\nhost: x\r\n{KEY}transfer-encoding: chunked\r\n\r\n".encode()
    client.writer.write(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
    assert (await client.read_answer())[0] == 200
    client.writer.close()


async def test_a_client_that_asks_before_it_sends_is_told_to_go_on(serve):
    client = await Client.connect(await serve())
    body = chat()
    whole = request("POST", CHATS, body, "expect: 100-continue\r\n")
    client.writer.write(whole[: -len(body)])
    assert (await client.read_head())[0] == 100
    client.writer.write(body)
    assert (await client.read_answer())[0] == 200


@pytest.mark.parametrize(
    ("version", "asked", "told"), [("1.0", "keep-alive", "keep-alive"), ("1.1", "keep-alive", None)]
)
async def test_a_connection_stays_open_for_who_asks_for_it(serve, version, asked, told):
    client = await Client.connect(await serve())
    for _ in range(2):
        client.writer.write(request("GET", "/health", b"", f"connection: {asked}\r\n", version=version, close=False))
        status, headers, _ = await client.read_answer()
        assert (status, headers.get("connection")) == (200, told)
    client.writer.close()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("words", [10, 10_000])
async def test_an_answer_of_any_size_arrives_whole(serve, fetch, words, stream):
    server = await serve(rules=[{"reply": "many words " * words}], unknown_models="accept")
    status, headers, body = await fetch(server, "POST", CHATS, chat(stream=stream, model="any"))
    assert status == 200
    if stream:
        assert unchunked(body).count(b"many") == words
    else:
        assert len(body) == int(headers["content-length"])
        assert body.count(b"many words") == words


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding", "Connection", "date"])
def test_a_scenario_cannot_break_the_frame_of_an_answer(gw, name):
    with pytest.raises(ScenarioError, match="the server's own to send"):
        gw(rules=[{"reply": "Hi", "headers": {name: "5"}}])
    with pytest.raises(ScenarioError, match="the server's own to send"):
        gw(headers={name: "5"})


@pytest.mark.parametrize("stream", [False, True])
async def test_http_1_0_gets_its_answer_and_then_the_end(serve, fetch, stream):
    server = await serve(rules=[{"reply": "Hi"}])
    status, headers, body = await fetch(server, "POST", CHATS, chat(stream=stream), version="1.0", close=False)
    assert status == 200
    assert "transfer-encoding" not in headers
    assert body.endswith(b"data: [DONE]\n\n" if stream else b"}")


@pytest.mark.parametrize(("path", "status"), [("/v1/models", 200), ("/v1/models/none", 404), (CHATS, 405), ("/x", 404)])
async def test_head_gets_the_headers_alone(serve, fetch, path, status):
    found, headers, body = await fetch(await serve(), "HEAD", path)
    if path == CHATS:
        status = 200  # the list of stored completions
    assert (found, body) == (status, b"")
    assert int(headers["content-length"]) > 0


async def test_browsers_are_let_in_from_anywhere(serve, fetch):
    server = await serve(rules=[{"reply": "Hi"}])
    ask = "origin: http://app\r\naccess-control-request-method: POST\r\naccess-control-request-headers: x-own\r\n"
    status, headers, _ = await fetch(server, "OPTIONS", CHATS, headers=ask)
    assert (status, headers["access-control-allow-origin"], headers["access-control-allow-headers"]) == (
        204,
        "*",
        "x-own",
    )
    assert "post" in headers["access-control-allow-methods"]
    assert len(server.gateway.session().journal) == 0
    for body in (chat(), chat(stream=True), b"{"):
        _, headers, _ = await fetch(server, "POST", CHATS, body, "origin: http://app\r\n")
        assert headers["access-control-allow-origin"] == headers["access-control-expose-headers"] == "*"
    assert "access-control-allow-origin" not in (await fetch(server, "GET", "/health"))[1]
    assert (await fetch(server, "OPTIONS", CHATS))[0] == 405


async def test_a_stream_comes_at_its_pace_and_a_whole_answer_when_its_stream_would_end(serve):
    server = await serve(PACED, rules=[{"reply": "one two three"}])
    clock = server.gateway.session().clock
    client = await Client.connect(server)
    client.writer.write(request("POST", CHATS, chat(stream=True)))
    await client.read_head()
    clock.advance(1.0)
    assert b"one" in await client.reader.readuntil(b"one")
    clock.advance(0.1)
    assert b"three" not in await client.reader.readuntil(b" two")
    clock.advance(0.1)
    assert (await client.rest()).endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
    whole = await Client.connect(server)
    whole.writer.write(request("POST", CHATS, chat()))
    await reached(lambda: len(server.gateway.session().journal) == 2)
    await asyncio.sleep(0)
    clock.advance(1.19)
    clock.advance(0.02)
    assert (await whole.read_answer())[0] == 200


@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_before_the_end_is_noted_as_left(serve, fetch, stream, caplog):
    server = await serve(PACED)
    gone = ended(server)
    client = await Client.connect(server)
    client.writer.write(request("POST", CHATS, chat(stream=stream)))
    session = server.gateway.session()
    await reached(lambda: len(session.journal) == 1)
    if stream:
        await client.read_head()
        session.clock.advance(1.0)
        await client.reader.readuntil(b"content")
    client.writer.transport.abort()
    exchange = await gone
    assert (exchange.outcome, session.under_way) == ("left", 0)
    session.clock.advance(60)
    assert (await fetch(server, "GET", "/health"))[0] == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_client_that_reads_slowly_gets_a_large_stream_whole(serve):
    words = " ".join(f"word{number}" for number in range(6_000))
    pace = {"first_token": 0, "tokens_per_second": 1000}
    server = await serve({"pace": pace, "rules": [{"reply": words}]}, unknown_models="accept")
    narrow = socket.create_connection(("127.0.0.1", server.port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    client = await Client.connect(limit=1024, sock=narrow)
    done = ended(server)
    client.writer.write(request("POST", CHATS, chat(stream=True, model="long-winded")))
    await client.read_head()
    clock = server.gateway.session().clock
    for _ in range(100):
        clock.advance(1)
        await asyncio.sleep(0)
    lines = unchunked(await client.rest()).split(b"\n\n")
    assert lines[-2:] == [b"data: [DONE]", b""]
    chunks = [msgspec.json.decode(line.removeprefix(b"data: ")) for line in lines[:-2]]
    said = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert (len(said), said == words) == (len(words), True)
    assert (await done).outcome == "finished"


async def test_a_stream_that_fails_half_way_is_cut_and_noted_as_failed(serve, fetch, caplog):
    async def handler(*_):
        def frames():
            yield Frame(0, b"{}")
            raise LookupError("half way")

        return Sse(frames=frames())

    family = Family("test")
    family.add("GET", "/x", handler)
    server = await serve(families=[family])
    done = ended(server)
    status, _, body = await fetch(server, "GET", "/x")
    assert status == 200
    assert b"half way" not in body
    assert not body.endswith(b"0\r\n\r\n")
    assert (await done).outcome == "failed"
    assert "half way" in caplog.text


async def test_stopping_lets_the_answers_under_way_end_and_takes_no_more(serve):
    server = await serve(PACED, rules=[{"reply": "one two three"}])
    client = await Client.connect(server)
    client.writer.write(request("POST", CHATS, chat(stream=True)))
    await client.read_head()
    stopping = asyncio.create_task(server.stop(drain=30))
    await asyncio.sleep(0.01)
    assert not stopping.done()
    with pytest.raises(OSError, match="onnect"):
        await Client.connect(server)
    server.gateway.session().clock.advance(60)
    assert b"data: [DONE]" in await client.rest()
    await asyncio.wait_for(stopping, 10)


async def test_stopping_does_not_wait_longer_than_it_is_told(serve):
    server = await serve(PACED)
    done = ended(server)
    client = await Client.connect(server)
    client.writer.write(request("POST", CHATS, chat(stream=True)))
    await client.read_head()
    await asyncio.wait_for(server.stop(drain=0.01), 5)
    assert (await done).outcome == "left"
    await server.stop()


async def test_a_port_that_is_taken_is_an_error_and_the_holder_serves_on(serve, fetch, gw):
    server = await serve()
    with pytest.raises(OSError, match="address already in use"):
        await Server(gw(), port=server.port).start()
    assert (await fetch(server, "GET", "/health"))[0] == 200


@pytest.mark.parametrize(
    ("host", "url"), [("0.0.0.0", "http://127.0.0.1:80"), ("::1", "http://[::1]:80"), ("box", "http://box:80")]
)
def test_the_url_is_one_that_a_client_on_this_machine_can_use(gw, host, url):
    assert Server(gw(), host, 80).url == url
