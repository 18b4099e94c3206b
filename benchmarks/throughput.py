"""Requests a second of a whole chat completion, against aiohttp alone.

    python benchmarks/throughput.py [--aimock]

With --aimock, npm's @copilotkit/aimock is installed into a temporary directory and measured in the same rounds.
"""

import argparse
import json
import random
import shutil
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rig import SCENARIO, NoCompilerError, Rig, Server, bare, machine, middle, mockgate, p85, rig, table

ROUNDS = 9
SECONDS = 1.8

QUESTION = "Tell me in one sentence, for a child of ten: why is the sky blue?"

BODY: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": [
        {"role": "system", "content": "You explain the world to children, kindly and without a word too many."},
        {"role": "user", "content": QUESTION},
    ],
    "temperature": 0.7,
    "max_tokens": 256,
    "user": "customer-00000000",
}
#: Eleven bytes more, and no two requests alike: nothing that mockgate remembers of one helps with the next.
VARIED = {**BODY, "messages": [BODY["messages"][0], {"role": "user", "content": f"[########] {QUESTION}"}]}

#: The same by Anthropic's Messages.
MESSAGES: dict[str, Any] = {
    "model": "claude-sonnet-4-5",
    "system": BODY["messages"][0]["content"],
    "messages": [VARIED["messages"][1]],
    "temperature": 0.7,
    "max_tokens": 256,
    "metadata": {"user_id": "customer-00000000"},
}

Contestant = tuple[str, Server, Path]


class Aimock:
    """aimock in a temporary directory; `command` serves the same answer on a free port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "aimock"
        self._folder.mkdir()
        self.port = _free_port()

    def install(self) -> str:
        """Return why it cannot be measured; nothing when it can."""
        npm = shutil.which("npm")
        if npm is None:
            return "aimock is left out: there is no npm here"
        command = [npm, "install", "--silent", "--no-fund", "--no-audit", "@copilotkit/aimock"]
        try:
            subprocess.run(command, cwd=self._folder, check=True, capture_output=True, timeout=60)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return "aimock is left out: npm could not install it"
        return ""

    def command(self, text: str) -> list[str | Path]:
        """Return what starts it; the echo is the line that the rig waits for."""
        fixture = {"match": {"userMessage": "sky"}, "response": {"content": text}}
        (self._folder / "fixtures.json").write_text(json.dumps({"fixtures": [fixture]}))
        binary = self._folder / "node_modules/.bin/llmock"
        options = f"-f {self._folder / 'fixtures.json'} -p {self.port} --log-level silent"
        return ["sh", "-c", f"echo http://127.0.0.1:{self.port}; exec {binary} {options}"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _contestants(rig: Rig, stack: ExitStack, aimock: bool) -> list[Contestant]:
    same, varied = rig.request("same", BODY), rig.request("varied", VARIED)
    messages = rig.request("messages", MESSAGES, "/v1/messages")
    same_messages = rig.request("same messages", {**MESSAGES, "messages": BODY["messages"][1:]}, "/v1/messages")
    floor = stack.enter_context(rig.server(bare()))
    ours = stack.enter_context(rig.server(mockgate(SCENARIO, "--pace", "instant")))
    found = [
        ("aiohttp + uvloop + msgspec, bare", floor, varied),
        ("mockgate, the same request", ours, same),
        ("mockgate, every prompt new", ours, varied),
        ("mockgate as Messages, the same request", ours, same_messages),
        ("mockgate as Messages, every prompt new", ours, messages),
    ]
    if aimock:
        other = Aimock(rig.folder)
        reason = other.install()
        if reason:
            print(reason)
        else:
            text = json.loads(floor.post(BODY))["choices"][0]["message"]["content"]
            server = stack.enter_context(rig.server(other.command(text)))
            found.append(("aimock, every prompt new", server, varied))
    return found


class Figures:
    """What one contestant did, round by round."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.costs: list[float] = []
        self.size = 0

    def add(self, counted: dict[str, Any]) -> None:
        self.rates.append(counted["answers"] / counted["seconds"])
        self.costs.append(counted["cpu"] * 1e6 / counted["answers"])

    def row(self, name: str, floor: "Figures") -> list[str]:
        return [
            name,
            str(self.size),
            f"{middle(self.rates):,.0f}",
            f"{p85(self.rates):,.0f}",
            f"{middle(self.rates) / middle(floor.rates):.0%}",
            f"{p85(self.rates) / p85(floor.rates):.0%}",
            f"{middle(self.costs):.1f}",
            f"{middle(floor.costs) / middle(self.costs):.0%}",
        ]


def measure(rig: Rig, contestants: list[Contestant]) -> dict[str, Figures]:
    figures = {name: Figures() for name, _, _ in contestants}
    for name, server, request in contestants:  # warms up
        figures[name].size = rig.load(server, 1.0, request)["body"]
    for _ in range(ROUNDS):
        for name, server, request in random.sample(contestants, len(contestants)):
            counted = rig.load(server, SECONDS, request)
            if counted["refused"]:
                raise SystemExit(f"{name}: {counted['refused']} of {counted['answers']} requests were refused")
            figures[name].add(counted)
    return figures


HEAD = ["requests a second", "bytes", "median", "p85", "of bare", "p85 of bare", "us CPU", "CPU of bare"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aimock", action="store_true", help="measure aimock too (npm installs it)")
    wanted = parser.parse_args()
    machine()
    with rig() as made, ExitStack() as stack:
        try:
            figures = measure(made, _contestants(made, stack, wanted.aimock))
        except NoCompilerError as reason:
            print(reason)
            return
    floor = next(iter(figures.values()))
    table(HEAD, [found.row(name, floor) for name, found in figures.items()])


if __name__ == "__main__":
    main()
