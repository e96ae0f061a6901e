"""The README's commands are real commands, and (slow) its blocks run."""

import re
import shlex
from pathlib import Path

import pytest

from qa.cli import main, make_parser

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line[2:] for block in re.findall(r"```console\n(.*?)```", README, re.S) for line in block.splitlines()]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.S)


def test_the_readme_has_blocks_to_run():
    assert len(COMMANDS) >= 5 and len(PYTHON) >= 2


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_parses(command):
    program, *arguments = shlex.split(command)
    assert program == "attest"
    make_parser().parse_args(arguments)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)", README))))
def test_every_make_target_of_the_readme_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_local_link_of_the_readme_leads_somewhere(link):
    assert (ROOT / link).exists()


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with seeds and question set, as a reader of the README has them."""
    for name in ("seeds", "eval"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    monkeypatch.chdir(tmp_path)


@pytest.mark.slow
def test_the_commands_of_the_readme_succeed(checkout, capsys):
    for command in COMMANDS:
        assert main(shlex.split(command)[1:]) == 0, command


@pytest.mark.slow
@pytest.mark.parametrize("block", PYTHON)
def test_the_python_of_the_readme_runs(checkout, block):
    exec(compile(block, "README.md", "exec"), {})


@pytest.mark.slow
def test_the_first_screen_is_what_attest_prints(checkout, capsys):
    question, *_ = re.findall(r'\$ attest ask "(.+?)"', README)
    assert main(["ask", question, "seeds"]) == 0
    printed = " ".join(capsys.readouterr().out.replace("   | ", " ").split())
    shown = README.split("seeds\n\n", 1)[1].split("\n\nAsk your own", 1)[0]
    for part in shown.replace("   | ", " ").split("..."):
        assert " ".join(part.split()) in printed
