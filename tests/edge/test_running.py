import sys

import pytest

from mockgate.edge.running import CommandError, run_command


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
