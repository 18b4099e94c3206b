import pytest

from mockgate.api.images.request import Edit, Generate, read
from mockgate.errors import GatewayError
from mockgate.forms import Form
from mockgate.wire import Call

TYPE = {"content-type": "multipart/form-data; boundary=x"}


def of_form(**fields):
    form = Form({name: [value] for name, value in fields.items()})
    return read(Call("POST", "/", headers=TYPE, form=form), Edit, reject_unknown=True)[0]


def test_a_forms_words_become_numbers_and_switches():
    asked = of_form(prompt="12", n="3", stream="true", partial_images="0", **{"svg[model]": "m"})
    assert (asked.prompt, asked.n, asked.stream, asked.partial_images, asked.svg.model) == ("12", 3, True, 0, "m")


@pytest.mark.parametrize("fields", [{"n": "many"}, {"n": "0"}, {"stream": "yes"}, {"sise": "1x1"}, {"image_url": "x"}])
def test_a_form_that_makes_no_sense_is_refused(fields):
    with pytest.raises(GatewayError) as refused:
        of_form(prompt="A", **fields)
    assert (refused.value.status, refused.value.param) == (400, next(iter(fields)))


@pytest.mark.parametrize(
    ("body", "model"),
    [
        (b'{"prompt": "A"}', "dall-e-2"),
        (b'{"prompt": "A", "style": "vivid"}', "dall-e-2"),
        (b'{"prompt": "A", "background": "auto"}', "gpt-image-1"),
        (b'{"prompt": "A", "model": "dall-e-3"}', "dall-e-3"),
    ],
)
def test_a_body_that_names_no_model_means_one_that_knows_what_is_asked(body, model):
    assert read(Call("POST", "/", raw=body), Generate, reject_unknown=True)[0].name == model
