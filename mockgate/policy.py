"""A scenario, compiled: every engine that it decides, made together, so that they are replaced together."""

from collections.abc import Iterator

from .budgets import Budgets
from .catalogue import Catalogue
from .customs import Customs
from .errors import Problem, ScenarioError
from .faults import Traps
from .keys import Keyring
from .limits import Quotas
from .prompt_cache import Caching
from .protocols import PROTOCOLS
from .reading import did_you_mean
from .responder import Responder
from .routes import Routes
from .scenario import Scenario, locate
from .script import Script
from .timetable import Timetable
from .wallet import Prices


class Policy:
    """What one scenario makes of every call. It never changes; what was counted is a session's.

    Of the endpoints in `table` it has those that its gateway has. Raises ScenarioError with everything about the
    scenario that cannot be compiled.
    """

    def __init__(self, scenario: Scenario, table: Routes | None = None) -> None:
        self.scenario = scenario
        problems: list[Problem] = []
        self.routes = _routes(scenario, table or Routes([]), problems)
        problems += _unknown_endpoints(scenario, table)
        self.traps = Traps(scenario, problems)
        self.batches = Timetable("batch", scenario.batches, "batches", problems)
        self.message_batches = Timetable("message_batch", scenario.batches, "batches", [])
        self.responses = Timetable("response", scenario.responses, "responses", problems)
        self.videos = Timetable("video", scenario.videos, "videos", problems)
        try:
            self.script = Script(scenario)
        except ScenarioError as error:
            problems = [*error.problems, *problems]
        if problems:
            raise ScenarioError(locate(scenario, problems))
        self.reject_unknown = scenario.unknown_fields == "reject"
        self.synthesizes = scenario.unknown_ids == "synthesize"
        self.lenient = self.synthesizes or scenario.validation == "lenient"
        given = {name.lower(): value for name, value in scenario.headers.items() if value}
        self.protocols = {name: protocol.under(scenario.manners) for name, protocol in PROTOCOLS.items()}
        self.headers = {name: protocol.headed(given) for name, protocol in self.protocols.items()}
        self.catalogue = Catalogue(scenario)
        self.keyring = Keyring(scenario)
        self.quotas = Quotas(scenario)
        self.prices = Prices(scenario)
        self.budgets = Budgets(scenario)
        self.request_ids = scenario.manners.request_id
        self.account_header = scenario.manners.account_header.lower()
        self.caching = Caching(scenario.prompt_cache)
        self.responder = Responder(scenario, self.script, self.catalogue)
        self.customs = Customs(scenario.manners)
        self.watched = any(endpoint.family in {"metrics", "backoffice"} for endpoint in self.routes.endpoints)
        self.plain = scenario.validation == "strict" and not self.customs.any


def _unknown_endpoints(scenario: Scenario, table: Routes | None) -> Iterator[Problem]:
    """Find what is said of endpoints that there are not."""
    names = [] if table is None else [endpoint.name for endpoint in table.endpoints]
    for key in ("fills", "adds"):
        for name in getattr(scenario.manners, key):
            if names and "." in name and name not in names:
                near = did_you_mean(name, names) or "Name a family, or family.endpoint as `mockgate gateways` does."
                yield Problem(f"manners.{key}.{name}", f'is no endpoint: "{name}"', near)


def _routes(scenario: Scenario, table: Routes, problems: list[Problem]) -> Routes:
    manners = scenario.manners
    if not table.endpoints or (manners.routes is None and not manners.unimplemented):
        return table
    try:
        return table.only(["*"] if manners.routes is None else manners.routes, manners.unimplemented)
    except ValueError as unknown:
        at = (manners.routes or []).index(str(unknown))
        known = [f"{each.method} {each.path}" for each in table.endpoints]
        near = did_you_mean(str(unknown), known) or "Write a method and a path, as in GET /v1/models."
        problems.append(Problem(f"manners.routes[{at}]", f'is no endpoint: "{unknown}"', near))
        return table
