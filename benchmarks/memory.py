"""How much memory a server takes as it loads what answers need.

python benchmarks/memory.py
"""

import time
from typing import Any

from rig import SCENARIO, Rig, Server, machine, middle, mockgate, rig, table

ROUNDS = 3

BODY: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "Why is the sky blue?"}],
}


def _settled(server: Server) -> float:
    """Wait until nothing is loaded any more, and return what the server takes then."""
    before, calm = server.memory(), 0
    while calm < 5:
        time.sleep(0.1)
        after = server.memory()
        calm = calm + 1 if abs(after - before) < 0.1 else 0
        before = after
    return before


def _once(rig: Rig, *options: Any) -> list[float]:
    with rig.server(mockgate(*options, "--pace", "instant"), pinned=False) as server:
        # The vocabulary is loaded in a thread that begins right after this line.
        bound = server.memory()
        server.post(BODY)
        return [bound, _settled(server), server.memory("VmHWM")]


def main() -> None:
    machine()
    with rig() as made:
        _once(made)  # writes the byte code
        scripted = zip(*[_once(made, SCENARIO) for _ in range(ROUNDS)], strict=True)
        synthetic = zip(*[_once(made) for _ in range(ROUNDS)], strict=True)
    rows = [
        [name, *(f"{middle(found):.1f}" for found in figures)]
        for name, figures in (
            ("a scenario, scripted answers", scripted),
            ("no scenario, synthetic answers", synthetic),
        )
    ]
    table(["MB resident", "bound", "with o200k, answering", "most ever"], rows)


if __name__ == "__main__":
    main()
