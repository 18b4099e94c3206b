import pytest

from mockgate.edge import boot
from mockgate.edge.watching import Watch


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "s.yaml").write_text("name: first\nrules: !include rules.yaml\n")
    (tmp_path / "rules.yaml").write_text("[{reply: one}]\n")
    return tmp_path


def watch_of(folder):
    said = []
    gateway = boot.build(folder / "s.yaml")
    return gateway, Watch(gateway, lambda: boot.load(folder / "s.yaml", {}, {}), said.append), said


async def test_nothing_happens_while_nothing_changes(folder):
    gateway, watch, said = watch_of(folder)
    before = gateway.scenario
    await watch.look()
    assert gateway.scenario is before
    assert said == []


@pytest.mark.parametrize("name", ["s.yaml", "rules.yaml"])
async def test_a_change_in_any_file_is_put_in_force(folder, name):
    gateway, watch, said = watch_of(folder)
    text = (folder / name).read_text()
    (folder / name).write_text(text.replace("first", "second").replace("one", "three"))
    await watch.look()
    assert (gateway.scenario.name, gateway.scenario.rules[0].reply) in {("second", "one"), ("first", "three")}
    assert len(said) == 1


async def test_a_wrong_scenario_is_told_once_and_the_old_one_stays(folder):
    gateway, watch, said = watch_of(folder)
    (folder / "s.yaml").write_text("nmae: x\nseed: y\n")
    await watch.look()
    await watch.look()
    assert gateway.scenario.name == "first"
    assert len(said) == 1
    assert "s.yaml:1:1: " in said[0]
    assert "s.yaml:2:" in said[0]


async def test_a_rule_that_cannot_be_compiled_is_told_with_its_place(folder):
    gateway, watch, said = watch_of(folder)
    (folder / "rules.yaml").write_text("- when: {user: {matches: '('}}\n  reply: x\n")
    await watch.look()
    assert gateway.scenario.rules[0].reply == "one"
    assert "rules.yaml:1:" in said[0]


async def test_a_missing_file_that_turns_up_is_found_without_another_change(folder):
    gateway, watch, said = watch_of(folder)
    (folder / "s.yaml").write_text("name: second\nrules: !include more.yaml\n")
    await watch.look()
    assert "more.yaml" in said[0]
    (folder / "more.yaml").write_text("[{reply: two}]\n")
    await watch.look()
    assert gateway.scenario.rules[0].reply == "two"
    (folder / "more.yaml").write_text("[{reply: threes}]\n")
    await watch.look()
    assert gateway.scenario.rules[0].reply == "threes"
