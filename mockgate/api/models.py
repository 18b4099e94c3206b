"""The catalogue: `GET /v1/models` and `GET /v1/models/{id}`. Source: OpenAI's API reference, the model object."""

from typing import Any

from ..gateway import Gateway
from ..journal import Exchange
from ..keys import allow
from ..routes import Family
from ..scenario import Model
from ..session import Session
from ..wire import Answer, json_answer


def body(model: Model, name: str) -> dict[str, Any]:
    """Word a model under the name it was asked for by."""
    return {"id": name, "object": "model", "created": model.created, "owned_by": model.owned_by}


async def list(_gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List the models on offer to this key; patterns are not listed."""
    listed = session.policy.catalogue.listed
    models = [body(model, model.id) for model in listed if exchange.caller.may_use((model.id,))]
    return json_answer({"object": "list", "data": models})


async def retrieve(_gateway: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe one model; slashes in its name may be sent as they are or as %2F."""
    name = exchange.params["id"]
    model = session.policy.catalogue.find(name)
    allow(exchange.caller, session.policy.catalogue.names(name))
    return json_answer(body(model, name))


family = Family("models")
family.add("GET", "/v1/models", list)
family.add("GET", "/v1/models/{id...}", retrieve)
