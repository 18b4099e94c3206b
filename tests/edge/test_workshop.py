import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mockgate.edge.workshop import Workshop
from mockgate.studio import Studio
from mockgate.synth.scenes import Scene
from mockgate.synth.sketches import Sketch

on_linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")


@pytest.fixture
def workshop():
    opened = Workshop()
    yield opened
    opened.shutdown()


def test_work_is_done_in_one_other_process(workshop):
    first, second = workshop.submit(os.getpid).result(), workshop.submit(os.getpid).result()
    assert first == second != os.getpid()


@on_linux
def test_work_waits_for_an_idle_processor_but_not_longer_than_its_patience():
    workshop = Workshop(patience=0.0)
    assert workshop.submit(os.sched_getscheduler, 0).result() == os.SCHED_OTHER
    assert workshop.submit(os.nice, 0).result() > os.nice(0)
    workshop.shutdown()
    with_patience = Workshop(patience=60.0)
    assert with_patience.submit(os.sched_getscheduler, 0).result() == os.SCHED_IDLE
    with_patience.shutdown()


async def test_a_studio_draws_and_films_there_what_it_would_here(workshop):
    here, there = Studio(), Studio()
    there.crew = there.artists = workshop
    for asked in (Sketch("A hill", 64, 64), Sketch("A", 64, 64, partial=2)):
        assert await there.draw(asked) == await here.draw(asked)
    scene = Scene("A boat", (160, 96), 1)
    assert await there.film(scene, "video") == await here.film(scene, "video")
    with pytest.raises(OSError, match="identify"):
        await there.draw(Sketch("A", 64, 64, given=(b"junk",)))


def test_a_process_that_dies_is_told_and_replaced(workshop):
    with pytest.raises(RuntimeError, match="has ended: status 7"):
        workshop.submit(os._exit, 7).result()
    assert workshop.submit(abs, -1).result() == 1


def test_a_process_that_died_while_there_was_nothing_to_do_is_replaced(workshop):
    process = workshop.submit(os.getpid).result()
    os.kill(process, signal.SIGKILL)
    while is_alive(process):
        time.sleep(0.001)
    assert workshop.submit(os.getpid).result() != process


def test_large_work_goes_there_and_back(workshop):
    large = bytes(range(256)) * 2**17  # 32 MB
    assert workshop.submit(bytes.upper, large).result() == large.upper()


def test_what_went_wrong_is_raised_here(workshop):
    with pytest.raises(ZeroDivisionError):
        workshop.submit(divmod, 1, 0).result()
    assert workshop.submit(divmod, 7, 2).result() == (3, 1)


def test_the_process_ends_with_the_workshop_whatever_it_is_at():
    opened = Workshop()
    process = opened.submit(os.getpid).result()
    busy = opened.submit(time.sleep, 60)
    while not busy.running():
        time.sleep(0.001)
    opened.shutdown()
    with pytest.raises(RuntimeError):
        busy.result()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


# The server that is a process.


def is_alive(process):
    """A process that has ended and was not waited for yet is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(found):
    while not (seen := found()):
        time.sleep(0.005)
    return seen


def children(process):
    listed = [each.read_text() for each in Path(f"/proc/{process}/task").glob("*/children")]
    return [int(child) for child in " ".join(listed).split()]


@pytest.fixture
def server():
    command = [sys.executable, "-m", "mockgate", "serve", "--quiet", "--port", "0", "--pace", "instant"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield process
        process.kill()


def draw(url, prompt):
    body = {"model": "gpt-image-2", "prompt": prompt, "size": "256x256"}
    headers = {"authorization": "Bearer sk-x", "content-type": "application/json"}
    request = urllib.request.Request(f"{url}/v1/images/generations", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


@on_linux
def test_a_server_whose_worker_is_killed_says_so_once_and_draws_on(server):
    url = server.stdout.readline().strip()
    with ThreadPoolExecutor(1) as asking:
        first = asking.submit(draw, url, "A hill")
        (worker,) = until(lambda: children(server.pid))
        os.kill(worker, signal.SIGKILL)
        status, body = first.result()
    assert (status, body["error"]["type"]) == (500, "server_error")
    assert draw(url, "A hill")[0] == 200


@on_linux
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_the_server_however_that_ends(server, number):
    assert draw(server.stdout.readline().strip(), "A hill")[0] == 200
    workers = children(server.pid)
    assert len(workers) == 1
    server.send_signal(number)
    assert server.wait(10) == (0 if number == signal.SIGTERM else -number)
    until(lambda: not any(is_alive(worker) for worker in workers))
