"""A request's body in; its outcome out, however often it must be sent: permits, retries (by tenacity), stopping."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

import tenacity

from ..errors import RequestRefused, TeacherStop
from ..money.budget import sender, try_again, unpaid
from .endpoints import Endpoint, Endpoints
from .held import Held
from .http import Answer, Broken
from .manner import Manner
from .rates import Meter
from .refusals import Passing, Unsupported, explain_missing, for_length, judge, may_be_charged, read_fault
from .server import Access, Pace
from .wire import Outcome, read_outcome

_TRIES_UNREACHED = 6
"""Tries for a request to a server that never answered anything: a few seconds."""

_FIRST_WAIT = 0.5
"""Seconds: the upper bound of the first retry's wait; it doubles each time, and the wait is drawn below it."""

Writer = Callable[[bool, bool], bytes]
"""Writes a request's body, given whether a JSON schema is sent and whether the model is a reasoning one."""


class Gauge(NamedTuple):
    """What a progress display may show."""

    in_flight: int
    limit: int
    retries: int


class Exchange:
    """All requests to one model, of one server or several, in one event loop."""

    def __init__(self, pace: Pace, accesses: Sequence[Access], model: str, manner: Manner) -> None:
        self.loop = asyncio.get_running_loop()
        self.manner = manner
        self.retries = 0
        self.endpoints = Endpoints(accesses, pace, self._all_gone)
        self._pace = pace
        self._model = model
        self._gate = self.endpoints.gate
        self._requests = Meter(pace.requests_per_minute) if pace.requests_per_minute else None
        self._tokens = Meter(pace.tokens_per_minute) if pace.tokens_per_minute else None
        self._probe: asyncio.Event | None = None
        self._answered_at = float("-inf")
        self._began_at = self.loop.time()
        self._held = Held()
        self._active = 0

    def gauge(self) -> Gauge:
        """Give the requests in flight, their limit now, and the retries so far."""
        windows = self.endpoints.all
        return Gauge(sum(w.in_flight for w in windows), sum(int(w.limit) for w in windows), self.retries)

    @property
    def _served(self) -> bool:
        return self._answered_at > float("-inf")

    def halt(self, error: Exception) -> None:
        """Let nothing more be sent; what waits ends with ``error``, what is in flight goes on."""
        self._gate.stop(error)
        self._let_go()

    def hold(self) -> None:
        """Send nothing for now; what comes waits."""
        for endpoint in self.endpoints.all:
            self._gate.shut(endpoint)

    def release(self) -> None:
        """Send again."""
        for endpoint in self.endpoints.all:
            self._gate.reopen(endpoint)

    async def close(self) -> None:
        """Close all connections."""
        await self.endpoints.close()

    async def converse(self, write: Writer) -> Outcome:
        """Get a request answered. Raises TeacherStop, and RequestRefused when only this one gets no answer."""
        self._active += 1
        try:
            outcome = await (self._in_manner(write) if self.manner.settled else self._settling(write))
            if outcome.finish == "refused_request" and not self._served and not for_length(outcome.text):
                await self._held_back(outcome)
            return outcome
        finally:
            self._active -= 1
            self._let_go()

    # ── settling ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _settling(self, write: Writer) -> Outcome:
        while not self.manner.settled:
            if self._probe is None:
                return await self._probed(write)
            unpaid()  # what waits holds nothing back: the request ahead may need room to be sent once more
            await self._probe.wait()
            await try_again()
        return await self._in_manner(write)

    async def _probed(self, write: Writer) -> Outcome:
        # While the server's ability is unknown one request goes ahead; the next one does if it settles nothing.
        self._probe = probe = asyncio.Event()
        try:
            outcome = await self._in_manner(write)
            self.manner.settled = self.manner.settled or outcome.finish not in ("refused_request", "content_filter")
            return outcome
        finally:
            self._probe = None
            probe.set()

    async def _in_manner(self, write: Writer) -> Outcome:
        manner = self.manner
        while True:
            structured, reasoning = manner.structured, manner.reasoning
            body = write(structured, reasoning)
            can_do_without = structured and manner.may_unstructure, not reasoning and manner.may_turn_reasoning
            try:
                return await self._once(body, can_do_without)
            except Passing as fault:
                first = fault
            except Unsupported as fault:
                manner.learn(fault.what)
                await try_again()
                continue
            try:
                return await self._again(body, can_do_without, first)
            except Unsupported as fault:
                manner.learn(fault.what)
                await try_again()

    # ── sending ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _once(self, body: bytes, can_do_without: tuple[bool, bool], avoid: Endpoint | None = None) -> Outcome:
        gate = self._gate
        endpoint = gate.enter(avoid) or await gate.wait(avoid)
        try:
            guess = await self._turn(body) if self._requests or self._tokens else 0
            asked_at = self.loop.time()
            payload = b"%b%d\r\n\r\n%b" % (endpoint.access.post, len(body), body)
            try:
                answer = await endpoint.pool.ask(payload, self._pace.timeout, sender())
            except Broken as fault:
                raise self._unanswered(fault, endpoint, asked_at) from None
            self.endpoints.reached = True
            if answer.status != 200:
                return await self._refusal(answer, endpoint, asked_at, can_do_without)
            try:
                outcome = read_outcome(answer.body)
            except ValueError as error:
                answer = self._disguised(answer, endpoint, error)
                return await self._refusal(answer, endpoint, asked_at, can_do_without)
            if can_do_without[0]:
                self.manner.may_unstructure = False  # it can: a later refusal may only quote the request's own words
            now = self._answered_at = self.loop.time()
            self.endpoints.answered(endpoint, now - asked_at)
            if self._tokens and outcome.usage:
                self._tokens.correct(outcome.usage.prompt + outcome.usage.reply - guess)
            return outcome
        except Passing as fault:
            fault.at = endpoint
            raise
        finally:
            gate.leave(endpoint)

    async def _turn(self, body: bytes) -> int:
        guess = len(body) // 4 + 300
        wait = max(self._requests.turn(1) if self._requests else 0.0, self._tokens.turn(guess) if self._tokens else 0.0)
        if wait > 0:
            await self._gate.sleep(wait)
        return guess

    def _unanswered(self, fault: Broken, endpoint: Endpoint, asked_at: float) -> Exception:
        access = endpoint.access
        if fault.kind == "certificate":
            advice = "name its authority's file by ca_bundle, SSL_CERT_FILE or REQUESTS_CA_BUNDLE"
            return self._stop(f"{access.server}: its certificate is not trusted; {advice}")
        if fault.kind == "timeout":
            endpoint.crowded(asked_at)
        said = access.scrub(str(fault))
        self.endpoints.failed(endpoint, said, absent=fault.kind == "refused")
        return Passing(said)

    async def _refusal(
        self, answer: Answer, endpoint: Endpoint, asked_at: float, can_do_without: tuple[bool, bool]
    ) -> Outcome:
        if not may_be_charged(answer):
            unpaid()
        if answer.status == 404:
            timeout = min(self._pace.timeout, 10.0)
            raise self._stop(await explain_missing(answer, endpoint.access, endpoint.pool, self._model, timeout))
        try:
            structure, reasoning = can_do_without
            return judge(answer, endpoint.access, structure and self.manner.may_unstructure, reasoning)
        except TeacherStop as stop:
            raise self._stop(str(stop)) from None
        except Passing as fault:
            if fault.crowded:
                endpoint.crowded(asked_at)
            if answer.status >= 500:
                self.endpoints.failed(endpoint, str(fault))
            raise

    def _disguised(self, answer: Answer, endpoint: Endpoint, error: ValueError) -> Answer:
        """Some gateways send an error under the status 200; anything else unreadable is tried again."""
        message, marks = read_fault(answer.body)
        code = next((int(m) for m in marks.split() if m.isdigit() and 400 <= int(m) < 600), None)
        if code is not None and answer.body.lstrip()[:1] == b"{":
            return Answer(code, answer.headers, answer.body)
        kind = answer.headers.get("content-type", "no content type")
        raise Passing(endpoint.access.scrub(f"not a chat completion ({kind}; {error}): {message[:80]}")) from None

    # ── refusals before the first answer ─────────────────────────────────────────────────────────────────────────

    async def _held_back(self, outcome: Outcome) -> None:
        same = self._held.too_many(outcome.text)
        if same:
            told = f"the first {same} requests were all refused in the same words: {outcome.text}"
            raise self._stop(f"{self.endpoints.names}: {told}; mend the teacher's fields")
        released = self._held.hold()
        self._let_go()
        await released
        if self._gate.stopped is not None:
            raise self._gate.stopped

    def _let_go(self) -> None:
        self._held.let_go(self._served or self._gate.stopped is not None, self._active)

    # ── failing ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _again(self, body: bytes, can_do_without: tuple[bool, bool], first: Passing) -> Outcome:
        began = self.loop.time()
        failures, last = [first], [first]

        async def attempt() -> Outcome:
            if failures:
                raise failures.pop()  # the first try has been made; tenacity starts with its failure
            self.retries += 1
            await try_again()
            return await self._once(body, can_do_without, last[0].at)

        def enough(state: tenacity.RetryCallState) -> bool:
            fault = last[0] = _failure(state)
            if (state.seconds_since_start or 0.0) + state.upcoming_sleep > self._pace.retry_seconds:
                return True
            if not self.endpoints.reached:
                return state.attempt_number >= _TRIES_UNREACHED
            others_are_served = self._answered_at > began and not fault.crowded
            return others_are_served and state.attempt_number > self._pace.retries

        retrying = tenacity.AsyncRetrying(
            sleep=self._gate.sleep,
            wait=self._wait,
            stop=enough,
            retry=tenacity.retry_if_exception_type(Passing),
            reraise=True,
        )
        try:
            return await retrying(attempt)
        except Passing as fault:
            raise self._given_up(fault, began) from None

    def _wait(self, state: tenacity.RetryCallState) -> float:
        asked = _failure(state).retry_after
        longest = self._pace.max_wait
        jitter = tenacity.wait_random_exponential(multiplier=_FIRST_WAIT, max=longest)(state)
        # A little jitter on top of what the server asks, so that not all come back at the same instant.
        return jitter if asked is None else min(asked + min(jitter, 1.0), max(longest, 0.0))

    def _given_up(self, last: Passing, began: float) -> Exception:
        server = self.endpoints.names
        if not self.endpoints.reached:
            return self._stop(f"{server}: nothing answers ({last}); start the server or set base_url")
        if self._answered_at <= began:
            tried = f"no answer for {self.loop.time() - began:.0f} s, the last time: {last}"
            return self._stop(f"{server}: {tried}; run again when it is back: what was answered is kept")
        return RequestRefused("no_answer", f"tried until the limit of retries, the last time: {last}")

    def _all_gone(self, last: str) -> None:
        self._given_up(Passing(last), max(self._answered_at, self._began_at))

    def _stop(self, message: str) -> TeacherStop:
        stop = TeacherStop(message)
        self.halt(stop)
        return stop


def _failure(state: tenacity.RetryCallState) -> Passing:
    fault = state.outcome.exception() if state.outcome else None
    return fault if isinstance(fault, Passing) else Passing("no outcome")
