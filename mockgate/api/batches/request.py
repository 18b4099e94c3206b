"""What a batch is asked for with, and the lines of its input file. Source: OpenAI's API reference, "Batch"."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

import msgspec

from ...content import Content
from ...fields import Metadata

Endpoint = Literal[
    "/v1/responses",
    "/v1/chat/completions",
    "/v1/embeddings",
    "/v1/completions",
    "/v1/moderations",
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/videos",
]

#: The endpoints that a batch may ask.
ENDPOINTS = get_args(Endpoint)

#: Lines that one batch may have.
MOST = 50_000


class OutputExpiry(msgspec.Struct, frozen=True):
    """When the files a batch writes are to expire."""

    anchor: Literal["created_at"]
    seconds: Annotated[int, msgspec.Meta(ge=3600, le=2_592_000)]


class Create(msgspec.Struct, frozen=True):
    """The body that begins a batch."""

    input_file_id: str
    endpoint: Endpoint
    completion_window: Literal["24h"]
    metadata: Metadata | None = None
    output_expires_after: OutputExpiry | None = None


class Line(msgspec.Struct, frozen=True):
    """A request of a batch: its name, and the body that is sent to the batch's endpoint."""

    custom_id: str
    method: str
    url: str
    body: dict[str, Any]


class Fault(msgspec.Struct, frozen=True):
    """Something wrong with a line, counted from 1, of an input file."""

    code: str
    message: str
    line: int | None = None
    param: str | None = None


def read(content: Content, endpoint: str) -> tuple[list[Line], list[Fault]]:
    """Read an input file: its lines, and all that is wrong with them."""
    lines: list[Line] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    models: set[Any] = set()
    for number, raw in enumerate(content.lines(), 1):
        if not raw.strip():
            continue
        try:
            line = msgspec.json.decode(raw, type=Line)
        except msgspec.ValidationError as problem:
            faults.append(_misshapen(str(problem), number))
            continue
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            faults.append(Fault("invalid_json_line", "This line is not parseable as valid JSON.", number))
            continue
        faults += _faults(line, number, endpoint, seen, models)
        lines.append(line)
    faults += _faults_of_all(lines, faults)
    return lines, faults


def _misshapen(problem: str, number: int) -> Fault:
    for name in Line.__struct_fields__:
        if f"`{name}`" in problem:
            return Fault("missing_required_parameter", f"Missing required parameter: '{name}'.", number, name)
    return Fault("invalid_json_line", f"This line is no request: {problem}.", number)


def _faults(line: Line, number: int, endpoint: str, seen: set[str], models: set[Any]) -> Iterator[Fault]:
    if line.custom_id in seen:
        message = f"The custom_id '{line.custom_id}' for this request is a duplicate of another request."
        yield Fault("duplicate_custom_id", message, number, "custom_id")
    seen.add(line.custom_id)
    if line.method != "POST":
        yield Fault("invalid_method", f"Invalid method '{line.method}': only POST is supported.", number, "method")
    if line.url not in ENDPOINTS:
        yield Fault("invalid_url", f"The URL '{line.url}' is not supported by the Batch API.", number, "url")
    elif line.url != endpoint:
        message = f"The URL provided for this request does not match the batch endpoint '{endpoint}'."
        yield Fault("mismatched_endpoint", message, number, "url")
    model = line.body.get("model")
    if isinstance(model, str):
        if models and model not in models:
            message = f"The model '{model}' is not the model of the requests before it: a batch has one model."
            yield Fault("model_mismatch", message, number, "model")
        models.add(model)


def _faults_of_all(lines: list[Line], faults: list[Fault]) -> Iterator[Fault]:
    if not lines and not faults:
        yield Fault("empty_file", "The input file contains no requests.")
    if len(lines) > MOST:
        yield Fault("too_many_tasks", f"The input file has {len(lines)} requests: a batch may have {MOST}.")
