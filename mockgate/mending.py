"""Requests that are placeholders themselves: with `validation: lenient`, what a refusal finds wrong with a request is
put right, one thing after the other, until it can be answered.

A bad field is left out, a missing one gets the emptiest value that its type allows, and media become real, tiny ones.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from msgspec import inspect

from . import complaints
from .complaints import Path
from .errors import GatewayError
from .forms import MULTIPART, Form
from .journal import Exchange
from .placeholders import PIXEL_URL, STEM, sound_in_base64, upload
from .policy import Policy
from .wire import Answer, Call, decode_json
from .wording import variants

#: So many things are put right in one request.
_MOST = 64

#: What says that the request itself is wrong, and not what it is about.
_KINDS = frozenset({"bad_request", "not_json", "no_model", "model_not_found", "unprocessable", "unsupported_media"})

_CHOICE = re.compile(r"Supported values are: '([^']*)'")


async def insist(answer: Callable[[], Awaitable[Answer]], exchange: Exchange, policy: Policy) -> Answer:
    """Have a call answered, put right as often as it is refused for what is wrong with it.

    Raises the GatewayError that nothing can be done about. The journal keeps the call as it came.
    """
    came, struck = exchange.call, len(exchange.strikes)
    try:
        for _ in range(_MOST):
            given = await _tried(answer)
            if isinstance(given, Answer):
                return given
            admitted = exchange.grant is not None or exchange.rule or len(exchange.strikes) > struck
            call = None if admitted or given.kind not in _KINDS else mended(exchange, given, policy)
            if call is None:
                raise given
            exchange.call = call
        return await answer()
    finally:
        exchange.call = came


async def _tried(answer: Callable[[], Awaitable[Answer]]) -> Answer | GatewayError:
    try:
        return await answer()
    except GatewayError as error:
        return error


def mended(exchange: Exchange, error: GatewayError, policy: Policy) -> Call | None:
    """Return a call without what an error is about; None where nothing can be done."""
    call = exchange.call
    defaults = {**_BY_NAME, "model": _model(exchange, policy)}
    asked = dict(parse_qsl(call.query, keep_blank_values=True))
    if isinstance(call.form, Form):
        return _form_mended(call, call.form, error, defaults)
    if error.details.get("form"):
        return msgspec.structs.replace(call, form=Form(), headers={**call.headers, "content-type": MULTIPART})
    if error.param in asked:
        return msgspec.structs.replace(call, query=urlencode({k: v for k, v in asked.items() if k != error.param}))
    return _body_mended(call, error, defaults)


# Bodies.


def _body_mended(call: Call, error: GatewayError, defaults: dict[str, Any]) -> Call | None:
    values = _values(call.raw)
    if values is None:
        return msgspec.structs.replace(call, raw=b"{}")
    path = complaints.steps(error.details.get("param") or error.param or "")
    if not path and (error.status in {403, 404} or not values.get("model")):
        path = ("model",)
    if not path and (spoken_of := _spoken_of(error, values)) is not None:
        path = (spoken_of,)
    if path and values.get(str(path[0])) == STEM and error.code == "missing_required_parameter":
        return _as_form(call, values, str(path[0]))
    if path[1:] and path[0] not in values and isinstance(path[1], str):
        path = path[1:]  # what the body as a whole stands for
    if not path or not _mend(values, path, error, defaults):
        return None
    return msgspec.structs.replace(call, raw=msgspec.json.encode(values))


def _spoken_of(error: GatewayError, names: Iterable[str]) -> str | None:
    words = frozenset(re.findall(r"\w+", error.message.lower()))
    return next((name for name in names if name in words), None)


def _values(raw: bytes) -> dict[str, Any] | None:
    """Return a body's values, None when it is no JSON object."""
    try:
        values = decode_json(raw)
    except GatewayError:
        return None
    return values if isinstance(values, dict) else None


def _model(exchange: Exchange, policy: Policy) -> str:
    """Return a model that does what is asked of it: the default one, if it does; never the one that was tried."""
    family, tried = exchange.family, exchange.model
    default = policy.scenario.default_model
    able = [model.id for model in policy.catalogue.listed if family in model.families]
    if tried in able[:-1]:
        return able[able.index(tried) + 1]
    if not able and policy.scenario.unknown_models == "accept":
        return STEM
    return default if default in able or not able else able[0]


def _mend(values: dict[str, Any], path: Path, error: GatewayError, defaults: dict[str, Any]) -> bool:
    """Take out what stands at a path, or put in what is missing there; tell whether that could be done."""
    holder: Any = values
    for step in path[:-1]:
        holder = _at(holder, step)
    last = path[-1]
    if isinstance(holder, list) and isinstance(last, int) and last < len(holder):
        del holder[last]
    elif isinstance(holder, dict):
        _put_right(holder, str(last), error, defaults)
        if holder.get(str(last)) == STEM and _unknown(list(path), error):
            return _mend(values, path[:-1], GatewayError("bad_request"), defaults)
    else:
        return len(path) > 1 and _mend(values, path[:-1], error, defaults)
    return True


def _unknown(path: list[str | int], error: GatewayError) -> bool:
    """Tell whether nobody knows what belongs to a path: into an entry of a list, which can as well be left out."""
    return any(isinstance(step, int) for step in path[-2:-1]) and not error.details.get("shapes")


def _put_right(holder: dict[str, Any], name: str, error: GatewayError, defaults: dict[str, Any]) -> None:
    name = _spelled(holder, name)
    shapes: Sequence[inspect.Type] = error.details.get("shapes") or ()
    there, offered = holder.get(name), _chosen(error)
    if there == STEM and (offered or shapes):
        holder[name] = offered or emptiest(shapes[0])
    elif name == "model" and there != defaults[name]:
        holder[name] = defaults[name]
    elif there in (None, "") or error.code == "missing_required_parameter":
        holder[name] = filling(name, shapes, defaults)
    else:
        del holder[name]


def _chosen(error: GatewayError) -> str:
    """Return the first of the values that an error offers in words."""
    found = _CHOICE.search(error.message)
    return found[1] if found else ""


def _at(holder: Any, step: str | int) -> Any:
    match holder, step:
        case dict(), str():
            return holder.get(_spelled(holder, step))
        case list(), int() if step < len(holder):
            return holder[step]
        case _:
            return None


def _spelled(holder: dict[str, Any], name: str) -> str:
    """Return a name as a mapping spells it: Google's APIs take `topP` and `top_p`."""
    bare = name.replace("_", "").lower()
    return next((each for each in holder if each.replace("_", "").lower() == bare), name)


def filling(name: str, shapes: Sequence[inspect.Type], defaults: dict[str, Any]) -> Any:
    """Return what goes into a field of these types: what is known to suit its name, else the emptiest value."""
    known = defaults.get(name)
    if known is not None and (not shapes or any(_takes(shape, known) for shape in shapes)):
        return known
    return emptiest(shapes[0]) if shapes else STEM


def _takes(shape: inspect.Type, value: Any) -> bool:
    kinds: dict[type, Any] = {
        str: inspect.StrType,
        int: inspect.IntType,
        list: inspect.CollectionType,
        dict: inspect.DictType,
    }
    return isinstance(shape, inspect.AnyType | kinds[type(value)])


def emptiest(shape: inspect.Type) -> Any:  # noqa: PLR0911 - one for each kind of type
    """Return the least that a type allows."""
    match shape:
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.IntType(ge=ge, gt=gt) | inspect.FloatType(ge=ge, gt=gt):
            return ge if ge is not None else 0 if gt is None else gt + 1
        case inspect.BoolType():
            return False
        case inspect.NoneType():
            return None
        case inspect.DictType():
            return {}
        case inspect.CollectionType(item_type=item, min_length=least):
            return [emptiest(item)] * (least or 0)
        case inspect.StructType(fields=fields, tag_field=tag_field, tag=tag):
            needed = {field.encode_name: emptiest(field.type) for field in fields if field.required}
            return needed if tag_field is None else {tag_field: tag, **needed}
        case inspect.UnionType() | inspect.Metadata():
            return emptiest(variants([shape])[0])
        case inspect.StrType(max_length=most):
            return STEM[:most]
        case _:
            return STEM


#: What suits fields of these names, wherever they stand.
_BY_NAME: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Hello"}],
    "input": "Hello",
    "prompt": "Hello",
    "images": [{"image_url": PIXEL_URL}],
    "content": {"parts": [{"text": "Hello"}]},
    "contents": [{"parts": [{"text": "Hello"}]}],
    "requests": [{"content": {"parts": [{"text": "Hello"}]}}],
    "url": PIXEL_URL,
    "image_url": PIXEL_URL,
    "data": sound_in_base64(),
    "format": "wav",
    "metadata": {},
    "purpose": "user_data",
    "max_tokens": 256,
    "filename": "placeholder.jsonl",
    "endpoint": "/v1/chat/completions",
}


# Forms.


def _as_form(call: Call, values: dict[str, Any], name: str) -> Call:
    """Send a body as a form instead: a file was missing."""
    fields = {each: [value] for each, value in values.items() if each != name and isinstance(value, str)}
    form = Form(fields, {name: [upload(name, call.path)]})
    return msgspec.structs.replace(call, form=form, headers={**call.headers, "content-type": MULTIPART})


_TEXTS = frozenset({"model", "prompt", "input", "purpose"})


def _meant(form: Form, error: GatewayError) -> str:
    """Return the field of a form that an error without a name is about: the model, one it speaks of, or else a file."""
    if error.kind != "bad_request":
        return "model"
    spoken_of = _spoken_of(error, form.fields)
    return next(iter(form.files), "model") if spoken_of is None else spoken_of


def _form_mended(call: Call, form: Form, error: GatewayError, defaults: dict[str, Any]) -> Call | None:
    name = complaints.steps(error.param or _meant(form, error))[0]
    mended = Form({**form.fields}, {**form.files})
    given = form.file(str(name))
    fields = {each: values for each, values in form.fields.items() if each.partition("[")[0] != name}
    shapes: Sequence[inspect.Type] = error.details.get("shapes") or ()
    if given is not None and given.filename.startswith(STEM):
        del mended.files[next(each for each in form.files if each in {name, f"{name}[]"})]
    elif given is None and len(fields) < len(form.fields) and error.code != "missing_required_parameter":
        mended.fields = fields
    elif given is None and (shapes or name in _TEXTS):
        mended.fields[str(name)] = [str(filling(str(name), shapes, defaults))]
    else:
        mended.files = {each: files for each, files in form.files.items() if each not in {name, f"{name}[]"}}
        mended.files[str(name)] = [upload(str(name), call.path)]
    return msgspec.structs.replace(call, form=mended)
