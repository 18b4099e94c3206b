"""Requests a second of a whole chat completion with limits and wallet on, against the same with both off.

python benchmarks/limits.py
"""

from contextlib import ExitStack

from rig import HERE, SCENARIO, NoCompilerError, machine, mockgate, rig, table
from throughput import BODY, HEAD, Figures, measure


def main() -> None:
    machine()
    with rig() as made, ExitStack() as stack:
        off = stack.enter_context(made.server(mockgate(SCENARIO, "--pace", "instant")))
        on = stack.enter_context(made.server(mockgate(HERE / "limited.yaml", "--pace", "instant")))
        request = made.request("same", BODY)
        try:
            figures: dict[str, Figures] = measure(
                made, [("limits and wallet off", off, request), ("limits and wallet on", on, request)]
            )
        except NoCompilerError as reason:
            print(reason)
            return
    floor = next(iter(figures.values()))
    table([name.replace("bare", "off") for name in HEAD], [found.row(name, floor) for name, found in figures.items()])


if __name__ == "__main__":
    main()
