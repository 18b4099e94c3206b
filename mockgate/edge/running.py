"""A command run beside a server: the signals that are its own reach it, and its exit code is handed back."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

from ..errors import MockgateError


class CommandError(MockgateError):
    """A command that could not be started; `code` is what a shell would exit with."""

    def __init__(self, message: str, code: int) -> None:
        self.code = code
        super().__init__(message)


def run_command(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a command with more variables in its environment; return its exit code, 128 + n for signal n.

    To be called from the main thread. Raises CommandError when there is no such command, or none that can be started.
    """
    child: subprocess.Popen[bytes] | None = None
    early: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if child is None:
            early.append(number)
        elif number != signal.SIGINT or not sys.stdin.isatty():
            # A terminal sends Ctrl+C to the command itself; twice would be one too many.
            child.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        child = subprocess.Popen(command, env={**os.environ, **env})  # noqa: S603 - running it is what was asked
        for number in early:
            child.send_signal(number)
        code = child.wait()
    except FileNotFoundError:
        raise CommandError(f"there is no command {command[0]}", 127) from None
    except OSError as problem:
        raise CommandError(f"{command[0]} cannot be run: {problem.strerror}", 126) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code
