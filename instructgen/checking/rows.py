"""A dataset of any known format in; its records as samples out, or why one of them is none.

Known: LLaVA's JSON and JSON lines, ShareGPT, OpenAI messages (all of them also packed by gzip), Parquet files, folders
of either, a saved Hugging Face dataset, and a run of our own, whose samples come with their contexts.
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ValidationError

from ..errors import RecordError, SetupError
from ..judged import JudgedRun
from ..records import Context, Image, JudgedSample, Origin, Sample, Turn
from ..repeats import Repeats
from ..run import Run
from ..sources.columns import own_id
from ..sources.conversations import PICTURES, TURNS, Spoken, pictures, turns
from ..sources.row_files import Reading, json_records
from ..sources.rows import LOOKED_AT
from ..sources.tables import dataset_records, is_saved_dataset, parquet_records, saved_dataset

TASK = "dataset"
"""The task of a sample whose row names none."""

_KNOWN = "a run's folder, JSON or JSON lines (also .gz), Parquet, a folder of these, or a saved Hugging Face dataset"
_IN_FOLDERS = ("*.parquet", "*.jsonl", "*.jsonl.gz", "*.json")
"""Files that make up a dataset in a folder: those of the first kind of which there are any."""
_ABOUT = ("dataset_info.json", "dataset_infos.json")
"""Files that are about a dataset and hold none of it."""
_COLUMNS = {"id", *PICTURES, *TURNS, "task", "origin"}
_OUR_ID = re.compile(r"(.+)/([\w.-]+)/\d+")


class Found(NamedTuple):
    """A record as it stands in the dataset."""

    row: int
    """Its number in the dataset, from 0."""
    place: str
    """Where it stands, such as ``train.json, entry 12``."""
    record: Mapping[str, object] | RecordError | tuple[Sample, Context]
    further: tuple[bytes, ...] = ()
    """What checks over the whole dataset have said of it: verdicts as JSON, which takes a sixth of their memory."""


class Judged(NamedTuple):
    """A record as the checks see it."""

    sample: Sample
    names: tuple[str | None, ...]
    """What the dataset calls each picture; None for one that it holds without a name."""
    context: Context | None
    """What a run knows of the sample; None where annotations are to be looked up."""
    before: int
    """System turns that stand before the first turn of the sample."""


class Unreadable(NamedTuple):
    """A record that is no conversation."""

    place: str
    reason: str
    detail: str


class Dataset:
    """A dataset that can be gone through more than once; memory does not grow with it."""

    def __init__(self, path: Path) -> None:
        """Find out what ``path`` is, and look at its first records; raises SetupError for what is no dataset."""
        self.path = path
        if not path.exists():
            raise SetupError(f"there is no file or folder {path}; expected {_KNOWN}")
        self.run = Run.open(path) if (path / "run.json").is_file() else None
        if self.run is None:
            _look(path, list(islice(self.records(), LOOKED_AT)))

    def own_words(self) -> dict[str, Sequence[str]]:
        """Give the texts of a run's prompts and examples by task: what must not turn up in its samples."""
        return {name: task.own_words() for name, task in self.run.built.tasks.items()} if self.run else {}

    def records(self) -> Iterator[Found]:
        """Give every record. Raises SetupError where the dataset cannot be read on."""
        if self.run is not None:
            yield from _of_run(self.run)
            return
        row = 0
        try:
            for file, reading in _readings(self.path):
                for raw in reading:
                    yield Found(row, f"{file}, {raw.place}" if file else raw.place, raw.record)
                    row += 1
        except (EOFError, OSError, zlib.error) as error:
            why = getattr(error, "strerror", None) or error
            raise SetupError(f"{self.path}: cannot be read on after {row} records ({why})") from None


def _readings(path: Path) -> Iterator[tuple[str, Reading]]:
    """Give the files of a dataset, each with its records."""
    if not path.is_dir():
        yield "", parquet_records(path, 0, _columns) if path.suffix == ".parquet" else json_records(path, 0)
        return
    if is_saved_dataset(path):
        for folder in _splits(path):
            name = "" if folder == path else folder.name
            yield name, dataset_records(str(folder), saved_dataset(folder), None, 0, _columns)
        return
    for kind in _IN_FOLDERS:
        files = sorted(file for file in path.rglob(kind) if file.is_file() and file.name not in _ABOUT)
        if files:
            break
    else:
        raise SetupError(
            f"{path}: is no dataset (no run.json and no {', '.join(_IN_FOLDERS)} in it); expected {_KNOWN}"
        )
    for file in files:
        reading = parquet_records(file, 0, _columns) if file.suffix == ".parquet" else json_records(file, 0)
        yield str(file.relative_to(path)), reading


def _splits(path: Path) -> list[Path]:
    """Give the folders of a saved dataset: its own, or one a split."""
    listed = path / "dataset_dict.json"
    if not listed.is_file():
        return [path]
    try:
        return [path / str(name) for name in json.loads(listed.read_bytes())["splits"]]
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise SetupError(f"{listed}: cannot be read ({error}); expected a list of 'splits'") from None


def _columns(names: Sequence[str]) -> list[str]:
    """Choose the columns that are read; all of them where none holds turns, to be shown."""
    return [name for name in names if name in _COLUMNS] if set(names) & set(TURNS) else list(names)


def _look(path: Path, first: Sequence[Found]) -> None:
    """See that the first records are conversations: with none, the file is of another kind."""
    if not first:
        raise SetupError(f"{path}: holds no records; expected {_KNOWN}")
    readings = [judged(found) for found in first]
    if any(isinstance(reading, Judged) for reading in readings):
        return
    found, reading = first[0], readings[0]
    assert isinstance(reading, Unreadable)
    if isinstance(found.record, RecordError):
        raise SetupError(f"{path}: none of the first {len(first)} records can be read; {found.place}: {reading.detail}")
    shown = " ".join(str(found.record).split())
    keys = ", ".join(map(str, found.record))
    raise SetupError(
        f"{path}: none of the first {len(first)} records is a conversation; expected the keys 'conversations' (turns "
        f"with from and value) or 'messages' (role and content), and 'image' or 'images'; {found.place} has the keys "
        f"{keys} ({reading.detail}): {shown[:200]}"
    )


def _of_run(run: Run) -> Iterator[Found]:
    """Give a run's accepted samples, each once, with their contexts."""
    reader, repeats, row = JudgedRun(run, run.summary()), Repeats(), 0
    for shard in reader.shards():
        for found in reader.read(shard, lambda *_: ""):
            if isinstance(found, JudgedSample) and not found.reason and (sample := repeats.told_apart(found.sample)):
                yield Found(row, f"sample {sample.id}", (sample, found.context))
                row += 1


# ── one record ───────────────────────────────────────────────────────────────────────────────────────────────


def judged(found: Found) -> Judged | Unreadable:
    """Give a record as the checks see it."""
    record = found.record
    if isinstance(record, tuple):
        return Judged(record[0], tuple(image.path or image.url for image in record[0].images), record[1], 0)
    try:
        if isinstance(record, RecordError):
            raise record
        return _from_row(found.row, record)
    except RecordError as error:
        return Unreadable(found.place, error.reason, error.detail)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return Unreadable(found.place, "bad_text", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")


def _from_row(row: int, record: Mapping[str, object]) -> Judged:
    spoken = turns(record)
    before = next((n for n, turn in enumerate(spoken) if turn.role != "system"), len(spoken))
    said = [Turn(role=_role(turn, n), text=turn.text) for n, turn in enumerate(spoken) if n >= before]
    names = _names(record, [name for turn in spoken for name in turn.shown])
    own = own_id(record.get("id"))
    name = own or f"row {row}"
    made = _OUR_ID.fullmatch(name)
    task = record.get("task")
    origin = Origin(
        context=made[1] if made else name,
        task=task if isinstance(task, str) and task else TASK,
        **{"attempt": 0, "teacher": "", "model": "", "prompt": "", "seeds": "", "slots": (), "requests": ()},
    )
    images = tuple(_image(shown, f"embedded:{row}.{n}") for n, shown in enumerate(names))
    return Judged(
        Sample(id=name, task=origin.task, images=images, turns=tuple(said), origin=origin), names, None, before
    )


def _role(turn: Spoken, number: int) -> Literal["human", "gpt"]:
    if turn.role == "system":
        raise RecordError("bad_turns", f"turn {number}: a system prompt may stand first only")
    return turn.role


def _names(record: Mapping[str, object], parts: list[object]) -> tuple[str | None, ...]:
    shown = pictures(record)
    listed = shown if isinstance(shown, list | tuple) else [] if shown is None else [shown]
    return tuple(map(_name, listed or parts))


def _name(shown: object) -> str | None:
    """Give a picture's path or URL; None where it is held as bytes."""
    if isinstance(shown, dict):
        shown = next((shown[key] for key in ("path", "url") if isinstance(shown.get(key), str)), None)
    return shown if isinstance(shown, str) and shown and not shown.startswith("data:") else None


def _image(name: str | None, embedded: str) -> Image:
    if name is None or "://" in name:
        return Image(url=name or embedded)
    return Image(path=name)
