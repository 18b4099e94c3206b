import os
import signal
import sys

import pytest

from mockgate.edge import running
from mockgate.edge.running import CommandError, run_command, run_within


def python(program):
    return [sys.executable, "-c", program]


def test_the_command_sees_the_variables_and_its_exit_code_is_handed_back():
    assert run_command(python("import os; exit(int(os.environ['CODE']))"), {"CODE": "7"}) == 7


def test_a_command_that_a_signal_ended_exits_as_shells_say():
    assert run_command(python("import os; os.kill(os.getpid(), 9)"), {}) == 137


def test_sigterm_reaches_the_command():
    program = "import os, signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(20)"
    assert run_command(python(program), {}) == 143


def test_a_command_that_does_not_exist_or_cannot_be_run_is_told(tmp_path):
    with pytest.raises(CommandError, match="there is no command no-such-thing") as missing:
        run_command(["no-such-thing"], {})
    plain = tmp_path / "plain"
    plain.write_text("text")
    with pytest.raises(CommandError, match="cannot be run") as refused:
        run_command([str(plain)], {})
    assert (missing.value.code, refused.value.code) == (127, 126)


def test_a_command_within_a_time_says_how_it_ended_and_what_it_printed():
    program = "import os, sys; print('one', flush=True); sys.stderr.write('two\\n'); os.write(1, b'\\xff'); exit(5)"
    ran = run_within(python(program), {}, 20)
    assert (ran.code, ran.output) == (5, "one\ntwo\n\ufffd")
    assert 0 < ran.seconds < 20
    assert run_within(python("import os; os.kill(os.getpid(), 9)"), {}, 20).code == 137


@pytest.fixture
def held(tmp_path):
    """A line of a program that holds on to a file for 60 seconds, and the file: read, it waits for all to let go."""
    path = tmp_path / "held"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    with os.fdopen(reader) as file:
        yield f"import time; f = open({str(path)!r}, 'w'); f.write('x'); f.flush(); {{}}; time.sleep(60)", file


def test_a_command_whose_time_is_up_is_ended_with_all_that_it_started(held):
    line, file = held
    program = (
        f"import subprocess, sys; print(1, flush=True); subprocess.run([sys.executable, '-c', {line.format(0)!r}])"
    )
    ran = run_within(python(program), {}, 0.7)
    assert (ran.code, ran.output) == (None, "1\n")
    assert file.read() == "x"


def test_what_a_command_leaves_behind_is_ended_too(held):
    line, file = held
    inner = line.format("print(1, flush=True)")
    program = f"""
import subprocess, sys
left = subprocess.Popen([sys.executable, '-c', {inner!r}], stdout=subprocess.PIPE)
left.stdout.readline()"""
    assert run_within(python(program), {}, 20).code == 0
    assert file.read() == "x"


def test_a_command_that_minds_no_sigterm_is_ended_too(held, monkeypatch):
    monkeypatch.setattr(running, "GRACE", 0.1)
    line, file = held
    program = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {line.format(0)}"
    assert run_within(python(program), {}, 0.7).code is None
    assert file.read() == "x"


@pytest.mark.parametrize(("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_a_wait_that_is_broken_off_leaves_no_command_behind(held, number, raised):
    line, file = held
    program = line.format(f"import os; os.kill(os.getppid(), {int(number)})")
    with pytest.raises(raised):
        run_within(python(program), {}, 20)
    assert file.read() == "x"
