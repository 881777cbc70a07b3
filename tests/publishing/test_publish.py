"""Runs in; a loopback Hub with their datasets out: rights, faults, other people's commits, and uploads cut off."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cases import contents, finished, refused
from loopback_hub import Fault, Hub
from loopback_hub_answers import READER, SIGNATURE, TOKEN, Repo
from published import laid_out, plain_run, read
from runs import command, ended, start, strays

from instructgen.publishing import files
from instructgen.publishing.layout import Wanted
from instructgen.publishing.publish import TakeDown, publish
from instructgen.run import Run

REPO = "my-name/demo"
LOAD = Path(__file__).parent / "load_published.py"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plain_run(tmp_path_factory.mktemp("published"))


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were waited for; nobody waits."""
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


def data_of(hub: Hub) -> dict[str, bytes]:
    return {path: data for path, data in hub.repos[REPO].files.items() if path.endswith(".parquet")}


def test_what_lies_damaged_is_made_anew(run: Path, loopback_hub: Hub, slept: list[float]) -> None:
    loopback_hub.faults["commit"] += [Fault(503)] * 6
    refused("publish", run, REPO)
    (laid, *_) = sorted((run / "publish" / "my-name--demo").rglob("*.parquet"))
    laid.write_bytes(bytes(laid.stat().st_size))
    finished("publish", run, REPO)
    assert all(data.startswith(b"PAR1") for data in data_of(loopback_hub).values())


def test_what_was_published_is_what_a_dry_run_wrote(run: Path, loopback_hub: Hub, tmp_path: Path) -> None:
    dry = finished("publish", run, REPO, "--dry-run", "--out", tmp_path / "out", "--rejected", "--tag", "boxes").err
    assert not loopback_hub.asked
    assert "conversation/train-00000-of-00001.parquet" in dry and "instructgen.json" in dry
    said = finished("publish", run, REPO, "--rejected", "--tag", "boxes").err
    repo = loopback_hub.repos[REPO]
    own = {path: data for path, data in repo.files.items() if path != ".gitattributes"}
    assert own == contents(tmp_path / "out")
    assert [title for _, title, _ in repo.commits] == ["initial commit", "50 samples, made with instructgen"]
    assert said.startswith(f"{loopback_hub.url}/datasets/{REPO}: {len(own)} files sent\n{REPO}: 50 samples\n")
    assert [p.name for p in (run / "publish").iterdir()] == ["lock"], "what was sent is not kept"


def test_load_dataset_and_streaming_give_it_back_unchanged(
    run: Path, loopback_hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "GROUP_ROWS", 4)
    wanted = Wanted(splits="train=0.7,test=0.3", private=True, file_bytes=5000)
    publish(Run.open(run), REPO, wanted, print, replace=False, squash=False, down=TakeDown())
    assert loopback_hub.repos[REPO].private and len(data_of(loopback_hub)) > 4
    there = subprocess.run([sys.executable, LOAD, REPO], capture_output=True, text=True, check=False)
    assert there.returncode == 0, there.stderr
    told = json.loads(there.stdout)
    configs = laid_out(run, tmp_path / "a", splits="train=0.7,test=0.3")
    for way in ("loaded", "streamed"):
        rows = [json.loads(row) for row in told[way]]
        published = [
            row | {"image": {"path": row["image"]["path"], "bytes": row["image"]["bytes"].hex()}}
            for config, splits in configs.items()
            for split in splits
            for row in read(tmp_path / "a", configs, config, split)
        ]
        assert rows == published and len(rows) == 50
    assert told["decoded"] == "JPEG (24, 16)"


def test_again_only_what_changed_is_sent_and_what_is_gone_is_deleted(run: Path, loopback_hub: Hub) -> None:
    finished("publish", run, REPO, "--journal")
    before, puts = data_of(loopback_hub), len(loopback_hub.put)
    assert "is as it should be; nothing was sent" in finished("publish", run, REPO, "--journal").err
    assert len(loopback_hub.repos[REPO].commits) == 2 and len(loopback_hub.put) == puts
    loopback_hub.repos[REPO].commit("a licence", {**loopback_hub.repos[REPO].files, "LICENSE": b"CC BY"})
    assert " were there, 1 deleted\n" in finished("publish", run, REPO).err
    after = data_of(loopback_hub)
    assert before.keys() - after.keys() == {"journal/train-00000-of-00001.parquet"}
    assert after.items() < before.items() and len(loopback_hub.put) == puts
    assert loopback_hub.repos[REPO].files["LICENSE"] == b"CC BY", "what others added stays"


def test_nothing_is_written_over_that_was_not_published_from_a_run(run: Path, loopback_hub: Hub) -> None:
    repo = loopback_hub.repos[REPO] = Repo()
    repo.commit("by hand", {".gitattributes": b"", "data/train.parquet": b"mine", "README.md": b"# Mine"})
    assert "holds 'README.md' but no instructgen.json of ours" in refused("publish", run, REPO)
    assert len(repo.commits) == 1 and not loopback_hub.put
    finished("publish", run, REPO, "--replace")
    assert "data/train.parquet" not in repo.files
    repo.commit("a better card", {**repo.files, "README.md": b"---\ntags: [mine]\n---\n"})
    assert "'README.md' was changed on the Hub" in refused("publish", run, REPO)
    finished("publish", run, REPO, "--replace")
    assert repo.files["README.md"] != b"---\ntags: [mine]\n---\n"
    repo.commit("broken", {**repo.files, "instructgen.json": b"{"})
    assert "no instructgen.json of ours" in refused("publish", run, REPO)


def test_a_commit_in_between_is_looked_at_and_gone_on_from(run: Path, loopback_hub: Hub) -> None:
    finished("publish", run, REPO)
    repo = loopback_hub.repos[REPO]
    loopback_hub.on["commit"] = lambda: repo.commit("theirs", {**repo.files, "LICENSE": b"CC BY"})
    said = finished("publish", run, REPO, "--rejected", "--tag", "new").err
    assert f"{REPO}: somebody committed to it meanwhile; looking at it again\n" in said
    assert [title for _, title, _ in repo.commits][-2:] == ["theirs", "50 samples, made with instructgen"]
    assert repo.files["LICENSE"] == b"CC BY"
    loopback_hub.on["commit"] = lambda: repo.commit("theirs", {**repo.files, "README.md": b"---\na: 1\n---\n"})
    assert "'README.md' was changed on the Hub" in command("publish", run, REPO, "--tag", "other").err
    assert repo.files["README.md"] == b"---\na: 1\n---\n"


KINDS = ("whoami", "info", "tree", "create", "validate", "preupload", "batch", "put", "verify", "commit")


def test_429_and_5xx_are_waited_out_as_long_as_the_hub_asks(run: Path, loopback_hub: Hub, slept: list[float]) -> None:
    for number, kind in enumerate(KINDS):
        asked = {"Retry-After": f"{100 + 10 * number}"}
        loopback_hub.faults[kind] += [Fault((429, 500, 503, 504)[number % 4], asked, body=b"{}"), Fault(502)]
    finished("publish", run, REPO)
    assert len(data_of(loopback_hub)) == 2 and len(loopback_hub.repos[REPO].commits) == 2
    # the library waits a second longer than it is asked to
    assert {int(seconds) // 10 for seconds in slept if seconds >= 100} == set(range(10, 10 + len(KINDS)))
    assert max(seconds for seconds in slept if seconds < 100) <= 60


def test_a_hub_that_stays_away_ends_in_one_line_and_the_same_command_goes_on(
    run: Path, loopback_hub: Hub, slept: list[float]
) -> None:
    loopback_hub.faults["commit"] += [Fault(503)] * 6
    said = refused("publish", run, REPO)
    assert "upload failed: the Hub answered 503; the same command goes on where this stopped" in said
    puts, kept = list(loopback_hub.put), (run / "publish" / "my-name--demo").stat().st_mtime_ns
    assert kept and len(puts) == 2
    finished("publish", run, REPO)
    assert loopback_hub.put == puts and len(data_of(loopback_hub)) == 2


def test_an_answer_that_is_lost_is_no_second_commit(run: Path, loopback_hub: Hub, slept: list[float]) -> None:
    loopback_hub.faults["commit"] += [Fault(after=True)]
    assert ": was committed" in finished("publish", run, REPO).err
    assert len(loopback_hub.repos[REPO].commits) == 2


def test_a_connection_cut_in_the_middle_of_a_file_sends_it_again(
    run: Path, loopback_hub: Hub, slept: list[float]
) -> None:
    loopback_hub.faults["put"] += [Fault(cut=True)] * 2
    finished("publish", run, REPO)
    assert len(loopback_hub.put) == 2 and len(data_of(loopback_hub)) == 2


@pytest.mark.slow
def test_an_upload_killed_at_half_goes_on(run: Path, loopback_hub: Hub) -> None:
    wanted = ("publish", run, REPO, "--splits", "a=0.25,b=0.25,c=0.25,d=0.25")
    process = start(*wanted)
    # the library sends five files at a time: the first of a second five is one that comes when others are there
    loopback_hub.on["put"] = lambda: loopback_hub.on.update(
        verify=lambda: loopback_hub.on.update(verify=lambda: process.send_signal(signal.SIGKILL))
    )
    assert ended(process).code == -signal.SIGKILL
    assert len(loopback_hub.repos[REPO].commits) == 1, "nothing of it is visible"
    there, place = list(loopback_hub.put), run / "publish" / "my-name--demo"
    assert 1 <= len(there) < 8
    made = {p: p.stat().st_mtime_ns for p in place.rglob("*.parquet")}
    assert len(made) == 8 and not strays(run)
    loopback_hub.on["commit"] = lambda: made.update(
        {p: -p.stat().st_mtime_ns for p in made if p.stat().st_mtime_ns == made[p]}
    )
    finished(*wanted)
    assert all(time < 0 for time in made.values()), "nothing was laid out anew"
    assert sorted(loopback_hub.put) == sorted(set(loopback_hub.put)) and len(loopback_hub.put) == 8
    assert len(data_of(loopback_hub)) == 8


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("", "there is no token; log in with 'hf auth login', or set HF_TOKEN"),
        ("hf_wrong0123456789", "the Hub does not take the token"),
        (READER, "the token may only read"),
    ],
)
def test_a_token_that_will_not_do_is_one_line(
    run: Path, loopback_hub: Hub, token: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    said = refused("publish", run, REPO)
    assert says in said and (not token or token not in said)
    assert not loopback_hub.repos and not (run / "publish" / "my-name--demo").exists(), "told before anything is made"


def test_no_token_and_no_signature_is_said_or_kept(run: Path, loopback_hub: Hub, slept: list[float]) -> None:
    loopback_hub.faults["put"] += [Fault(403)] * 40
    ended = command("publish", run, REPO)
    assert ended.code == 2 and ended.err.count("\n") == 1
    kept = b"".join(contents(run).values()).decode("latin-1") + ended.err + ended.out
    assert TOKEN not in kept and SIGNATURE not in kept and "Signature" not in kept
    assert "the token may not do that: you may not write to other;" in refused("publish", run, "other/demo")


def test_a_public_dataset_does_not_become_private_by_being_published_again(run: Path, loopback_hub: Hub) -> None:
    finished("publish", run, REPO)
    assert "is there already, and public" in refused("publish", run, REPO, "--private")


def test_a_wrong_name_or_place_is_one_line(run: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("mine")
    for arguments, says in (
        (("demo", "--dry-run"), "expected ORG/NAME, such as my-name/demo"),
        (("a/b/c", "--dry-run"), "not a name for a dataset"),
        ((REPO, "--out", tmp_path / "x"), "--out: is for --dry-run"),
        ((REPO, "--dry-run", "--out", tmp_path / "full"), "is there already and not empty"),
        ((REPO, "--dry-run", "--splits", "train=2"), "--splits train=2"),
    ):
        assert says in refused("publish", run, *arguments)


def test_a_run_that_is_not_finished_is_published_only_where_asked(tmp_path: Path) -> None:
    run = plain_run(tmp_path, 25)
    facts = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(facts | {"end": None}))
    assert "the run is not finished (records are still to come)" in refused("publish", run, REPO, "--dry-run")
    assert ": 50 samples" in finished("publish", run, REPO, "--dry-run", "--unfinished").err
