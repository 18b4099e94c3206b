"""How late chunks come, what they cost, and how many instant streams there are a second.

python benchmarks/streams.py
"""

import time
from pathlib import Path
from typing import Any, NamedTuple

from rig import SCENARIO, NoCompilerError, Rig, Server, bare, machine, middle, mockgate, p85, result, rig, table

Command = list[str | Path]

CHUNKS = 50  # what the scenario's stream is cut into
FIRST, STEP = 20, 20  # ms: its pace `steady`
SPREAD = 1000  # ms over which the requests go out
ROUNDS = 3

CHAT: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "Why is the sky blue?"}],
    "stream": True,
}
MESSAGES: dict[str, Any] = {**CHAT, "model": "claude-sonnet-4-5", "max_tokens": 256}


class Stream(NamedTuple):
    """A request for a stream, and how many events come before and after its chunks."""

    path: str
    request: Path
    body: dict[str, Any]
    before: int
    after: int

    def check(self, server: Server) -> None:
        """Make sure that it is what it is taken for."""
        events = server.post(self.body, self.path).count(b"data: ")
        if events != self.before + CHUNKS + self.after:
            raise SystemExit(f"{self.path} streams {events} events: {self.before + CHUNKS + self.after} were expected")


class Contestant(NamedTuple):
    """What is measured, and how often."""

    name: str
    command: Command
    stream: Stream
    rounds: int


def _highest(server: Server, client: Any, before: float) -> float:
    """Watch the server's memory while the client runs; return the most it was."""
    most = before
    while client.poll() is None:
        most = max(most, server.memory())
        time.sleep(0.05)
    return most


def _paced(rig: Rig, server: Server, count: int, stream: Stream) -> dict[str, float]:
    """Measure one round of `count` streams."""
    before = server.memory()
    events = (stream.before, CHUNKS, stream.after)
    client = rig.client("paced", server.port, count, SPREAD, FIRST, STEP, *events, stream.request)
    assert client.stdout is not None
    assert client.stdin is not None
    client.stdout.readline()
    time.sleep(0.5)  # until the server has taken the connections in: what is measured begins with the requests
    used = server.cpu()
    client.stdin.write("go\n")
    client.stdin.flush()
    most = _highest(server, client, before)
    used = server.cpu() - used
    counted = result(client)
    return {
        "p50": counted["p50"] * 1e3,
        "p99": counted["p99"] * 1e3,
        "max": counted["max"] * 1e3,
        "us": used * 1e6 / (count * CHUNKS),
        "kb": (most - before) * 1024 / count,
        "broken": counted["broken"],
    }


def _rounds(rig: Rig, count: int, contestant: Contestant) -> list[tuple[str, dict[str, float]]]:
    """Measure rounds, each on a new server."""
    found = []
    for _ in range(contestant.rounds):
        with rig.server(contestant.command) as server:
            contestant.stream.check(server)
            found.append((f"{count:,} {contestant.name}", _paced(rig, server, count, contestant.stream)))
    return found


def _instant(rig: Rig, stream: Stream) -> list[tuple[float, float]]:
    """Return for every round the streams a second, and the microseconds of processor time of one."""
    found = []
    with rig.server(mockgate(SCENARIO, "--pace", "instant")) as server:
        stream.check(server)
        for round_ in range(ROUNDS + 1):
            counted = rig.load(server, 1.5, stream.request)
            if round_:  # the first warms up
                answers = counted["answers"]
                found.append((answers / counted["seconds"], counted["cpu"] * 1e6 / answers))
    return found


def main() -> None:
    machine()
    with rig() as made:
        paths = ("/v1/chat/completions", "/v1/messages")
        chat = Stream(paths[0], made.request("chat", CHAT), CHAT, 1, 2)
        messages = Stream(paths[1], made.request("messages", MESSAGES, paths[1]), MESSAGES, 3, 3)
        ours = mockgate(SCENARIO, "--pace", "steady")
        contestants = [
            Contestant("bare", bare(), chat, ROUNDS),
            Contestant("mockgate, chat", ours, chat, ROUNDS),
            Contestant("mockgate, Messages", ours, messages, ROUNDS),
        ]
        try:
            rounds = [each for count in (500, 2000) for one in contestants for each in _rounds(made, count, one)]
        except NoCompilerError as reason:
            print(reason)
            return
        rows = [
            [
                name,
                *(f"{found[key]:.2f}" for key in ("p50", "p99", "max")),
                *(f"{found[key]:.1f}" for key in ("us", "kb")),
                f"{found['broken']:.0f}",
            ]
            for name, found in rounds
        ]
        table(["streams", "p50 ms", "p99 ms", "max ms", "us CPU a chunk", "KB a stream", "broken"], rows)
        print()
        for stream in (chat, messages):
            rates, costs = zip(*_instant(made, stream), strict=True)
            print(
                f"instant {stream.path}: {CHUNKS}-chunk streams a second: median {middle(rates):,.0f}, "
                f"p85 {p85(rates):,.0f}; {middle(costs):.0f} us CPU each"
            )


if __name__ == "__main__":
    main()
