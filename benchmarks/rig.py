"""What the benchmarks share: servers in processes of their own, the load client, and tables of figures.

Everything runs on loopback and ends with the benchmark. Where there are two processors, servers have the first to
themselves and the load comes from the second.
"""

import json
import os
import re
import resource
import select
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

HERE = Path(__file__).parent
SCENARIO = HERE / "scenario.yaml"

_CPUS = os.sched_getaffinity(0)
SERVER_CPU, CLIENT_CPU = min(_CPUS), max(_CPUS)

_PATIENCE = 30.0  # seconds that a server may take to begin

_URL = re.compile(rb"http://127\.0\.0\.1:(\d+)")


class NoCompilerError(Exception):
    """There is nothing to compile the load client with."""


class Server:
    """A server process, which says on its first line where it is."""

    def __init__(self, command: Sequence[str | Path], environment: dict[str, str]) -> None:
        self.began = time.perf_counter()
        self.process = subprocess.Popen([str(word) for word in command], env=environment, stdout=subprocess.PIPE)
        self.port = 0

    def listen(self) -> None:
        """Wait for the line that says where the server is."""
        stdout = self.process.stdout
        assert stdout is not None
        if not select.select([stdout], [], [], _PATIENCE)[0]:
            raise SystemExit(f"{self.process.args} said nothing for {_PATIENCE:g} s")
        found = _URL.search(stdout.readline())
        if found is None:
            raise SystemExit(f"{self.process.args} did not start")
        self.port = int(found[1])

    def post(self, body: dict[str, Any], path: str = "/v1/chat/completions") -> bytes:
        """Ask for an answer, and return its body."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            json.dumps(body).encode(),
            {"authorization": "Bearer sk-bench", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            return bytes(answer.read())

    def memory(self, field: str = "VmRSS") -> float:
        """Return its resident memory in MB; `VmHWM`: the most it ever was."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(field))

    def cpu(self) -> float:
        """Return the seconds of processor time it has used, in the kernel too."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End the process, and wait until it has."""
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Rig:
    """A temporary directory, and what is compiled, written and run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._client: Path | None = None
        # Byte code is written once, so that no figure has the compiler in it.
        self._environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "pyc")}
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)

    @contextmanager
    def server(self, command: Sequence[str | Path], *, pinned: bool = True) -> Iterator[Server]:
        """Run a server until the block ends; `pinned`: on one processor."""
        with _on({SERVER_CPU} if pinned else _CPUS):
            server = Server(command, self._environment)
        try:
            server.listen()
            yield server
        finally:
            server.stop()

    def client(self, *words: str | float | Path) -> subprocess.Popen[str]:
        """Start the load client; compile it the first time.

        Raises NoCompilerError.
        """
        if self._client is None:
            compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
            if compiler is None:
                raise NoCompilerError("no C compiler here (cc, gcc, clang): the load client cannot be made")
            self._client = self.folder / "client"
            subprocess.run([compiler, "-O2", "-o", self._client, HERE / "client.c"], check=True)
        with _on({CLIENT_CPU}):
            return subprocess.Popen(
                [str(word) for word in (self._client, *words)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )

    def load(self, server: Server, seconds: float, request: Path, connections: int = 64) -> dict[str, Any]:
        """Ask again and again over every connection, and return what was counted; `cpu`: the server's seconds."""
        used = server.cpu()
        counted = result(self.client("load", server.port, connections, seconds, request))
        return {**counted, "cpu": server.cpu() - used}

    def request(self, name: str, body: dict[str, Any], path: str = "/v1/chat/completions") -> Path:
        """Write a whole HTTP request to a file."""
        raw = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sk-bench\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        )
        file = self.folder / name
        file.write_bytes(head.encode() + raw)
        return file


@contextmanager
def rig() -> Iterator[Rig]:
    """Make a rig; what it made is gone afterwards."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="mockgate-bench-") as folder:
        yield Rig(Path(folder))


def mockgate(*options: str | Path) -> list[str | Path]:
    """Return the command that serves."""
    return [sys.executable, "-m", "mockgate", "serve", "--port", "0", "--quiet", *options]


def bare() -> list[str | Path]:
    """Return the command of the opponent."""
    return [sys.executable, HERE / "bare.py"]


def result(client: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for the client's line."""
    said, _ = client.communicate(timeout=60)
    if client.returncode:
        raise SystemExit("the load client failed")
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def p85(figures: Sequence[float]) -> float:
    """Return the 85th percentile: on a shared machine it compares the rounds that were not disturbed."""
    return quantiles(figures, n=20, method="inclusive")[16] if len(figures) > 1 else figures[0]


def middle(figures: Sequence[float]) -> float:
    return median(figures)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, the first column to the left."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    for row in (head, *rows):
        cells = [
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip(), flush=True)


def machine() -> None:
    """Say what the figures were taken on, and how busy it is."""
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Python {version}, {len(_CPUS)} processors, load average {os.getloadavg()[0]:.1f}\n", flush=True)


@contextmanager
def _on(cpus: set[int]) -> Iterator[None]:
    """Start processes on these processors: a child inherits where its parent may run."""
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, _CPUS)
