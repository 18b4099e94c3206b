import pytest

from mockgate.catalogue import Catalogue
from mockgate.errors import GatewayError
from mockgate.scenario import Model, Scenario


def catalogue(*models, **keys) -> Catalogue:
    return Catalogue(Scenario(models=list(models), **keys))


def test_a_model_is_found_by_id_or_alias_and_only_ids_are_listed():
    found = catalogue(Model(id="big", aliases=["big-2025"]), "small")
    assert found.find("big") is found.find("big-2025")
    assert [model.id for model in found.listed] == ["big", "small"]


def test_an_id_wins_over_another_models_alias_and_any_name_over_a_pattern():
    found = catalogue(Model(id="g*", owned_by="pattern"), "gpt", Model(id="other", aliases=["gpt"]))
    assert found.find("gpt").id == "gpt"
    assert found.find("gemma").owned_by == "pattern"


def test_the_first_pattern_that_fits_decides_and_patterns_are_not_listed():
    found = catalogue(Model(id="ft:gpt-4o*", context=1), Model(id="ft:*", context=2), "m-[ab]")
    assert [found.find(name).context for name in ("ft:gpt-4o:me", "ft:x")] == [1, 2]
    assert found.find("m-a").id == "m-[ab]"
    assert found.listed == []


@pytest.mark.parametrize("name", ["GPT", "gpt ", "", "gpt/x", "ft:"])
def test_an_unknown_model_is_refused_with_its_name(name):
    with pytest.raises(GatewayError, match="does not exist") as refused:
        catalogue("gpt", "ft:?*").find(name)
    assert (refused.value.status, refused.value.code) == (404, "model_not_found")
    assert f"`{name}`" in refused.value.message
    assert "unknown_models: accept" in refused.value.hint


def test_every_name_is_a_model_where_unknown_ones_are_accepted():
    found = catalogue("gpt", unknown_models="accept").find("made-up")
    assert (found.id, found.context, found.families) == ("made-up", None, [])
