import pytest

from mockgate.content import IN_MEMORY, Content


@pytest.mark.parametrize("size", [0, 10, IN_MEMORY + 10])
def test_what_was_written_is_read_whole_in_part_and_piecemeal(size):
    data = bytes(range(256)) * (size // 256 + 1)
    content = Content.of(data)
    content.write(b"end")
    assert content.size == len(data) + 3
    assert content.read() == b"".join(content.pieces()) == data + b"end"
    assert content.read(5, 9) == data[5:9]
    assert b"".join(content.pieces(len(data) - 1)) == data[-1:] + b"end"


def test_a_large_content_is_not_in_memory():
    content = Content.of(b"x" * (IN_MEMORY + 1))
    assert content._file._rolled


def test_contents_add_up():
    content = Content.of(b"one ")
    content.add(Content.of(b"two"))
    content.add(content)
    assert content.read()[:7] == b"one two"


def test_lines_are_read_across_pieces_whatever_ends_them():
    long = b"y" * 300_000
    assert list(Content.of(b"a\r\n\n" + long + b"\nlast").lines()) == [b"a", b"", long, b"last"]
    assert list(Content.of(b"a\n").lines()) == [b"a"]
    assert list(Content().lines()) == []
