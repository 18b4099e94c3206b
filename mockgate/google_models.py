"""The catalogue in the Gemini API's words: what a model is, and a page of them.

Source: Google's API reference, "Models".
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from .errors import GatewayError
from .scenario import Model
from .wire import Call

#: Families whose models answer and embed there too.
SPEAKING = frozenset({"gemini", "chat"})
EMBEDDING = frozenset({"embeddings"})

_PAGE, _LARGEST_PAGE = 50, 1000

#: What is said of a model whose limits are not known.
_CONTEXT, _OUTPUT = 131_072, 8192

_SPEAKING_METHODS = ["generateContent", "streamGenerateContent", "countTokens"]
_EMBEDDING_METHODS = ["embedContent", "batchEmbedContents"]


class Listing(msgspec.Struct, frozen=True):
    """The query of a list."""

    page_size: Annotated[int, msgspec.Meta(ge=0)] | None = msgspec.field(default=None, name="pageSize")
    page_token: str | None = msgspec.field(default=None, name="pageToken")


def serves(model: Model, families: frozenset[str]) -> bool:
    """Tell whether a model is of one of these families."""
    return not model.families or not families.isdisjoint(model.families)


def not_for(name: str, method: str) -> GatewayError:
    """Make the 404 for a model that does not know a method."""
    error = GatewayError(
        "model_not_found", f"models/{name} is not found for API version v1beta, or is not supported for {method}."
    )
    error.authored = True  # so it knows more than Google's usual words
    return error


def described(model: Model, name: str) -> dict[str, Any]:
    """Describe a model under the name that it was asked for by.

    Raises GatewayError (404) for one that neither speaks nor embeds.
    """
    speaks = serves(model, SPEAKING)
    if not speaks and not serves(model, EMBEDDING):
        raise not_for(name, "generateContent")
    worded = {
        "name": name if name.startswith("tunedModels/") else f"models/{name}",
        "version": "001",
        "displayName": name.replace("-", " ").title(),
        "description": f"{name}, as mockgate serves it.",
        "inputTokenLimit": model.context or _CONTEXT,
        "outputTokenLimit": (model.max_output or _OUTPUT) if speaks else 1,
        "supportedGenerationMethods": _SPEAKING_METHODS if speaks else _EMBEDDING_METHODS,
    }
    if speaks:
        worded |= {"temperature": 1, "topP": 0.95, "topK": 64, "maxTemperature": 2}
    return {**worded, "thinking": True} if model.reasoning else worded


def page(call: Call, models: Sequence[Model]) -> dict[str, Any]:
    """Describe the page of models that a call asks for (`pageSize`, `pageToken`), of those that speak or embed.

    Raises GatewayError (400) for a page that there is not.
    """
    asked = call.arguments()
    begin, size = _begin(asked.get("pageToken", "")), _size(asked.get("pageSize", ""))
    found = [model for model in models if serves(model, SPEAKING | EMBEDDING)]
    worded: dict[str, Any] = {"models": [described(model, model.id) for model in found[begin : begin + size]]}
    if begin + size < len(found):
        worded["nextPageToken"] = urlsafe_b64encode(str(begin + size).encode()).decode()
    return worded


def _begin(token: str) -> int:
    try:
        return max(0, int(urlsafe_b64decode(token))) if token else 0
    except ValueError:
        raise GatewayError("bad_request", "Page token is not valid.") from None


def _size(given: str) -> int:
    if given and not (given.isascii() and given.removeprefix("-").isdecimal()):
        said = f"Invalid value at 'page_size' (TYPE_INT32), \"{given}\""
        raise GatewayError("bad_request", said, details={"violations": [{"field": "page_size", "description": said}]})
    size = int(given or 0)
    if size < 0:
        raise GatewayError("bad_request", "* ListModelsRequest.page_size: page_size must not be negative.\n")
    return min(size or _PAGE, _LARGEST_PAGE)
