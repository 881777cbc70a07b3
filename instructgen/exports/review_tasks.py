"""Judged samples in; what the formats for people share out: a sample's facts, findings and pictures."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from ..digests import text_digest
from ..errors import SetupError
from ..records import JudgedSample, Turn, Verdict
from .rows import Json, PicturesExport


class ReviewTasks(PicturesExport):
    """What every format for people lets the user choose."""

    rejected: bool = False
    """Whether samples that checks rejected go out, too, with their reasons, so that people can bring them back."""
    prefix: str = ""
    """What stands before each picture's path, so that the tool finds it: the URL under which the images folder is
    served (``http://localhost:8000/``). A picture that has only a URL keeps it."""

    def pictures(self, judged: JudgedSample, escaped: bool) -> list[str]:
        """Give where each picture is; with a prefix and ``escaped``, the path is written as a part of a URL."""
        found = []
        for image in judged.sample.images:
            name = self.image_name(judged.sample, image)
            if self.prefix and name == image.path:
                name = self.prefix + (quote(name) if escaped else name)
            found.append(name)
        return found


def json_name(out: Path, beside: str) -> Path:
    """Give the name of what goes beside the file ``out``; raises SetupError when ``out`` does not end in .json."""
    if out.suffix != ".json":
        raise SetupError(
            f"{out}: is to be one JSON array; give a name that ends in .json ({out.stem}{beside} goes beside)"
        )
    return out.with_name(out.stem + beside)


def facts(judged: JudgedSample) -> dict[str, Json]:
    """Give what a task says of its sample. ``text`` is the digest of its turns: a decision about others is stale."""
    return {
        "sample": judged.sample.id,
        "text": text_digest(judged.sample),
        "task": judged.sample.task,
        "state": "rejected" if judged.reason else "accepted",
        "reason": judged.reason,
        "findings": "\n".join(_finding(judged, verdict) for verdict in grave(judged)),
    }


def grave(judged: JudgedSample) -> Iterator[Verdict]:
    """Give the verdicts other than a pass."""
    return (verdict for verdict in judged.verdicts if verdict.outcome != "pass")


def title(verdict: Verdict) -> str:
    """Give a verdict's check and reason, as ``check:reason``."""
    return f"{verdict.check}:{verdict.reason or verdict.outcome}"


def _finding(judged: JudgedSample, verdict: Verdict) -> str:
    """Put a verdict into one line: what it is, and which words it is about."""
    about = []
    for span in verdict.evidence:
        words = " ".join(judged.sample.turns[span.turn].text[span.start : span.end].split())
        about.append(f"“{words}”" + (f" ({span.contradicts})" if span.contradicts else ""))
    doubt = " (doubtful)" if verdict.outcome == "doubtful" else ""
    return title(verdict) + doubt + (f": {'; '.join(about)}" if about else "")


def answers(judged: JudgedSample) -> list[Turn]:
    """Give the turns that people may rewrite."""
    return [turn for turn in judged.sample.turns if turn.role == "gpt"]
