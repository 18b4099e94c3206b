"""Whose manners an endpoint has: how its errors are worded and its answers headed, whatever gateway serves it.

An endpoint of a family that says nothing has the gateway's own manners, unless the caller shows whose client it is.
"""

from collections.abc import Mapping

import msgspec

from .errors import GatewayError
from .manners import ErrorSpec, Manners
from .rewording import reword
from .turn import Value
from .wire import Call


class Protocol(Value, frozen=True):
    """The envelope of errors, the header with the request's id, and how headers tell of limits.

    What is empty is as the gateway has it. `errors` are refusals that it has words of its own for. `marked`: only what
    callers mark is kept in the prompt cache, and limits do not count what is read from there. `headers` are on every
    answer.
    """

    envelope: str = ""
    request_id: str = ""
    limits: str = ""
    errors: Mapping[str, ErrorSpec] = {}
    marked: bool = False
    headers: Mapping[str, str] = {}

    def headed(self, gateway: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of every answer, where a gateway has these: none of OpenAI's own."""
        foreign = {name: value for name, value in gateway.items() if not name.startswith("openai-")}
        return {**(foreign if self.envelope else gateway), **self.headers}

    def under(self, manners: Manners) -> "Protocol":
        """Return it as a gateway speaks it, that may have headers of its own in every protocol."""
        plain = {"request_id": "", "limits": "", "headers": {}}
        return self if manners.vendor_headers else msgspec.structs.replace(self, **plain)


_RATE = ErrorSpec(
    message="This request would exceed your organization's rate limit of {limit} {measure} (model: {model}). For "
    "details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current "
    "usage. Please reduce the prompt length or the maximum tokens requested, or try again later."
)

#: Source: Anthropic's API reference, "Errors", and its answers.
_ANTHROPIC = {
    "missing_key": ErrorSpec(message="x-api-key header is required"),
    "wrong_scheme": ErrorSpec(message="x-api-key header is required"),
    "wrong_key": ErrorSpec(message="invalid x-api-key"),
    "model_not_found": ErrorSpec(message="model: {model}"),
    "context_length": ErrorSpec(message="prompt is too long: {tokens} tokens > {most} maximum"),
    "no_balance": ErrorSpec(
        message="Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade "
        "or purchase credits."
    ),
    "not_found": ErrorSpec(message="File not found: {id}"),
    "method_not_allowed": ErrorSpec(message="Method Not Allowed"),
    "too_large": ErrorSpec(message="Request exceeds the maximum size"),
    "rate_limit": _RATE,
    "token_limit": _RATE,
    "server_error": ErrorSpec(message="Internal server error"),
    "overloaded": ErrorSpec(message="Overloaded"),
}

_QUOTA = ErrorSpec(
    message="You exceeded your current quota, please check your plan and billing details. For more information on this "
    "error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.\n* Quota exceeded: {limit} {measure}, model: "
    "{model}"
)

_BUSY = ErrorSpec(message="The model is overloaded. Please try again later.")

#: Source: the Gemini API's answers.
_GOOGLE = {
    "missing_key": ErrorSpec(
        status=403,
        message="Method doesn't allow unregistered callers (callers without established identity). Please use API Key "
        "or other form of API consumer identity to call this API.",
    ),
    "wrong_scheme": ErrorSpec(status=401, message="Request had invalid authentication credentials."),
    "wrong_key": ErrorSpec(
        status=400, code="API_KEY_INVALID", message="API key not valid. Please pass a valid API key."
    ),
    "expired_key": ErrorSpec(status=400, code="API_KEY_INVALID", message="API key expired. Please renew the API key."),
    "disabled_key": ErrorSpec(
        status=403, code="CONSUMER_SUSPENDED", message="Permission denied: Consumer has been suspended."
    ),
    "model_not_found": ErrorSpec(
        message="models/{model} is not found for API version v1beta, or is not supported for generateContent. Call "
        "ListModels to see the list of available models and their supported methods.",
    ),
    "method_not_allowed": ErrorSpec(status=404, message="Method not found."),
    "too_large": ErrorSpec(status=400, message="Request payload size exceeds the limit: {most} bytes."),
    "rate_limit": _QUOTA,
    "token_limit": _QUOTA,
    "unavailable": _BUSY,
    "overloaded": _BUSY,
    "context_length": ErrorSpec(
        message="The input token count ({tokens}) exceeds the maximum number of tokens allowed ({most})."
    ),
}

PROTOCOLS = {
    "": Protocol(),
    "anthropic": Protocol(
        "anthropic",
        "request-id",
        "anthropic",
        _ANTHROPIC,
        marked=True,
        headers={"anthropic-organization-id": "8f14e45f-ceea-467f-a2d8-2d6f2b1c9a3e"},
    ),
    "google": Protocol("google", limits="none", errors=_GOOGLE),
    "task": Protocol("task"),
}


def worded(error: GatewayError, protocol: str) -> GatewayError:
    """Return an error in a protocol's own words."""
    return reword(error, PROTOCOLS[protocol].errors, Call("", ""))


def spoken_by(call: Call) -> str:
    """Return the protocol of the client that sent a call, where it shows.

    Anthropic's clients always send their version, Google's a key of Google's; and nobody else has paths below
    `/v1beta`.
    """
    if "anthropic-version" in call.headers:
        return "anthropic"
    return "google" if "x-goog-api-key" in call.headers or call.path.startswith("/v1beta/") else ""
