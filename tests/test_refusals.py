import pytest

from mockgate.breakage import Fault
from mockgate.refusals import refusal_of
from mockgate.units import Seconds


def test_a_refusal_has_the_gateways_words_unless_it_has_its_own():
    plain = refusal_of(Fault(error=429))
    assert (plain.status, plain.type, plain.code, plain.raw) == (429, "requests", "rate_limit_exceeded", None)
    own = refusal_of(Fault(error=429, message="Slow down.", type="tokens", code="tpm", param="messages"))
    assert (own.message, own.type, own.code, own.param) == ("Slow down.", "tokens", "tpm", "messages")


def test_it_says_when_to_come_back_to_the_millisecond():
    wait = refusal_of(Fault(error=503, retry_after=Seconds(1.25), headers={"x-edge": "7"}))
    assert wait.headers == {"retry-after": "2", "retry-after-ms": "1250", "x-edge": "7"}
    assert refusal_of(Fault(error=503, retry_after=Seconds(1), headers={"retry-after": "soon"})).headers == {
        "retry-after": "soon"
    }


def test_the_hint_names_the_fault_so_that_it_is_not_taken_for_a_real_one():
    assert refusal_of(Fault(error=500), 'faults[1] "hiccup"').hint == 'asked for by faults[1] "hiccup"'
    assert refusal_of(Fault(error=500)).hint == ""


@pytest.mark.parametrize(
    ("status", "title"), [(502, b"502 Bad Gateway"), (429, b"429 Too Many Requests"), (529, b"529 Error")]
)
def test_a_proxys_page_is_html(status, title):
    body, content_type = refusal_of(Fault(error=status, body="html")).raw
    assert body.startswith(b"<html>\r\n<head><title>" + title + b"</title>")
    assert content_type == "text/html"


def test_an_empty_body_is_empty():
    assert refusal_of(Fault(error=429, body="empty")).raw[0] == b""
