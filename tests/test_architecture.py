"""The house rules that a machine can hold: levels, homes, sizes, names."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "mockgate"

#: The staircase, lowest first: a module imports from its own level and from those below it. `x.` is a package.
LEVELS = {
    "values": "mockgate expressions clock rng errors turn units",
    "words of the wire": "anthropic_fields wire wording complaints strict_schema fields media webm ranges "
    "paging attachments offers hosted "
    "routes obfuscation",
    "the scenario": "synonyms scalars loader reading citing sections access breakage afterwards seeds manners "
    "layers scenario "
    "amending",
    "tokens": "vocabulary tokens inputs",
    "what is said": "synth. scope facts templates criteria rules replies script",
    "how it goes": "protocols rewording catalogue keys fitting logprobs pacing speaking metering limits wallet "
    "prompt_cache "
    "metadata accounts budgets",
    "how it goes wrong": "places refusals deeds faults triggers",
    "what is kept": "replays books gauges content forms records journal jobs timetable webhooks metrics progress",
    "what is made of it": "repeats verdict verification",
    "what a scenario makes of it": "customs responder studio policy mounts session filing references",
    "the door": "illustrating reception bodies admission deposit placeholders mending gateway openapi dialect "
    "batch_lines inquiry embedding "
    "anthropic_models google_models coverage talks control.",
    "families": "api.",
    "the outside": "edge.",
    "the front": "__main__",
}

#: The one place of each foreign thing: a module, or a package (`edge.`); of what reads and what draws, two.
HOMES = {
    "aiohttp": "edge.",
    "click": "edge.",
    "uvloop": "edge.",
    "signal": "edge.",
    "socket": "edge.",
    "subprocess": "edge.",
    "pytest": "edge.pytest_plugin",
    "yaml": "loader",
    "tiktoken": "vocabulary",
    "faker": "synth.fakes",
    "jinja2": "templates",
    "jsonpath": "rules",
    "PIL": "media synth.stage synth.pictures synth.scenery",
    "av": "synth.film synth.encoding",
    "trustme": "edge.certificates",
    "tinytag": "media",
    "prometheus_client": "api.metrics",
    "time": "clock",
    "random": "rng",
    "secrets": "never",
    "uuid": "never",
}

#: Imports inside functions, beyond heavy libraries in their homes: who does, and what.
LAZY = {
    ("studio", "synth.film"),
    ("studio", "synth.pictures"),
    ("mockgate", "edge.embedded"),
    ("mockgate", "edge.testing"),
    ("__main__", "edge.cli"),
    ("edge.pytest_plugin", "edge.testing"),
    ("edge.pytest_plugin", "errors"),
}

#: Who may ask the event loop for the time and for a call later: the lane's idle connections are real, whatever
#: any clock shows.
TIME = {"clock", "edge.lane"}

#: Functions whose many named parameters are a format of their own.
MANY_PARAMETERS = {"errors.GatewayError.__init__"}

#: The parts of another module, and the tests that hold them together with it.
TESTED_WITH = {
    "test_gateway.py": "dialect",
    "test_customs.py": "reception",
    "api/test_metrics.py": "gauges",
    "test_mending.py": "placeholders",
    "api/test_files.py": "filing",
    "api/test_models.py": "anthropic_models",
    "api/audio/test_hearing.py": "api.audio api.audio.events api.audio.languages api.audio.transcript api.audio.whole",
    "api/audio/test_speech.py": "api.audio.request synth.encoding",
    "api/completions/test_read.py": "api.completions.request",
    "control/test_scenarios.py": "amending",
    "test_budgets.py": "accounts",
    "api/backoffice/test_backoffice.py": "books metadata api.backoffice.aliases api.backoffice.audit"
    " api.backoffice.budgets api.backoffice.desk api.backoffice.guardrails api.backoffice.inventory"
    " api.backoffice.keys api.backoffice.runtime api.backoffice.usage api.backoffice.workflows",
    "api/batches/test_batches.py": "api.batches.run batch_lines",
    "api/images/test_images.py": "api.images.answer api.images.drawing",
    "api/videos/test_videos.py": "api.videos.begin api.videos.stored",
    "gateways/test_newapi.py": "api.videos.tasks",
    "api/realtime/test_realtime.py": "api.realtime.answering api.realtime.channel api.realtime.config"
    " api.realtime.conversation api.realtime.events api.realtime.history api.realtime.items api.realtime.listening"
    " api.realtime.running api.realtime.transcribing api.realtime.turns",
    "api/videos/test_request.py": "references api.videos.uploaded",
    "api/messages/test_read.py": "api.messages.attached api.messages.blocks api.messages.conversation api.messages.ids"
    " api.messages.request api.messages.tools anthropic_fields",
    "api/messages/test_messages.py": "api.messages.threads",
    "api/messages/test_whole.py": "api.messages.citing api.messages.served hosted",
    "api/responses/test_read.py": "api.responses.items api.responses.request api.responses.tools",
    "api/responses/test_events.py": "obfuscation api.responses.hosted",
    "api/responses/test_socket.py": "api.responses.preparing",
    "api/responses/test_stored.py": "api.responses.background api.responses.history",
    "api/gemini/test_gemini.py": "google_models api.gemini.array api.gemini.count api.gemini.embed api.gemini.models",
    "api/gemini/test_read.py": "api.gemini.conversation api.gemini.payload api.gemini.request api.gemini.schemas"
    " api.gemini.tools",
    "api/test_embeddings.py": "embedding",
    "test_jobs.py": "timetable",
    "test_records.py": "seeds",
    "test_loader.py": "scalars",
    "test_rules.py": "criteria facts",
    "test_scenario.py": "citing layers reading sections synonyms",
    "test_templates.py": "scope",
    "synth/test_reply.py": "synth.asks synth.code synth.english synth.fakes synth.language synth.manner synth.phrases"
    " synth.prose synth.shapes synth.signs synth.structured synth.topics",
    "synth/test_schema.py": "synth.hints synth.merging synth.numbers synth.patterns synth.validity",
    "synth/test_pictures.py": "synth.palettes synth.scenery synth.sketches",
    "synth/test_film.py": "synth.scenes synth.stage",
    "synth/test_sound.py": "synth.babble synth.containers",
    "synth/test_tools.py": "synth.arithmetic synth.clues",
    "api/chat/test_read.py": "attachments offers api.chat.conversation api.chat.messages api.chat.request"
    " api.chat.tools",
    "edge/test_cli.py": "__main__",
    "edge/test_pytest_plugin.py": "edge.testing",
}

BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager", "core", "types"}


class Import(NamedTuple):
    """Who imports what: a module of ours, or a foreign top-level package."""

    target: str
    own: bool
    in_function: bool
    typing_only: bool


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "mockgate"


MODULES = {_name(path): path for path in sorted(SOURCE.rglob("*.py"))}


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text("utf-8"))


def _targets(name: str, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.Import) or not node.level:
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        yield from ((module.split(".")[0], False) for module in modules)
        return
    package = MODULES[name].relative_to(SOURCE).parent.parts
    base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
    for alias in node.names:
        deep = ".".join(filter(None, [*base, alias.name]))
        yield (deep if deep in MODULES else ".".join(filter(None, base)) or "mockgate"), True


def _walk(node: ast.AST, in_function: bool = False, typing_only: bool = False) -> Iterator[tuple[ast.AST, bool, bool]]:
    for child in ast.iter_child_nodes(node):
        yield child, in_function, typing_only
        guarded = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        deeper = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from _walk(child, in_function or deeper, typing_only or guarded)


@cache
def imports(name: str) -> list[Import]:
    return [
        Import(target, own, in_function, typing_only)
        for node, in_function, typing_only in _walk(_tree(name))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for target, own in _targets(name, node)
    ]


def _belongs(name: str, place: str) -> bool:
    return name == place or (place.endswith(".") and f"{name}.".startswith(place))


def _level(name: str) -> int:
    fits = [at for at, places in enumerate(LEVELS.values()) for place in places.split() if _belongs(name, place)]
    assert len(fits) == 1, f"{name} is on {len(fits)} levels: give it one in LEVELS"
    return fits[0]


def functions(name: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    def inside(node: ast.AST, path: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}.{child.name}", child
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from inside(child, f"{path}.{child.name}")

    return inside(_tree(name), name)


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def nesting(node: ast.AST) -> int:
    """How many blocks of a function lie in each other; an `elif` is no deeper, an inner function counts by itself."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, DEFINITIONS):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        deepest = max(deepest, nesting(child) + (isinstance(child, BLOCKS) and not is_elif))
    return deepest


every_module = pytest.mark.parametrize("name", MODULES)


@every_module
def test_a_module_imports_only_from_its_own_level_and_below(name):
    wrong = [found.target for found in imports(name) if found.own and _level(found.target) > _level(name)]
    assert [target for target in wrong if (name, target) not in LAZY] == []


def test_no_modules_import_each_other_in_a_circle_not_even_for_types():
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"a circle: {' -> '.join((*path[path.index(name) :], name))}"
        if name not in done:
            for found in imports(name):
                if found.own and (name, found.target) not in LAZY:
                    visit(found.target, (*path, name))
            done.add(name)

    for name in MODULES:
        visit(name, ())


@every_module
def test_imports_stand_at_the_top_but_for_heavy_libraries_in_their_homes(name):
    lazy = {found.target for found in imports(name) if found.in_function}
    homed = {library for library, home in HOMES.items() if any(_belongs(name, place) for place in home.split())}
    assert {target for target in lazy - homed if (name, target) not in LAZY} == set()


@every_module
def test_every_foreign_thing_has_one_home(name):
    used = {found.target for found in imports(name) if not found.own and not found.typing_only}
    homes = {library: HOMES.get(library, name).split() for library in used}
    assert [library for library in used if not any(_belongs(name, place) for place in homes[library])] == []


@every_module
def test_nobody_but_the_clock_tells_the_time_or_waits_for_it(name):
    calls = {ast.unparse(node.func) for node in ast.walk(_tree(name)) if isinstance(node, ast.Call)}
    forbidden = {"asyncio.sleep", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    assert name == "clock" or not calls & forbidden
    of_the_loop = ("loop.time", "loop().time", "call_later", "loop.call_at", "loop().call_at")
    assert name in TIME or [call for call in calls if call.endswith(of_the_loop)] == []


@every_module
def test_families_of_the_api_do_not_know_each_other(name):
    parts = name.split(".")
    if parts[0] == "api" and len(parts) > 1:
        others = {".".join(found.target.split(".")[:2]) for found in imports(name) if found.target.startswith("api.")}
        assert others <= {".".join(parts[:2])}


@every_module
def test_modules_functions_and_parameter_lists_stay_small(name):
    assert len(MODULES[name].read_text("utf-8").splitlines()) <= 400
    for path, function in functions(name):
        assert lines_of(function) <= 45, f"{path} is too long"
        assert nesting(function) <= 3, f"{path} is nested too deeply"
        named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        count = len([argument for argument in named if argument.arg not in {"self", "cls"}])
        assert count <= 6 or path in MANY_PARAMETERS, f"{path} has {count} parameters"


def test_half_of_all_functions_have_8_lines_or_fewer():
    assert median(lines_of(function) for name in MODULES for _, function in functions(name)) <= 8


@every_module
def test_a_module_says_what_it_is_and_is_named_for_what_it_holds(name):
    assert name.split(".")[-1] not in FORBIDDEN_NAMES
    assert ast.get_docstring(_tree(name)) or not _tree(name).body, "no docstring"


@every_module
def test_no_global_state_is_rebound_and_no_gateway_is_asked_its_name(name):
    for node in ast.walk(_tree(name)):
        assert not isinstance(node, ast.Global)
        if isinstance(node, ast.Compare):
            sides = {ast.unparse(side) for side in (node.left, *node.comparators)}
            assert not [side for side in sides if side == "gateway" or side.endswith((".gateway", "gateway.name"))], (
                sides
            )


@every_module
def test_every_module_has_tests_of_its_name(name):
    path = MODULES[name].relative_to(SOURCE)
    if path.stem == "__init__":
        return
    elsewhere = [tests for tests, parts in TESTED_WITH.items() if name in parts.split()]
    expected = ROOT / "tests" / (elsewhere[0] if elsewhere else path.with_name(f"test_{path.stem}.py"))
    assert expected.exists(), f"{expected} is missing"
