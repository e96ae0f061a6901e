"""A library under kills, power cuts, failing disks and two writers: the old or the new one, never a mix, never a lie.

Power cuts are modelled: a file's content is durable once the file was synced, a name once its folder was; anything
else may or may not have reached the disk, in any combination (the model of Pillai et al. 2014, "All file systems are
not created equal"). A dropped sync must turn some state bad, or the model would prove nothing.
"""

import errno
import itertools
import os
import random
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from index import disk, generation, store
from index.build import build
from index.encoders import Hashed
from index.errors import LibraryCorrupt, LibraryError, LibraryLocked, LibraryMissing
from index.library import SEARCHERS, Library
from index.search import codes

STEPS = ("make", "write", "append", "copy", "patch", "sync", "move", "remove")
PAGE = 4096


def fill_with(value):
    def fill(draft):
        disk.write(draft / "articles.db", [f"{value} 0 ".encode() * 2000])
        disk.copy(draft / "articles.db", draft / "vectors.f32")
        disk.patch(draft / "vectors.f32", [(0, b"1"), (5000, b"2")], 6000)
        return {"value": value}

    return fill


def save(folder, value):
    with store.writing(folder):
        store.commit(folder, fill_with(value))


def held(folder):
    """The value that the library holds, None where there is no library; damage raises."""
    try:
        generation, manifest = store.current(folder)
    except LibraryMissing:
        return None
    assert (generation / "articles.db").read_bytes() == f"{manifest['value']} 0 ".encode() * 2000
    return manifest["value"]


def intercept(patch, before):
    """Calls before(step, function, arguments) in place of every function of `index.disk`."""

    def wrap(step, function):
        return lambda *arguments: before(step, function, arguments)

    for step in STEPS:
        patch.setattr(disk, step, wrap(step, getattr(disk, step)))


# ---- power cuts


class Volume:
    """What a disk holds after each step, and what may be left of it after a power cut."""

    def __init__(self, root, drop=None):
        self.root, self.drop, self.syncs = root, drop, 0
        self.names = {root: {}}  # folder -> name -> id of a file or folder, as the running system sees them
        self.kept = {root: {}}  # the same, durable
        self.pending = {root: []}  # folder -> changes of its names that are not durable: {name: id or None}
        self.content, self.durable = {}, {}  # id of a file -> bytes
        self.ids = itertools.count()
        self.where = {root: root}  # path -> id

    def step(self, step, function, arguments):
        known = {path for path in arguments if isinstance(path, Path)}
        function(*arguments)
        if step == "sync":
            self.syncs += 1
            if self.syncs != self.drop:
                self._sync(arguments[0])
        elif step == "move":
            self._moved(*arguments)
        else:
            for path in known:
                self._seen(path)

    def _seen(self, path):
        """Brings the model in line with a path that was made, written or removed."""
        if path.parent != path and path.parent not in self.where and self.root in path.parents:
            self._seen(path.parent)
        if not path.exists():
            self.where.pop(path, None)
            self._change(path.parent, {path.name: None})
        elif path not in self.where:
            number = next(self.ids)
            self.where[path] = number
            if path.is_dir():
                self.names[number], self.kept[number], self.pending[number] = {}, {}, []
            self._change(path.parent, {path.name: number})
        if path.is_file():
            self.content[self.where[path]] = path.read_bytes()

    def _change(self, folder, change):
        number = self.where[folder]
        self.names[number] |= change
        self.pending[number].append(change)

    def _moved(self, old, new):
        number = self.where[old]
        for path in [p for p in self.where if p == old or old in p.parents]:
            self.where[new / path.relative_to(old) if path != old else new] = self.where.pop(path)
        self._change(old.parent, {old.name: None, new.name: number})

    def _sync(self, path):
        number = self.where[path]
        if number in self.content:
            self.durable[number] = self.content[number]
        else:
            self.kept[number], self.pending[number] = dict(self.names[number]), []

    def after_a_cut(self, rng, target):
        """Writes one of the states that a power cut may leave into the folder `target`."""
        target.mkdir()
        self._lay(rng, self.root, target)

    def _lay(self, rng, number, target):
        names, chance = dict(self.kept[number]), rng.choice((0.1, 0.5, 0.9))
        for change in self.pending[number]:
            if rng.random() < chance:
                names |= change
        for name, inner in names.items():
            if inner in self.names:
                (target / name).mkdir()
                self._lay(rng, inner, target / name)
            elif inner is not None:
                (target / name).write_bytes(self._bytes(rng, inner))

    def _bytes(self, rng, number):
        whole, safe = self.content[number], self.durable.get(number, b"")
        if whole == safe:
            return whole
        return rng.choice((safe, whole, whole[: len(whole) // 2], bytes(len(whole)), whole[:-1] + b"\0"))


def cut(tmp_path, monkeypatch, states, drop=None, commits=4, most=None):
    """Tries `states` power cuts over some commits; returns how many left a library that is bad or forgot a commit, at
    most `most`: then the others are left out."""
    root = tmp_path / f"disk-{drop}"
    root.mkdir()
    volume, rng, bad = Volume(root, drop), random.Random(drop or 0), 0
    folder, target = root / "some" / "where" / "library", tmp_path / "after"
    saved = [None]

    def check(times, allowed):
        wrong = 0
        for _ in range(times):
            if most is not None and bad + wrong >= most:
                break
            volume.after_a_cut(rng, target)
            try:
                wrong += held(target / "some" / "where" / "library") not in allowed
            except LibraryCorrupt:
                wrong += 1
            shutil.rmtree(target)
        return wrong

    per_step = max(1, states // (commits * 14))

    def step(*arguments):
        nonlocal bad
        volume.step(*arguments)
        bad += check(per_step, saved[-2:])

    with monkeypatch.context() as patch:
        intercept(patch, step)
        for n in range(commits):
            saved.append(f"value {n}")
            save(folder, f"value {n}")
            bad += check(per_step, saved[-1:])
    return bad, volume.syncs


def test_a_power_cut_leaves_the_old_or_the_new_library(tmp_path, monkeypatch):
    assert cut(tmp_path, monkeypatch, 1_200)[0] == 0


@pytest.mark.slow
def test_8000_power_cuts(tmp_path, monkeypatch):
    assert cut(tmp_path, monkeypatch, 9_000)[0] == 0


@pytest.mark.slow
def test_without_any_one_sync_a_power_cut_does_harm(tmp_path, monkeypatch):
    _, syncs = cut(tmp_path, monkeypatch, 1, commits=2)
    assert syncs > 14
    harmless = [n for n in range(1, syncs + 1) if cut(tmp_path, monkeypatch, 3_000, n, commits=2, most=1)[0] == 0]
    assert not harmless


# ---- failing disks


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failing_disk_is_said_and_loses_nothing(tmp_path, monkeypatch, code, always):
    for k in itertools.count(1):
        folder, calls = tmp_path / f"library {k}", 0
        save(folder, "old")

        def step(step, function, arguments, k=k):
            nonlocal calls
            calls += step != "remove"
            if step != "remove" and (calls >= k if always else calls == k):
                if step == "write":
                    function(arguments[0], [b"".join(arguments[1])[:7]])
                raise OSError(code, os.strerror(code))
            return function(*arguments)

        with monkeypatch.context() as patch:
            intercept(patch, step)
            try:
                save(folder, "new")
                said = False
            except LibraryError as error:
                said = True
                assert str(folder) in str(error) and os.strerror(code) in str(error)
        assert said == (calls >= k)
        assert held(folder) in (("old", "new") if said else ("new",))
        save(folder, "newer")
        assert held(folder) == "newer" and len(list(folder.glob("gen-*"))) <= 2
        if not said:
            break
    assert k > 12


@pytest.mark.parametrize("limit", [0, 1_000, 9_000, 20_000, 40_000])
def test_a_full_disk_under_sqlite_is_said_and_loses_nothing(tmp_path, limit):
    import resource

    folder, place = tmp_path / "articles", tmp_path / "library"
    folder.mkdir()
    (folder / "a.txt").write_text("Germany sent the letters.")
    build(folder, place, "hashed")
    (folder / "b.txt").write_text("Sweden sent the letters back. " * 3_000)

    def attempt():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            build(folder, place)
        except LibraryError as error:
            assert "not saved" in str(error) or "cannot be written" in str(error)
            return 3
        return 4

    assert in_child(attempt) == 3
    assert Library.open(place).sources == ["a.txt"]
    build(folder, place)
    assert Library.open(place).sources == ["a.txt", "b.txt"]


# ---- kills


def in_child(action):
    """The exit code of a forked child that does the action; minus the signal that ended it."""
    child = os.fork()
    if not child:
        code = 99
        try:
            code = action() or 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("first", [True, False])
def test_a_kill_at_any_step_leaves_the_old_or_the_new_library(tmp_path, monkeypatch, first):
    for k in itertools.count(1):
        folder, steps = tmp_path / f"library {k}", itertools.count(1)
        if not first:
            save(folder, "older")
            save(folder, "old")

        def step(step, function, arguments, k=k, steps=steps):
            if next(steps) == k:
                if step == "write":
                    function(arguments[0], [b"".join(arguments[1])[:7]])
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments)

        with monkeypatch.context() as patch:
            intercept(patch, step)
            code = in_child(lambda folder=folder: save(folder, "new"))
        assert code in (0, -signal.SIGKILL)
        assert held(folder) in (((None if first else "old"), "new") if code else ("new",))
        save(folder, "newer")
        assert held(folder) == "newer" and len(list(folder.glob("gen-*"))) <= 2 and not list(folder.glob("*.draft"))
        if not code:
            break
    assert k > 12


def articles(folder, changes):
    for name, text in changes.items():
        if text is None:
            (folder / name).unlink()
        else:
            (folder / name).write_text(text)


def stored(place):
    library = Library.open(place)
    return {source: library.article(source).text for source in library.sources}


OPERATIONS = {
    "add": {"new.txt": "Spain said no to letters.", "newer.txt": "So did Kyiv."},
    "change": {"1.txt": "Article 1 is about Kyiv now.", "2.txt": "So is article 2."},
    "delete": {"1.txt": None, "7.txt": None},
    "all at once": {"new.txt": "Spain said no.", "1.txt": "Article 1 is about Kyiv now.", "7.txt": None},
}


@pytest.mark.slow
@pytest.mark.parametrize("way", ["in place", "compacted", "from nothing"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_kill_at_any_step_of_a_build_leaves_the_old_or_the_new_library(tmp_path, monkeypatch, operation, way):
    monkeypatch.setattr(generation, "SMALL", 0)
    monkeypatch.setattr(generation, "WORN", 2.0 if way == "in place" else 0.0)
    for k in itertools.count(1):
        folder, place = tmp_path / f"articles {k}", tmp_path / f"library {k}"
        folder.mkdir()
        articles(folder, {f"{n}.txt": f"Article {n} is about letter {n}." for n in range(20)})
        old = {}
        if way != "from nothing":
            build(folder, place, "hashed")
            old = stored(place)
        articles(folder, OPERATIONS[operation])
        code = in_child(lambda k=k, folder=folder, place=place: dying(k, lambda: build(folder, place, "hashed")))
        assert code in (0, -signal.SIGKILL)
        left = stored(place) if store.exists(place) else {}
        build(folder, place, "hashed")
        new = {path.name: path.read_text() for path in folder.iterdir()}
        assert stored(place) == new and left in ((old, new) if code else (new,))
        library = Library.open(place)
        texts = [a.text[p.start : p.end] for a, p in map(library.passage, range(len(new)))]
        assert np.array_equal(library.vectors, Hashed().encode(texts))
        if not code:
            break
    assert k > 16


@pytest.mark.slow
def test_200_kills_at_random_moments_of_adding_changing_and_deleting(tmp_path):
    folder, place, rng = tmp_path / "articles", tmp_path / "library", random.Random(0)
    folder.mkdir()
    articles(folder, {f"{n}.txt": f"Article {n} is about the letters." for n in range(9)})
    build(folder, place, "hashed")
    longest, killed = 0.1, 0
    for n in range(1_000):
        before = stored(place)
        articles(folder, {f"{rng.randrange(9)}.txt": f"Version {n} tells of {'more ' * rng.randrange(99)}letters."})
        if n % 3 == 0:
            articles(folder, {f"new {n}.txt": f"A new article, number {n}."})
        if n % 3 == 1:
            articles(folder, {f"new {n - 1}.txt": None})
        after = {path.name: path.read_text() for path in sorted(folder.iterdir())}
        child = os.fork()
        if not child:
            try:
                build(folder, place)
            finally:
                os._exit(0)
        time.sleep(rng.random() * longest)
        os.kill(child, signal.SIGKILL)
        died = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        killed += died
        longest *= 1.02 if died else 0.9  # however fast the machine is, most die at work
        assert stored(place) in (before, after)
        build(folder, place)
        assert stored(place) == after
        if killed == 200:
            break
    assert killed == 200


def test_the_lock_of_a_dead_writer_is_free_at_once_and_a_living_one_is_named(tmp_path):
    folder = tmp_path / "library"
    save(folder, "old")
    ready, go = os.pipe(), os.pipe()

    def hold():
        with store.writing(folder):
            os.write(ready[1], b"x")
            os.read(go[0], 1)

    child = os.fork()
    if not child:
        hold()
        os._exit(0)
    os.read(ready[0], 1)
    began = time.perf_counter()
    with pytest.raises(LibraryLocked, match=f"process {child} on "):
        save(folder, "new")
    assert time.perf_counter() - began < 2 and held(folder) == "old"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    save(folder, "new")
    assert held(folder) == "new"


# ---- readers beside a writer


def test_readers_beside_a_writer_never_see_a_mix(tmp_path):
    folder, place = tmp_path / "articles", tmp_path / "library"
    folder.mkdir()
    articles(folder, {"a.txt": "Number 0.", "b.txt": "A number: 0."})
    build(folder, place, "hashed")

    def read():
        opened = 0
        while not (tmp_path / "done").exists():
            library = Library.open(place)
            numbers = {library.article(source).text.split()[-1] for source in library.sources}
            hits = library.search("number", 2)
            if len(numbers) != 1 or len(hits) != 2 or (not opened and not hits):
                return 7
            opened += 1
        return 0 if opened > 20 else 8

    children = []
    for _ in range(2):
        child = os.fork()
        if not child:
            code = 9
            try:
                code = read()
            finally:
                os._exit(code)
        children.append(child)
    for n in range(1, 151):
        articles(folder, {"a.txt": f"Number {n}.", "b.txt": f"A number: {n}."})
        build(folder, place)
    (tmp_path / "done").touch()
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]


# ---- damage


def damaged(data, kind, rng):
    at = rng.randrange(len(data))
    if kind == "flip":
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
    if kind == "cut":
        return data[:at]
    if kind == "zero":
        return data[:at] + bytes(len(data[at : at + PAGE])) + data[at + PAGE :]
    return data[:at] + rng.randbytes(rng.randrange(1, 9)) + data[at:]


@pytest.mark.parametrize("kind", ["flip", "cut", "zero", "more"])
@pytest.mark.parametrize("name", ["CURRENT", "manifest.json", "articles.db", "vectors.f32", "dense.faiss"])
def test_every_damage_to_a_file_is_noticed_when_the_library_is_opened(tmp_path, monkeypatch, name, kind):
    monkeypatch.setattr(codes, "FLAT_UP_TO", 3)
    folder, place, rng = tmp_path / "articles", tmp_path / "library", random.Random(0)
    folder.mkdir()
    articles(folder, {f"{n}.txt": f"Article {n} is about letter {n}." for n in range(20)})
    build(folder, place, "hashed")
    path = place / name if name == "CURRENT" else place / store.named(place) / name
    whole = path.read_bytes()
    for _ in range(200):
        broken = damaged(whole, kind, rng)
        path.write_bytes(broken)
        if broken == whole:
            continue
        with pytest.raises(LibraryError):
            Library.open(place)
    path.write_bytes(whole)
    assert len(Library.open(place).sources) == 20


# ---- updates against a model


COUNT = itertools.count()
NAMES = st.sampled_from(["a.txt", "b.md", "c.txt", "deep/d.txt"])
TEXTS = st.sampled_from(
    [
        "Germany sent letters.",
        "Kyiv welcomed letters. " * 40,
        " ",
        "Spain said no.\n\nSo did Kyiv.",
        "Só did ‘Kyiv’ 😀.",
    ]
)


class Updates(RuleBasedStateMachine):
    """A folder that is added to, changed, emptied and indexed, beside a dict that says what the library must hold."""

    root = Path()  # where each machine gets a place of its own

    def __init__(self):
        super().__init__()
        self.folder = self.root / f"{next(COUNT)}" / "articles"
        self.place = self.folder.parent / "library"
        self.folder.mkdir(parents=True)
        self.files, self.held = {}, {}

    @rule(name=NAMES, text=TEXTS)
    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        self.files[name] = text

    @rule(name=NAMES)
    def delete(self, name):
        (self.folder / name).unlink(missing_ok=True)
        self.files.pop(name, None)

    @rule(old=NAMES, new=NAMES)
    def rename(self, old, new):
        if old in self.files and old != new:
            (self.folder / new).parent.mkdir(exist_ok=True)
            (self.folder / old).replace(self.folder / new)
            self.files[new] = self.files.pop(old)

    @rule(die=st.none() | st.integers(1, 24))
    def index(self, die):
        """Indexes, or is killed at a step of the disk and indexes again."""
        if not any(text.strip() for text in self.files.values()):
            return
        if die and in_child(lambda: dying(die, lambda: build(self.folder, self.place, "hashed"))) != 0:
            assert self.stored() in (self.held, self.expected())
        build(self.folder, self.place, "hashed")
        self.held = self.expected()

    def expected(self):
        return {name: text for name, text in self.files.items() if text.strip()}

    def stored(self):
        return stored(self.place) if store.exists(self.place) else {}

    @invariant()
    def the_library_holds_what_was_indexed(self):
        assert self.stored() == self.held
        if self.held:
            library = Library.open(self.place)
            texts = [a.text[p.start : p.end] for a, p in map(library.passage, range(library.manifest["passages"]))]
            assert np.array_equal(library.vectors, Hashed().encode(texts))
            for word in ("letters", "Kyiv"):
                found = {hit.row for hit in SEARCHERS["lexical"](library).search(word, 99)}
                assert found == {n for n, text in enumerate(texts) if word.lower() in text.lower()}


def dying(k, action):
    """Does the action, killed before its k-th step on the disk."""
    steps = itertools.count(1)

    def step(_, function, arguments):
        if next(steps) == k:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        intercept(patch, step)
        action()


@pytest.mark.parametrize("examples", [8, pytest.param(150, marks=pytest.mark.slow)])
@pytest.mark.parametrize("small", [0, generation.SMALL])
def test_any_sequence_of_updates_leaves_what_the_folder_holds(tmp_path, monkeypatch, small, examples):
    monkeypatch.setattr(generation, "SMALL", small)  # 0: the generation before it is changed, not written anew
    monkeypatch.setattr(generation, "WORN", 2.0)
    profile = settings(max_examples=examples, stateful_step_count=20, suppress_health_check=list(HealthCheck))
    Updates.root = tmp_path
    run_state_machine_as_test(Updates, settings=profile)
