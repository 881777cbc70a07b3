"""The names that others build on: changing one of them is a decision, not an accident."""

import inspect

from typer.main import get_command

from instructgen import cli, errors, protocols, records
from instructgen.listing import TABLES
from instructgen.run import Run


def public(module: object) -> set[str]:
    own = getattr(module, "__name__", "")
    return {n for n, v in vars(module).items() if inspect.isclass(v) and v.__module__ == own and n[0] != "_"}


def test_the_commands_and_their_options() -> None:
    app = get_command(cli.application())
    commands = getattr(app, "commands", {})
    assert {name: sorted(o for p in c.params for o in p.opts) for name, c in commands.items()} == {
        "run": [
            *("--budget", "--detach", "--engine", "--gpus", "--limit", "--offline", "--out", "--set", "--store"),
            *("--update",),
            *("--workers", "recipe"),
        ],
        "recaption": [
            *(
                "--base-url",
                "--budget",
                "--engine",
                "--gpus",
                "--images",
                "--limit",
                "--model",
                "--out",
                "--set",
                "--store",
                "--style",
                "--teacher",
                "--update",
                "--workers",
            ),
            "dataset",
        ],
        "plan": ["--json", "--limit", "--out", "--pilot", "--prices", "--set", "recipe"],
        "preview": ["--limit", "--plain", "--set", "--task", "recipe"],
        "status": ["--json", "run"],
        "report": ["--out", "run"],
        "export": ["--format", "--images", "--out", "--set", "--task", "--without-reviews", "run"],
        "check": [
            *("--captions", "--fail-under", "--instances", "--json", "--limit", "--min-matched"),
            *("--recipe", "--report", "--set", "--verdicts", "path"),
        ],
        "publish": [
            *("--dry-run", "--images", "--journal", "--license", "--out", "--private", "--reason", "--rejected"),
            *("--remove", "--replace", "--restore", "--splits", "--squash", "--tag", "--terms", "--unfinished"),
            *("repo", "run"),
        ],
        "verify": ["--json", "run"],
        "diff": ["--json", "--limit", "first", "second"],
        "review": ["file", "run"],
        "view": ["--open", "--port", "runs"],
        "list": ["kind"],
        "explain": ["name"],
        "init": ["--task", "folder"],
    }


def test_the_components() -> None:
    assert {kind: sorted(table) for kind, table in TABLES.items()} == {
        "sources": ["cc3m", "coco", "folder", "hf_dataset", "image_text", "llava_json", "webdataset"],
        "extractors": ["detect", "frames", "ocr"],
        "tasks": ["prompted", "recaption"],
        "teachers": ["grounded", "openai_batch", "openai_chat", "scripted", "vllm_server"],
        "checks": [
            *["agreement", "answer_agreement", "caption_agreement", "comparison", "contamination", "counts"],
            *["coverage", "duplicate_images", "faces", "hedges", "judge", "language", "leaks", "length"],
            *[
                "near_duplicates",
                "nudity",
                "objects",
                "ocr_agreement",
                "opening",
                "personal_data",
                "positions",
                "refusal",
            ],
            *["repetition", "safety", "shape", "truncation"],
        ],
        "exports": [
            *["argilla", "axolotl", "captions", "energon", "hf", "jsonl", "label_studio"],
            *["llama_factory", "llava", "ms_swift", "trl", "webdataset"],
        ],
    }


def test_the_records_and_their_fields() -> None:
    assert {name: list(getattr(records, name).model_fields) for name in ("Context", "Sample", "Origin", "Turn")} == {
        "Context": ["id", "row", "images", "captions", "boxes", "passages"],
        "Sample": ["id", "task", "images", "turns", "origin"],
        "Origin": ["context", "task", "attempt", "teacher", "model", "prompt", "seeds", "slots", "requests"],
        "Turn": ["role", "text"],
    }
    assert public(records) >= {"Box", "Completion", "Fault", "Image", "LeftOut", "Passage", "Request", "Row", "Slot"}
    assert public(records) >= {"Span", "Usage", "Verdict"}


def test_the_protocols_and_errors() -> None:
    assert public(protocols) >= {"Source", "Task", "Teacher", "Check", "Export", "PairExport", "ReviewExport"}
    assert public(errors) == {
        *("InstructgenError", "UserError", "SetupError", "TeacherStop", "RunLocked"),
        *("RecordError", "ReplyFault", "RequestRefused", "NotAsked", "Declined"),
    }


def test_the_python_face() -> None:
    assert {name for name in vars(Run) if not name.startswith("_")} == {
        *("open", "rows", "contexts", "samples", "samples_with_kept", "edited", "rejected"),
        *("completions", "usd", "texts", "summary", "frame", "reviews", "run_wide", "run_verdicts", "left_out"),
        "judging",
    }
