import msgspec
import pytest

from mockgate.errors import GatewayError
from mockgate.wire import Call, Frame, decode_json, header_safe, json_answer


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"{'a': 1}", b"\xff\xfe", b'{"a": 1} x', b"[" * 100_000, b"NaN", b'"\\ud800"']
)
def test_a_body_that_is_not_json_is_refused_in_openais_words(raw):
    with pytest.raises(GatewayError, match="could not parse the JSON body") as refused:
        decode_json(raw)
    assert (refused.value.status, refused.value.param, refused.value.code) == (400, None, None)


def test_a_body_is_read_once_and_null_counts_as_read():
    call = Call("POST", "/", raw=b"null")
    assert call.json() is None
    call.raw = b"{}"
    assert call.json() is None


def test_a_querys_parameters_are_decoded_and_the_last_of_two_wins():
    assert Call("GET", "/", "a=1&a=2&b=&metadata%5Bk%5D=x%20y").arguments() == {
        "a": "2",
        "b": "",
        "metadata[k]": "x y",
    }


def test_a_frame_is_worded_as_server_sent_events_want_it():
    assert Frame(0, b"{}").encode() == b"data: {}\n\n"
    assert Frame(0, b"{}", "message_stop").encode() == b"event: message_stop\ndata: {}\n\n"


def test_plain_values_become_a_json_answer():
    answer = json_answer({"ü": 1}, 201, headers={"a": "b"})
    assert (answer.status, answer.headers, answer.content_type) == (201, {"a": "b"}, "application/json")
    assert msgspec.json.decode(answer.body) == {"ü": 1}


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain", "plain"),
        ("two\r\nlines: evil", "two lines: evil"),
        ("grün\x00\x7f", "gr?n??"),
        ("\udcff", "?"),
        ("", ""),
    ],
)
def test_text_for_a_header_becomes_one_line_of_printable_ascii(text, safe):
    assert header_safe(text) == safe
