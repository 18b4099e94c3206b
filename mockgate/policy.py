"""A scenario, compiled: every engine that it decides, made together, so that they are replaced together."""

from .catalogue import Catalogue
from .errors import Problem, ScenarioError
from .faults import Traps
from .keys import Keyring
from .limits import Quotas
from .responder import Responder
from .scenario import Scenario, locate
from .script import Script
from .timetable import Timetable
from .wallet import Prices


class Policy:
    """What one scenario makes of every call. It never changes; what was counted is a session's.

    Raises ScenarioError with everything about the scenario that cannot be compiled.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        problems: list[Problem] = []
        self.traps = Traps(scenario, problems)
        self.batches = Timetable("batch", scenario.batches, "batches", problems)
        self.responses = Timetable("response", scenario.responses, "responses", problems)
        try:
            self.script = Script(scenario)
        except ScenarioError as error:
            problems = [*error.problems, *problems]
        if problems:
            raise ScenarioError(locate(scenario, problems))
        self.headers = {name.lower(): value for name, value in scenario.headers.items()}
        self.catalogue = Catalogue(scenario)
        self.keyring = Keyring(scenario)
        self.quotas = Quotas(scenario)
        self.prices = Prices(scenario)
        self.responder = Responder(scenario, self.script, self.catalogue)
