from math import inf

import msgspec
import pytest

from mockgate.breakage import DOES, Fault
from mockgate.deeds import DEEDS
from mockgate.faults import bend, by_hand
from mockgate.units import Bytes, Point, Seconds
from mockgate.wire import Answer, Frame, Json, Raw, Sse


def stream(count=5, words="é{}", each=0.1):
    frames = [Frame(at * each, msgspec.json.encode({"n": words.format(at)}), None, 1) for at in range(count)]
    frames.append(Frame((count - 1) * each, b"[DONE]", None, 0, True))
    return Sse(frames=iter(frames), fail=lambda error, due, went: [Frame(due, error.message.encode(), "error")])


WHOLE = b'{"text": "Caf\xc3\xa9 au lait, and then some more of it"}'


def bent(answer, do=None, **keys):
    return by_hand("test", Fault(do=do, **keys)).bend(answer)


def sent(answer):
    """What goes out, with when: of a stream piece by piece."""
    return [(round(piece.due, 3), piece.encode()) for piece in answer.frames]


def body(answer):
    return answer.body if isinstance(answer, Json) else b"".join(piece.encode() for piece in answer.frames)


PLAIN = [b'data: {"n":"\xc3\xa9%d"}\n\n' % at for at in range(5)] + [b"data: [DONE]\n\n"]


def test_every_deed_of_a_scenario_has_its_class():
    assert DEEDS.keys() == DOES.keys()


def test_slow_moves_everything_and_changes_nothing():
    answer = bent(stream(), "slow", by=Seconds(2))
    assert (answer.due, sent(answer)) == (
        2,
        [(round(2 + at * 0.1, 3), data) for at, data in enumerate(PLAIN[:5])] + [(2.4, PLAIN[5])],
    )
    assert bent(Json(body=WHOLE, due=1.0), "slow", by=Seconds(2)) == Json(body=WHOLE, due=3.0)


@pytest.mark.parametrize(
    ("place", "kept"),
    [(None, 1), (Point(2, "tokens"), 2), (Point(3, "chunks"), 3), (Point(0.3, "seconds"), 3), (Point(99, "chunks"), 6)],
)
def test_a_stall_waits_at_its_place_and_for_ever_if_no_time_is_given(place, kept):
    dues = [due for due, _ in sent(bent(stream(), "stall", after=place))]
    assert [due < inf for due in dues] == [True] * kept + [False] * (6 - kept)
    shifted = sent(bent(stream(), "stall", after=place, by=Seconds(7)))
    assert [data for _, data in shifted] == PLAIN
    assert [due >= 7 for due, _ in shifted] == [False] * kept + [True] * (6 - kept)


def test_a_whole_answer_stalls_in_its_middle_and_keeps_its_length():
    answer = bent(Json(body=WHOLE, due=1.0), "stall", by=Seconds(2))
    half = len(WHOLE) // 2
    assert (answer.due, answer.length, sent(answer)) == (1, len(WHOLE), [(1, WHOLE[:half]), (3, WHOLE[half:])])


def test_bandwidth_lets_bytes_trickle():
    pieces = sent(bent(stream(each=0), "bandwidth", rate=Bytes(40)))
    assert b"".join(data for _, data in pieces) == b"".join(PLAIN)
    assert max(len(data) for _, data in pieces) == 10
    assert pieces[-1][0] == pytest.approx(sum(map(len, PLAIN)) / 40)
    whole = bent(Json(body=WHOLE), "bandwidth", rate=Bytes(10))
    assert (whole.length, body(whole)) == (len(WHOLE), WHOLE)


def test_a_line_that_is_fast_enough_slows_nothing_but_by_the_bytes_time():
    pieces = sent(bent(stream(each=1), "bandwidth", rate=Bytes(1e6)))
    assert [due for due, _ in pieces] == pytest.approx([0, 1, 2, 3, 4, 4], abs=0.001)


def test_a_hang_answers_nothing_until_the_connection_is_closed():
    assert bent(stream(), "hang") == Answer(due=inf, cut="fin")
    assert bent(Json(body=WHOLE, due=2.0), "hang", by=Seconds(30)) == Answer(due=30, cut="fin")


@pytest.mark.parametrize(("reset", "kind"), [(None, "fin"), (False, "fin"), (True, "rst")])
def test_a_disconnect_comes_before_the_first_byte_or_in_the_middle(reset, kind):
    for after in (None, Point(0, "tokens")):
        assert bent(Json(body=WHOLE, due=1.0), "disconnect", reset=reset, after=after) == Answer(due=1.0, cut=kind)
    *before, last = bent(stream(), "disconnect", reset=reset, after=Point(2, "chunks")).frames
    assert ([piece.encode() for piece in before], last) == (PLAIN[:2], Raw(0.1, b"", cut=kind))
    whole = bent(Json(body=WHOLE), "disconnect", reset=reset, after=Point(10, "bytes"))
    *before, last = whole.frames
    assert (b"".join(piece.data for piece in before), whole.length, last.cut) == (WHOLE[:10], len(WHOLE), kind)


def test_a_disconnect_after_a_while_has_its_own_moment():
    *before, last = bent(stream(), "disconnect", after=Point(0.25, "seconds")).frames
    assert (len(before), last.due) == (3, 0.25)


def test_a_truncated_answer_ends_early_and_looks_whole():
    assert body(bent(stream(), "truncate", after=Point(2, "tokens"))) == b"".join(PLAIN[:2])
    assert body(bent(stream(), "truncate", after=Point(25, "bytes"))) == b"".join(PLAIN)[:25]
    assert body(bent(stream(), "truncate", after=Point(999, "bytes"))) == b"".join(PLAIN)
    assert bent(Json(body=WHOLE), "truncate", after=Point(12, "bytes")) == Json(body=WHOLE[:12])
    file = Sse(frames=iter([Raw(0, b"0123456789")]), length=10)
    cut = bent(file, "truncate", after=Point(4, "bytes"))
    assert (cut.length, body(cut)) == (None, b"0123")


def test_a_malformed_chunk_is_no_json_and_the_others_are():
    pieces = [data for _, data in sent(bent(stream(), "malformed"))]
    assert [at for at, data in enumerate(pieces) if data != PLAIN[at]] == [1]
    for broken in (pieces[1].removeprefix(b"data: "), bent(Json(body=WHOLE), "malformed").body):
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(broken)


def test_a_malformed_chunk_is_still_text():
    said = Sse(frames=iter([Frame(0, '{"a":"日本語"}'.encode())]))
    assert body(bent(said, "malformed")).decode().startswith('data: {"a":')


def test_a_huge_chunk_is_as_large_as_asked_and_still_json():
    chunk = sent(bent(stream(), "huge", size=Bytes(5000)))[1][1]
    data = chunk.removeprefix(b"data: ").removesuffix(b"\n\n")
    assert (len(data), msgspec.json.decode(data)) == (5000, {"n": "é1"})
    whole = bent(Json(body=WHOLE), "huge").body
    assert (len(whole), msgspec.json.decode(whole)) == (1_000_000, msgspec.json.decode(WHOLE))
    assert bent(Json(body=WHOLE), "huge", size=Bytes(3)) == Json(body=WHOLE)


def test_a_duplicate_comes_once_more():
    doubled = bent(stream(), "duplicate", after=Point(2, "chunks"))
    assert [data for _, data in sent(doubled)] == [*PLAIN[:3], *PLAIN[2:]]
    assert bent(Json(body=WHOLE), "duplicate") == Json(body=WHOLE * 2)


@pytest.mark.parametrize(("asked", "kind"), [(None, "text/html"), ("text/plain", "text/plain")])
def test_the_content_type_is_another_whatever_headers_say(asked, kind):
    for answer in (stream(), Json(body=WHOLE, headers={"Content-Type": "application/x-own"})):
        found = bent(answer, "wrong_type", content_type=asked)
        assert (found.content_type, found.headers["content-type"]) == (kind, kind)


def test_the_end_is_missing_or_its_blank_line():
    assert [data for _, data in sent(bent(stream(), "no_done"))] == PLAIN[:-1]
    assert [data for _, data in sent(bent(stream(), "no_blank_line"))] == [*PLAIN[:-1], b"data: [DONE]\n"]
    for do in ("no_done", "no_blank_line"):
        assert bent(Json(body=WHOLE), do) == Json(body=WHOLE)


def test_characters_are_split_between_two_writes():
    for answer, whole in ((stream(), b"".join(PLAIN)), (Json(body=WHOLE), WHOLE)):
        pieces = list(bent(answer, "split_utf8").frames)
        assert b"".join(piece.encode() for piece in pieces) == whole
        assert [piece.alone for piece in pieces if isinstance(piece, Raw)] == [True] * (
            len(pieces) - isinstance(pieces[-1], Frame)
        )
        with pytest.raises(UnicodeDecodeError):
            pieces[0].data.decode()
    plain = Sse(frames=iter([Frame(0, b"{}")]))
    assert list(bent(plain, "split_utf8").frames) == [Frame(0, b"{}")]


def test_an_error_in_the_middle_is_worded_by_the_dialect_and_ends_the_stream():
    pieces = sent(bent(stream(), error=503, message="Down.", after=Point(2, "chunks")))
    assert pieces == [(0, PLAIN[0]), (0.1, PLAIN[1]), (0.1, b"event: error\ndata: Down.\n\n")]
    assert bent(Json(body=WHOLE), error=503, after=Point(2, "chunks")) == Json(body=WHOLE)
    *_, last = bent(Sse(frames=iter([Raw(0, b"x")])), error=503, after=Point(1, "chunks")).frames
    assert last == Raw(0, b"", cut="fin")


@pytest.mark.parametrize("do", DOES)
def test_what_is_sent_no_more_is_left_alone_and_an_error_is_bent_like_an_answer(do):
    gone = Answer(cut="rst")
    if do not in {"hang", "slow"}:
        assert bent(gone, do) == gone
    assert bent(Json(body=b"", status=429), do).status == 429


def test_no_frame_is_changed_that_somebody_else_may_hold():
    frames = list(stream().frames)
    before = msgspec.structs.replace(frames[1])
    for do in DOES:
        answer = bent(Sse(frames=iter(frames)), do)
        list(answer.frames if isinstance(answer, Sse) else ())
    assert frames[1] == before


def both(*faults):
    return bend(stream(), [by_hand("x", Fault(**keys)) for keys in faults])


def test_deeds_are_done_each_in_its_turn_whichever_is_written_first():
    slow, cut = {"do": "bandwidth", "rate": Bytes(10)}, {"do": "disconnect", "after": Point(2, "tokens")}
    one, other = both(slow, cut), both(cut, slow)
    assert sent(one) == sent(other)
    assert body(both(slow, {"do": "malformed"})) == body(both({"do": "malformed"}, slow)) != b"".join(PLAIN)


def test_a_connection_that_is_cut_after_a_time_on_a_thin_line_has_sent_so_much():
    answer = both({"do": "disconnect", "after": Point(2, "seconds")}, {"do": "bandwidth", "rate": Bytes(8)})
    assert len(body(answer)) == pytest.approx(16, abs=4)


@pytest.mark.parametrize(
    ("fault", "less"),
    [
        (Fault(do="disconnect"), True),
        (Fault(do="truncate"), True),
        (Fault(do="malformed"), True),
        (Fault(do="hang"), True),
        (Fault(error=500, after=Point(1, "tokens")), True),
        (Fault(error=500), False),
        (Fault(do="slow"), False),
        (Fault(do="duplicate"), False),
        (Fault(do="no_done"), False),
        (Fault(do="no_blank_line"), False),
    ],
)
def test_it_is_known_after_which_faults_the_client_has_less_than_the_whole(fault, less):
    assert by_hand("x", fault).truncates is less
