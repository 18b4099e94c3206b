"""Strings of a scenario that hold `{{` or `{%`: the only home of jinja2.

A template sees the Scope and nothing else, in a sandbox that can neither reach into Python nor grow without
bound. What fails to parse is a Problem when the scenario is read; what fails to render is a GatewayError.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from .errors import GatewayError, Problem
from .scope import VARIABLES, Scope

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.runtime import Context
    from jinja2.sandbox import ImmutableSandboxedEnvironment

#: The most characters (or list items) a template may make, and bits a whole number may have.
MOST_OUTPUT = 1_000_000
_MOST_BITS = 10_000

_WIDE = re.compile(r"%[^a-zA-Z%]*(\*|\d{5,})")  # a `%` format that pads or rounds to five digits or more
_PADDING = frozenset({"center", "expandtabs", "format", "format_map", "ljust", "rjust", "zfill"})


class Template:
    """One compiled string. `path` is where it stands, for the message when it fails."""

    __slots__ = ("_expression", "_render", "names", "path", "text")

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self._render, self._expression, self.names = _compiled(text)

    def render(self, scope: Scope) -> str:
        """Return the text it makes.

        Raises GatewayError (500) when it cannot be rendered or is longer than MOST_OUTPUT.
        """
        return str(self._run(scope, self._render))

    def native(self, scope: Scope) -> Any:
        """Return the value of a string that is a single `{{ expression }}`, with its own type; else the text.

        Raises GatewayError (500) when it cannot be rendered.
        """
        return self._run(scope, self._expression or self._render)

    def _run(self, scope: Scope, run: Callable[[dict[str, Any]], Any]) -> Any:
        with _blaming(self.path):
            dice = scope.supply.dice.fork(self.path)
            return run({**scope.pick(self.names), _DICE: dice})


@contextmanager
def _blaming(path: str) -> Iterator[None]:
    """Turn whatever a template raises into a GatewayError that says where it stands."""
    try:
        yield
    except GatewayError:
        raise
    except Exception as problem:  # noqa: BLE001 - an expression raises whatever the values it meets raise
        said = str(problem) or type(problem).__name__
        raise GatewayError("server_error", f"The template at {path} could not be rendered: {said}") from None


_DICE = "chance itself"  # no name a template could write


def is_template(text: str) -> bool:
    """Tell whether a string of a scenario is a template."""
    return "{{" in text or "{%" in text


def prepare(value: Any, path: str, problems: list[Problem], captures: frozenset[str] = frozenset()) -> Any:
    """Compile every template within a value; the rest stays as it is.

    `captures` are the names that the rule's `when` captures. What is wrong is added to `problems`.
    """
    match value:
        case str() if is_template(value):
            return _template(value, path, problems, captures)
        case dict():
            return {key: prepare(each, f"{path}.{key}", problems, captures) for key, each in value.items()}
        case list():
            return [prepare(each, f"{path}[{index}]", problems, captures) for index, each in enumerate(value)]
        case _:
            return value


def is_static(prepared: Any) -> bool:
    """Tell whether a prepared value is the same for every request."""
    match prepared:
        case Template():
            return False
        case dict():
            return all(map(is_static, prepared.values()))
        case list():
            return all(map(is_static, prepared))
        case _:
            return True


def fill(prepared: Any, scope: Scope) -> Any:
    """Return a prepared value with its templates filled in, each with the type of its expression.

    Raises GatewayError (500) when one cannot be rendered.
    """
    match prepared:
        case Template():
            return prepared.native(scope)
        case dict():
            return {key: fill(each, scope) for key, each in prepared.items()}
        case list():
            return [fill(each, scope) for each in prepared]
        case _:
            return prepared


def words(prepared: Any, scope: Scope) -> str:
    """Return a prepared string with its template filled in.

    Raises GatewayError (500) when it cannot be rendered.
    """
    return prepared.render(scope) if isinstance(prepared, Template) else str(prepared)


def json_text(prepared: Any, scope: Scope, path: str) -> str:
    """Return a prepared value, filled in, as compact JSON with its keys in order.

    Raises GatewayError (500) when a template in it cannot be rendered or gives what JSON cannot hold.
    """
    value = fill(prepared, scope)
    with _blaming(path):
        return as_json(value)


def as_json(value: Any) -> str:
    """Return a value as compact JSON with its keys in order; dates and the like become text.

    Raises TypeError or ValueError for what JSON cannot hold.
    """
    return msgspec.json.encode(value, enc_hook=_plainer).decode()


def _plainer(value: Any) -> Any:
    if isinstance(value, Iterable):  # what a filter such as `map` gives
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _template(text: str, path: str, problems: list[Problem], captures: frozenset[str]) -> Any:
    try:
        template = Template(text, path)
    except ValueError as problem:
        hint = "Text that only looks like one goes between {% raw %} and {% endraw %}."
        problems.append(Problem(path, str(problem), hint))
        return text
    known = [*sorted(captures), *VARIABLES]
    for name in sorted(template.names.difference(known)):
        close = get_close_matches(name, known, 1)
        hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."
        problems.append(Problem(path, f"the template names {name}, which is no variable", hint))
    return template


# The sandbox.

_Variables = dict[str, Any]
_Run = Callable[[_Variables], Any]
_Compiled = tuple[_Run, _Run | None, frozenset[str]]


@lru_cache(maxsize=4096)
def _compiled(text: str) -> _Compiled:
    """Compile a template: how it renders, how it is evaluated if it is one expression, the names it reads.

    Raises ValueError when it is no template.
    """
    from jinja2 import TemplateError, meta, nodes  # noqa: PLC0415 - costly, and needed by templates only

    environment = _environment()
    try:
        tree = environment.parse(text)
        names = frozenset(meta.find_undeclared_variables(tree)) - environment.globals.keys()
        template = environment.from_string(text)
    except (TemplateError, SyntaxError, ValueError, OverflowError, RecursionError) as problem:
        raise ValueError(f"is no template: {problem}") from None

    def render(variables: _Variables) -> str:
        return _bounded(template.generate(variables))

    match tree.body:
        case [nodes.Output(nodes=[lone])] if not isinstance(lone, nodes.TemplateData):
            return render, _evaluator(lone), names
    return render, None, names


def _evaluator(expression: "nodes.Expr") -> _Run:
    """Compile an expression to its value, as `Environment.compile_expression` does from text."""
    from jinja2 import Undefined, nodes  # noqa: PLC0415 - as above
    from jinja2.environment import TemplateExpression  # noqa: PLC0415 - as above

    body = [nodes.Assign(nodes.Name("result", "store"), expression, lineno=1)]
    compiled = TemplateExpression(_environment().from_string(nodes.Template(body, lineno=1)), undefined_to_none=False)

    def evaluate(variables: _Variables) -> Any:
        value = compiled(variables)
        # Any use of an undefined value raises; text is held to the bound of a template's.
        return _bounded([str(value)]) if isinstance(value, Undefined | str) else value

    return evaluate


def _bounded(pieces: Iterable[str]) -> str:
    taken, length = [], 0
    for piece in pieces:
        length += len(piece)
        if length > MOST_OUTPUT:
            raise OverflowError(f"it makes more than {MOST_OUTPUT} characters")
        taken.append(piece)
    return "".join(taken)


def _guard(operator: str, left: Any, right: Any) -> None:
    """Refuse an operation whose result would not fit into memory.

    Raises OverflowError.
    """
    match operator, left, right:
        case "*", int(), int():
            size = (left.bit_length() + right.bit_length()) / _MOST_BITS
        case "**", int(), int():
            size = left.bit_length() * abs(right) / _MOST_BITS
        case ("*", (str() | bytes() | list() | tuple()) as items, int(times)) | (
            "*",
            int(times),
            (str() | bytes() | list() | tuple()) as items,
        ):
            size = len(items) * times / MOST_OUTPUT
        case "%", str(), _:
            size = 2 if _WIDE.search(left) else 0
        case _:
            size = 0
    if size > 1:
        raise OverflowError(f"the result of {operator} would be too large")


def _format(text: str, *values: Any) -> str:
    _guard("%", text, values)
    return text % values


def _date(seconds: float, pattern: str = "%Y-%m-%d") -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(pattern)


@cache
def _environment() -> "ImmutableSandboxedEnvironment":
    from jinja2 import StrictUndefined, pass_context  # noqa: PLC0415 - costly, and needed by templates only
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"*", "**", "%"})

        def call_binop(self, context: "Context", operator: str, left: Any, right: Any) -> Any:
            _guard(operator, left, right)
            return super().call_binop(context, operator, left, right)

        def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ARG002 - jinja2's signature
            """Wrap nothing: `format` is refused with the other methods that pad."""
            return None

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            padding = isinstance(obj, str | bytes) and attr in _PADDING
            return not padding and super().is_safe_attribute(obj, attr, value)

    @pass_context
    def random(context: "Context", items: Any) -> Any:
        return context[_DICE].random.choice(list(items))

    environment = Sandbox(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    for name in ("center", "indent", "wordwrap", "urlize", "xmlattr", "pprint", "slice", "batch"):
        del environment.filters[name]
    environment.filters.update(json=as_json, tojson=as_json, format=_format, date=_date, random=random)
    del environment.globals["lipsum"]
    return environment
