"""Objects that outlived their request, over HTTP: which ones a session keeps, by kind."""

from ..errors import GatewayError
from ..wire import Answer, json_answer
from .visit import Visit

#: What a session begins with, by the kind that it is kept as: it is put in place when it is first asked for.
_SEEDED = {
    "file": "files",
    "conversation": "conversations",
    "response": "responses",
    "chat.completion": "completions",
    "batch": "batches",
    "message_batch": "message_batches",
    "video": "videos",
}


def listing(visit: Visit) -> Answer:
    """List the ids of the session's records by kind, oldest first."""
    return json_answer({"records": _ids(visit)})


def of_kind(visit: Visit) -> Answer:
    """List the ids of the session's records of one kind, oldest first."""
    found, kind = _ids(visit), visit.params["kind"]
    if kind not in found:
        known = ", ".join(found) or "none"
        raise GatewayError("not_found", f"No records of the kind '{kind}'.", hint=f"there are: {known}")
    return json_answer({"records": {kind: found[kind]}})


def _ids(visit: Visit) -> dict[str, list[str]]:
    session = visit.session
    seeds = session.policy.scenario.records
    waiting = {
        kind: [seed.id for seed in getattr(seeds, key)] for kind, key in _SEEDED.items() if kind not in session.sown
    }
    found = waiting | session.records.ids()
    return {kind: found[kind] for kind in sorted(found) if found[kind]}
