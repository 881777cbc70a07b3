"""What a server has been seen to lack in; how it is spoken to out."""


class Manner:
    """How the server is spoken to, as far as it is known."""

    def __init__(self, structured: bool, settled: bool, reasoning: bool, may_turn: tuple[bool, bool]) -> None:
        self.structured = structured
        self.settled = settled
        """A request was answered in this manner, or the recipe fixed it."""
        self.reasoning = reasoning
        self.may_unstructure, self.may_turn_reasoning = may_turn

    def learn(self, what: str) -> None:
        """Do without what the server lacks."""
        if what == "reply_format":
            self.structured = False
        else:
            self.reasoning = True
