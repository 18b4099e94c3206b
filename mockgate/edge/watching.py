"""`--watch`: a scenario that is read again when one of its files changes, and put in place only as a whole."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from ..clock import Clock
from ..errors import ScenarioError
from ..gateway import Gateway
from ..scenario import Scenario

#: Seconds between two looks at the files.
EVERY = 0.5

#: What a file looks like from outside: inode, size, time of its last change; None when there is no such file.
_Stamp = tuple[int, int, int] | None


class Watch:
    """Looks at the files of the scenario in force; `load` reads it again, `say` is told what came of it."""

    def __init__(self, gateway: Gateway, load: Callable[[], Scenario], say: Callable[[str], None]) -> None:
        self._gateway = gateway
        self._load = load
        self._say = say
        self._seen = _stamps(gateway.scenario.document.files)
        self._wrong = ""

    async def keep(self) -> None:
        """Look at the files from now on, until cancelled."""
        clock = Clock()
        while True:
            await clock.sleep_until(clock.now() + EVERY)
            await self.look()

    async def look(self) -> None:
        """Look once. What is wrong is read anew at every look: what was missing may have turned up anywhere."""
        seen = _stamps(self._seen)
        if seen == self._seen and not self._wrong:
            return
        self._seen = seen
        try:
            scenario = await asyncio.to_thread(self._load)
            self._gateway.replace(scenario)
        except ScenarioError as wrong:
            self._keep_old(str(wrong))
        else:
            self._wrong = ""
            # A file that changed while it was read keeps its stamp of before, and is read again.
            self._seen = _stamps(scenario.document.files) | {
                file: seen[file] for file in scenario.document.files if file in seen
            }
            self._say("the scenario has changed: it is in force, its sequences begin anew")

    def _keep_old(self, wrong: str) -> None:
        if wrong != self._wrong:
            self._say(f"the scenario has changed and is wrong; the one before stays in force\n{wrong}")
        self._wrong = wrong


def _stamps(files: Iterable[Path]) -> dict[Path, _Stamp]:
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> _Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
