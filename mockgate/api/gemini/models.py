"""The catalogue: `GET /v1beta/models` and one of them; below `/v1` the paths are everyone's. Source: Google's API
reference, "Models"."""

from ...gateway import Gateway
from ...google_models import described, page
from ...journal import Exchange
from ...keys import allow
from ...session import Session
from ...wire import Answer, json_answer


async def list(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """List the models on offer to this key, a page at a time; patterns are not listed."""
    listed = session.policy.catalogue.listed
    return json_answer(page(exchange.call, [each for each in listed if exchange.caller.may_use((each.id,))]))


async def retrieve(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Describe one model."""
    name, catalogue = exchange.params["model"], session.policy.catalogue
    model = catalogue.find(name)
    allow(exchange.caller, catalogue.names(name))
    return json_answer(described(model, name))
