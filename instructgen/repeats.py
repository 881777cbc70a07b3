"""Samples in, some with an id that came before; each with an id of its own out, and exact repeats not again.

A source's own ids are told apart a thousand records at a time, so a later shard may bear an id anew.
"""

from .records import Sample


class Repeats:
    """Knows the samples that came before."""

    def __init__(self) -> None:
        """Start with none."""
        self._seen: dict[int, int] = {}
        """Content by id, both hashed: there may be millions."""
        self.dropped = 0
        self.renamed = 0

    def told_apart(self, sample: Sample) -> Sample | None:
        """Give a sample under an id of its own; None when turns and pictures came before under this id.

        Where the id is taken, ``~2``, ``~3`` and so on follow the context in it.
        """
        content = hash((tuple((t.role, t.text) for t in sample.turns), tuple((i.path, i.url) for i in sample.images)))
        context, times, name = sample.origin.context, 1, sample.id
        while (known := self._seen.get(hash(name))) is not None:
            if known == content:
                self.dropped += 1
                return None
            times += 1
            name = f"{context}~{times}{sample.id.removeprefix(context)}"
        self._seen[hash(name)] = content
        if times == 1:
            return sample
        self.renamed += 1
        return sample.model_copy(update={"id": name})

    def __str__(self) -> str:
        """Say what was told apart, as the end of a sentence; nothing when nothing was."""
        counts = ((self.dropped, "exact repeats left out"), (self.renamed, "repeated ids renamed with ~2 and so on"))
        return "".join(f"; {count} {what}" for count, what in counts if count)
