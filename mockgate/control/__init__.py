"""The control API, below `/_mockgate`: everything about a running server that a test may read or change.

Its calls are handled between two others, so each is done as a whole or not at all.
"""

from ..gateway import CONTROL
from ..routes import Family
from . import checks, clocks, index, jobs, keys, pushed, records, requests, scenarios, sessions
from .visit import Answers, Load, taken

ROUTES: tuple[tuple[str, str, Answers], ...] = (
    ("GET", "", index.show),
    ("GET", "/openapi.json", index.describe),
    ("GET", "/scenario", scenarios.show),
    ("PUT", "/scenario", scenarios.replace),
    ("PATCH", "/scenario", scenarios.patch),
    ("GET", "/rules", pushed.rules),
    ("POST", "/rules", pushed.push_rule),
    ("DELETE", "/rules", pushed.remove_rules),
    ("DELETE", "/rules/{id}", pushed.remove_rule),
    ("GET", "/faults", pushed.faults),
    ("POST", "/faults", pushed.push_fault),
    ("DELETE", "/faults", pushed.remove_faults),
    ("DELETE", "/faults/{id}", pushed.remove_fault),
    ("GET", "/requests", requests.listing),
    ("DELETE", "/requests", requests.clear),
    ("GET", "/requests/live", requests.feed),
    ("GET", "/requests/{id}", requests.one),
    ("POST", "/verify", checks.check),
    ("GET", "/unmatched", checks.missed),
    ("GET", "/coverage", checks.used),
    ("GET", "/verdict", checks.verdict),
    ("GET", "/usage", checks.usage),
    ("GET", "/clock", clocks.show),
    ("POST", "/clock", clocks.turn),
    ("GET", "/keys", keys.listing),
    ("POST", "/keys", keys.create),
    ("GET", "/keys/{id}", keys.one),
    ("PATCH", "/keys/{id}", keys.amend),
    ("DELETE", "/keys/{id}", keys.delete),
    ("POST", "/keys/{id}/top-up", keys.top_up),
    ("POST", "/keys/{id}/refund", keys.refund),
    ("GET", "/keys/{id}/history", keys.history),
    ("GET", "/jobs", jobs.listing),
    ("GET", "/jobs/{id}", jobs.one),
    ("POST", "/jobs/{id}", jobs.move),
    ("GET", "/records", records.listing),
    ("GET", "/records/{kind}", records.of_kind),
    ("GET", "/sessions", sessions.listing),
    ("POST", "/sessions", sessions.create),
    ("GET", "/sessions/{name}", sessions.one),
    ("DELETE", "/sessions/{name}", sessions.drop),
    ("POST", "/sessions/{name}/reset", sessions.reset),
    ("POST", "/reset", sessions.reset_own),
)


def family(load: Load, key: str = "") -> Family:
    """Make the endpoints. `load` reads a scenario as the server was told to; `key` is what callers must send, if any.

    Where there is no key, only calls from this machine are taken.
    """
    served = Family("control")
    for method, path, answers in ROUTES:
        served.add(method, CONTROL + path, taken(answers, load, key), open=True)
    return served
