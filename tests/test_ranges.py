import pytest

from mockgate.errors import GatewayError
from mockgate.ranges import serve
from mockgate.wire import Call

DATA = bytes(range(100))


def ask(**headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = serve(Call("GET", "/x", headers=named), DATA, "video/mp4", cache_control="no-store")
    return answer, b"".join(frame.encode() for frame in answer.frames)


def test_everything_is_sent_unless_a_range_is_asked_for():
    answer, data = ask()
    assert (answer.status, data, answer.length) == (200, DATA, 100)
    assert (answer.headers["accept-ranges"], answer.headers["cache-control"]) == ("bytes", "no-store")


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [("0-", 0, 100), ("10-19", 10, 20), ("90-500", 90, 100), ("-10", 90, 100), ("-500", 0, 100), ("99-99", 99, 100)],
)
def test_a_range_is_sent_with_where_it_lies(asked, begin, end):
    answer, data = ask(range=f"bytes={asked}")
    assert (answer.status, data, answer.length) == (206, DATA[begin:end], end - begin)
    assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/100"


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_length(asked):
    with pytest.raises(GatewayError) as refused:
        ask(range=asked)
    assert (refused.value.status, refused.value.headers["content-range"]) == (416, "bytes */100")


@pytest.mark.parametrize("asked", ["items=0-1", "bytes=-", "bytes=9-1", "bytes=0-1,5-6", "nonsense"])
def test_what_is_no_single_range_is_ignored(asked):
    assert ask(range=asked)[0].status == 200


def test_a_download_goes_on_only_with_what_it_began_with():
    tag = ask()[0].headers["etag"]
    assert ask(range="bytes=50-", if_range=tag)[0].status == 206
    assert ask(range="bytes=50-", if_range='"other"')[0].status == 200
