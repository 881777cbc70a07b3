"""A run's folder in; what every sample can answer about itself, and the run's figures, out.

    python examples/read_a_run.py runs/demo

Nothing is locked and nothing is written, so this also works while the run is being made.
"""

import sys

from instructgen.records import Sample
from instructgen.run import Run


def tell(run: Run, sample: Sample) -> None:
    """Print a sample, and where it comes from."""
    print(f"━━ {sample.id} ━━ picture {', '.join(image.path or image.url or '?' for image in sample.images)}")
    for turn in sample.turns:
        print(f"  {turn.role:5} {' '.join(turn.text.split())}")
    context = next(context for context in run.contexts() if context.id == sample.origin.context)
    print(
        f"  made from {len(context.captions)} captions and {len(context.boxes)} boxes, such as: {context.captions[0]}"
    )
    print(f"  by {sample.origin.teacher} (model {sample.origin.model}), attempt {sample.origin.attempt}")
    for name, text in run.texts(sample).items():
        print(f"  with {name}, {len(text)} characters")
    for completion in run.completions(sample):
        tokens = completion.usage.reply if completion.usage else 0
        print(f"  answered {completion.at}, request {completion.digest[:8]}…, {tokens} reply tokens")
    cost = run.usd(sample)
    print(f"  cost {'unknown' if cost is None else f'${cost:.6f}'}")


def main(path: str) -> None:
    """Tell the first sample of each task, then what was rejected, then the figures."""
    run = Run.open(path)
    for task in run.built.tasks:
        first = next(run.samples(task), None)
        if first is not None:
            tell(run, first)
    for row in run.rejected():
        print(f"not accepted: {row['id']}, {row['kind']}: {row['reason']}")
    print(run.summary().tally.accepted, "samples accepted")
    print(run.frame("samples").group_by("task").len().sort("task").collect())


if __name__ == "__main__":
    main(sys.argv[1])
