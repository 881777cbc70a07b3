"""README, docs and examples in; that what they say can be done, out.

Every line of a ``sh`` block runs, in order, in a folder that holds small data under the names that the documents use.
The loopback teacher stands in for the reader's own server. Python blocks that begin with an import run after them.
"""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from loopback import Teacher
from loopback_hub import Hub
from typer.main import get_command

from instructgen import cli
from instructgen.listing import TABLES
from instructgen.run import Run

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "pipelines" / "demo"
DOCS = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS]
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path, language: str) -> list[str]:
    """Give the code blocks of a document that bear a language."""
    return [body for found, body in FENCE.findall(path.read_text(encoding="utf-8")) if found == language]


def shell_lines(path: Path) -> list[str]:
    return [line for block in blocks(path, "sh") for line in block.splitlines() if line.strip()]


RUNNABLE = [path for path in DOCUMENTS if shell_lines(path)]


@pytest.fixture
def place(tmp_path: Path, loopback: Teacher, loopback_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder: a checkout's files, annotations and pictures of their own, a server and a Hub of their own."""
    for name in ("pipelines", "examples", "prompts", "seeds"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("captions.json", "instances.json", "images"):
        (tmp_path / name).symlink_to(DEMO / name)
    row = {"id": "p1", "image": "cat.jpg", "captions": ["A striped cat lies on a red couch.", "A cat on a couch."]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n" + json.dumps({"id": "p2", "captions": 3}) + "\n")
    turns = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A cat on a red couch."}]
    (tmp_path / "llava_instruct.json").write_text(json.dumps([{"id": "1", "image": "cat.jpg", "conversations": turns}]))
    price = {"input": 0.1, "cached_input": 0.01, "output": 0.4, "known": "2026-01-01"}
    table = {"source": "our own server", "models": {"loopback-small": price, "my-model": price}}
    (tmp_path / "prices.yaml").write_text(yaml.safe_dump(table))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    return tmp_path


def commands_of(line: str) -> list[str]:
    """Give what a line comes down to; ``make demo`` to the commands of that verb, other verbs only have to exist."""
    words = shlex.split(line, comments=True)
    if words[0] != "make":
        return [line]
    assert len(words) == 2
    dry = subprocess.run(["make", "--dry-run", words[1]], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    ours = re.findall(r"^\S*/(instructgen .*)$", dry, re.MULTILINE)
    return [command for command in ours if words[1] == "demo"]


def execute(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a command line in this process where it is ours; give its exit status."""
    words = shlex.split(line.replace("MODEL", "loopback-small"), comments=True)
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        assert name == "PYTHONPATH"
        monkeypatch.syspath_prepend(Path(value).resolve())
    if words[0] == "python":
        return subprocess.run([sys.executable, *words[1:]], stdout=subprocess.DEVNULL, check=False).returncode
    assert words[0] == "instructgen", line
    with pytest.raises(SystemExit) as ended:
        cli.main(words[1:])
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("document", RUNNABLE, ids=lambda path: path.name)
def test_every_command_that_a_document_shows_runs(
    document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in shell_lines(document):
        wanted = 2 if "# exit status 2" in line else 0
        for command in commands_of(line):
            assert execute(command, monkeypatch) == wanted, f"{line}\n{capsys.readouterr().err}"
    for code in blocks(document, "python"):
        if code.startswith("from "):
            exec(compile(code, str(document), "exec"), {})


def test_every_command_and_option_is_documented() -> None:
    for name, command in get_command(cli.application()).commands.items():  # type: ignore[attr-defined]
        assert f"instructgen {name} " in TEXT, name
        options = {o for parameter in command.params for o in parameter.opts if o.startswith("--")}
        assert not {o for o in options if not re.search(rf"(?<![\w-]){o}(?![\w-])", TEXT)}, name


def test_every_component_is_documented() -> None:
    names = {name for table in TABLES.values() for name in table}
    assert not {name for name in names if f"`{name}`" not in TEXT}


def test_links_between_documents_lead_somewhere() -> None:
    lost = []
    for path in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text(encoding="utf-8")):
            lost += [] if (path.parent / target).exists() else [f"{path.name}: {target}"]
    assert not lost


def test_yaml_in_documents_is_yaml() -> None:
    for path in DOCUMENTS:
        for block in blocks(path, "yaml"):
            assert isinstance(yaml.safe_load(block.replace(", …]", "]")), dict), path.name


def test_documents_name_no_place_of_one_machine() -> None:
    assert not re.findall(r"(?<![\w.])/(?:work|tmp|home|root|Users)/\S*", TEXT)


def test_the_readme_is_short_and_its_picture_light() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200
    assert (ROOT / "docs" / "images" / "demo.png").stat().st_size <= 200_000


@pytest.mark.usefixtures("place")
def test_the_task_of_ones_own_makes_one_sample_of_two_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    own = "PYTHONPATH=examples/own_task instructgen run examples/own_task/look_twice.yaml"
    assert execute(f"{own} --out runs/a --set teacher.use=openai_chat --set teacher.model=MODEL", monkeypatch) == 0
    samples = list(Run.open("runs/a").samples())
    assert len(samples) == 8
    for sample in samples:
        first, second = Run.open("runs/a").completions(sample)
        assert [slot.split("/")[1] for slot in sample.origin.slots] == ["0", "1"]
        assert json.loads(first.text)["description"] == sample.turns[1].text
        assert json.loads(second.text)["question"] == sample.turns[2].text
