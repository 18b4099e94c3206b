from mockgate.api.batches.request import MOST, read
from mockgate.content import Content


def test_more_lines_than_a_batch_may_have_are_told_of():
    one = b'{"custom_id": "%d", "method": "POST", "url": "/v1/embeddings", "body": {}}'
    lines, faults = read(Content.of(b"\n".join(one % number for number in range(MOST + 1))), "/v1/embeddings")
    assert (len(lines), [fault.code for fault in faults]) == (MOST + 1, ["too_many_tasks"])


def test_empty_lines_count_but_ask_nothing():
    one = b'\n\n{"custom_id": "a", "method": "PUT", "url": "/v1/embeddings", "body": {}}\n\n'
    lines, faults = read(Content.of(one), "/v1/embeddings")
    assert (len(lines), [(fault.line, fault.param) for fault in faults]) == (1, [(3, "method")])
