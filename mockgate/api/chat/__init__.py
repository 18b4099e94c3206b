"""Chat completions: `POST /v1/chat/completions`, and those that were stored."""

from ...dialect import Dialect
from ...errors import GatewayError
from ...paging import Listing
from ...routes import Family
from ...scenario import Model
from ...session import Session
from ...turn import Prompt
from ...wire import Call
from . import stored
from .chunks import fail, frames
from .read import read, unknown
from .request import ChatRequest
from .whole import body

#: Owners whose reasoning models refuse what OpenAI's do.
_STRICT_OWNERS = frozenset({"openai", "system"})


def _read(call: Call, _: Session, reject_unknown: bool) -> Prompt:
    return read(call.raw, reject_unknown=reject_unknown)


def check(prompt: Prompt, model: Model) -> None:
    """Refuse what this model does not do on this endpoint.

    Raises GatewayError. Source: OpenAI's answers for models of other endpoints, and for reasoning models.
    """
    if model.families and "chat" not in model.families:
        raise GatewayError(
            "bad_request",
            "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
            "Did you mean to use v1/completions?",
            status=404,
            param="model",
        )
    if not model.reasoning or model.owned_by not in _STRICT_OWNERS:
        return
    if prompt.request.max_tokens is not None:
        raise GatewayError(
            "bad_request",
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        )
    for name in ("temperature", "top_p"):
        value = getattr(prompt.request, name)
        if value is not None and value != 1:
            raise GatewayError(
                "bad_request",
                f"Unsupported value: '{name}' does not support {value:g} with this model. "
                "Only the default (1) value is supported.",
                param=name,
                code="unsupported_value",
            )


dialect = Dialect(_read, unknown, check, stored.keep, body, frames, fail)

family = Family("chat")
family.add("POST", "/v1/chat/completions", dialect.answer, name="create", prompted=True, body=ChatRequest)
# What a dashboard's playground asks. Source: the public source of new-api.
family.add("POST", "/pg/chat/completions", dialect.answer, name="playground", prompted=True, body=ChatRequest)
family.add("GET", "/v1/chat/completions", stored.list, query=stored.Listing)
family.add("GET", "/v1/chat/completions/{id}", stored.retrieve)
family.add("POST", "/v1/chat/completions/{id}", stored.update, body=stored.Update)
family.add("DELETE", "/v1/chat/completions/{id}", stored.delete)
family.add("GET", "/v1/chat/completions/{id}/messages", stored.messages, query=Listing)
