"""Runs in; their HTML report out: its numbers are the run's, and what samples say stays text."""

import json
from collections import Counter
from pathlib import Path

import pytest
from cases import contents, finished, refused, sound
from html_page import HtmlPage, number
from loopback import Teacher
from runs import KEY, asking, recipe, write_recipe, write_rows

from instructgen.reporting.html import write_html
from instructgen.run import Run

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">" onmouseover="alert(3) {{ 7*7 }} javascript:alert(4)'


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def unreliable(tmp_path: Path, loopback: Teacher) -> Path:
    """A run of two tasks and two models, some of whose replies are refused, too long or cut off."""
    loopback.set(faults={"content_filter": 0.1, "length": 0.1, "refusal": 0.1})
    prices = tmp_path / "prices.yaml"
    models = {m: {"input": 2, "output": 8, "known": "2026-01-01"} for m in ("loopback-small", "loopback-large")}
    prices.write_text(json.dumps({"source": "made up", "models": models}), encoding="utf-8")
    tree = recipe(
        write_rows(tmp_path / "rows.jsonl", range(60)),
        asking(loopback.base_url, prices=str(prices)),
        shard_size=20,
        roles={"strong": asking(loopback.base_url, prices=str(prices), model="loopback-large")},
        attempts=["teacher", "strong"],
        tasks={
            "conversation": {"use": "prompted", "form": "dialogue"},
            "detail": {"use": "prompted", "form": "description", "questions": "detailed"},
        },
        checks={"shape": {"action": "retry"}, "length": {"action": "retry", "max_words": 82}},
    )
    run = tmp_path / "run"
    finished("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", run)
    return run


def page_of(run: Path, *arguments: object) -> HtmlPage:
    finished("report", run, *arguments)
    return HtmlPage((run / "report.html").read_text(encoding="utf-8"))


def test_its_numbers_are_those_of_the_run(unreliable: Path) -> None:
    page, run = page_of(unreliable), Run.open(unreliable)
    summary = json.loads((unreliable / "report.json").read_text(encoding="utf-8"))
    samples, rejected = list(run.samples()), list(run.rejected())
    reasons = Counter(str(row["reason"]) for row in rejected if row["kind"] == "rejected")
    assert len(reasons) > 2 and len(samples) > 60
    assert number(page.facts["samples accepted"]) == len(samples) == summary["accepted"]
    assert page.facts["of what was written"] == f"{100 * len(samples) / (len(samples) + len(rejected)):.1f} %"
    assert number(page.facts["contexts"]) == summary["contexts"]
    for reason, times in reasons.items():
        assert f"{reason}\n{times} · " in page.text or f"{reason}{times} · " in page.text, reason
    spent = summary["spent"]
    assert number(page.facts["tokens"]) == spent["prompt"] + spent["reply"]
    assert page.column("Cost by task", "cost")["all"] == f"${spent['usd']:.4f}"
    assert page.column("Cost by task", "per accepted sample")["all"] == f"${summary['usd_per_accepted']:.6f}"


@pytest.mark.parametrize("column", ["completions", "prompt tokens", "reply tokens"])
def test_what_tasks_cost_adds_up_to_what_the_run_cost(unreliable: Path, column: str) -> None:
    cells = page_of(unreliable).column("Cost by task", column)
    total = cells.pop("all")
    assert len(cells) == 2
    assert sum(map(number, cells.values())) == number(total)


def test_models_are_told_apart_in_samples_and_cost(unreliable: Path) -> None:
    page = page_of(unreliable)
    accepted = Counter(sample.origin.model for sample in Run.open(unreliable).samples())
    shown = {name: number(cell) for name, cell in page.column("Samples by model", "accepted").items()}
    assert shown == dict(accepted) and set(shown) == {"loopback-small", "loopback-large"}
    replies = {name: number(cell) for name, cell in page.column("Cost by model", "completions").items()}
    assert sum(replies.values()) == number(page.column("Cost by task", "completions")["all"])


def test_rejects_are_shown_with_what_they_were_held_against(unreliable: Path) -> None:
    page = page_of(unreliable)
    lost = [str(row["id"]) for row in Run.open(unreliable).rejected() if str(row["reason"]).startswith("length:")]
    assert "mark" in {tag for tag, _ in page.tags}
    assert sum(name in page.text for name in lost) == min(3, len(lost)) > 0
    assert "boxes: 1 " in page.text and "picture" in page.text


def test_the_same_run_gives_the_same_bytes_and_nothing_else_changes(unreliable: Path) -> None:
    before = contents(unreliable)
    page_of(unreliable)
    once = contents(unreliable)
    page_of(unreliable)
    assert contents(unreliable) == once
    assert {name: data for name, data in once.items() if name != "report.html"} == before


def test_a_run_in_progress_is_said_to_be_provisional(unreliable: Path) -> None:
    assert "provisional" not in page_of(unreliable).text
    whole = number(page_of(unreliable).facts["samples accepted"])
    (unreliable / "samples" / "part-00001.parquet").unlink()
    (unreliable / "rejected" / "part-00001.parquet").unlink()
    journal = unreliable / "journal" / "part-00001.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:15]))
    page = page_of(unreliable)
    assert "The run is not finished: these figures are provisional." in page.text
    so_far = len(list(Run.open(unreliable).samples()))
    assert number(page.facts["samples accepted"]) == so_far < whole
    assert "not asked yet" in page.text


def test_a_run_whose_contexts_were_read_anew_since_still_has_a_report(unreliable: Path, tmp_path: Path) -> None:
    whole = page_of(unreliable).facts["samples accepted"]
    other = tmp_path / "other"
    tree = recipe(write_rows(tmp_path / "others.jsonl", range(60, 80)), {"use": "grounded"}, shard_size=20)
    finished("run", write_recipe(tmp_path / "other.yaml", tree), "--out", other)
    (unreliable / "contexts" / "part-00001.parquet").write_bytes((other / "contexts/part-00000.parquet").read_bytes())
    assert page_of(unreliable).facts["samples accepted"] == whole


def test_a_run_of_which_nothing_was_accepted_has_a_report(tmp_path: Path) -> None:
    tasks = {"conversation": {"use": "prompted", "form": "dialogue", "min_facts": 99}}
    finished("run", sound(tmp_path, tasks=tasks), "--out", tmp_path / "run")
    page = page_of(tmp_path / "run")
    assert page.facts["samples accepted"] == "0" and page.facts["of what was written"] == "–"
    assert "declined: poor_context" in page.text
    assert "Length and turns" not in page.text and "nan" not in page.text.lower()


def test_a_run_that_has_not_begun_has_a_report(unreliable: Path) -> None:
    for kind in ("contexts", "samples", "rejected", "journal"):
        for part in (unreliable / kind).iterdir():
            part.unlink()
    page = page_of(unreliable)
    assert "provisional" in page.text and page.facts["contexts"] == "0"


def hostile_run(folder: Path) -> Path:
    """Make a run whose captions, labels, ids, replies and name are hostile."""
    box = {"label": HOSTILE, "x1": 0.1, "y1": 0.1, "x2": 0.5, "y2": 0.5}
    row = {"id": "a<b>\"'&", "image": "../x<svg>.jpg", "captions": [HOSTILE, "A dog."], "boxes": [box]}
    rows = [row, {"id": "plain", "image": "p.jpg", "captions": ["A dog."]}]
    source = folder / "rows.jsonl"
    source.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    turns = [{"question": f"What is {HOSTILE}?", "answer": f"{HOSTILE} {HOSTILE}."}]
    replies = [json.dumps({"turns": turns}), f"{HOSTILE} no reply"]
    checks = {"shape": {"action": "tag"}, "length": {"action": "reject", "max_words": 5}}
    tree = recipe(source, {"use": "scripted", "replies": replies}, about=HOSTILE, attempts=["teacher"], checks=checks)
    run = folder / "<b onclick=x>run"
    finished("run", write_recipe(folder / "recipe.yaml", tree), "--out", run)
    return run


def test_hostile_words_stay_text_in_a_file_that_loads_and_runs_nothing(tmp_path: Path) -> None:
    run = hostile_run(tmp_path)
    page = page_of(run)
    assert page.text.count("<script>alert(1)</script>") >= 4
    assert "{{ 7*7 }}" in page.text
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "image"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        for name in ("src", "href", "xlink:href", "action", "data"):
            assert (attributes.get(name) or "#").startswith(("#", "data:")), (tag, attributes)
    (policy,) = [a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_pictures_are_shown_small_and_only_from_inside_their_folder(tmp_path: Path) -> None:
    demo = Path(__file__).resolve().parents[2] / "pipelines" / "demo.yaml"
    finished("run", demo, "--out", tmp_path / "run", "--set", "checks.length.max_words=12")
    page = page_of(tmp_path / "run")
    pictures = [attributes["src"] or "" for tag, attributes in page.tags if tag == "img"]
    assert pictures and all(source.startswith("data:image/") for source in pictures)
    assert max(map(len, pictures)) < 30_000
    assert not [tag for tag, _ in page_of(hostile_run(tmp_path)).tags if tag == "img"]


def test_the_file_goes_where_it_is_told_whole_or_not_at_all(unreliable: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "page.html"
    assert finished("report", unreliable, "--out", out).err.endswith(f"wrote {out}\n")
    assert out.read_text(encoding="utf-8").endswith("</html>\n")
    assert not (unreliable / "report.html").exists()
    assert "is a folder; give the name of a file" in refused("report", unreliable, "--out", tmp_path)
    assert "holds no run" in refused("report", tmp_path / "deep")
    (unreliable / "samples" / "part-00000.parquet").write_bytes(b"PAR1 no more")
    assert "not a readable Parquet part" in refused("report", unreliable, "--out", out)
    assert out.read_text(encoding="utf-8").endswith("</html>\n")


def test_every_chart_and_wide_table_can_be_reached_by_keyboard_and_has_words(unreliable: Path) -> None:
    page = page_of(unreliable)
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    charts = [attributes for tag, attributes in page.tags if tag == "figure"]
    assert len(charts) >= 6
    assert all(a["tabindex"] == "0" and a["aria-labelledby"] in ids for a in charts)
    assert all(a.get("role") == "img" and a.get("aria-label") for tag, a in page.tags if tag == "svg")
    regions = [a for tag, a in page.tags if a.get("role") == "region"]
    assert all(a["tabindex"] == "0" and (a.get("aria-label") or a["aria-labelledby"] in ids) for a in regions)
    assert len(ids) == sum("id" in attributes for _, attributes in page.tags)
    anchors = [a["href"] for tag, a in page.tags if tag == "a"]
    assert {str(anchor).removeprefix("#") for anchor in anchors} <= ids


def test_run_wide_rejects_are_no_longer_among_the_accepted(tmp_path: Path) -> None:
    row = {"image": "x.jpg", "captions": ["A brown dog runs on a wide beach.", "A dog plays in the sand."]}
    source = tmp_path / "rows.jsonl"
    source.write_text("".join(json.dumps({"id": f"r{n}", **row}) + "\n" for n in range(6)), encoding="utf-8")
    checks = {"shape": {"action": "retry"}, "near_duplicates": {"action": "reject"}}
    turns = [{"question": "What runs on the wide beach?", "answer": "A brown dog runs over the wide sandy beach."}]
    teacher = {"use": "scripted", "replies": [json.dumps({"turns": turns})]}
    run = tmp_path / "run"
    finished("run", write_recipe(tmp_path / "recipe.yaml", recipe(source, teacher, checks=checks)), "--out", run)
    page, opened = page_of(run), Run.open(run)
    left = len(list(opened.samples()))
    assert 1 <= left < 6
    assert number(page.facts["samples accepted"]) == left
    assert "rejected run-wide" in page.text and "near_duplicates:" in page.text
    assert write_html(opened, tmp_path / "again.html").read_text() == (run / "report.html").read_text()
