"""How long it takes from the start of the process to the first answer.

python benchmarks/startup.py
"""

import random
import time
from typing import Any

from rig import SCENARIO, Rig, bare, machine, middle, mockgate, rig, table

ROUNDS = 9

BODY: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "Why is the sky blue?"}],
}

COMMANDS = {
    "aiohttp + uvloop + msgspec, bare": bare(),
    "mockgate, a scripted answer": mockgate(SCENARIO, "--pace", "instant"),
    "mockgate, no scenario: a synthetic answer": mockgate("--pace", "instant"),
}


def _once(rig: Rig, name: str) -> tuple[float, float, float]:
    """Return the seconds until the server says where it is, until it has answered, and of processor time then."""
    with rig.server(COMMANDS[name], pinned=False) as server:
        bound = time.perf_counter() - server.began
        server.post(BODY)
        return bound, time.perf_counter() - server.began, server.cpu()


def main() -> None:
    machine()
    figures: dict[str, list[tuple[float, float, float]]] = {name: [] for name in COMMANDS}
    with rig() as made:
        for round_ in range(ROUNDS + 1):
            for name in random.sample(list(COMMANDS), len(COMMANDS)):
                found = _once(made, name)
                if round_:  # the first writes the byte code
                    figures[name].append(found)
    rows = []
    for name, times in figures.items():
        bound, answered, used = zip(*times, strict=True)
        rows.append(
            [name, *(f"{value * 1e3:,.0f}" for value in (middle(bound), middle(answered), min(answered), middle(used)))]
        )
    table(["ms from the start of the process", "bound", "answered", "best", "CPU"], rows)


if __name__ == "__main__":
    main()
