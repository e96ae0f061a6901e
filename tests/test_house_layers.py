"""The rules that a reader of the code relies on: layers, no circles, light imports, nothing that runs foreign code.

The source is read with `ast`; nothing is imported but in processes of their own.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = {"index": {"index"}, "qa": {"qa", "index"}, "eval": {"eval", "qa", "index"}}
"""package -> packages of ours that it may import"""

HEAVY = {
    "faiss",
    "gradio",
    "huggingface_hub",
    "onnx",
    "onnxruntime",
    "pyarrow",
    "ray",
    "safetensors",
    "scipy",
    "sentence_transformers",
    "sklearn",
    "tokenizers",
    "torch",
    "trafilatura",
    "transformers",
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {name_of(path): path for package in LAYERS for path in sorted((ROOT / package).rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8"), str(path)) for name, path in SOURCES.items()}


def imported(module: str, node: ast.AST) -> Iterator[str]:
    """Full names that an import statement of `module` brings in: `from a import b` gives a.b where that is a module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            package = module if SOURCES[module].name == "__init__.py" else module.rpartition(".")[0]
            base = ".".join([*package.split(".")[: len(package.split(".")) + 1 - node.level], *base.split(".")]).strip(
                "."
            )
        for alias in node.names:
            yield f"{base}.{alias.name}" if f"{base}.{alias.name}" in SOURCES else base


def when_imported(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run as a module is imported: not those of functions, nor what only type checkers read."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from when_imported(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for field in ("body", "orelse", "finalbody"):
                yield from when_imported(getattr(node, field, []))
            for handler in getattr(node, "handlers", []):
                yield from when_imported(handler.body)


def test_the_three_packages_are_read():
    assert {name for name in SOURCES if "." not in name} == {"index", "qa", "eval"}
    assert {"index.library", "qa.reader.decode", "eval.metrics"} <= set(SOURCES)


@pytest.mark.parametrize("module", SOURCES)
def test_a_module_imports_only_its_own_layer_and_those_below(module):
    above = {
        name
        for node in ast.walk(TREES[module])
        for name in imported(module, node)
        if name.split(".")[0] in LAYERS.keys() - LAYERS[module.split(".")[0]]
    }
    assert above == set()


def test_no_modules_import_each_other_in_a_circle():
    graph = {
        module: {name for node in when_imported(tree.body) for name in imported(module, node)} & set(SOURCES)
        for module, tree in TREES.items()
    }
    done: set[str] = set()

    def circle(module: str, way: tuple[str, ...]) -> tuple[str, ...] | None:
        if module in way:
            return (*way[way.index(module) :], module)
        if module in done:
            return None
        found = next((c for name in sorted(graph[module]) if (c := circle(name, (*way, module)))), None)
        done.add(module)
        return found

    assert [found for module in sorted(graph) if (found := circle(module, ()))] == []
    assert sum(map(len, graph.values())) > 40  # the graph is not empty for a mistake of this test


@pytest.mark.parametrize("place", ["index", "qa", "eval", "tests"])
def test_nobody_hides_the_builtin_eval(place):
    hiding = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / place).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import)
        for alias in node.names
        if (alias.name == "eval" or alias.name.startswith("eval.")) and alias.asname in (None, "eval")
    ]
    assert hiding == []


RUNS_FOREIGN_CODE = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}


@pytest.mark.parametrize("module", SOURCES)
def test_no_module_unpickles_evaluates_or_trusts_foreign_code(module):
    found = []
    for node in ast.walk(TREES[module]):
        found += [name for name in imported(module, node) if name.split(".")[0] in RUNS_FOREIGN_CODE]
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        options = {word.arg: ast.unparse(word.value) for word in node.keywords}
        if called in ("eval", "exec", "__import__", "os.system", "torch.load"):
            found.append(called)
        if options.get("allow_pickle", "False") != "False" or options.get("trust_remote_code", "False") != "False":
            found.append(ast.unparse(node))
        if options.get("shell", "False") != "False" or options.get("use_safetensors", "True") != "True":
            found.append(ast.unparse(node))
    assert found == []


def loaded(code: str) -> set[str]:
    """Which heavy libraries a new process has loaded after running `code`."""
    tail = f"; import sys, json; print(json.dumps(sorted(set(sys.modules) & set({sorted(HEAVY)!r}))))"
    done = subprocess.run(
        [sys.executable, "-c", code + tail], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "module",
    [
        "qa",
        "index",
        "qa.cli",
        "eval.command",
        "qa.page",
        "qa.page.api",
        "qa.page.app",
        "qa.export, qa.feedback, qa.mcp",
        "qa.reader.extractive",
        "index.library",
        "index.workers, index.cluster",
        "eval.run, eval.report",
    ],
)
def test_importing_loads_nothing_heavy(module):
    assert loaded(f"import {module}") == set()


@pytest.mark.parametrize("argv", [["--help"], ["eval", "--help"], ["ask", ""]])
def test_help_and_refusals_load_nothing_heavy(argv):
    code = f"import contextlib, qa.cli\nwith contextlib.suppress(SystemExit): qa.cli.main({argv!r})\npass"
    assert loaded(code) == set()


def test_checking_an_answer_loads_no_model_and_no_index(write, tmp_path):
    folder = write({"a.txt": "Spain wrote."})
    (tmp_path / "answer.json").write_text('{"answered": false, "text": null, "answers": []}', encoding="utf-8")
    code = f"import qa.cli; assert qa.cli.main(['verify', {str(tmp_path / 'answer.json')!r}, {str(folder)!r}]) == 0"
    assert loaded(code) == set()


def test_answering_needs_neither_torch_nor_transformers(write, tmp_path):
    folder = write({"a.txt": "Spain wrote letters."})
    code = (
        "from qa import Assistant; "
        f"assistant = Assistant.open({str(folder)!r}, encoder='hashed'); "  # the shipped reader
        "assert assistant.ask('Who wrote letters?').considered"
    )
    assert loaded(code) & {"torch", "transformers", "sentence_transformers", "gradio", "scipy", "sklearn"} == set()
