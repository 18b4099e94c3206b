"""The fast lane, and where it hands over: clients of every age and temper get the same answers."""

import http.client
import socket

import pytest

from mockgate import Mockgate
from mockgate.edge.lane import LONGEST_BODY, NotPlainError, read_head

SCENARIO = {"rules": [{"reply": "one two three", "headers": {"x-rule": "a"}}], "clock": {"start": "2026-01-01"}}
BODY = b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}]}'


@pytest.fixture(scope="module")
def gw():
    with Mockgate(SCENARIO) as running:
        yield running


def raw(gw, head: str, body: bytes = b"") -> bytes:
    host, port = gw.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        received = b""
        while chunk := line.recv(65536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return head.lower() + b"\r\n\r\n" + body


def kept(gw) -> socket.socket:
    """A connection that is kept open: the lane's own."""
    host, port = gw.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=5)


def plain(body: bytes = BODY, extra: str = "") -> bytes:
    head = f"POST /v1/chat/completions?x=1 HTTP/1.1\nHost: x\nAuthorization: Bearer sk\n{extra}"
    return f"{head}Content-Length: {len(body)}\n\n".replace("\n", "\r\n").encode() + body


def answer(line: socket.socket) -> bytes:
    """Read one whole answer off a connection that stays open."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += line.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += line.recv(65536)
    return body


def post(version: str, connection: str, body: bytes = BODY) -> str:
    return (
        f"POST /v1/chat/completions HTTP/{version}\nHost: x\nAuthorization: Bearer sk\n"
        f"Connection: {connection}\nContent-Length: {len(body)}"
    )


def test_a_connection_is_kept_for_the_next_request(gw):
    host, port = gw.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    for _ in range(3):
        connection.request("POST", "/v1/chat/completions", BODY, {"authorization": "Bearer sk"})
        answer = connection.getresponse()
        assert b"one two three" in answer.read()
        assert (answer.getheader("x-rule"), answer.getheader("date")[:16]) == ("a", "Thu, 01 Jan 2026")
    connection.close()


def test_a_client_that_asks_to_close_is_told_so_and_closed(gw):
    head, _, body = raw(gw, post("1.1", "close"), BODY).partition(b"\r\n\r\n")
    assert b"connection: close" in head
    assert f"content-length: {len(body)}".encode() in head


def test_http_1_0_gets_a_length_and_an_end(gw):
    head, _, body = raw(gw, post("1.0", "close"), BODY).partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert b"one two three" in body


@pytest.mark.parametrize(("version", "chunked"), [("1.1", True), ("1.0", False)])
def test_an_instant_stream_is_whole_in_every_version(gw, version, chunked):
    streaming = BODY[:-1] + b', "stream": true}'
    head, _, body = raw(gw, post(version, "close", streaming), streaming).partition(b"\r\n\r\n")
    assert (b"chunked" in head) is chunked
    assert b"data: [DONE]\n\n" in body
    assert body.endswith(b"0\r\n\r\n") is chunked


def test_head_has_the_length_and_no_body(gw):
    head, _, body = raw(gw, "HEAD /health HTTP/1.1\nHost: x\nConnection: close").partition(b"\r\n\r\n")
    assert b"content-length: 15" in head
    assert body == b""


def test_a_status_without_a_name_is_still_a_status(gw):
    gw.replace({"rules": [{"error": 529}]})
    assert raw(gw, post("1.1", "close"), BODY).startswith(b"http/1.1 529")
    with kept(gw) as line:
        line.sendall(plain())
        assert line.recv(65536).startswith(b"HTTP/1.1 529 \r\n")
    gw.replace(SCENARIO)


def test_a_plain_request_is_read_as_it_was_sent():
    call, begin, end = read_head(plain())
    assert (call.method, call.path, call.query) == ("POST", "/v1/chat/completions", "x=1")
    assert call.headers == {"host": "x", "authorization": "Bearer sk", "content-length": str(len(BODY))}
    assert plain()[begin:end] == BODY


@pytest.mark.parametrize("cut", [1, 30, len(plain()) - len(BODY) - 1])
def test_a_head_that_has_not_arrived_is_waited_for(cut):
    assert read_head(plain()[:cut]) is None


@pytest.mark.parametrize(
    "request_bytes",
    [
        plain(extra="Content-Length: 3\n"),
        plain(extra="Transfer-Encoding: chunked\n"),
        plain(extra="Connection: close\n"),
        plain(extra="Expect: 100-continue\n"),
        plain(extra="Upgrade: websocket\n"),
        plain(extra="X-Bytes: \u00e9\n"),
        plain(extra="X-Folded: a\n b\n"),
        plain(extra="Bad Name: a\n"),
        plain(extra="X-Nul: " + " " * 60_000 + "\0\n"),
        plain().replace(b"HTTP/1.1", b"HTTP/1.0"),
        plain().replace(b"POST", b"HEAD"),
        plain().replace(b"POST", b"post"),
        plain().replace(b"/v1", b"http://x/v1"),
        plain().replace(b"Content-Length: ", b"Content-Length: -"),
        plain().replace(b"Content-Length: ", b"Content-Length: 9999999"),
        b"\x16\x03\x01\x02\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_everything_else_is_for_aiohttp(request_bytes):
    with pytest.raises(NotPlainError):
        read_head(request_bytes)


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
def test_the_bound_on_bodies_holds_however_the_request_comes(connection):
    body = BODY[:-1] + b', "user": "' + b"x" * 2000 + b'"}'
    with Mockgate({"max_body": "1KB"}) as small, kept(small) as line:
        line.sendall(plain(body, f"Connection: {connection}\n"))
        assert line.recv(65536).startswith(b"HTTP/1.1 413")


def test_a_request_in_many_pieces_is_answered_once_it_is_whole(gw):
    with kept(gw) as line:
        for piece in (plain()[:20], plain()[20:90], plain()[90:]):
            line.sendall(piece)
        assert b"one two three" in answer(line)


def test_requests_sent_before_the_answer_are_answered_in_turn(gw):
    with kept(gw) as line:
        line.sendall(plain())
        line.sendall(plain())
        line.sendall(plain() + plain())
        seen = b""
        while seen.count(b"one two three") < 4:
            seen += line.recv(65536)


def test_a_great_many_requests_in_one_write_are_all_answered(gw):
    with kept(gw) as line:
        line.sendall(plain() * 1200 + plain()[:50])
        seen = 0
        while seen < 1200:
            seen += line.recv(65536).count(b"HTTP/1.1 200")
        line.sendall(plain()[50:])
        assert b"one two three" in answer(line)


def test_what_is_not_plain_behind_what_is_gets_its_answer_too(gw):
    with kept(gw) as line:
        line.sendall(plain() + plain() + plain(extra="Expect: 100-continue\n"))
        seen = b""
        while seen.count(b"one two three") < 3:
            seen += line.recv(65536)
        assert seen.count(b"HTTP/1.1 200") == 3


def test_a_connection_that_stops_being_plain_is_served_on(gw):
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    head = plain(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    with kept(gw) as line:
        line.sendall(plain())
        assert b"one two three" in answer(line)
        line.sendall(head + chunked)
        assert b"one two three" in answer(line)
        line.sendall(plain())
        assert b"one two three" in answer(line)


def test_a_long_body_is_read_whole_by_whoever_takes_it(gw):
    long = BODY[:-1] + b', "user": "' + b"x" * (LONGEST_BODY + 10) + b'"}'
    with kept(gw) as line:
        line.sendall(plain(long))
        assert b"one two three" in answer(line)


def test_what_is_no_http_is_refused_in_the_gateways_envelope(gw):
    for sent in (b"GET / HTTP/9.9\r\n\r\n", plain().replace(b"Content-Length: ", b"Content-Length: x")):
        with kept(gw) as line:
            line.sendall(sent)
            received = line.recv(65536)
        assert received.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
        assert b'"type":"invalid_request_error"' in received


def test_a_method_that_nobody_knows_is_refused_like_a_wrong_one(gw):
    with kept(gw) as line:
        line.sendall(plain().replace(b"POST", b"BREW"))
        assert line.recv(65536).startswith(b"HTTP/1.1 405")


def test_a_tls_handshake_is_turned_away_at_once(gw):
    with kept(gw) as line:
        line.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert b"400" in line.recv(65536)


def test_junk_is_refused_and_the_server_lives(gw):
    with kept(gw) as line:
        line.sendall(b"\x00\x01\x02\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.0 400") or line.recv(65536) == b""
    with kept(gw) as line:
        line.sendall(plain())
        assert b"one two three" in answer(line)
