"""The catalogue: `GET /v1/models` and `GET /v1/models/{id}`, in the words of whose client asks.

Sources: OpenAI's and Anthropic's API references, the model object.
"""

from collections.abc import Iterator
from typing import Any

from .. import anthropic_models, google_models
from ..errors import GatewayError, openai_envelope
from ..gateway import Gateway
from ..journal import Exchange
from ..keys import allow
from ..metadata import metadata
from ..paging import anthropic_list
from ..routes import Family
from ..scenario import Model
from ..session import Session
from ..wire import Answer, json_answer


def body(model: Model, name: str) -> dict[str, Any]:
    """Word a model under the name it was asked for by."""
    return {"id": name, "object": "model", "created": model.created, "owned_by": model.owned_by}


#: How those word a model whose clients show themselves.
_WORDS = {"anthropic": anthropic_models.info, "google": google_models.described}


def _on_offer(session: Session, exchange: Exchange) -> Iterator[Model]:
    """Yield the models on offer to this key, without patterns; to Anthropic's clients, those that answer messages."""
    for model in session.policy.catalogue.listed:
        served = exchange.protocol != "anthropic" or not model.families or "messages" in model.families
        if served and exchange.caller.may_use((model.id,)):
            yield model


async def list(_gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List the models on offer, to Anthropic's clients the newest first and a page at a time."""
    models = _on_offer(session, exchange)
    if exchange.protocol == "anthropic":
        newest = sorted(models, key=lambda model: -model.created)
        return json_answer(anthropic_list(exchange.call, [anthropic_models.info(model, model.id) for model in newest]))
    if exchange.protocol == "google":
        return json_answer(google_models.page(exchange.call, [*models]))
    if "model_endpoints" in session.policy.responder.quirks:
        return json_answer(
            {"success": True, "data": [_with_endpoints(model, model.id) for model in models], "object": "list"}
        )
    catalogue = session.policy.catalogue
    rows = [_row(session, model, catalogue.called(model)) for model in models]
    return json_answer({"object": "list", "data": sorted(rows, key=_id) if catalogue.form != "{id}" else rows})


def _id(row: dict[str, Any]) -> str:
    return str(row["id"])


def _row(session: Session, model: Model, name: str) -> dict[str, Any]:
    """Word a model, with all that is known of it where the gateway tells."""
    policy = session.policy
    if "model_metadata" not in policy.responder.quirks:
        return body(model, name)
    return {**body(model, name), "metadata": metadata(model, policy.prices)}


def _with_endpoints(model: Model, name: str) -> dict[str, Any]:
    """Word a model as new-api does: all of them as old as each other, and with the kinds of endpoints it has."""
    kinds = [_KINDS.get(family, "openai") for family in model.families or ["chat"]]
    return {**body(model, name), "created": _CREATED, "supported_endpoint_types": [*dict.fromkeys(kinds)]}


#: What new-api calls kinds of endpoints that are not `openai`, and when it says that every model was created.
_KINDS = {
    "responses": "openai-response",
    "messages": "anthropic",
    "gemini": "gemini",
    "embeddings": "embeddings",
    "images": "image-generation",
    "videos": "openai-video",
    "rerank": "jina-rerank",
}
_CREATED = 1_626_777_600

_MISSING = "The model '{}' does not exist"


def _find(session: Session, name: str) -> Model:
    """Return the model of a name; where ids that nothing has get an object, every name has a model."""
    try:
        return session.policy.catalogue.find(name)
    except GatewayError:
        if session.policy.synthesizes:
            return Model(id=name)
        raise


async def retrieve(_gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe one model; slashes in its name may be sent as they are or as %2F."""
    name = exchange.params["id"]
    try:
        model = _find(session, name)
        allow(exchange.caller, session.policy.catalogue.names(name))
    except GatewayError:
        if "missing_model_404" in session.policy.responder.quirks:
            raise GatewayError("not_found", details={"object": "model", "id": name}) from None
        if "unknown_model_200" not in session.policy.responder.quirks:
            raise
        return json_answer(openai_envelope(GatewayError("model_not_found", _MISSING.format(name), param="model")))
    if (word := _WORDS.get(exchange.protocol)) is not None:
        return json_answer(word(model, name))
    if "model_endpoints" in session.policy.responder.quirks:
        return json_answer(_with_endpoints(model, name))
    return json_answer(_row(session, model, name))


family = Family("models")
family.add("GET", "/v1/models", list)
family.add("GET", "/v1/models/{id...}", retrieve)
