"""Run-wide checks of a run: judged once it is finished, kept beside the shards, applied by whoever reads."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from runs import Tree, command, parts, recipe, record, succeeds, write_recipe, write_rows

from instructgen.component import Component
from instructgen.parts import footer
from instructgen.records import Sample, Span, Verdict
from instructgen.run import Run


class EveryFourth(Component):
    """Fails every fourth sample, and doubts the one after it; says so only when it has seen all."""

    name: ClassVar[str] = "every_fourth"
    version: ClassVar[int] = 1
    reason: str = "fourth"

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        ids = [sample.id for sample in samples]
        for number, name in enumerate(ids):
            span = Span(turn=1, start=0, end=3, contradicts=f"comes after {ids[number - 1]}")
            said = Verdict(check=self.name, outcome="fail", reason=self.reason, evidence=(span,), hint="Fewer.")
            if number % 4 == 3:
                yield name, said
            elif number % 4 == 0:
                yield name, said.model_copy(update={"outcome": "doubtful", "reason": "perhaps"})


class Stranger(EveryFourth):
    """Judges a sample that there is not."""

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        yield "nobody/conversation/0", Verdict(check="stranger", outcome="fail", reason="r")


FOURTH: Tree = {"use": "test_run_checks:EveryFourth"}


def made(tmp_path: Path, checks: Tree | None = None, number: int = 60, **keys: object) -> Tree:
    """Give a recipe over so many records that the rule-based teacher answers, in shards of 20."""
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(number)), {"use": "grounded"}, shard_size=20, **keys)
    tree["checks"] = {"shape": {}, **(checks or {})}
    return tree


def carried_out(tmp_path: Path, tree: Tree, *options: object) -> str:
    return succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run", *options)


def ids(path: Path) -> list[str]:
    return [sample.id for sample in Run.open(path).samples()]


def test_what_a_run_wide_check_rejects_is_left_out_on_reading_and_lies_in_the_parts(tmp_path: Path) -> None:
    carried_out(tmp_path, made(tmp_path))
    everything, before = ids(tmp_path / "run"), parts(tmp_path / "run")
    printed = carried_out(tmp_path, made(tmp_path, {"fourth": FOURTH}))
    assert "asked 0, found in the journal 0" in printed
    assert parts(tmp_path / "run") == before
    kept = [name for number, name in enumerate(everything) if number % 4 != 3]
    assert ids(tmp_path / "run") == kept
    assert f"leave out {len(everything) - len(kept)} of the accepted: fourth:fourth" in printed
    said = succeeds("export", tmp_path / "run", "--format", "llava", "--out", tmp_path / "out.json")
    assert [row["id"] for row in json.loads((tmp_path / "out.json").read_text())] == kept
    assert f"{len(kept)} samples as llava; without {len(everything) - len(kept)} that run-wide checks" in said


def test_each_shard_has_a_part_of_verdicts_with_evidence_and_action(tmp_path: Path) -> None:
    carried_out(tmp_path, made(tmp_path, {"fourth": FOURTH}))
    run = Run.open(tmp_path / "run")
    assert [p.name for p in sorted((tmp_path / "run/verdicts").iterdir())] == [
        f"part-0000{n}.parquet" for n in (0, 1, 2)
    ]
    found = list(run.run_verdicts())
    failed = [row for row in found if row["outcome"] == "fail"]
    assert {(row["check"], row["action"], row["reason"], row["hint"]) for row in failed} == {
        ("fourth", "reject", "fourth", "Fewer.")
    }
    assert all(row["evidence"][0]["contradicts"].startswith("comes after 0000") for row in failed)
    assert {row["reason"] for row in found} - {"fourth"} == {"perhaps"}
    assert run.frame("verdicts").collect().height == len(found)


def test_status_and_report_count_by_task_and_reason_and_the_readme_warns(tmp_path: Path) -> None:
    carried_out(tmp_path, made(tmp_path, {"fourth": FOURTH}))
    run = Run.open(tmp_path / "run")
    report = json.loads((tmp_path / "run/report.json").read_text())
    number = sum(row["outcome"] == "fail" for row in run.run_verdicts())
    assert report["run_wide"]["left_out"] == {"conversation": {"fourth:fourth": number}}
    assert report["run_wide"]["samples_left_out"] == number == report["accepted"] - len(list(run.samples()))
    assert report == json.loads(succeeds("status", tmp_path / "run", "--json"))
    assert "tagged" in succeeds("status", tmp_path / "run")
    assert f"also holds {number} samples that run-wide checks" in (tmp_path / "run/README.md").read_text()


def test_explain_shows_what_was_left_out_and_why(tmp_path: Path) -> None:
    carried_out(tmp_path, made(tmp_path, {"fourth": FOURTH}))
    run = Run.open(tmp_path / "run")
    lost = list(run.left_out())
    assert len(lost) == (run.run_wide() or pytest.fail()).number
    assert not {sample.id for sample, _ in lost} & set(ids(tmp_path / "run"))
    sample, (verdict,) = lost[0]
    told = succeeds("explain", f"{sample.id}@{tmp_path / 'run'}")
    assert sample.turns[1].text in told
    said = f"left out by a run-wide check: fourth: fail, fourth; {verdict['evidence'][0]['contradicts']}"
    assert said in told


def test_a_tag_keeps_every_sample(tmp_path: Path) -> None:
    carried_out(tmp_path, made(tmp_path, {"fourth": FOURTH | {"action": "tag"}}))
    run = Run.open(tmp_path / "run")
    found = run.run_wide()
    assert found is not None
    assert (found.done, found.number) == (True, 0)
    assert set(found.tagged["conversation"]) == {"fourth:fourth", "fourth:perhaps"}
    assert len(list(run.samples())) == run.summary().tally.accepted
    assert "run-wide" not in (tmp_path / "run/README.md").read_text()


def test_an_unchanged_run_is_not_judged_again_and_a_changed_check_is(tmp_path: Path) -> None:
    tree = made(tmp_path, {"fourth": FOURTH})
    carried_out(tmp_path, tree)
    part = tmp_path / "run/verdicts/part-00000.parquet"
    first = part.stat().st_mtime_ns, (footer(part) or {})["fingerprint"]
    carried_out(tmp_path, tree)
    assert (part.stat().st_mtime_ns, (footer(part) or {})["fingerprint"]) == first
    samples = parts(tmp_path / "run", "samples")
    tree["checks"]["fourth"]["reason"] = "quarter"
    carried_out(tmp_path, tree)
    assert parts(tmp_path / "run", "samples") == samples
    assert "fourth:quarter" in succeeds("status", tmp_path / "run")


def test_dropping_the_check_brings_every_sample_back(tmp_path: Path) -> None:
    carried_out(tmp_path, made(tmp_path, {"fourth": FOURTH}))
    fewer = ids(tmp_path / "run")
    carried_out(tmp_path, made(tmp_path))
    assert len(ids(tmp_path / "run")) > len(fewer)
    assert not list((tmp_path / "run/verdicts").iterdir())
    assert "run_wide" not in json.loads((tmp_path / "run/report.json").read_text())


def test_an_open_run_says_that_run_wide_checks_are_still_to_come(tmp_path: Path) -> None:
    carried_out(tmp_path, made(tmp_path, {"fourth": FOURTH}))
    for kind in ("samples", "rejected"):
        (tmp_path / f"run/{kind}/part-00001.parquet").unlink()
    run = Run.open(tmp_path / "run")
    assert len(list(run.samples())) == run.summary().tally.accepted
    assert "run-wide checks still to come, when the run is finished: fourth" in succeeds("status", tmp_path / "run")
    said = succeeds("export", tmp_path / "run", "--format", "jsonl", "--out", tmp_path / "out.jsonl")
    assert "run-wide checks (fourth) are still to come" in said
    carried_out(tmp_path, made(tmp_path, {"fourth": FOURTH}))
    assert "run-wide checks leave out" in succeeds("status", tmp_path / "run")


def test_a_longer_run_is_judged_anew(tmp_path: Path) -> None:
    tree = made(tmp_path, {"fourth": FOURTH}, number=60)
    carried_out(tmp_path, tree, "--limit", 30)
    few = Run.open(tmp_path / "run").run_wide()
    carried_out(tmp_path, tree)
    many = Run.open(tmp_path / "run").run_wide()
    assert few is not None
    assert many is not None
    assert 0 < few.number < many.number


def test_an_action_that_is_not_named_means_reject_and_is_written_so(tmp_path: Path) -> None:
    carried_out(tmp_path, made(tmp_path, {"fourth": FOURTH}))
    assert Run.open(tmp_path / "run").built.recipe.checks["fourth"].action == "reject"
    ended = command("run", tmp_path / "run/recipe.yaml", "--out", tmp_path / "run")
    assert ended.code == 0
    tree = made(tmp_path, {"fourth": FOURTH | {"action": "retry"}})
    ended = command("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "other")
    assert ended.code == 2
    assert "checks.fourth.action: expected reject or tag" in ended.err


def test_what_one_check_rejects_the_next_does_not_see(tmp_path: Path) -> None:
    carried_out(tmp_path, made(tmp_path))
    everything = ids(tmp_path / "run")
    carried_out(tmp_path, made(tmp_path, {"fourth": FOURTH, "again": FOURTH}))
    left = [name for number, name in enumerate(everything) if number % 4 != 3]
    assert ids(tmp_path / "run") == [name for number, name in enumerate(left) if number % 4 != 3]


def test_a_verdict_on_a_stranger_is_a_fault_of_the_check(tmp_path: Path) -> None:
    tree = made(tmp_path, {"odd": {"use": "test_run_checks:Stranger"}})
    ended = command("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    assert ended.code == 2
    assert "checks.odd: gave a verdict on 'nobody/conversation/0'" in ended.err


@pytest.mark.parametrize("kind", ["samples", "verdicts"])
def test_a_lost_part_is_made_anew_and_judged_the_same(tmp_path: Path, kind: str) -> None:
    tree = made(tmp_path, {"fourth": FOURTH})
    carried_out(tmp_path, tree)
    before = parts(tmp_path / "run", "samples", "verdicts")
    (tmp_path / f"run/{kind}/part-00002.parquet").unlink()
    carried_out(tmp_path, tree)
    assert parts(tmp_path / "run", "samples", "verdicts") == before


def test_repeated_pictures_are_found_through_the_shipped_checks(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    tree = made(tmp_path, {"near_duplicates": {"compare": "answers", "min_words": 5, "threshold": 0.4}})
    twins = [record(n % 30) | {"id": f"{n:06d}", "image": f"{n:06d}.jpg"} for n in range(60)]
    rows.write_text("".join(json.dumps(twin) + "\n" for twin in twins), encoding="utf-8")
    carried_out(tmp_path, tree)
    run = Run.open(tmp_path / "run")
    found = [row for row in run.run_verdicts() if row["reason"] == "near_duplicate"]
    assert found
    for row in found:
        (span,) = row["evidence"]
        first = span["contradicts"].removeprefix("nearly the same as ")
        assert first < row["id"]
        assert first in ids(tmp_path / "run")
        assert row["id"] not in ids(tmp_path / "run")
