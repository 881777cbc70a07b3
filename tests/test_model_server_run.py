"""The demo's recipe on a real, far too small model: its nonsense is rejected with reasons."""

import json
from pathlib import Path

import pytest

from instructgen.cli import main
from instructgen.run import Run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SMALL = ["teacher.max_tokens=200", "teacher.max_in_flight=2", "teacher.timeout=800", "teacher.temperature=0.5"]
ONE_EACH = [f"tasks.{task}.samples=1" for task in ("conversation", "detail", "complex_reasoning")]


def test_what_a_tiny_model_writes_is_rejected_with_reasons(
    tmp_path: Path, model_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", model_server)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    settings = ["teacher.use=openai_chat", "teacher.model=smollm2", "attempts=[teacher]", *SMALL, *ONE_EACH]
    out = tmp_path / "run"
    arguments = [part for setting in settings for part in ("--set", setting)]
    with pytest.raises(SystemExit) as stopped:
        main(["run", "demo", "--out", str(out), "--limit", "2", *arguments])
    assert stopped.value.code == 0
    run = Run.open(out)
    rejected = list(run.rejected())
    accepted = list(run.samples())
    print(json.dumps([row["reason"] for row in rejected]), len(accepted), "accepted")
    assert len(rejected) + len(accepted) == 6
    assert len(rejected) >= 3
    assert all(":" in str(row["reason"]) for row in rejected)
    journal = (out / "journal" / "part-00000.jsonl").read_text().splitlines()
    assert len(journal) == 6
