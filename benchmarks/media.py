"""How late the chunks of 500 streams come while clips are encoded, pictures are drawn and speech is made.

python benchmarks/media.py [ROUNDS]
"""

import itertools
import json
import sys
import threading
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import yaml
from rig import SCENARIO, NoCompilerError, Rig, Server, machine, middle, mockgate, result, rig, table

STREAMS, CHUNKS = 500, 50
FIRST, STEP = 20, 20  # ms: the pace `steady` of the scenario
SPREAD = 1000  # ms over which the requests go out
ROUNDS = 5
TEXT = "The quick brown fox jumps over the lazy dog, and nobody who saw it could say why. " * 12

BODY: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "Why is the sky blue?"}],
    "stream": True,
}


def _scenario() -> dict[str, Any]:
    """Only the streams are paced: all that is beside them is made as fast as it can be."""
    scenario: dict[str, Any] = yaml.safe_load(SCENARIO.read_text())
    stream = scenario["rules"][0]
    stream["when"] = {"family": "chat"}
    stream["reply"] = {"text": stream["reply"], "pace": "steady"}
    return {**scenario, "pace": "instant", "videos": [{"states": {"queued": 0, "in_progress": 0}}]}


Ask = Callable[[str, dict[str, Any] | None], bytes]


def _asking(server: Server) -> Ask:
    def ask(path: str, body: dict[str, Any] | None) -> bytes:
        headers = {"authorization": "Bearer sk-bench", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    return ask


def _clip(ask: Ask, number: int) -> None:
    asked = {"prompt": f"Boat number {number} on a quiet lake", "seconds": "8", "size": "720x1280"}
    film = json.loads(ask("/v1/videos", asked))
    ask(f"/v1/videos/{film['id']}/content", None)


def _picture(ask: Ask, number: int) -> None:
    asked = {"model": "gpt-image-1", "prompt": f"Hill number {number} at dawn", "size": "1024x1024", "quality": "low"}
    ask("/v1/images/generations", asked)


def _speech(ask: Ask, number: int) -> None:
    format = ("mp3", "opus", "aac", "flac", "wav", "pcm")[number % 6]
    asked = {"model": "tts-1", "voice": "nova", "input": f"Number {number}. {TEXT}", "response_format": format}
    ask("/v1/audio/speech", asked)


BESIDE: dict[str, Callable[[Ask, int], None] | None] = {
    "nothing": None,
    "clips": _clip,
    "pictures": _picture,
    "speech": _speech,
}


class Work:
    """One client that asks for the same kind of thing again and again, until it is stopped."""

    def __init__(
        self, server: Server, task: Callable[[Ask, int], None] | None, numbers: "itertools.count[int]"
    ) -> None:
        self.done = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(_asking(server), task, numbers), daemon=True)

    def _work(self, ask: Ask, task: Callable[[Ask, int], None] | None, numbers: "itertools.count[int]") -> None:
        while task is not None and not self._over.is_set():
            task(ask, next(numbers))
            self.done += 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60)


def _paced(rig: Rig, server: Server, request: Path, work: Work) -> dict[str, float]:
    client = rig.client("paced", server.port, STREAMS, SPREAD, FIRST, STEP, 1, CHUNKS, 2, request)
    assert client.stdout is not None
    assert client.stdin is not None
    client.stdout.readline()
    with work:
        client.stdin.write("go\n")
        client.stdin.flush()
        counted = result(client)
    return {**counted, "done": work.done}


def _rounds(rig: Rig, scenario: Path, request: Path, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Measure in turn, each on a server of its own; in the first round, what the work needs is loaded too."""
    found: dict[str, list[dict[str, float]]] = {beside: [] for beside in BESIDE}
    numbers = itertools.count()
    with ExitStack() as running:
        servers = {each: running.enter_context(rig.server(mockgate(scenario), pinned=False)) for each in BESIDE}
        for server in servers.values():
            server.post(BODY)
        for _ in range(rounds):
            for beside, server in servers.items():
                found[beside].append(_paced(rig, server, request, Work(server, BESIDE[beside], numbers)))
    return found


def _row(beside: str, measured: list[dict[str, float]]) -> list[str]:
    p99 = [each["p99"] * 1e3 for each in measured]
    return [
        beside,
        *(f"{each:.1f}" for each in (p99[0], middle(p99), min(p99))),
        f"{max(each['max'] for each in measured) * 1e3:.0f}",
        f"{sum(each['done'] for each in measured) / len(measured):.1f}",
    ]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    machine()
    with rig() as made:
        request = made.request("stream", BODY)
        scenario = made.folder / "scenario.yaml"
        scenario.write_text(json.dumps(_scenario()))
        try:
            found = _rounds(made, scenario, request, rounds)
        except NoCompilerError as reason:
            print(reason)
            return
    head = ["beside", "p99 ms, first", "median", "least", "most ms", "made a round"]
    table(head, [_row(beside, measured) for beside, measured in found.items()])
    print(f"\n{rounds} rounds of {STREAMS} streams of {CHUNKS} chunks, {STEP} ms apart; one client beside them.")


if __name__ == "__main__":
    main()
