"""A request in; one line of a batch file out, and a line of the service's answer in, its completion out.

What is asked is byte for byte what ``openai_chat`` would send, and who answers is the same: by its identity a journal
that one filled serves the other, and in samples and fingerprints this teacher bears the other's name.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, PrivateAttr, model_validator

from ..batched import Limits
from ..batches import Batch, Layout, Ticket
from ..component import PLACEMENT
from ..errors import TeacherStop, UserError
from ..records import Completion, Request
from .batch_service import OpenAIService
from .http import Answer
from .manner import Manner
from .openai_chat import OpenAIChat
from .refusals import Passing, Unsupported, for_length, judge, kind_of_refusal, read_fault
from .server import Access, Positive
from .wire import read_outcome

_MANY = 20
"""So many refusals in the same words, and not one answer, are the set-up's fault."""
_WIDTH = 16


class OpenAIBatch(OpenAIChat):
    """The OpenAI Batch API, or another service with its endpoints: half the price, answered within a day."""

    completion_window: Annotated[str, PLACEMENT] = "24h"
    """Within which time the service is to answer; OpenAI knows this one only."""
    endpoint: Annotated[str, PLACEMENT] = Field(default="/v1/chat/completions", pattern=r"^/[\w./-]+$")
    """What each line of a batch asks, as the service names it."""
    max_requests: Annotated[int, PLACEMENT] = Field(default=50_000, ge=1, le=50_000)
    """Most requests in one batch; OpenAI takes 50,000."""
    max_bytes: Annotated[int, PLACEMENT] = Field(default=200_000_000, ge=10_000, le=200_000_000)
    """Largest file of requests in bytes, pictures in them included; OpenAI takes 200 MB."""
    max_enqueued_tokens: Annotated[int | None, PLACEMENT] = Field(default=None, ge=1000)
    """Most prompt tokens, as estimated, in all open batches together: your account's limit for the model. If left out,
    as many as the service takes."""
    retries: Annotated[int, PLACEMENT] = Field(default=3, ge=0)
    """Times that a request is put into another batch when one gave no answer for it."""
    poll_seconds: Annotated[Positive, PLACEMENT] = 60.0
    """Seconds between two looks at a batch."""
    listing_seconds: Annotated[float, PLACEMENT] = Field(default=60.0, ge=0)
    """Seconds after which the service surely lists a batch that was begun. Where a run does not know whether it has
    begun one, it looks for it so long before it begins another."""

    _manner_now: Manner | None = PrivateAttr(default=None)
    _way: Access | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _one_service(self) -> Self:
        if len(self._urls()) > 1:
            raise ValueError("base_url: expected one service's address, since a batch lies at one")
        return self

    @property
    def limits(self) -> Limits:
        """Give what its batches may hold."""
        return Limits(
            self.max_requests,
            self.max_bytes,
            self.max_enqueued_tokens,
            self.retries,
            self.poll_seconds,
            self.listing_seconds,
        )

    def layout(self) -> Layout:
        """Say how requests are written now: with a JSON schema, unless the service is known to refuse that."""
        manner = self._own_manner()
        return Layout(manner.structured, manner.reasoning)

    async def line(self, request: Request, layout: Layout) -> bytes:
        """Write a request's line, less its ``custom_id``. Raises RequestRefused for a picture that cannot be sent."""
        write = await self._writer(request)
        return b'"method":"POST","url":"%b","body":%b}' % (self.endpoint.encode(), write(*layout))

    def answered(self, batch: Batch) -> None:
        """Note that the service takes requests in the layout of a batch."""
        manner = self._own_manner()
        if batch.layout == (manner.structured, manner.reasoning):
            manner.settled = True
            manner.may_unstructure = False  # a later refusal may only quote the request's own words

    def read(self, status: int, body: bytes, ticket: Ticket, batch: Batch) -> Completion | str:
        """Read the answer to one line; a text says why there is none. Raises TeacherStop, as a direct answer would."""
        if status == 200:
            try:
                outcome = read_outcome(body)
            except ValueError as error:
                return self._access_known().scrub(f"not a chat completion ({error})")
        elif not 400 <= status < 600:
            return f"no answer (status {status})"
        elif status == 404:
            access = self._access_known()
            said = access.scrub(read_fault(body)[0], 120)
            raise TeacherStop(
                f"{access.server}: answers 404 for model '{batch.model}' ({said}); check model and endpoint"
            )
        else:
            manner, (structured, reasoning) = self._own_manner(), batch.layout
            can_do_without = structured and manner.may_unstructure, not reasoning and manner.may_turn_reasoning
            try:
                outcome = judge(Answer(status, {}, body), self._access_known(), *can_do_without)
            except Passing as fault:
                return str(fault)
            except Unsupported as fault:
                manner.learn(fault.what)
                return f"asked again without what the service lacks ({fault.what})"
        return self._completion(ticket.slot, ticket.digest, outcome, ticket.most, batch.model, batch=True)

    def setup_fault(self, said: Sequence[str]) -> UserError | None:
        """Give what stops the run when many requests are refused in the same words and none was ever answered."""
        if len(said) < _MANY or for_length(said[0]) or len({kind_of_refusal(each) for each in said}) > 1:
            return None
        told = f"the first {len(said)} requests were all refused in the same words: {said[0]}"
        return TeacherStop(f"{self._access_known().server}: {told}; mend the teacher's fields")

    def width(self) -> int:
        """Give how many contexts are played at a time while requests are gathered: pictures are read in threads."""
        return _WIDTH

    def service(self) -> OpenAIService:
        """Give the way to the service. Raises SetupError and TeacherStop."""
        return OpenAIService(self, self._access_known(), self.completion_window, self.endpoint)

    def settled(self) -> Mapping[str, str]:
        """Give ``reply_format`` and ``reasoning`` as far as answers have settled them, in batches or direct ones."""
        if self._manner_now is not None:
            self._settled.update(self._learned(self._manner_now))
        return super().settled()

    def _own_manner(self) -> Manner:
        if self._manner_now is None:
            self._manner_now = self._manner()
        return self._manner_now

    def _access_known(self) -> Access:
        if self._way is None:
            self._way = self.accesses()[0]
        return self._way
