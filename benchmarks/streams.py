"""How late chunks come, what they cost, and how many instant streams there are a second.

python benchmarks/streams.py
"""

import time
from pathlib import Path
from typing import Any

from rig import SCENARIO, NoCompilerError, Rig, Server, bare, machine, middle, mockgate, p85, result, rig, table

Command = list[str | Path]

CHUNKS = 50  # what the scenario's stream is cut into
FIRST, STEP = 20, 20  # ms: its pace `steady`
SPREAD = 1000  # ms over which the requests go out
ROUNDS = 3

BODY: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "Why is the sky blue?"}],
    "stream": True,
}


def _check(server: Server) -> None:
    """Make sure that the stream is what it is taken for."""
    events = server.post(BODY).count(b"data: ")
    if events != CHUNKS + 3:
        raise SystemExit(f"the stream has {events} events: {CHUNKS + 3} were expected")


def _highest(server: Server, client: Any, before: float) -> float:
    """Watch the server's memory while the client runs; return the most it was."""
    most = before
    while client.poll() is None:
        most = max(most, server.memory())
        time.sleep(0.05)
    return most


def _paced(rig: Rig, command: Command, count: int, request: Path) -> dict[str, float]:
    """Measure one round of `count` streams, on a server of its own."""
    with rig.server(command) as server:
        _check(server)
        before = server.memory()
        client = rig.client("paced", server.port, count, SPREAD, FIRST, STEP, CHUNKS, request)
        assert client.stdout is not None
        assert client.stdin is not None
        client.stdout.readline()
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


def _instant(rig: Rig, request: Path) -> list[tuple[float, float]]:
    """Return for every round the streams a second, and the microseconds of processor time of one."""
    found = []
    with rig.server(mockgate(SCENARIO, "--pace", "instant")) as server:
        _check(server)
        for round_ in range(ROUNDS + 1):
            counted = rig.load(server, 1.5, request)
            if round_:  # the first warms up
                answers = counted["answers"]
                found.append((answers / counted["seconds"], counted["cpu"] * 1e6 / answers))
    return found


def main() -> None:
    machine()
    with rig() as made:
        request = made.request("stream", BODY)
        try:
            rounds = [
                (f"{count:,} {name}", _paced(made, command, count, request))
                for count in (500, 2000)
                for name, command, times in (
                    ("bare", bare(), 1),
                    ("mockgate", mockgate(SCENARIO, "--pace", "steady"), ROUNDS),
                )
                for _ in range(times)
            ]
        except NoCompilerError as reason:
            print(reason)
            return
        rows = [
            [
                name,
                *(f"{found[name]:.2f}" for name in ("p50", "p99", "max")),
                *(f"{found[name]:.1f}" for name in ("us", "kb")),
                f"{found['broken']:.0f}",
            ]
            for name, found in rounds
        ]
        table(["streams", "p50 ms", "p99 ms", "max ms", "us CPU a chunk", "KB a stream", "broken"], rows)
        rates, costs = zip(*_instant(made, request), strict=True)
    print(
        f"\ninstant: {CHUNKS}-chunk streams a second: median {middle(rates):,.0f}, p85 {p85(rates):,.0f}; "
        f"{middle(costs):.0f} us CPU each"
    )


if __name__ == "__main__":
    main()
