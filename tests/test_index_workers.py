"""Workers deliver vectors in any order, twice, or not at all: each passage gets its vector once, and the right one."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Library, build, pending
from index.cluster import reason
from index.encoders import Hashed, Streaming, embed, layout, load_encoder
from index.errors import ModelError, WorkersError
from index.workers import PART, Embed, Workers, with_workers
from qa.cli import main

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [f"Text {n % 23} tells of number {n % 7}." for n in range(200)]  # 161 different ones
RECORD = np.dtype([("key", "V16"), ("made", layout(Hashed())), ("crc", "<u4")])


class Delivering(Hashed):
    """Delivers what it is told to: lists of numbers."""

    def __init__(self, *deliveries: list[int], fail: BaseException | None = None) -> None:
        self.deliveries, self.fail, self.asked, self.closed = deliveries, fail, 0, False

    def stream(self, texts):
        self.asked = len(texts)
        try:
            for numbers in self.deliveries or [range(len(texts))]:
                yield numbers, embed(self, [texts[n] for n in numbers])
            if self.fail:
                raise self.fail
        finally:
            self.closed = True


def kept(place: Path) -> list[bytes]:
    return [one["key"].tobytes() for one in np.fromfile(place / "embedding" / "vectors", RECORD)]


@pytest.fixture(autouse=True)
def few(request, monkeypatch):
    if not request.node.get_closest_marker("slow"):
        monkeypatch.setattr(pending, "BLOCK", 10)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # set by workers; so it is put back
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")


@given(st.lists(st.lists(st.integers(0, 160), max_size=30), max_size=8), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_gives_each_text_its_vector_once(tmp_path_factory, again, chance):
    place, all_of_them = tmp_path_factory.mktemp("library"), list(range(161))
    chance.shuffle(all_of_them)
    parts = [all_of_them[at : at + 20] for at in range(0, 161, 20)] + again
    chance.shuffle(parts)
    assert np.array_equal(pending.encode(place, Delivering(*parts), TEXTS)["vector"], Hashed().encode(TEXTS))
    assert len(kept(place)) == len(set(kept(place))) == 161


def test_what_was_delivered_before_a_failure_is_not_asked_for_again(tmp_path):
    stopping = Delivering([7, 3, 5], [3, 160], fail=WorkersError("gone"))
    with pytest.raises(WorkersError, match="gone"):
        pending.encode(tmp_path, stopping, TEXTS)
    again, told = Delivering(), []
    made = pending.encode(tmp_path, again, TEXTS, lambda *step: told.append(step))
    assert np.array_equal(made["vector"], Hashed().encode(TEXTS))
    assert again.asked == 157 and told == [(161, 161)]


def test_progress_counts_what_is_kept(tmp_path):
    told = []
    pending.encode(
        tmp_path,
        Delivering([0, 1], [1, 0], list(range(161))),
        TEXTS,
        lambda *step: told.append((*step, len(kept(tmp_path)))),
    )
    assert told == [(2, 161, 2), (2, 161, 2), (161, 161, 161)]


def test_a_passage_that_never_comes_back_is_told_and_the_others_are_kept(tmp_path):
    with pytest.raises(WorkersError, match="1 of 161 passages"):
        pending.encode(tmp_path, Delivering(list(range(160))), TEXTS)
    assert len(kept(tmp_path)) == 160


def test_workers_are_let_go_when_the_disk_is_full(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    encoder = Delivering()
    monkeypatch.setattr("index.disk.append", full)
    with pytest.raises(OSError, match="No space") as error:
        pending.encode(tmp_path, encoder, TEXTS)
    assert encoder.closed and error.traceback  # at once, not when the error is forgotten


def test_few_texts_are_embedded_here(tmp_path):
    encoder = Delivering(fail=AssertionError())
    assert len(pending.encode(tmp_path, encoder, TEXTS[:10])) == 10
    assert encoder.asked == 0


def test_workers_are_an_encoder_with_the_same_name_and_vectors():
    plain = Hashed()
    assert with_workers(plain, "hashed", None) is plain
    workers = with_workers(plain, "hashed", "4")
    assert isinstance(workers, Streaming) and (workers.name, workers.runtime) == (plain.name, plain.runtime)
    assert np.array_equal(workers.encode(TEXTS), plain.encode(TEXTS))
    assert np.array_equal(workers.encode_question("x"), plain.encode_question("x"))


@pytest.mark.parametrize("where", ["1", "64", "auto", "10.0.0.5:6379", "ray://head.example:10001", "[::1]:6379"])
def test_places_to_work(where):
    Workers(Hashed(), "hashed", where)


@pytest.mark.parametrize(
    "where", ["", "0", "-1", "2.5", "four", "head.example", "http://h:1", "ray://h", "h:1/", "h:123456"]
)
def test_other_places_are_refused(where):
    with pytest.raises(WorkersError, match="--workers is"):
        Workers(Hashed(), "hashed", where)


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(WorkersError, match=r"pip install 'attest-qa\[ray\]'"):
        Workers(Hashed(), "hashed", "2")


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_cluster_that_is_away_is_told_at_once(write, tmp_path, capsys, scheme):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"{scheme}127.0.0.1:{free.getsockname()[1]}"  # nobody listens
        folder = write({f"{n}.txt": text for n, text in enumerate(TEXTS)})
        code = main(["index", str(folder), "--library", str(tmp_path / "l"), "--encoder", "hashed", "--workers", where])
    error = capsys.readouterr().err
    assert code == 2 and error.count("\n") == 1 and f"{where} cannot be reached" in error


def test_each_process_embeds_as_the_caller_does():
    batch = {"number": np.array([4, 2]), "text": np.array(["one", "two"], object)}
    made = Embed("hashed", "hashed", embed(Hashed(), ["The letters were sent on 7 June."]))(batch)
    assert made["number"].tolist() == [4, 2] and made["made"].tobytes() == embed(Hashed(), ["one", "two"]).tobytes()


@pytest.mark.parametrize(
    ("name", "probe"), [("other", "The letters were sent on 7 June."), ("hashed", "something else")]
)
def test_a_process_that_embeds_otherwise_is_refused(name, probe):
    with pytest.raises(ModelError, match="install the same attest-qa"):
        Embed("hashed", name, embed(Hashed(), [probe]))({"number": np.array([0]), "text": np.array(["x"])})


TRACE = "\x1b[36mray::Map()\x1b[39m (pid=1)\n  File: x\n  y: z\n"
LACKING = "ModuleNotFoundError: No module named 'index'"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TRACE + "index.errors.ModelError: it is gone\n\nValueError: b", "it is gone"),
        ("ray::Map() (pid=1)\n  File\n" + LACKING, LACKING),
        ("no\ntrace", "RuntimeError: no trace"),
        ("", "RuntimeError: "),
    ],
)
def test_the_first_error_of_several_processes_is_told(text, told):
    assert reason(RuntimeError(text)) == told


def test_threads_are_as_many_as_the_environment_says():
    for told, threads in (("1", 1), ("3", 3), ("64", 4)):
        code = "import index.bert; print(index.bert.THREADS)"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"OMP_NUM_THREADS": told},
            capture_output=True,
            check=True,
        )
        assert int(done.stdout) == threads


# On Ray itself: a cluster of a head and two nodes with one core each, on this machine.

SIZE = 1600
HOLD = """
import sys
from ray.cluster_utils import Cluster
small = dict(include_dashboard=False, object_store_memory=150 * 2**20)
head = dict(num_cpus=0, ray_client_server_port=int(sys.argv[1]), **small)
cluster = Cluster(initialize_head=True, head_node_args=head)
node = lambda: cluster.add_node(num_cpus=1, **small)
node(), node()
print(cluster.address, flush=True)
for line in sys.stdin:
    cluster.remove_node(list(cluster.worker_nodes)[0], allow_graceful=False) if line == "kill\\n" else node()
    print("done", flush=True)
cluster.shutdown()
"""
BUILD = """
import json, sys
from index import Library, build, pending
pending.BLOCK, pending.forget = 256, lambda _: None  # so that the test can look at it
told = []
report = build(sys.argv[1], sys.argv[2], workers=sys.argv[3], progress=lambda *step: told.append(step))
print(json.dumps([report.embedded, told[0][0], told[-1][0]]))
"""


class Held:
    """A cluster in a process of its own."""

    def __init__(self, environ: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.client = f"ray://127.0.0.1:{free.getsockname()[1]}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, self.client.rpartition(":")[2]],
            cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.address = self.process.stdout.readline().strip()
        assert self.address

    def say(self, word: str) -> None:
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def stop(self) -> None:
        self.process.communicate(timeout=30)


def start(environ: dict[str, str], articles: Path, place: Path | str, where: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(articles), str(place), where],
        cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finished(run: subprocess.Popen) -> tuple[int, int, int]:
    """embedded, progress at first, progress at last. Nothing but that was written."""
    out, error = run.communicate(timeout=120)
    assert (run.returncode, error) == (0, "")
    embedded, first, last = json.loads(out)
    return embedded, first, last


@pytest.fixture(scope="module")
def environ(tmp_path_factory):
    home = str(tmp_path_factory.mktemp("home"))
    own = {"HOME": home, "XDG_CACHE_HOME": home, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "t" * 64}
    quiet = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}  # on 127.0.0.1 alone
    soon = {"RAY_health_check_period_ms": "1000"}  # a lost node is noticed
    return {name: value for name, value in os.environ.items() if not name.startswith("RAY_")} | own | quiet | soon


@pytest.fixture(scope="module")
def cluster(environ):
    held = Held(environ)
    yield held
    held.stop()


@pytest.fixture(scope="module")
def stranger(cluster, environ, articles, tmp_path_factory):
    """Tries to get in without the token, which takes Ray a while."""
    run = start(environ | {"RAY_AUTH_TOKEN": "f" * 64}, articles, tmp_path_factory.mktemp("l"), cluster.address)
    yield run
    run.communicate(timeout=120)


@pytest.fixture(scope="module")
def articles(tmp_path_factory):
    folder, chance = tmp_path_factory.mktemp("many"), random.Random(7)
    words = ["".join(chance.choices("aeioubdlmnrst", k=chance.randint(2, 9))) for _ in range(3000)]
    for n in range(SIZE):
        (folder / f"{n}.txt").write_text(" ".join(chance.choices(words, k=25)).capitalize() + ".", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def plain(articles, tmp_path_factory):
    place = tmp_path_factory.mktemp("plain")
    build(articles, place)
    return hashes(place)


def hashes(place: Path) -> dict[str, str]:
    """Of the files of a library that hold no times."""
    names = ("articles.db", "vectors.f32")
    return {name: hashlib.sha256((place / "gen-000001" / name).read_bytes()).hexdigest() for name in names}


def records(place: Path) -> list[bytes]:
    """Keys of the complete records kept so far."""
    file, size = place / "embedding" / "vectors", 16 + layout(load_encoder()).itemsize + 4
    data = file.read_bytes() if file.exists() else b""
    return [data[at : at + 16] for at in range(0, len(data) - size + 1, size)]


def wait_for(place: Path, count: int) -> None:
    until = time.monotonic() + 90
    while len(records(place)) < count:
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.slow
def test_a_node_killed_in_mid_job_loses_and_doubles_nothing(cluster, stranger, environ, articles, plain, tmp_path):
    run = start(environ, articles, tmp_path, cluster.address)
    wait_for(tmp_path, PART)
    cluster.say("kill")
    assert len(records(tmp_path)) < SIZE - PART  # it was in mid-job
    embedded, _, last = finished(run)
    cluster.say("add")
    keys = records(tmp_path)
    assert len(keys) == len(set(keys)) == embedded == last == SIZE
    assert hashes(tmp_path) == plain


@pytest.mark.slow
def test_a_driver_killed_in_mid_job_goes_on_where_it_stopped(cluster, environ, articles, plain, tmp_path):
    run = start(environ, articles, tmp_path, cluster.address)
    wait_for(tmp_path, PART)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    before = records(tmp_path)
    assert PART <= len(before) < SIZE - PART  # enough is left for workers
    for _ in range(3):  # from outside, this time; a busy cluster that has just lost a driver may let nobody in at once
        again = start(environ, articles, tmp_path, cluster.client)
        out, error = again.communicate(timeout=120)
        if again.returncode == 0 or "cannot be joined" not in error:
            break
    assert (again.returncode, error) == (0, "")
    embedded, first, last = json.loads(out)
    assert embedded == last == SIZE and first > len(before)
    keys = records(tmp_path)
    assert keys[: len(before)] == before and len(keys) == len(set(keys)) == SIZE
    assert hashes(tmp_path) == plain


@pytest.mark.slow
def test_processes_of_this_machine_give_the_same_library_and_listen_to_it_alone(environ, articles, plain, tmp_path):
    bare = {name: value for name, value in environ.items() if not name.startswith("RAY_")}
    run = start(bare, articles, tmp_path, "2")
    wait_for(tmp_path, PART)
    if Path("/proc/net/tcp").exists():
        addresses = listening(run.pid)
        assert len(addresses) > 3 and {address[-8:] for address in addresses} == {"0100007F"}  # 127.0.0.1, also as IPv6
    assert finished(run)[0] == SIZE
    assert hashes(tmp_path) == plain


@pytest.mark.slow
def test_a_library_on_a_server_gets_its_vectors_from_workers_too(cluster, environ, articles, address):
    embedded, first, last = finished(start(environ, articles, address, cluster.address))
    assert embedded == last == SIZE and first == PART  # came from workers, part by part
    held, rows = Library.open(address), range(50)
    texts = [article.text[passage.start : passage.end] for article, passage in map(held.passage, rows)]
    assert held.manifest["passages"] == SIZE
    assert np.allclose(held.vectors_of(rows), load_encoder().encode(texts), atol=1e-3)  # it may keep half the bits


@pytest.mark.slow
def test_a_wrong_token_does_not_get_in(stranger):
    error = stranger.communicate(timeout=120)[1]
    assert stranger.returncode != 0 and "RAY_AUTH_TOKEN" in error.splitlines()[-1]


def listening(pid: int) -> list[str]:
    """Addresses, as Linux writes them, on which a process and those that it started listen."""
    parents = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
    ours = {pid}
    while more := {child for child, parent in parents.items() if parent in ours} - ours:
        ours |= more
    held = set()
    for process in ours:
        with contextlib.suppress(OSError):
            for file in Path(f"/proc/{process}/fd").iterdir():
                with contextlib.suppress(OSError):
                    held.add(os.readlink(file))
    rows = [row.split() for kind in ("tcp", "tcp6") for row in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]]
    return [row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in held]
