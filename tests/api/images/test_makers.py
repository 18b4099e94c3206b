import pytest

from mockgate.api.images.makers import fits, maker, output_tokens, shaped


@pytest.mark.parametrize(
    ("model", "size", "fit"),
    [
        ("gpt-image-2", "1536x864", True),
        ("gpt-image-2", "3840x2160", True),
        ("openai/gpt-image-2.5-flare-2026-09-08", "256x768", True),
        ("gpt-image-2", "1530x864", False),
        ("gpt-image-2", "240x240", False),
        ("gpt-image-2", "256x784", False),
        ("gpt-image-2", "3840x3840", False),
        ("gpt-image-2", "01024x1024", False),
    ],
)
def test_newest_models_make_nearly_any_size(model, size, fit):
    assert maker(model).free
    assert fits(size) is fit


@pytest.mark.parametrize(
    ("model", "knows", "tokens"),
    [
        ("gpt-image-1-mini", "high", True),
        ("gpt-image-2.6-sunburst", "max", True),
        ("chatgpt-image-latest", "low", True),
        ("dall-e-3", "hd", False),
        ("flux-pro", "hd", False),
    ],
)
def test_a_model_has_the_qualities_of_its_kind(model, knows, tokens):
    assert maker(model).quality(knows) == knows
    assert maker(model).tokens is tokens


@pytest.mark.parametrize(
    ("quality", "size", "tokens"),
    [
        ("low", (1024, 1024), 272),
        ("medium", (1536, 1024), 1568),
        ("high", (1024, 1536), 6240),
        ("low", (2048, 2048), 4 * 272),
        ("standard", (1024, 1024), 1056),
    ],
)
def test_a_picture_costs_by_its_quality_and_area(quality, size, tokens):
    assert output_tokens(quality, size) == tokens


@pytest.mark.parametrize(
    ("words", "given", "size"),
    [
        ("a wide banner", None, "1536x1024"),
        ("a poster", None, "1024x1536"),
        ("a cat", None, "1024x1024"),
        ("a poster", (800, 400), "1536x1024"),
        ("a cat", (300, 900), "1024x1536"),
    ],
)
def test_the_size_that_is_left_open_follows_from_picture_or_words(words, given, size):
    assert shaped(words, given) == size


def test_a_scenario_says_which_sizes_its_models_make(gw):
    model = gw(models=[{"id": "mine", "families": ["images"], "sizes": ["640x480"]}]).policy.catalogue.find("mine")
    assert maker("mine").size(None, model.sizes) == "640x480"
