"""Rules and faults over HTTP: put in front of the scenario's for a while, counted, and taken away again."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from ..errors import GatewayError, ScenarioError
from ..progress import PushedFault, PushedRule
from ..scenario import Fault, Rule
from ..units import enc_hook
from ..wire import Answer, json_answer
from .visit import Visit

T = TypeVar("T")


def push_rule(visit: Visit) -> Answer:
    """Put a rule in front of all others; with `times`, until it has answered so often."""
    rule = visit.body(Rule)
    pushed = visit.session.progress.pushed
    return json_answer(_rule(_compiled(lambda: pushed.push_rule(rule, visit.session.policy.scenario))), 201)


def push_fault(visit: Visit) -> Answer:
    """Put a fault in front of all others; with `times`, until it has struck so often."""
    fault = visit.body(Fault)
    session = visit.session
    seed, now = session.policy.scenario.seed, session.clock.now()
    return json_answer(_fault(_compiled(lambda: session.progress.pushed.push_fault(fault, seed, now))), 201)


def _compiled(push: Callable[[], T]) -> T:
    """Push; a problem's path then begins in the body, not in what it was pushed as."""
    try:
        return push()
    except ScenarioError as wrong:
        problems = [problem._replace(path=problem.path.partition(".")[2]) for problem in wrong.problems]
        raise ScenarioError(problems) from None


def rules(visit: Visit) -> Answer:
    """List the rules, those pushed first, and how often each has answered."""
    session = visit.session
    cursors, script = session.progress.cursors, session.policy.script
    own = [
        {"id": None, "label": label, "answered": cursors.answered(at), "rule": _written(rule)}
        for at, (label, rule) in enumerate(zip(script.labels, session.policy.scenario.rules, strict=True))
    ]
    return json_answer({"rules": [*map(_rule, session.progress.pushed.rules), *own]})


def faults(visit: Visit) -> Answer:
    """List the faults, those pushed first, and how often each has struck."""
    session = visit.session
    labels = session.policy.traps.labels
    own = [{"id": None, "label": label, "struck": session.tally.struck(label)} for label in labels]
    return json_answer({"faults": [*map(_fault, session.progress.pushed.faults), *own]})


def remove_rule(visit: Visit) -> Answer:
    """Take a pushed rule away."""
    return _remove(visit, visit.session.progress.pushed.rules, [visit.params["id"]])


def remove_fault(visit: Visit) -> Answer:
    """Take a pushed fault away."""
    return _remove(visit, visit.session.progress.pushed.faults, [visit.params["id"]])


def remove_rules(visit: Visit) -> Answer:
    """Take all pushed rules away; the scenario's stay."""
    rules = visit.session.progress.pushed.rules
    return _remove(visit, rules, [rule.id for rule in rules])


def remove_faults(visit: Visit) -> Answer:
    """Take all pushed faults away; the scenario's stay."""
    faults = visit.session.progress.pushed.faults
    return _remove(visit, faults, [fault.id for fault in faults])


def _remove(visit: Visit, among: Sequence[PushedRule | PushedFault], ids: list[str]) -> Answer:
    known = [pushed.id for pushed in among]
    for id in ids:
        if id not in known:
            hint = f"pushed are: {', '.join(known) or 'none'}; a scenario's own go by a PATCH of the scenario"
            raise GatewayError("not_found", f"Nothing was pushed as '{id}'.", hint=hint)
        visit.session.progress.pushed.remove(id)
    return json_answer({"removed": ids})


def _rule(pushed: PushedRule) -> dict[str, Any]:
    label, answered = pushed.script.labels[0], pushed.cursors.answered(0)
    return {"id": pushed.id, "label": label, "answered": answered, "rule": _written(pushed.rule)}


def _fault(pushed: PushedFault) -> dict[str, Any]:
    label = pushed.trap.label
    return {"id": pushed.id, "label": label, "struck": pushed.tally.struck(label), "fault": _written(pushed.fault)}


def _written(section: Rule | Fault) -> Any:
    return msgspec.to_builtins(section, enc_hook=enc_hook)
