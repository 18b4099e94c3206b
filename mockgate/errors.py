"""One tree of errors, and the envelopes it can be worded in.

    MockgateError
    |-- GatewayError    what a client is told: a kind, a status, a message; worded by the gateway's envelope
    `-- ScenarioError   what is wrong with a scenario: every problem, with file, line, path and suggestion

An error carries no dialect. It is raised anywhere below the door and worded once, at the door.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec


class Kind(NamedTuple):
    """A way to be refused: its HTTP status, and the `type` and `code` OpenAI words it with."""

    status: int
    type: str
    code: str | None


KINDS: dict[str, Kind] = {
    "bad_request": Kind(400, "invalid_request_error", None),
    "not_json": Kind(400, "invalid_request_error", None),
    "no_model": Kind(400, "invalid_request_error", None),
    "context_length": Kind(400, "invalid_request_error", "context_length_exceeded"),
    "content_policy": Kind(400, "invalid_request_error", "content_policy_violation"),
    "missing_key": Kind(401, "invalid_request_error", None),
    "wrong_scheme": Kind(401, "invalid_request_error", None),
    "wrong_key": Kind(401, "invalid_request_error", "invalid_api_key"),
    "expired_key": Kind(401, "invalid_request_error", "invalid_api_key"),
    "disabled_key": Kind(401, "invalid_request_error", "account_deactivated"),
    "no_balance": Kind(402, "billing_error", "insufficient_balance"),
    "forbidden": Kind(403, "permission_error", "permission_denied"),
    "model_forbidden": Kind(403, "permission_error", "model_not_allowed"),
    "model_not_in_group": Kind(403, "permission_error", "model_not_allowed"),
    "not_found": Kind(404, "invalid_request_error", None),
    "not_ready": Kind(404, "invalid_request_error", None),
    "route_not_found": Kind(404, "invalid_request_error", None),
    "model_not_found": Kind(404, "invalid_request_error", "model_not_found"),
    "method_not_allowed": Kind(405, "invalid_request_error", "method_not_supported"),
    "timeout": Kind(408, "timeout", None),
    "conflict": Kind(409, "invalid_request_error", "conflict"),
    "too_large": Kind(413, "invalid_request_error", "request_too_large"),
    "unsupported_media": Kind(415, "invalid_request_error", "unsupported_content_type"),
    "unprocessable": Kind(422, "invalid_request_error", None),
    "rate_limit": Kind(429, "requests", "rate_limit_exceeded"),
    "token_limit": Kind(429, "tokens", "rate_limit_exceeded"),
    "upstream_limit": Kind(429, "upstream_error", "upstream_rate_limit_exceeded"),
    "over_budget": Kind(429, "insufficient_quota", "budget_exceeded"),
    "no_quota": Kind(429, "insufficient_quota", "insufficient_quota"),
    "server_error": Kind(500, "server_error", None),
    "unimplemented": Kind(501, "invalid_request_error", "not_implemented"),
    "bad_gateway": Kind(502, "server_error", "bad_gateway"),
    "unavailable": Kind(503, "server_error", "service_unavailable"),
    "gateway_timeout": Kind(504, "server_error", "gateway_timeout"),
    "overloaded": Kind(529, "server_error", "overloaded"),
    # The strict scenario answer. 400 because no SDK retries it: a test should fail at once, not after backoff.
    "no_rule": Kind(400, "mockgate_error", "no_rule_matched"),
}

#: The kind a bare status means: what `error: 429` in a scenario raises.
KIND_OF_STATUS: dict[int, str] = {
    400: "bad_request",
    401: "wrong_key",
    402: "no_balance",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media",
    422: "unprocessable",
    429: "rate_limit",
    500: "server_error",
    501: "unimplemented",
    502: "bad_gateway",
    503: "unavailable",
    504: "gateway_timeout",
    529: "overloaded",
}

#: What OpenAI says when nothing more is known. Sources: its error-code guide and recorded traffic.
MESSAGES: dict[str, str] = {
    "bad_request": "The request could not be understood.",
    "no_model": "you must provide a model parameter",
    "wrong_key": "Incorrect API key provided.",
    "no_balance": "Your balance is too low for this request. Please top up and try again.",
    "forbidden": "You are not allowed to do this.",
    "not_found": "The requested resource was not found.",
    "method_not_allowed": "This method is not allowed here.",
    "timeout": "The request timed out.",
    "conflict": "The request conflicts with another one.",
    "too_large": "The request body is too large.",
    "unsupported_media": "The content type of the request is not supported.",
    "unprocessable": "The request was well formed but could not be processed.",
    "rate_limit": "Rate limit reached for requests. Please try again later.",
    "no_quota": "You exceeded your current quota, please check your plan and billing details.",
    "server_error": "The server had an error while processing your request. Sorry about that!",
    "unimplemented": "This operation is not implemented.",
    "bad_gateway": "Bad gateway.",
    "unavailable": "The engine is currently overloaded, please try again later.",
    "gateway_timeout": "The upstream provider did not answer in time.",
    "overloaded": "The service is overloaded, please try again later.",
}


class MockgateError(Exception):
    """The root: everything that mockgate raises on purpose."""


class GatewayError(MockgateError):
    """A refusal that the client is told of.

    `kind` is a key of KINDS; status, type and code follow from it unless they are given (a scripted error may
    give any). `param` is the offending field's path. `headers` go out with the answer. `details` are values a
    gateway's own wording may quote, such as the model's name. `hint` says what would be right, beside the
    gateway's own words: in a header of its own and in the log. `raw` is a body, with its content type, that goes out
    instead of the gateway's wording: what a proxy in between says. `authored` errors have a scenario's own words;
    `by_status` ones stand for a bare status, and for nothing that happened. `request_id` is whose answer it ends, where
    that had begun.
    """

    def __init__(  # noqa: PLR0913 - all that a refusal may say of itself
        self,
        kind: str,
        message: str | None = None,
        *,
        param: str | None = None,
        code: str | None = None,
        type: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
        hint: str = "",
        raw: tuple[bytes, str] | None = None,
    ) -> None:
        known = KINDS[kind]
        self.kind = kind
        self.message = message or MESSAGES.get(kind, "The request failed.")
        self.param = param
        self.code = code if code is not None else known.code
        self.type = type or known.type
        self.status = status or known.status
        self.headers: Mapping[str, str] = headers or {}
        self.details: Mapping[str, Any] = details or {}
        self.hint = hint
        self.raw = raw
        self.authored = False
        self.by_status = False
        self.request_id = ""
        super().__init__(self.message)

    @classmethod
    def of_status(cls, status: int, message: str | None = None, **rest: Any) -> "GatewayError":
        """Make the error that a bare HTTP status stands for."""
        nearest = 500 if status >= 500 else 400
        error = cls(KIND_OF_STATUS.get(status, KIND_OF_STATUS[nearest]), message, status=status, **rest)
        error.authored = message is not None
        error.by_status = True
        return error


class Place(NamedTuple):
    """Where something stands in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """One thing wrong with a scenario: its path (`rules[3].when.model`), what is wrong, what would be right."""

    path: str
    message: str
    suggestion: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        path = f"{self.path}: " if self.path else ""
        stop = "." if self.suggestion and self.message[-1:] not in ".?!" else ""
        hint = f"{stop} {self.suggestion}" if self.suggestion else ""
        return f"{where}{path}{self.message}{hint}"


class ScenarioError(MockgateError):
    """A scenario that cannot be used, with all of its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


#: Words an error for a request of that id.
Envelope = Callable[[GatewayError, str], dict[str, Any]]


def openai_envelope(error: GatewayError, _request_id: str = "") -> dict[str, Any]:
    """Word an error as OpenAI does: always the same four keys under `error`."""
    return {
        "error": {"message": error.message, "type": error.type, "param": error.param, "code": error.code},
    }


#: Anthropic's types, by status. Source: its API reference, "Errors".
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def anthropic_envelope(error: GatewayError, request_id: str = "") -> dict[str, Any]:
    """Word an error as Anthropic does."""
    nearest = "api_error" if error.status >= 500 else "invalid_request_error"
    worded = {"type": _ANTHROPIC_TYPES.get(error.status, nearest), "message": error.message}
    if "anthropic" in error.details:
        worded["details"] = error.details["anthropic"]
    return {"type": "error", "error": worded, "request_id": request_id or None}


#: Google's canonical codes, by status. Source: google.rpc.Code and the Gemini API's troubleshooting page.
_GOOGLE_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    529: "UNAVAILABLE",
}


_RPC = "type.googleapis.com/google.rpc"


def google_envelope(error: GatewayError, _request_id: str = "") -> dict[str, Any]:
    """Word an error as Google's APIs do, with what google.rpc has to say of it: reason, violations, time to wait."""
    nearest = "INTERNAL" if error.status >= 500 else "INVALID_ARGUMENT"
    status = _GOOGLE_STATUSES.get(error.status, nearest)
    worded = {"code": error.status, "message": error.message, "status": status}
    details = list(_google_details(error))
    return {"error": {**worded, "details": details} if details else worded}


def _google_details(error: GatewayError) -> Iterator[dict[str, Any]]:
    if error.code is not None and error.code.isupper():  # Google's reasons are, OpenAI's codes are not
        service = {"service": "generativelanguage.googleapis.com"}
        yield {"@type": f"{_RPC}.ErrorInfo", "reason": error.code, "domain": "googleapis.com", "metadata": service}
        yield {"@type": f"{_RPC}.LocalizedMessage", "locale": "en-US", "message": error.message}
    if "violations" in error.details:
        yield {"@type": f"{_RPC}.BadRequest", "fieldViolations": error.details["violations"]}
    wait = error.headers.get("retry-after-ms") or error.headers.get("retry-after")
    if wait is not None:
        seconds = float(wait) / (1000 if "retry-after-ms" in error.headers else 1)
        yield {"@type": f"{_RPC}.RetryInfo", "retryDelay": f"{seconds:.9g}s"}


def plain_envelope(error: GatewayError) -> dict[str, Any]:
    """Word an error of mockgate's own: what is wrong, what would be right, and the problems of a scenario or body."""
    return {"error": {"message": error.message, "hint": error.hint, "problems": error.details.get("problems", [])}}


def task_envelope(error: GatewayError, _request_id: str = "") -> dict[str, Any]:
    """Word an error as new-api does where tasks are concerned: with nothing around it."""
    return {"code": error.code or error.kind, "message": error.message, "data": None}


#: The envelopes a gateway file may name.
ENVELOPES: dict[str, Envelope] = {
    "openai": openai_envelope,
    "anthropic": anthropic_envelope,
    "google": google_envelope,
    "task": task_envelope,
}


#: What a form of an envelope may speak of.
FORM_WORDS = ("message", "type", "param", "code", "status", "request_id")


def encode_envelope(envelope: str | Mapping[str, Any], error: GatewayError, request_id: str = "") -> bytes:
    """Word an error in an envelope, as JSON bytes: a named one, or a form.

    A form's text says FORM_WORDS where those stand in braces; one that is nothing else may be null.
    """
    if isinstance(envelope, str):
        return msgspec.json.encode(ENVELOPES[envelope](error, request_id))
    said = (error.message, error.type, error.param, error.code, error.status, request_id)
    return msgspec.json.encode(_filled(envelope, dict(zip(FORM_WORDS, said, strict=True))))


def _filled(form: Any, values: Mapping[str, Any]) -> Any:
    match form:
        case Mapping():
            return {name: _filled(inner, values) for name, inner in form.items()}
        case list():
            return [_filled(inner, values) for inner in form]
        case str() if form[:1] == "{" and form[1:-1] in values:
            return values[form[1:-1]]
        case str():
            for name, value in values.items():
                form = form.replace(f"{{{name}}}", "" if value is None else str(value))
            return form
        case _:
            return form
