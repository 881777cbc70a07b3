"""Runs in; what the page shows of them and does to them, read over the wire, out."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cases import sound
from runs import succeeds
from viewing import FILE, HOSTILE, Client, demo_run, hostile_run, other_run, page

from instructgen.records import Sample
from instructgen.reviews import Reviews, append, review_of
from instructgen.run import Run
from instructgen.run_folder import RunFolder

__all__ = ["demo_run", "other_run"]
SAMPLE = "000000000001/conversation/0"


@pytest.fixture(scope="module")
def client(demo_run: Path, other_run: Path) -> Iterator[Client]:
    with page(demo_run, other_run) as served:
        yield served


@pytest.fixture
def own(demo_run: Path, tmp_path: Path) -> Path:
    """A copy of the demo's run, to be changed."""
    shutil.copytree(demo_run, tmp_path / "own")
    return tmp_path / "own"


def names(text: str) -> list[str]:
    """Give the ids of the samples in a grid."""
    return re.findall(r'<h2><a href="/sample[^"]*">([^\n]*?)</a></h2>', text.replace("<wbr>", ""))


def test_the_grid_shows_every_sample_accepted_or_not_page_by_page(client: Client, demo_run: Path) -> None:
    run = Run.open(demo_run)
    wanted = {sample.id for sample in run.samples()} | {str(row["id"]) for row in run.rejected()}
    first, last = client.get("/").text, client.get("/", page="last").text
    assert set(names(first)) | set(names(last)) == wanted and len(names(first)) == 48
    assert f"<h1>{len(wanted)} samples</h1>" in first and "1 of 2" in first and "2 of 2" in last
    assert client.get("/", page=99).body.count(b'class="card ') == len(names(last))


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"task": "detail"}, lambda name: "/detail" in name),
        ({"status": "rejected", "check": "length"}, lambda name: True),
        ({"reason": "length:answer_too_long"}, lambda name: True),
        ({"model": "grounded", "task": "conversation"}, lambda name: "/conversation/" in name),
        ({"q": "000000000002/DET"}, lambda name: name.startswith("000000000002/detail")),
        ({"status": "declined"}, lambda name: name.count("/") == 1),
    ],
)
def test_a_filter_shows_what_it_says_and_the_list_beside_counts_it(
    client: Client, query: dict[str, str], holds: Callable[[str], bool]
) -> None:
    text = client.get("/", **query).text
    found = names(text)
    assert found and all(map(holds, found))
    assert f"<h1>{len(found)} sample" in text
    if len(query) == 1 and "q" not in query:
        chosen = r'aria-current="true">\s*<span>[^<]*</span> <data value="(\d+)"'
        assert list(map(int, re.findall(chosen, text))) == [len(found)]


def texts_of(rejected: Mapping[str, Any]) -> str:
    return str([sample["conversations"] for attempt in rejected["attempts"] for sample in attempt["samples"]])


def test_words_are_found_in_texts_of_accepted_and_rejected_samples_in_any_case(client: Client, demo_run: Path) -> None:
    run = Run.open(demo_run)
    accepted = {sample.id for sample in run.samples() if any("cat" in turn.text for turn in sample.turns)}
    rejected = {str(row["id"]) for row in run.rejected() if "cat" in texts_of(row)}
    assert accepted and rejected
    assert set(names(client.get("/", q="CAT").text)) == accepted | rejected
    assert set(names(client.get("/", q="cat", status="rejected").text)) == rejected
    assert names(client.get("/", q=".*").text) == [] == names(client.get("/", q="(").text)


def test_a_sample_shows_all_that_is_known_of_it(client: Client, demo_run: Path) -> None:
    run = Run.open(demo_run)
    sample = next(sample for sample in run.samples() if sample.id == SAMPLE)
    context = next(context for context in run.contexts() if context.id == sample.origin.context)
    text = client.get("/sample", id=SAMPLE).text
    bare = re.sub("<[^>]*>", "", text)
    for turn in sample.turns:
        assert turn.text.replace("<image>\n", "").replace("\n<image>", "") in bare
    assert all(caption in text for caption in context.captions)
    assert text.count('<rect class="over"') == len(context.boxes)
    assert all(f">{name}</b>" in text for name in ("shape", "leaks", "refusal", "length", "repetition"))
    (completion,) = run.completions(sample)
    assert completion.digest in text and completion.at in text and sample.origin.prompt in text
    assert "this sample's" in text and "Reply with one JSON object" in text and completion.text in text
    assert '<mark class="mention' in text and 'data-boxes="' in text


def test_a_rejected_sample_shows_why_where_and_what_was_tried(client: Client) -> None:
    (name, *_) = names(client.get("/", status="rejected").text)
    text = client.get("/sample", id=name).text
    assert "length: answer too long" in text and 'class="state rejected"' in text
    assert '<mark class="' in text and "evidence reject" in text
    assert re.search(r'<li id="note-1" class="reject">.*?<b>length</b> answer too long', text, re.DOTALL)
    assert "Attempt 1" in text and "Keep each answer under 30 words." in text


def test_the_samples_of_a_filter_follow_each_other(client: Client) -> None:
    shown = names(client.get("/", task="detail").text)
    text = client.get("/sample", id=shown[1], task="detail").text
    assert f"2 of {len(shown)}" in text
    for side, name in (("prev", shown[0]), ("next", shown[2])):
        (link,) = re.findall(rf'<a rel="{side}" href="([^"]*)"', text)
        assert "task=detail" in link and client.get(link).text.count(f"<h1>{name}</h1>") == 1


def test_what_is_not_there_is_said_in_words(client: Client) -> None:
    for path in ("/sample?id=nothing", "/sample", "/nowhere", "/?run=7", "/?run=x", "/static/../app.py"):
        answer = client.get(path)
        assert answer.status == 404 and b"This cannot be shown" in answer.body, path
    assert "has no sample 'nothing'" in client.get("/sample?id=nothing").text


def test_two_runs_stand_side_by_side_on_the_same_contexts(client: Client) -> None:
    text = client.get("/compare").text
    assert text.count('<article class="pair"') == 8 and "8 contexts in both" in text
    one = client.get("/compare", context="000000000002", task="detail").text
    assert one.count('<article class="pair"') == 1 and "/detail/0" in one and "/conversation/0" not in one
    assert client.get("/compare", shown="second").status == 200
    assert client.get("/", run=1).text.count('aria-current="page">other<') == 1


# ── decisions ────────────────────────────────────────────────────────────────────────────────────────────────


def reviewed(run: Path, sample: str) -> tuple[str, str]:
    found = dict(Reviews(RunFolder(run)))[sample][0]
    return found.decision, found.note


def test_a_decision_is_on_the_disk_before_the_answer_and_shows_from_then_on(own: Path) -> None:
    with page(own) as client:
        answer = client.post(id=SAMPLE, decision="reject", note="no such suit", task="conversation")
        assert answer.status == 303 and "task=conversation" in answer.headers["location"]
        assert reviewed(own, SAMPLE) == ("reject", "no such suit")
        text = client.get(answer.headers["location"]).text
        assert "rejected by" in text and "<q>no such suit</q>" in text
        assert names(client.get("/", status="reviewed").text) == [SAMPLE]
        client.post(id=SAMPLE, decision="accept")
        assert reviewed(own, SAMPLE) == ("accept", "") and "accepted by" in client.get("/sample", id=SAMPLE).text


def test_an_edit_keeps_the_pictures_place_and_says_whether_it_counts(own: Path) -> None:
    sample = next(sample for sample in Run.open(own).samples() if sample.id == SAMPLE)
    turns = {f"turn{n}": f"Word {n}?" for n in range(len(sample.turns))}
    with page(own) as client:
        client.post(id=SAMPLE, decision="edit", **turns)
        edited = dict(Reviews(RunFolder(own)))[SAMPLE][0].turns
        first = sample.turns[0].text
        assert edited[0].text == ("<image>\nWord 0?" if first.startswith("<image>") else "Word 0?\n<image>")
        assert [turn.text for turn in edited[1:]] == [f"Word {n}?" for n in range(1, len(turns))]
        text = client.get("/sample", id=SAMPLE).text
        assert "As edited by" in text and "As it was made" in text and "does not count" not in text
        client.post(id=SAMPLE, decision="edit", **turns | {"turn1": "word " * 99})
        text = client.get("/sample", id=SAMPLE).text
        assert "The edit does not count: length, answer too long." in text
    assert next(s for s in Run.open(own).samples(reviews=Run.open(own).reviews()) if s.id == SAMPLE) == sample


def test_a_review_by_another_hand_shows_and_a_stale_one_is_said_to_be(own: Path) -> None:
    sample = next(sample for sample in Run.open(own).samples() if sample.id == SAMPLE)
    with page(own) as client:
        assert "Not reviewed yet" in client.get("/sample", id=SAMPLE).text
        append(RunFolder(own), [review_of(reworded(sample), "reject", "ann")])
        text = client.get("/sample", id=SAMPLE).text
        assert "rejected by ann, of other words" in text and "does not count" in text
        append(RunFolder(own), [review_of(sample, "accept", "ben", note="seen")])
        assert "accepted by ben" in client.get("/sample", id=SAMPLE).text


def reworded(sample: Sample) -> Sample:
    return sample.model_copy(update={"turns": sample.turns[:-1]})


@pytest.mark.parametrize("form", [{"decision": "maybe"}, {"decision": ""}, {}])
def test_what_is_no_decision_is_refused(own: Path, form: dict[str, str]) -> None:
    with page(own) as client:
        assert client.post(id=SAMPLE, **form).status == 400
        assert client.post(id="nothing", decision="accept").status == 404
        declined = names(client.get("/", status="declined").text)[0]
        assert client.post(id=declined, decision="accept").status == 400
    assert not (own / "reviews").exists()


def test_reviews_that_cannot_be_read_are_named_and_nothing_is_shown_wrongly(own: Path) -> None:
    with page(own) as client:
        assert client.get("/").status == 200
        (own / "reviews").mkdir()
        (own / "reviews" / "ann.jsonl").write_text("not a review\n")
        answer = client.get("/")
        assert answer.status == 500 and "ann.jsonl, line 1: not a review" in answer.text


# ── hostile content ──────────────────────────────────────────────────────────────────────────────────────────


def test_hostile_words_names_and_ids_stay_text(tmp_path: Path) -> None:
    run = hostile_run(tmp_path)
    with page(run, run) as client:
        (sample,) = Run.open(run).samples()
        for path in ("/", f"/?q={'%3Cscript%3E'}", "/compare"):
            assert client.get(path).status == 200
        pages = [client.get(), client.get("/sample", id=sample.id), client.get("/compare"), client.get(q=HOSTILE)]
        pages += [client.get("/sample", id=HOSTILE), client.get("/", task=HOSTILE, status=HOSTILE, page=HOSTILE)]
        for answer in pages:
            body = answer.body.decode()
            assert body.count("<script") == 1 and "<img src=x" not in body and "<i>" not in body
            assert not re.search(r'(href|src|action)="\s*javascript:', body)
        assert HOSTILE in pages[1].text and FILE in pages[1].text
        assert client.get("/picture", id=sample.id, place=0, side=320).headers["content-type"] == "image/jpeg"
        sent = client.post(id=sample.id, decision="reject", note=HOSTILE)
        assert "\n" not in sent.headers["location"]
        assert "<q>&lt;script&gt;" in client.get("/sample", id=sample.id).body.decode()


def test_a_run_without_samples_says_so(tmp_path: Path) -> None:
    tasks = {"conversation": {"use": "prompted", "form": "dialogue", "min_facts": 99}}
    succeeds("run", sound(tmp_path, tasks=tasks), "--out", tmp_path / "run")
    with page(tmp_path / "run") as client:
        assert "<h1>12 samples</h1>" in client.get().text
        text = client.get("/sample", id="000000000001/conversation").text
        assert "There are no words to show" in text and "declined" in text


def test_compiled_templates_are_kept_in_the_users_cache_and_done_without_where_that_cannot_be(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTGEN_CACHE", str(tmp_path / "cache"))
    for _ in range(2):
        with page(own) as served:
            assert served.get("/").status == 200
        assert len(list((tmp_path / "cache" / "page").iterdir())) == 3
    for kept in (tmp_path / "cache" / "page").iterdir():
        kept.write_bytes(kept.read_bytes()[:40])
    with page(own) as served:
        assert served.get("/").status == 200
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("INSTRUCTGEN_CACHE", str(tmp_path / "file"))
    with page(own) as served:
        assert served.get("/").status == 200
    assert not list(own.rglob("*.cache"))
