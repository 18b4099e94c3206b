from pathlib import Path

import pytest

from mockgate.errors import Place, ScenarioError
from mockgate.loader import Document, fixtures_dir, parse, read


def value(text: str, **environ: str):
    return parse(text, "f.yaml", environ).value


def problems(text: str, **environ: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "f.yaml", environ)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("written", ["on", "yes", "no", "12:30", "2025-01-01", "0777", ".nan", "1e999", "1_000"])
def test_what_only_old_yaml_took_for_another_type_stays_text(written):
    assert value(f"a: {written}") == {"a": written}


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("-12", -12),
        ("0", 0),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ('"true"', "true"),
    ],
)
def test_plain_scalars_are_read_as_yaml_1_2_does_and_quoted_ones_stay_text(written, read_as):
    got = value(f"a: {written}")["a"]
    assert got == read_as
    assert type(got) is type(read_as)


def test_keys_are_text_as_they_are_written():
    assert value("{429: a, true: b, 1.50: c}") == {"429": "a", "true": "b", "1.50": "c"}


def test_values_and_keys_know_where_they_stand():
    document = parse("a: 1\nrules:\n  - when: {user: hi}\n", "f.yaml")
    assert document.place(("rules", 0, "when", "user")) == Place("f.yaml", 3, 18)
    assert document.place(("rules", 0, "when", "user"), key=True) == Place("f.yaml", 3, 12)
    assert document.place(("rules", 0, "reply")) == Place("f.yaml", 3, 5)


def test_an_alias_stands_where_its_anchor_does_and_its_key_where_it_is():
    document = parse("a: &x {b: 1}\nc: *x\n", "f.yaml")
    assert document.value == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.place(("c",), key=True) == Place("f.yaml", 2, 1)
    assert document.place(("c", "b")) == Place("f.yaml", 1, 11)


def test_merge_keys_are_taken_in_below_a_mappings_own():
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: *a, x: 9}\nd: {<<: [*a, *b]}\n"
    assert value(text)["c"] == {"x": 9, "y": 1}
    assert value(text)["d"] == {"x": 1, "y": 1, "z": 2}


def test_variables_are_filled_in_and_only_plain_scalars_change_their_type():
    text = "a: ${N}\nb: '${N}'\nc: ${NOT:-7}\nd: ${EMPTY:-x}\ne: $${N}\nf: a${N}b\n${K}: 1\n"
    expected = {"a": 5, "b": "5", "c": 7, "d": "x", "e": "${N}", "f": "a5b", "key": 1}
    assert value(text, N="5", EMPTY="", K="key") == expected


def test_variables_that_are_missing_are_all_named_at_their_places():
    first, second, third = problems("a: ${ONE}\nb: [x, '${TWO:?set TWO to your key}']\nc: ${BAD}\n", BAD="\ud800")
    assert first.startswith("f.yaml:1:4: the environment variable ONE is not set")
    assert second == "f.yaml:2:8: set TWO to your key"
    assert "BAD holds what is no text" in third


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", 'f.yaml:3:1: the key "a" stands here again. It stands in line 1 already.'),
        ("a: !foo 1", "f.yaml:1:4: the tag !foo is unknown"),
        ("a: !!python/object:os.system {}", "the tag !!python/object:os.system is unknown"),
        ("reply: {{ city }}", 'f.yaml:1:9: a key must be plain text. Text that begins with "{"'),
        ("a: &x [*x]", "f.yaml:1:8: *x stands inside of what it names"),
        ("a: *x", "f.yaml:1:4: *x is no alias of anything"),
        ("a: b: c", "f.yaml:1:5: this is not YAML: mapping values are not allowed"),
        ("a:\n\t- b", "f.yaml:2:1: this is not YAML"),
        ("a: 'b", "this is not YAML: found unexpected end of stream. A quote"),
        ("a: 1\n---\nb: 2", "f.yaml:3:1: a second document starts here"),
        ("ab: \x01", "f.yaml:1:5: the character U+0001 cannot stand in YAML"),
        ("<<: 1", "f.yaml:1:1: the key << takes mappings in"),
        ("a: !include b.yaml", "f.yaml:1:4: only a file can include another"),
        ("[" * 100_000, "nested more than 100 deep"),
        ("- " * 100_000, "nested more than 100 deep"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(text, said):
    assert said in "\n".join(problems(text))


def test_a_bomb_of_aliases_is_refused_before_it_grows():
    lines = ["a0: &a0 [1,1,1,1,1,1,1,1,1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    assert "more than 100000 values" in problems("\n".join(lines))[0]


def test_an_empty_text_holds_nothing():
    assert parse("# nothing\n", "f.yaml").value is None
    assert Document({"a": 1}).place(("a",)) is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    return tmp_path


def test_an_included_file_keeps_its_own_places(folder: Path):
    (folder / "parts" / "rule.yaml").write_text("when: {}\nreply: hi\n")
    (folder / "parts" / "long.txt").write_text("a: b\n- c\n")
    (folder / "a.yaml").write_text("rules:\n  - !include parts/rule.yaml\nname: !include parts/long.txt\n")
    document = read(folder / "a.yaml")
    assert document.value == {"rules": [{"when": {}, "reply": "hi"}], "name": "a: b\n- c\n"}
    assert document.place(("rules", 0, "reply")) == Place(str(folder / "parts" / "rule.yaml"), 2, 8)
    assert [file.name for file in document.files] == ["a.yaml", "rule.yaml", "long.txt"]


def test_an_included_picture_is_a_data_url(folder: Path):
    (folder / "parts" / "dot.PNG").write_bytes(b"\x89PNG")
    (folder / "a.yaml").write_text("image: !include parts/dot.PNG\n")
    document = read(folder / "a.yaml")
    assert document.value == {"image": "data:image/png;base64,iVBORw=="}
    assert [file.name for file in document.files] == ["a.yaml", "dot.PNG"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("../b.yaml", "../b.yaml is not below the folder"),
        ("/etc/hostname", "is not below the folder"),
        ("none.yaml", "none.yaml cannot be read: No such file"),
        ("a.yaml", "a.yaml includes itself"),
        ("bad.yaml", "bad.yaml is not text"),
        ('"\\0"', "this cannot be a file's name"),
        (".", "cannot be read: Is a directory"),
    ],
)
def test_a_file_that_cannot_be_included_is_refused_where_it_is_named(folder: Path, target: str, said: str):
    (folder / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / "a.yaml").write_text(f"x: !include {target}\ny: ${{NO_SUCH_VARIABLE}}\n")
    with pytest.raises(ScenarioError) as caught:
        read(folder / "a.yaml")
    first, second = caught.value.problems
    assert said in first.message
    assert first.place == Place(str(folder / "a.yaml"), 1, 4)
    assert second.place == Place(str(folder / "a.yaml"), 2, 4)


def test_the_fixtures_are_found():
    assert (fixtures_dir() / "gateways" / "openai.yaml").is_file()
