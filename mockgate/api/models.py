"""The catalogue: `GET /v1/models` and `GET /v1/models/{id}`. Source: OpenAI's API reference, the model object."""

from typing import Any

from ..gateway import Gateway
from ..journal import Exchange
from ..routes import Family
from ..scenario import Model
from ..session import Session
from ..wire import Answer, json_answer


def body(model: Model, name: str) -> dict[str, Any]:
    """Word a model under the name it was asked for by."""
    return {"id": name, "object": "model", "created": model.created, "owned_by": model.owned_by}


async def list(gateway: Gateway, _session: Session, _exchange: Exchange) -> Answer:
    """List the models on offer; patterns are not listed."""
    models = [body(model, model.id) for model in gateway.catalogue.listed]
    return json_answer({"object": "list", "data": models})


async def retrieve(gateway: Gateway, _session: Session, exchange: Exchange) -> Answer:
    """Describe one model; slashes in its name may be sent as they are or as %2F."""
    name = exchange.params["id"]
    return json_answer(body(gateway.catalogue.find(name), name))


family = Family("models")
family.add("GET", "/v1/models", list)
family.add("GET", "/v1/models/{id...}", retrieve)
