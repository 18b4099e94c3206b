"""One tree of errors, and the envelopes it can be worded in.

    MockgateError
    |-- GatewayError    what a client is told: a kind, a status, a message; worded by the gateway's envelope
    `-- ScenarioError   what is wrong with a scenario: every problem, with file, line, path and suggestion

An error carries no dialect. It is raised anywhere below the door and worded once, at the door.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec


class Kind(NamedTuple):
    """A way to be refused: its HTTP status, and the `type` and `code` OpenAI words it with."""

    status: int
    type: str
    code: str | None


KINDS: dict[str, Kind] = {
    "bad_request": Kind(400, "invalid_request_error", None),
    "context_length": Kind(400, "invalid_request_error", "context_length_exceeded"),
    "content_policy": Kind(400, "invalid_request_error", "content_policy_violation"),
    "missing_key": Kind(401, "invalid_request_error", None),
    "wrong_key": Kind(401, "invalid_request_error", "invalid_api_key"),
    "expired_key": Kind(401, "invalid_request_error", "invalid_api_key"),
    "disabled_key": Kind(401, "invalid_request_error", "account_deactivated"),
    "no_balance": Kind(402, "billing_error", "insufficient_balance"),
    "forbidden": Kind(403, "permission_error", "permission_denied"),
    "model_forbidden": Kind(403, "permission_error", "model_not_allowed"),
    "not_found": Kind(404, "invalid_request_error", None),
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
    instead of the gateway's wording: what a proxy in between says.
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
        super().__init__(self.message)

    @classmethod
    def of_status(cls, status: int, message: str | None = None, **rest: Any) -> "GatewayError":
        """Make the error that a bare HTTP status stands for."""
        nearest = 500 if status >= 500 else 400
        return cls(KIND_OF_STATUS.get(status, KIND_OF_STATUS[nearest]), message, status=status, **rest)


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


Envelope = Callable[[GatewayError], dict[str, Any]]


def openai_envelope(error: GatewayError) -> dict[str, Any]:
    """Word an error as OpenAI does: always the same four keys under `error`."""
    return {
        "error": {"message": error.message, "type": error.type, "param": error.param, "code": error.code},
    }


def plain_envelope(error: GatewayError) -> dict[str, Any]:
    """Word an error of mockgate's own: what is wrong, what would be right, and the problems of a scenario or body."""
    return {"error": {"message": error.message, "hint": error.hint, "problems": error.details.get("problems", [])}}


#: The envelopes a gateway file may name.
ENVELOPES: dict[str, Envelope] = {"openai": openai_envelope}


def encode_envelope(name: str, error: GatewayError) -> bytes:
    """Word an error in the named envelope, as JSON bytes."""
    return msgspec.json.encode(ENVELOPES[name](error))
