"""Labels and captions in; contexts for the checks against annotations out."""

from instructgen.records import Box, Context


def boxed(*labels: str, captions: tuple[str, ...] = (), side: float = 0.4, crowd: bool = False) -> Context:
    """Make a context with a square box for each label."""
    boxes = tuple(Box(label=label, x1=0.1, y1=0.1, x2=0.1 + side, y2=0.1 + side, crowd=crowd) for label in labels)
    return Context(id="7", row=0, captions=captions, boxes=boxes)
