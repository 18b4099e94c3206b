"""A command run beside a server: the signals that are its own reach it, and its exit code is handed back."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from types import FrameType
from typing import IO, Any, NamedTuple

from ..clock import Stopwatch
from ..errors import MockgateError

#: Seconds that a command has to end in once it was told to.
GRACE = 2.0

#: Seconds between two looks at a command that runs.
_LOOK = 0.2

#: Bytes of its output that are kept: the last ones.
_KEPT = 100_000


class CommandError(MockgateError):
    """A command that could not be started; `code` is what a shell would exit with."""

    def __init__(self, message: str, code: int) -> None:
        self.code = code
        super().__init__(message)


class Ran(NamedTuple):
    """How a command ended: its exit code, 128 + n for signal n, or None when it was ended; and what it printed."""

    code: int | None
    seconds: float
    output: str


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
        child = _start(command, env)
        for number in early:
            child.send_signal(number)
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return _shells(code)


def run_within(
    command: Sequence[str], env: Mapping[str, str], timeout: float, enough: Callable[[], bool] = lambda: False
) -> Ran:
    """Run a command as `run_command` does, but unseen, and for so many seconds at most, or until it is `enough`.

    It runs in a process group of its own, without a terminal: nothing of it is left at the end, also when the wait for
    it is broken off by Ctrl+C (KeyboardInterrupt) or by SIGTERM (SystemExit). To be called from the main thread.
    Raises CommandError.
    """
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        # A file, as a process that it leaves behind may hold a pipe open for ever.
        with TemporaryFile() as out:
            stopwatch = Stopwatch()
            child = _start(
                command, env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
            try:
                code = _wait(child, timeout, enough)
            finally:
                seconds = stopwatch.seconds()
                _end(child)
            return Ran(None if code is None else _shells(code), seconds, _tail(out))
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait(child: "subprocess.Popen[bytes]", timeout: float, enough: Callable[[], bool]) -> int | None:
    stopwatch = Stopwatch()
    while (left := timeout - stopwatch.seconds()) > 0 and not enough():
        with suppress(subprocess.TimeoutExpired):
            return child.wait(min(left, _LOOK))
    return None


def _start(command: Sequence[str], env: Mapping[str, str], **options: Any) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(command, env={**os.environ, **env}, **options)  # noqa: S603 - running it is what was asked
    except FileNotFoundError:
        raise CommandError(f"there is no command {command[0]}", 127) from None
    except OSError as problem:
        raise CommandError(f"{command[0]} cannot be run: {problem.strerror}", 126) from None


def _shells(code: int) -> int:
    return code if code >= 0 else 128 - code


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End a command and all that it has started and left behind: gently, then not."""
    try:
        if child.poll() is None:
            _signal(child, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                child.wait(GRACE)
    finally:
        _signal(child, signal.SIGKILL)
        child.wait()


def _signal(child: "subprocess.Popen[bytes]", number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # there is nobody left in the group
        os.killpg(child.pid, number)


def _tail(out: IO[bytes]) -> str:
    size = out.seek(0, os.SEEK_END)
    out.seek(max(0, size - _KEPT))
    return out.read().decode("utf-8", "replace")
