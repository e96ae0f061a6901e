"""What is shipped: the packages of pyproject.toml, the files in the wheel, the public names, and a quick `--help`."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, entry_points, packages_distributions, version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("index", "qa", "eval")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_on_disk_is_listed(project):
    on_disk = {
        ".".join(path.parent.relative_to(ROOT).parts) for top in PACKAGES for path in (ROOT / top).rglob("__init__.py")
    }
    assert set(project["tool"]["setuptools"]["packages"]) == on_disk
    assert len(project["tool"]["setuptools"]["packages"]) == len(on_disk)


def test_every_folder_with_code_is_a_package():
    folders = {path.parent for top in PACKAGES for path in (ROOT / top).rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_the_commands_of_pyproject_exist(project):
    for target in (
        project["project"]["scripts"]["attest"],
        project["project"]["entry-points"]["attest.commands"]["eval"],
    ):
        module, name = target.split(":")
        assert callable(getattr(importlib.import_module(module), name))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> set[str]:
    """Names of the files in a wheel that is built, without a network, from a copy of the checkout."""
    if importlib.util.find_spec("setuptools") is None or importlib.util.find_spec("pip") is None:
        pytest.skip("building a wheel needs setuptools and pip in this environment")
    if int(re.match(r"\d+", version("setuptools"))[0]) < 77:
        pytest.skip(f"setuptools {version('setuptools')} is older than pyproject.toml asks for")
    copy, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    for name in (*PACKAGES, "seeds", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "--no-index", "-q"]
    settings = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_CACHE_DIR": "1"}
    done = subprocess.run(
        [*command, "-w", str(out)],
        cwd=copy,
        env=settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    (made,) = out.glob("attest_qa-*.whl")
    with zipfile.ZipFile(made) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_module(wheel):
    modules = {path.relative_to(ROOT).as_posix() for top in PACKAGES for path in (ROOT / top).rglob("*.py")}
    assert {name for name in wheel if name.endswith(".py")} == modules


def test_the_wheel_holds_weights_question_sets_fits_and_type_marks(wheel):
    wanted = {f"qa/reader/weights/{name}" for name in ("config.json", "model.safetensors", "tokenizer.json")}
    wanted |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "qa/reader/weights").iterdir()}
    wanted |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "eval/questions").iterdir()}
    wanted |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "qa").glob("*.json")}
    wanted |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "eval").glob("*.css")}
    wanted |= {f"{top}/py.typed" for top in PACKAGES}
    assert "eval/questions/seeds.jsonl" in wanted
    assert wanted - wheel == set()


def test_the_wheel_holds_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert any(name.endswith("licenses/LICENSE") for name in wheel)


def test_the_shipped_weights_are_small_enough_for_a_repository():
    assert sum(path.stat().st_size for path in (ROOT / "qa/reader/weights").iterdir()) < 60 * 2**20


def test_the_licence_has_its_text():
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["qa", "index"])
def test_all_public_names_are_listed_sorted_and_importable(name):
    module = importlib.import_module(name)
    assert all(getattr(module, public) is not None for public in module.__all__)
    assert len(set(module.__all__)) == len(module.__all__)
    modules = {path.stem for path in (ROOT / name).iterdir()} | {"annotations"}
    visible = {public for public in vars(module) if not public.startswith("_")} - modules
    assert visible <= set(module.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        module.nothing  # noqa: B018


def test_the_public_face_is_the_documented_one():
    import qa

    assert set(qa.__all__) == {"Answer", "Assistant", "AttestError", "Citation", "ask"}


def test_an_index_of_the_users_own_is_told_apart(tmp_path):
    (tmp_path / "index.py").write_text("", encoding="utf-8")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import qa"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ImportError") and str(tmp_path / "index.py") in last and "rename" in last


def test_our_package_names_belong_to_us_alone():
    try:
        version("attest-qa")
    except PackageNotFoundError:
        pytest.skip("runs from a bare checkout")
    claimed = {name: set(who) - {"attest-qa"} for name, who in packages_distributions().items() if name in PACKAGES}
    assert not any(claimed.values()), claimed


def test_help_is_quick_and_names_all_commands():
    if not entry_points(group="attest.commands"):
        pytest.skip("`attest eval` needs an installed attest-qa; this is a bare checkout")
    spent: list[float] = []
    while len(spent) < 5 and min(spent, default=2.0) >= 2:  # the machine may be busy
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "qa.cli", "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        spent.append(time.perf_counter() - began)
    print(f"attest --help: {min(spent):.2f} s")  # noqa: T201
    assert done.returncode == 0 and done.stderr == ""
    assert re.findall(r"(?m)^    (\w+) {2,}\S", done.stdout) == [
        "index",
        "ask",
        "page",
        "mcp",
        "verify",
        "copy",
        "doctor",
        "eval",
    ]
    assert min(spent) < 2


@pytest.mark.parametrize("command", ["index", "ask", "page", "mcp", "verify", "copy", "doctor", "eval"])
def test_every_command_explains_itself(command, capsys):
    from qa import cli

    if command == "eval" and not entry_points(group="attest.commands"):
        pytest.skip("`attest eval` needs an installed attest-qa; this is a bare checkout")
    with pytest.raises(SystemExit) as stop:
        cli.main([command, "--help"])
    assert stop.value.code == 0
    assert f"usage: attest {command}" in capsys.readouterr().out
