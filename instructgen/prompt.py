"""A prompt template, a seeds file and a context in; the messages of a request out.

A template is a Jinja file of two blocks, ``system`` and ``query``, that hold words. What a context holds becomes
lines through the filters of this file, so that captions are never read as templates: ``facts`` gives all of it,
``captions``, ``boxes`` and ``passages`` a part. The system block may ask whether ``boxes`` are shown and whether the
``picture`` itself is sent. System message and seeds are rendered once and are the same objects in every request;
only the query is rendered for each context. The query of a check that asks somebody also has the ``sample``, or the
``first`` and ``second`` of two, for which there is the filter ``turns``.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import TracebackType

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from .digests import digest_bytes
from .errors import Declined, SetupError
from .forms import reply_text
from .records import Box, Context, Message, Part, Passage, Reply, Sample
from .seeds import Seeds

BLOCKS: Mapping[str, frozenset[str]] = {
    "system": frozenset({"boxes", "picture"}),
    "query": frozenset({"context"}),
}
"""The blocks of a template, and the names that each may use."""

_TOKEN = "<image>"
_NOTHING: Mapping[str, Sample] = {}
_THOUSANDTHS = {n / 1000: repr(n / 1000) for n in range(1001)}


def one_line(text: str) -> str:
    """Give ``text`` with its line breaks as spaces, else untouched."""
    lines = text.splitlines()
    return text if len(lines) == 1 and len(lines[0]) == len(text) else " ".join(lines)


_one_line = lru_cache(maxsize=4096)(one_line)
"""For labels, which are few."""


def caption_lines(context: Context) -> str:
    """Write the captions, one a line, as they are; blank ones are left out."""
    return "\n".join([one_line(caption) for caption in context.captions if caption and not caption.isspace()])


def box_lines(context: Context) -> str:
    """Write the boxes, one a line: ``label: [x1, y1, x2, y2]``, at most three decimals.

    A crowd's label bears ``(a group)``; where there is more than one picture, the label says which the box is in.
    """
    several = len(context.images) > 1
    return "\n".join([_box_line(box, several) for box in context.boxes])


def passage_lines(context: Context) -> str:
    """Write the passages, one a line: ``kind: text``, with the box where there is one; blank ones are left out."""
    return "\n".join([_passage_line(passage) for passage in context.passages if passage.text.strip()])


def fact_lines(context: Context, boxes: bool = True) -> str:
    """Write captions, boxes and passages, a blank line between them."""
    groups = (caption_lines(context), box_lines(context) if boxes else "", passage_lines(context))
    return "\n\n".join([group for group in groups if group])


def turn_lines(sample: Sample) -> str:
    """Write a sample's turns under the heads ``Question:`` and ``Answer:``, without the tokens for pictures."""
    turns = [turn.model_copy(update={"text": turn.text.replace(_TOKEN, "").strip()}) for turn in sample.turns]
    return reply_text("dialogue", Reply(turns=tuple(turns)), structured=False)


class Prompt:
    """A task's or a check's prompt: a template with its seeds, checked when it is made.

    Raises SetupError, naming file and line, for anything that is wrong with the template.
    """

    opening: tuple[Message, ...]
    """The system message, then user and assistant message of each seed."""
    system: str
    """The system message's text, without the sentence on layout."""
    digest: str
    """Digest of the template's text."""

    def __init__(
        self,
        text: str,
        where: str,
        seeds: Seeds,
        boxes: bool = True,
        picture: bool = False,
        beside: frozenset[str] = frozenset(),
    ) -> None:
        """``beside`` names the samples that the query may use beside the context."""
        self.where = where
        self.seeds = seeds
        self.digest = digest_bytes(text.encode())
        self._picture = picture
        self._template = _compile(text, where, boxes, beside)
        self._query = self._template.blocks["query"]
        try:
            system = self._template.blocks["system"]
            self.system = _tidy(system(self._template.new_context({"boxes": boxes, "picture": picture})))
            shots = [self._shot(seed.context) for seed in seeds.seeds]
        except Exception as error:
            raise SetupError(f"{where}:{_line(error, self._template)}: {_said(error)}") from None
        if not self.system:
            raise SetupError(f"{where}:1: the block 'system' is empty; write what is asked of the teacher")
        messages = [Message(role="system", parts=(self.system,))]
        for shot, seed in zip(shots, seeds.seeds, strict=True):
            messages += [shot, Message(role="assistant", parts=(seed.reply,))]
        self.opening = tuple(messages)

    def messages(
        self, context: Context, notes: Sequence[str] = (), beside: Mapping[str, Sample] = _NOTHING
    ) -> tuple[Message, ...]:
        """Give the messages that ask about ``context`` and the samples ``beside`` it.

        Each of ``notes`` is a sentence to the teacher; they stand after the query. Raises Declined, reason
        ``prompt_fault``, when the template cannot be rendered for just this context.
        """
        try:
            text = self._words(context, beside)
        except Exception as error:
            line = _line(error, self._template)
            raise Declined("prompt_fault", f"{self.where}:{line}: {_said(error)}") from None
        if notes:
            text += "\n\n" + "\n".join(f"Note: {' '.join(note.split())}" for note in notes)
        parts: tuple[Part, ...] = (*context.images, text) if self._picture else (text,)
        return (*self.opening, Message(role="user", parts=parts))

    def _shot(self, context: Context) -> Message:
        return Message(role="user", parts=(self._words(context, _NOTHING),))

    def _words(self, context: Context, beside: Mapping[str, Sample]) -> str:
        return _tidy(self._query(self._template.new_context({"context": context, **beside})))


def _box_line(box: Box, several: bool) -> str:
    label = _one_line(box.label)
    if box.crowd:
        label += " (a group)"
    if several:
        label += f" (picture {box.image + 1})"
    known = _THOUSANDTHS
    try:
        return f"{label}: [{known[box.x1]}, {known[box.y1]}, {known[box.x2]}, {known[box.y2]}]"
    except KeyError:
        return f"{label}: {_corners((box.x1, box.y1, box.x2, box.y2))}"


def _passage_line(passage: Passage) -> str:
    head = passage.kind if passage.seconds is None else f"{passage.kind} at {round(passage.seconds, 1)} s"
    tail = f" {_corners(passage.box)}" if passage.box else ""
    return f"{one_line(head)}: {one_line(passage.text)}{tail}"


def _corners(box: tuple[float, float, float, float]) -> str:
    known = _THOUSANDTHS.get
    return f"[{', '.join([known(v) or repr(round(float(v), 3)) for v in box])}]"


def _tidy(pieces: Iterable[str]) -> str:
    """Join what a block gave. Only the template's own margins are cut: blank lines inside may be a context's."""
    return "".join(pieces).strip("\n ")


def _environment(boxes: bool) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.globals.clear()
    del environment.filters["random"]
    shown: dict[str, Callable[..., str]] = {
        "facts": lambda context: fact_lines(context, boxes),
        "captions": caption_lines,
        "boxes": box_lines if boxes else lambda _context: "",
        "passages": passage_lines,
        "turns": turn_lines,
    }
    environment.filters.update(shown)
    return environment


def _compile(text: str, where: str, boxes: bool, beside: frozenset[str]) -> Template:
    environment = _environment(boxes)
    try:
        tree = environment.parse(text, where, where)
        _check(tree, where, environment, beside)
        code = environment.compile(tree, where, where)
    except TemplateSyntaxError as error:
        raise SetupError(f"{where}:{error.lineno}: {error.message}") from None
    return Template.from_code(environment, code, {})


def _check(tree: nodes.Template, where: str, environment: SandboxedEnvironment, beside: frozenset[str]) -> None:
    """Raise SetupError unless the file is just the two blocks and they use only the names that they are given."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, nodes.Block) and node.name in BLOCKS:
            found.add(node.name)
            known = BLOCKS[node.name] | (beside if node.name == "query" else frozenset())
            _check_names(node, where, environment, known)
        elif not (isinstance(node, nodes.Output) and all(_is_blank(part) for part in node.nodes)):
            shown = f"the block '{node.name}'" if isinstance(node, nodes.Block) else "something outside of the blocks"
            raise SetupError(
                f"{where}:{_first_line(node)}: {shown}; a prompt holds only the blocks 'system' and 'query', "
                "and what stands outside of them is not seen from within"
            )
    for name in BLOCKS:
        if name not in found:
            raise SetupError(f"{where}:1: there is no block '{name}'; write {{% block {name} %}}…{{% endblock %}}")


def _check_names(block: nodes.Block, where: str, environment: SandboxedEnvironment, known: frozenset[str]) -> None:
    body = nodes.Template(block.body, lineno=1)
    body.set_environment(environment)
    free = meta.find_undeclared_variables(body) - known
    for name in block.find_all(nodes.Name):
        if name.name in free:
            raise SetupError(
                f"{where}:{name.lineno}: the block '{block.name}' does not know '{name.name}'; "
                f"it knows {', '.join(sorted(known))}"
            )


def _is_blank(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.TemplateData) and not node.data.strip()


def _first_line(node: nodes.Node) -> int:
    """Give the line of the first word: text that follows a block begins, for Jinja, at the block's end."""
    if isinstance(node, nodes.Output) and isinstance(node.nodes[0], nodes.TemplateData):
        data = node.nodes[0].data
        return node.lineno + data[: len(data) - len(data.lstrip())].count("\n")
    return node.lineno


def _line(error: Exception, template: Template) -> int:
    """Give the template's line that raised ``error``, or 1."""
    line, step = 1, error.__traceback__
    while isinstance(step, TracebackType):
        if step.tb_frame.f_code.co_filename == template.filename:
            line = template.get_corresponding_lineno(step.tb_lineno)
        step = step.tb_next
    return line


def _said(error: Exception) -> str:
    message = error.message if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
    return re.sub(r"\s+", " ", message or type(error).__name__)
