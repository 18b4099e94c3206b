"""A process of its own for media work, so that none of it holds the interpreter that streams are sent from.

A thread does: loading what encodes, and drawing, keep Python's lock; benchmarks/README.md has the figures. Run as a
program, this is that process: it gets its work on stdin and hands back on stdout what came of it, both pickled.
"""

import os
import pickle
import select
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO, ParamSpec, TypeVar, cast

#: How far the process stands back for others, where nothing more humble is to be had, or was to no avail.
_NICE = 10

#: Said to a process that is to work only while nobody else has work for a processor.
_IDLE = "idle"

#: Seconds that such a process may take for one thing; then another does it, which only stands back.
_PATIENCE = 3.0

P = ParamSpec("P")
T = TypeVar("T")


class Workshop(ThreadPoolExecutor):
    """Does one thing at a time, in a process that begins with the first of them and ends with the workshop.

    It works while the processors are idle, as streams must not wait for it; where that takes more than `patience`
    seconds, it only stands back from then on.
    """

    def __init__(self, patience: float = _PATIENCE) -> None:
        super().__init__(1, "mockgate-workshop")
        self._patience: float | None = patience
        self._process: subprocess.Popen[bytes] | None = None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have it done: what is to be done, what with, and what comes of it must be things that can be pickled."""
        return super().submit(self._have_done, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:  # noqa: ARG002 - its signature
        """End the process, whatever it is at; what has not begun is never done."""
        super().shutdown(wait=False, cancel_futures=True)
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        super().shutdown(wait)

    def _have_done(self, *work: Any) -> Any:
        if self._process is None or self._process.poll() is not None:
            self._process = _begin(*([] if self._patience is None else [_IDLE]))
        process = self._process
        stdin, stdout = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
        try:
            pickle.dump(work, stdin)
            stdin.flush()
            if not select.select([stdout], [], [], self._patience)[0]:
                self._patience = None
                process.kill()
                process.wait()
                return self._have_done(*work)
            made, problem = pickle.load(stdout)  # noqa: S301 - from our own process
        except (OSError, EOFError, pickle.UnpicklingError) as broken:
            self._process = None
            raise RuntimeError(f"what draws and encodes has ended: status {process.wait()}") from broken
        if problem is not None:
            raise problem
        return made


def _begin(*how: str) -> subprocess.Popen[bytes]:
    """Begin the process, in a group of its own: Ctrl+C is for the server alone."""
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", __name__, *how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        process_group=0,
    )


def work(orders: BinaryIO, results: BinaryIO) -> None:
    """Do one thing after another, until there are no more orders."""
    while True:
        try:
            fn, args, kwargs = pickle.load(orders)  # noqa: S301 - from the process that began this one
        except EOFError:
            return
        pickle.dump(_done(fn, args, kwargs), results)
        results.flush()


def _done(fn: Callable[..., Any], args: Any, kwargs: Any) -> tuple[Any, Exception | None]:
    try:
        return fn(*args, **kwargs), None
    except Exception as problem:  # noqa: BLE001 - it is raised again where the work was ordered
        return None, problem


if __name__ == "__main__":
    if sys.argv[1:] == [_IDLE] and hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    else:
        os.nice(_NICE)
    work(sys.stdin.buffer, sys.stdout.buffer)
