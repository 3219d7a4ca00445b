"""The same file from one process, several, and a cluster; and whoever is killed, nothing is lost or counted twice."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

from zinc_sbml.ensembles import LostWorkersError, execution, load_ensemble
from zinc_sbml.ensembles.samples import BLOCK
from zinc_sbml.ensembles.store import Store
from zinc_sbml.errors import InvalidInputError

from .conftest import READOUTS, TIMES, cells

CELLS = 5 * BLOCK + 17


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def expected(run, tmp_path):
    """File of an undisturbed run on one process."""
    return digest(run(CELLS, path=tmp_path / "expected").path)


@pytest.fixture(scope="module")
def cluster():
    """Two workers over TCP."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, protocol="tcp://", dashboard_address=None) as made,
        Client(made) as client,
    ):
        assert made.scheduler_address.startswith("tcp://127.0.0.1")
        yield client


def test_several_processes_make_the_same_file(run, tmp_path, expected):
    assert digest(run(CELLS, path=tmp_path / "two", processes=2).path) == expected


def test_a_cluster_makes_the_same_file(run, tmp_path, expected, cluster):
    assert digest(run(CELLS, path=tmp_path / "cluster", client=cluster).path) == expected


def test_a_finished_run_is_not_run_again(run, tmp_path, monkeypatch):
    first = run(300, path=tmp_path / "run")
    monkeypatch.setattr(execution, "run_block", lambda *_: pytest.fail("a cell was run again"))
    assert digest(run(300, path=tmp_path / "run").path) == digest(first.path)


def test_only_what_is_missing_is_run(run, tmp_path, expected, monkeypatch):
    """A run that ends after two blocks, with a damaged part and a leftover of a write: three blocks are left to do."""
    whole = execution.run_block

    def stop(asked, samples, block):
        if block == 4:
            raise KeyboardInterrupt
        return whole(asked, samples, block)

    monkeypatch.setattr(execution, "run_block", stop)
    with pytest.raises(KeyboardInterrupt):
        run(CELLS, path=tmp_path / "run")
    parts = tmp_path / "run" / "parts"
    assert len(list(parts.iterdir())) == 4
    with pytest.raises(InvalidInputError, match="not finished; run it again to go on"):
        load_ensemble(tmp_path / "run")
    (parts / "00000001.parquet").write_bytes(b"PAR1 damaged")
    (parts / ".00000005.parquet.abc").write_bytes(b"half")
    asked = []

    def note(asked_, samples, block):
        asked.append(block)
        return whole(asked_, samples, block)

    monkeypatch.setattr(execution, "run_block", note)
    told = []
    done = run(CELLS, path=tmp_path / "run", progress=lambda *numbers: told.append(numbers))
    assert asked == [1, 4, 5]
    assert digest(done.path) == expected
    # Progress begins with what was there.
    assert told[0] == (3 * BLOCK, CELLS)
    assert told[-1] == (CELLS, CELLS)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["ensemble.parquet", "run.json"]


KILLED = """
import os, sys, time
from pathlib import Path
import numpy as np
import zinc_sbml as zs
from zinc_sbml.ensembles import ensemble, execution
whole = execution.run_block
def slow(*job):
    time.sleep(0.3)
    return whole(*job)
execution.run_block = slow
random = np.random.default_rng(1)
number = int(sys.argv[3])
cells = {"kout": random.uniform(0.5, 2.0, number), "ki": random.uniform(0.02, 0.2, number)}
drug = zs.Scenario(id="drug", model="small_cell", duration=100.0, periods=[zs.Period(start=0, changes={"drug": 0.05})])
ensemble(drug, model=sys.argv[1], parameters=cells, readouts=sys.argv[4].split(","), times=[0.0, 1.0, 50.0, 100.0],
    path=sys.argv[2], processes=int(sys.argv[5]))
"""


def test_kill_9_in_the_middle(run, tmp_path, expected, small_cell):
    """A process of its own is killed once two parts are there; the next one ends with the same file."""
    folder = tmp_path / "killed"
    arguments = [str(small_cell.path), str(folder), str(CELLS), ",".join(READOUTS), "1"]
    process = subprocess.Popen([sys.executable, "-c", KILLED, *arguments])
    parts = folder / "parts"
    deadline = time.monotonic() + 60
    while len(list(parts.glob("0*"))) < 2:
        assert time.monotonic() < deadline, "no part was written"
        assert process.poll() is None, "it ended by itself"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (folder / "ensemble.parquet").exists()
    assert 2 <= len(list(parts.glob("0*"))) < 6
    assert digest(run(CELLS, path=folder).path) == expected


def test_workers_end_with_a_caller_that_is_killed(tmp_path, small_cell):
    folder = tmp_path / "killed"
    arguments = [str(small_cell.path), str(folder), str(200 * BLOCK), ",".join(READOUTS), "2"]
    process = subprocess.Popen([sys.executable, "-c", KILLED, *arguments])
    deadline = time.monotonic() + 60
    while not list((folder / "parts").glob("0*")):
        assert time.monotonic() < deadline, "no part was written"
        time.sleep(0.05)
    workers = [int(line) for line in children_of(process.pid)]
    assert len(workers) >= 2
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20
    while left := [worker for worker in workers if is_alive(worker)]:
        assert time.monotonic() < deadline, f"workers {left} are still there"
        time.sleep(0.05)


def children_of(pid):
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return done.stdout.split()


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended and that nobody has waited for yet.
    return "Z" not in subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout


def test_a_worker_process_that_is_killed(run, tmp_path, expected):
    killed = []

    def kill(done, total):
        if done and not killed:
            killed.append(multiprocessing.active_children()[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    assert digest(run(CELLS, path=tmp_path / "run", processes=2, progress=kill).path) == expected
    assert killed


def test_a_worker_of_the_cluster_that_is_killed(run, tmp_path, expected, cluster):
    killed = []

    def kill(done, total):
        if done and not killed:
            killed.extend(list(cluster.run(os.getpid).values())[:1])
            os.kill(killed[0], signal.SIGKILL)

    assert digest(run(CELLS, path=tmp_path / "run", client=cluster, progress=kill).path) == expected
    assert killed


def _die(block):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_block_that_brings_down_its_workers_is_given_up(run, tmp_path, monkeypatch):
    monkeypatch.setattr(execution, "_run_kept", _die)
    with pytest.raises(LostWorkersError, match="workers died 3 times on block 0"):
        run(300, path=tmp_path / "run", processes=2)


def test_a_folder_of_another_run_is_refused(run, tmp_path):
    run(10, path=tmp_path / "run")
    before = digest(tmp_path / "run" / "ensemble.parquet")
    for more, told in (
        ({"parameters": cells(11)}, "samples"),
        ({"parameters": cells(10, seed=2)}, "samples"),
        ({"times": (0.0, 5.0)}, "times"),
        ({"readouts": READOUTS[:1]}, "readouts"),
    ):
        with pytest.raises(InvalidInputError, match=f"holds another run: drug with 10 cells; it differs in .*{told}"):
            run(10, path=tmp_path / "run", **more)
    assert digest(tmp_path / "run" / "ensemble.parquet") == before


def test_a_folder_of_something_else_is_refused(run, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InvalidInputError, match="holds files, but no run"):
        run(3, path=tmp_path)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InvalidInputError, match="is a file, expected a folder"):
        run(3, path=tmp_path / "file")
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", "file"}
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{")
    with pytest.raises(InvalidInputError, match="is damaged"):
        run(3, path=tmp_path / "broken")


def test_a_full_disk_keeps_what_was_done(run, tmp_path, expected, monkeypatch):
    import errno

    from zinc_sbml.ensembles import store

    whole = store.write_bytes_atomically
    written = []

    def full(path, content):
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        whole(path, content)

    monkeypatch.setattr(store, "write_bytes_atomically", full)
    with pytest.raises(InvalidInputError, match="No space left on device; what was done stays"):
        run(CELLS, path=tmp_path / "run")
    monkeypatch.setattr(store, "write_bytes_atomically", whole)
    assert len(list((tmp_path / "run" / "parts").glob("0*"))) == 2
    assert digest(run(CELLS, path=tmp_path / "run").path) == expected


def test_the_record_tells_what_decides_the_numbers(run, tmp_path, small_cell):
    run(3, path=tmp_path / "run")
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["scenario"] == {"id": "drug", "periods": [[0.0, {"drug": 0.05}]], "duration": 100.0}
    assert record["model"]["mathematics"] == small_cell.mathematics_sha256
    assert record["times"] == list(TIMES)
    assert Store(tmp_path / "run", record).missing() == []
