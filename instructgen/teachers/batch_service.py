"""A batch service's endpoints, by the ``openai`` package: files and batches in and out, passing faults tried again.

Only the creation of a batch is never simply tried again: an answer that was lost on the way may have begun one, and a
second would be paid for.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from ..batched import Found, Unsettled
from ..errors import TeacherStop
from .http import Answer
from .refusals import Passing, judge
from .routes import certificates
from .server import Access, OpenAIServer

T = TypeVar("T")

METADATA = "instructgen"
"""Key in a batch's metadata of the run's own name for it."""
_PAGE = 100
_TRIES_UNREACHED = 6
"""Tries at a service that never answered anything: a few seconds."""
_FIRST_WAIT = 0.5


class Refused(Exception):
    """The service will not do this, and would not if asked again."""


class OpenAIService:
    """A service with OpenAI's endpoints ``files`` and ``batches``. All methods wait, so they are called in threads."""

    def __init__(self, server: OpenAIServer, access: Access, window: str, endpoint: str) -> None:
        """Nothing is asked yet."""
        self._server = server
        self._access = access
        self._window = window
        self._endpoint = endpoint
        self._halted = threading.Event()
        self._why: Exception | None = None
        self._reached = False

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────

    def upload(self, path: Path, name: str) -> str:
        """Upload a file of requests under a name; give the service's id. Raises TeacherStop."""

        def send() -> str:
            with path.open("rb") as file:
                made = self._client.files.create(file=(f"{name}.jsonl", file), purpose="batch")
            return str(made.id)

        advice = "; is it a batch service? vLLM's own server, for one, is none"
        return self._surely(f"take the file {path.name}", send, advice)

    def uploaded(self, name: str) -> list[str]:
        """Give the ids of uploaded files of that name; none where the service does not list files."""

        def look() -> list[str]:
            files = self._client.files.list(purpose="batch")
            return [file.id for file in files if getattr(file, "filename", "") == f"{name}.jsonl"]

        try:
            return self._tried(look)
        except Refused:
            return []

    def delete(self, file: str) -> None:
        """Delete a file; one that is gone, or that the service will not delete, is left."""
        with contextlib.suppress(Refused):
            self._tried(lambda: self._client.files.delete(file))

    def fetch(self, file: str, path: Path) -> None:
        """Write a file's content to ``path``, whole. Raises TeacherStop."""

        def get() -> None:
            with self._client.files.with_streaming_response.content(file) as answer:
                answer.stream_to_file(path)

        self._surely(f"give the file {file}", get)

    # ── batches ──────────────────────────────────────────────────────────────────────────────────────────────

    def create(self, file: str, name: str) -> Found:
        """Have a batch begun. Raises Unsettled when no answer came, TeacherStop when the service will not do it."""

        def begin() -> Found:
            window: Any = self._window  # types of the package name OpenAI's own values only
            endpoint: Any = self._endpoint
            made = self._client.batches.create(
                input_file_id=file, endpoint=endpoint, completion_window=window, metadata={METADATA: name}
            )
            return _found(made)

        def once() -> Found:
            try:
                return self._told(begin)
            except Passing as fault:
                if fault.crowded and str(fault).startswith("HTTP 429"):  # turned away: surely not begun
                    raise
                raise Unsettled(str(fault)) from None

        return self._surely("begin a batch", once)

    def listed(self) -> Iterator[Found]:
        """Give all batches, the newest first, page by page. Raises TeacherStop."""
        after: str | None = None
        while True:
            since: dict[str, Any] = {} if after is None else {"after": after}

            def look(since: dict[str, Any] = since) -> Any:
                return self._client.batches.list(limit=_PAGE, **since)

            page = self._surely("list its batches", look)
            found = page.data or []
            yield from map(_found, found)
            if not found or not getattr(page, "has_more", False) or found[-1].id == after:
                return
            after = found[-1].id

    def look(self, batch: str) -> Found:
        """Ask how far a batch is. Raises TeacherStop."""
        what = f"tell of the batch {batch}, which this run has there"
        return self._surely(what, lambda: _found(self._client.batches.retrieve(batch)))

    def cancel(self, batch: str) -> None:
        """Have a batch stopped; one that has ended is left."""
        with contextlib.suppress(Refused):
            self._tried(lambda: self._client.batches.cancel(batch))

    def halt(self, error: Exception) -> None:
        """Try nothing again: what waits for that raises ``error``."""
        self._why = error
        self._halted.set()

    def close(self) -> None:
        """Close all connections."""
        client = self.__dict__.pop("_client", None)
        if client is not None:
            client.close()

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _client(self) -> Any:
        import openai

        base_url, headers, query, proxy = self._server.connection()
        secure = base_url.startswith("https:")
        given: dict[str, Any] = {"verify": certificates(self._server.ca_bundle)} if secure else {}
        given |= {} if proxy is None else {"trust_env": False, **({"proxy": proxy} if proxy else {})}
        if "Authorization" not in headers:
            given["event_hooks"] = {"request": [lambda request: request.headers.pop("Authorization", None)]}
        return openai.OpenAI(
            api_key="none",  # the package wants one: the key is among the headers, where there is one
            base_url=base_url,
            default_headers=headers,
            default_query=query,
            max_retries=0,
            timeout=self._server.timeout,
            http_client=openai.DefaultHttpxClient(**given),
        )

    def _surely(self, what: str, ask: Callable[[], T], advice: str = "") -> T:
        try:
            return self._tried(ask)
        except Refused as refusal:
            raise TeacherStop(f"{self._access.server}: would not {what}: {refusal}{advice}") from None

    def _tried(self, ask: Callable[[], T]) -> T:
        """Ask until there is an answer. Raises Refused, TeacherStop, and what ``halt`` was told."""
        import tenacity

        def enough(state: tenacity.RetryCallState) -> bool:
            late = (state.seconds_since_start or 0.0) + state.upcoming_sleep > self._server.retry_seconds
            return late or self._halted.is_set() or (not self._reached and state.attempt_number >= _TRIES_UNREACHED)

        retrying = tenacity.Retrying(
            sleep=tenacity.sleep_using_event(self._halted),
            wait=self._wait,
            stop=enough,
            retry=tenacity.retry_if_exception_type(Passing),
            reraise=True,
        )
        try:
            answer: T = retrying(self._told, ask)
        except Passing as fault:
            if self._why is not None:
                raise self._why from None
            server = self._access.server
            if not self._reached:
                raise TeacherStop(f"{server}: nothing answers ({fault}); start the service or set base_url") from None
            told = f"no answer for {self._server.retry_seconds:.0f} s, the last time: {fault}"
            raise TeacherStop(f"{server}: {told}; run again when it is back: what was answered is kept") from None
        return answer

    def _wait(self, state: Any) -> float:
        import tenacity

        fault = state.outcome.exception()
        most = self._server.max_wait
        jitter = tenacity.wait_random_exponential(multiplier=_FIRST_WAIT, max=most)(state)
        asked = fault.retry_after if isinstance(fault, Passing) else None
        return jitter if asked is None else min(asked + min(jitter, 1.0), most)

    def _told(self, ask: Callable[[], T]) -> T:
        """Ask once, and say in our own errors what went wrong: Passing, Refused, TeacherStop."""
        import httpx2
        import openai

        try:
            answer = ask()
        except openai.APIStatusError as error:
            self._reached = True
            headers = {name.lower(): value for name, value in error.response.headers.items()}
            raise self._meant(Answer(error.status_code, headers, error.response.content)) from None
        except (openai.APIError, httpx2.HTTPError) as error:
            raise Passing(self._access.scrub(str(error.__cause__ or error))) from None
        self._reached = True
        return answer

    def _meant(self, answer: Answer) -> Exception:
        try:
            outcome = judge(answer, self._access, structured=False, plain_parameters=False)
        except (Passing, TeacherStop) as fault:
            return fault
        return Refused(f"{answer.status}, {outcome.text}")


def _found(batch: Any) -> Found:
    """Read what the package gives; whatever stands beside the id may be missing at other services than OpenAI."""
    counts, errors, metadata = (getattr(batch, name, None) for name in ("request_counts", "errors", "metadata"))
    faults = getattr(errors, "data", None) or ()
    return Found(
        batch=batch.id,
        status=str(getattr(batch, "status", "") or "").lower(),
        created=float(getattr(batch, "created_at", 0) or 0),
        input_file=str(getattr(batch, "input_file_id", "") or ""),
        name=(metadata or {}).get(METADATA) if isinstance(metadata, dict) else None,
        output_file=getattr(batch, "output_file_id", None) or None,
        error_file=getattr(batch, "error_file_id", None) or None,
        completed=getattr(counts, "completed", 0) or 0,
        failed=getattr(counts, "failed", 0) or 0,
        errors=tuple((e.line, str(e.code or ""), str(e.message or "")) for e in faults),
    )
