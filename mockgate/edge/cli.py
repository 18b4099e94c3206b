"""The command line: the only home of click. Whatever goes wrong is a sentence on stderr, never a traceback.

Exit codes: 0 all is well, 1 something failed, 2 the scenario or the call of the command is wrong.
"""

import errno
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click
import msgspec

from .. import __version__, layers, loader
from .. import scenario as scenarios
from ..breakage import PRESETS
from ..clock import Clock
from ..errors import MockgateError, ScenarioError
from ..triggers import faults_of
from ..units import Seconds, enc_hook
from . import boot, listing, serving
from . import gauntlet as gauntlets
from .console import Console
from .embedded import Mockgate
from .examples import run_examples
from .explaining import explain as explained
from .running import CommandError, run_command
from .scoreboard import Scoreboard

F = TypeVar("F", bound=Callable[..., Any])


class _Wrong(click.ClickException):
    """A scenario's problems, a line each, as editors and CI read them: file:line:column: what."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=True)


class _Sentences(click.Group):
    """Commands whose errors are sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ScenarioError as wrong:
            raise _Wrong(str(wrong)) from None
        except MockgateError as problem:
            raise click.ClickException(str(problem)) from None
        except OSError as problem:
            if problem.errno == errno.EPIPE:  # click's own: whoever read the output has read enough
                raise
            sentence = f"{problem.filename or 'mockgate'}: {problem.strerror or problem}"
            raise click.ClickException(sentence) from None


def _clock(_ctx: click.Context, _param: click.Parameter, value: str | None) -> dict[str, Any] | None:
    """Read how the clock goes: `frozen`, or a speed."""
    if value is None:
        return None
    if value == "frozen":
        return {"frozen": True}
    try:
        speed = float(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither frozen nor a speed such as 1 or 60") from None
    try:
        Clock(speed=speed)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None
    return {"frozen": False, "speed": speed}


def _faults(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> list[Any] | None:
    """Read faults as a trigger would ask for them; presets stay names."""
    return [fault for text in values for fault in _read_fault(text)] or None


def _read_fault(text: str) -> list[Any]:
    if text in PRESETS:
        return [text]
    try:
        return [msgspec.to_builtins(fault, enc_hook=enc_hook) for fault in faults_of(text)]
    except ScenarioError as wrong:
        raise click.BadParameter(str(wrong)) from None


def _filled(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise click.BadParameter("it is empty")
    return value


def _given(**options: Any) -> dict[str, Any]:
    """Return the options that were given: overrides for a scenario."""
    return {name: value for name, value in options.items() if value is not None}


_scenario = click.argument("scenario", required=False, type=click.Path(path_type=Path))
_seed = click.option("--seed", metavar="N", type=int, help="The seed of all chance; wins over the scenario's.")
_default_reply = click.option(
    "--default-reply",
    type=click.Choice(["synthetic", "echo", "error"]),
    help="What answers when no rule matches; wins over the scenario's.",
)
_gateway = click.option(
    "--gateway", metavar="NAME|FILE", callback=_filled, help="Whose manners to have; wins over the scenario's."
)
_profile = click.option(
    "--profile", metavar="NAME", callback=_filled, help="Which side of the gateway to play: documented, or its source."
)


def _pace(help_text: str) -> Callable[[F], F]:
    return click.option("--pace", metavar="PROFILE", help=help_text)


@click.group(cls=_Sentences, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MOCKGATE"})
@click.version_option(
    # MOCKGATE_VERSION in an environment names the version to install, and asks for nothing.
    __version__,
    prog_name="mockgate",
    message="%(prog)s %(version)s",
    allow_from_autoenv=False,
)
def main() -> None:
    """A local server that stands in for a real AI gateway: scripted or synthetic answers, true token counts,
    believable streams.

    SCENARIO is the path of a YAML file, or the name of a built-in one; without it every answer is synthetic.

    An option that is not given is read from the environment: the --port of serve from MOCKGATE_SERVE_PORT.
    """


@main.command()
@_scenario
@click.option(
    "--port", metavar="PORT", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any free port."
)
@click.option(
    "--host",
    metavar="HOST",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; 0.0.0.0: all of them.",
)
@_gateway
@_profile
@_seed
@_pace("How fast answers come: a named pace, or instant; wins over the scenario's.")
@_default_reply
@click.option(
    "--clock", metavar="frozen|SPEED", callback=_clock, help="Stand still, or run at that many times the wall's speed."
)
@click.option("--watch", is_flag=True, help="Read the scenario again when a file of it changes.")
@click.option(
    "--fault",
    "faults",
    metavar="FAULT",
    multiple=True,
    callback=_faults,
    help="Let something go wrong, beside what the scenario says: a preset such as flaky, a status such as 503, "
    "a deed such as disconnect; then key=value. May be given again.",
)
@click.option("--quiet", is_flag=True, help="Print the URL and nothing else.")
@click.option("--report", is_flag=True, help="Say at the end what was used, and how the client behaved.")
@click.option("--no-control", is_flag=True, help="Serve no control API.")
@click.option(
    "--control-key",
    metavar="KEY",
    callback=_filled,
    help="What callers of the control API must send; needed where other machines can reach the server.",
)
@click.option("--tls", is_flag=True, help="Serve https and wss: a certificate is made, and what must trust it is said.")
def serve(scenario: Path | None, watch: bool, no_control: bool, control_key: str | None, **options: Any) -> None:
    """Serve a scenario.

    Ends at Ctrl+C or SIGTERM, once the answers under way have. Prints where the server is, what to paste to
    call it, and a line for each request that is done.
    """
    if watch and scenario is None:
        raise click.UsageError("--watch needs a SCENARIO to watch")
    if no_control and control_key:
        raise click.UsageError("--no-control leaves nothing for --control-key to open: give one of them")
    where = {name: options.pop(name) for name in ("host", "port", "quiet", "report", "tls")}
    order = serving.Order(
        source=scenario,
        overrides=_given(**options),
        watch=watch,
        no_control=no_control,
        control_key=control_key,
        **where,
    )
    boot.run(serving.serve(order, _out()))


def _out() -> TextIO:
    """Return stdout, made to take any words whatever its encoding."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return sys.stdout


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@_gateway
@_profile
@click.pass_context
def check(ctx: click.Context, /, files: tuple[Path, ...], **played: str | None) -> None:
    """Check scenarios and their examples.

    Says all that is wrong with each FILE at once, and which of its examples do not hold. Exits with 2 when a
    file is wrong, else with 1 when an example does not hold.
    """
    ctx.exit(max(_check(file, _given(**played)) for file in files))


def _check(file: Path, overrides: dict[str, Any]) -> int:
    try:
        for profile in () if "profile" in overrides else layers.profiles(file, overrides):
            boot.build(file, {**overrides, "profile": profile})  # also those that are not played
        gateway = boot.build(file, overrides)
    except ScenarioError as wrong:
        click.echo(str(wrong), err=True)
        return 2
    failures = boot.run(run_examples(gateway))
    for failure in failures:
        click.echo(f"{file}: {failure}", err=True)
    if failures:
        return 1
    scenario = gateway.scenario
    click.echo(f"{file}: OK ({_count(scenario.rules, 'rule')}, {_count(scenario.examples, 'example')})")
    return 0


def _count(things: list[Any], noun: str) -> str:
    return f"{len(things)} {noun}{'s' * (len(things) != 1)}"


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.argument("request", metavar="REQUEST.json", type=click.File("rb"))
def explain(scenario: Path, request: Any) -> None:
    """Say which rule answers, and why.

    Says of every rule of SCENARIO how it fares with a chat request, and what is answered. REQUEST.json is the
    body of a chat completion; - reads it from stdin.
    """
    body = request.read()
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise click.UsageError(f"{request.name} is not JSON: {problem}") from None
    click.echo(boot.run(explained(boot.build(scenario), body)))


@main.command("gateways")
@click.argument("name", required=False, metavar="[NAME|FILE]")
@_profile
def show_gateways(name: str | None, profile: str | None) -> None:
    """List the gateways, or describe one.

    Without NAME: every built-in gateway, the path that it is served below beside any other, how many endpoints and
    models it has, and its quirks. With it: what that gateway does its own way.
    """
    if name is None and profile is not None:
        raise click.UsageError("--profile needs the NAME of a gateway")
    click.echo(listing.overview() if name is None else listing.details(name, profile))


@main.command()
def schema() -> None:
    """Print the JSON Schema of scenarios."""
    click.echo(msgspec.json.format(msgspec.json.encode(scenarios.schema()), indent=2))


@main.command()
@click.argument("file", default="mockgate.yaml", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
def init(file: Path, force: bool) -> None:
    """Write a scenario to start from.

    It is full of comments, and goes to FILE (default: mockgate.yaml).
    """
    starter = (loader.fixtures_dir() / "scenarios" / "starter.yaml").read_text("utf-8")
    try:
        with file.open("w" if force else "x", encoding="utf-8") as out:
            out.write(starter)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already: name another file, or give --force") from None
    click.echo(f"wrote {file}: try mockgate check {file}, then mockgate serve {file} --watch")


class _Beside(click.Command):
    """A command whose arguments after `--` are another command's: `ctx.obj`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own, dashes, command = args, "", []
        if "--" in args:
            at = args.index("--")
            own, dashes, command = args[:at], "--", args[at + 1 :]
        rest = super().parse_args(ctx, own)
        if not command:
            missing = "after --" if dashes else "with -- before it"
            usage = f"mockgate {ctx.info_name} [SCENARIO] -- COMMAND..."
            raise click.UsageError(f"give a command {missing}: {usage}", ctx)
        ctx.obj = command
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CommandError as problem:
            click.echo(f"Error: {problem}", err=True)
            ctx.exit(problem.code)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "-- COMMAND..."]


@main.command(cls=_Beside)
@_scenario
@_gateway
@_profile
@_seed
@_pace("How fast answers come; default: what the scenario says, else at once.")
@click.pass_context
def run(ctx: click.Context, /, scenario: Path | None, seed: int | None, pace: str | None, **played: str | None) -> None:
    """Run a command beside a server.

    Starts a server on a free port for COMMAND, stops it at the end, and exits as COMMAND does. COMMAND finds
    OPENAI_BASE_URL, OPENAI_API_KEY, ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY, GOOGLE_GEMINI_BASE_URL,
    GEMINI_API_KEY and MOCKGATE_URL in its environment. Exits with 128 + n when signal n ends it, 127 when
    there is no such command.
    """
    given = _given(**played)
    below = {} if scenario is None else {"extends": str(scenario)}
    with Mockgate({**below, **given} if given else scenario, seed=seed, pace=pace) as gateway:
        code = run_command(ctx.obj, gateway.env)
    ctx.exit(code)


def _duration(_ctx: click.Context, _param: click.Parameter, value: str) -> float:
    try:
        seconds = Seconds.read(value)
    except ValueError as problem:
        raise click.BadParameter(f'"{value}" {problem}') from None
    if not seconds:
        raise click.BadParameter("no command is over in no time")
    return seconds


@main.command(cls=_Beside)
@_scenario
@click.option("--only", metavar="NAME", multiple=True, help="Only this fault. May be given again.")
@click.option("--skip", metavar="NAME", multiple=True, help="Not this fault. May be given again.")
@click.option(
    "--timeout",
    metavar="DURATION",
    default="60s",
    show_default=True,
    callback=_duration,
    help="How long each run may take; COMMAND is ended then.",
)
@click.option("--junit", metavar="FILE", type=click.File("wb", lazy=False), help="Write the results as JUnit XML, too.")
@click.option("--strict", is_flag=True, help="Let runs count that failed cleanly, too.")
@click.option("--verbose", is_flag=True, help="Show all that COMMAND prints.")
@click.pass_context
def gauntlet(ctx: click.Context, /, scenario: Path | None, junit: Any, timeout: float, **options: Any) -> None:
    """Run a command once per fault.

    Runs COMMAND beside a server of its own, once with nothing wrong and then once for each fault of a list, and
    says of each run whether it survived, failed cleanly (with an exit code, in time), hung, went on in a retry
    storm, or never reached the fault. Exits with 1 when a run hung or stormed, or when the first one failed.
    """
    trials = gauntlets.chosen(options.pop("only"), options.pop("skip"))
    board = Scoreboard(Console(_out()), **options)
    try:
        for outcome in gauntlets.Gauntlet(scenario, ctx.obj, timeout).run(trials):
            board.add(outcome)
    except KeyboardInterrupt:
        ctx.exit(130)
    finally:
        board.end()
        if junit is not None:
            board.junit().write(junit, "utf-8", xml_declaration=True)
    ctx.exit(int(board.failed))
