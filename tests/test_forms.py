import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockgate.errors import GatewayError
from mockgate.forms import Form, Upload, read
from mockgate.wire import Call

TYPE = {"content-type": "multipart/form-data; boundary=edge"}


def part(name, data, filename=None, kind="text/plain"):
    named = f'; filename="{filename}"\r\nContent-Type: {kind}' if filename else ""
    return f'--edge\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + data + b"\r\n"


def form(*parts):
    return read(Call("POST", "/", headers=TYPE, raw=b"".join(parts) + b"--edge--\r\n"))


def test_fields_and_files_are_told_apart():
    sent = form(
        part("purpose", b"batch"), part("list[]", b"1"), part("list[]", b"\xc3\xa92"), part("file", b"{}", "a.jsonl")
    )
    assert (sent.field("purpose"), sent.field("missing"), sent.fields["list[]"]) == ("batch", None, ["1", "é2"])
    file = sent.file("file")
    assert (file.filename, file.content_type, file.content.read()) == ("a.jsonl", "text/plain", b"{}")
    assert sent.file("purpose") is None


@given(st.binary(max_size=200))
def test_a_files_bytes_are_as_sent(data):
    assert form(part("file", data, "x.bin", "application/octet-stream")).file("file").content.read() == data


@pytest.mark.parametrize(
    ("headers", "raw"),
    [
        ({}, b"{}"),
        ({"content-type": "application/json"}, b"{}"),
        ({"content-type": "multipart/form-data"}, part("a", b"1")),
        (TYPE, b""),
        (TYPE, b"junk"),
    ],
)
def test_what_is_no_form_is_refused(headers, raw):
    with pytest.raises(GatewayError) as refused:
        read(Call("POST", "/", headers=headers, raw=raw))
    assert refused.value.status == 400


def test_a_form_that_was_streamed_is_taken_as_it_is():
    streamed = Form()
    assert read(Call("POST", "/", form=streamed)) is streamed
    streamed.add("a", "1")
    assert isinstance(streamed.field("a"), str)
    assert not isinstance(streamed.field("a"), Upload)
