"""An answer that is no completion in; what it means out: try again, send it otherwise, this record's fault, or stop.

| status | meaning |
|---|---|
| 408, 409, 425, 429, 5xx | try again; 429, 503 and 529 also say that too much was asked at a time |
| 429 with insufficient_quota, 402 | stop: the account has no money left |
| 401, 403, 404, 405, 3xx | stop: key, rights, model or address are wrong |
| 400 and 422 that name response_format, temperature or max_tokens | the server lacks it: send it otherwise |
| any other 4xx | the server will not answer this request: that is its answer |
"""

import re
from datetime import UTC, datetime
from difflib import get_close_matches
from email.utils import parsedate_to_datetime
from typing import Literal

import msgspec

from ..errors import TeacherStop
from .endpoints import Endpoint
from .http import Answer, Broken
from .pool import Pool
from .server import Access
from .wire import Outcome

_CROWDED = (429, 503, 529)
_IN_BETWEEN = frozenset({408, 502, 504, *range(520, 528)})
"""What a gateway says when no answer came in time: the model behind it may have written one."""
_FORMAT = re.compile(r"response_?format|json[_ ]?schema|structured[_ ]output|guided|grammar", re.IGNORECASE)
_PARAMETER = re.compile(r"\b(temperature|top_p|max_tokens)\b")
_LACKS = re.compile(r"unsupported|not support|not allowed|unknown param|unrecogni[sz]ed|not permitted", re.IGNORECASE)
_QUOTA = re.compile(
    r"insufficient[_ ](quota|balance|credit|fund)|exceeded your current quota|billing_hard_limit|out of credits",
    re.IGNORECASE,
)
_FILTER = re.compile(r"content_filter|content management policy|ResponsibleAI|moderation|content_policy", re.IGNORECASE)
_LENGTH = re.compile(
    r"context[ _](length|window|size)|too (long|large|many tokens)|maximum.{0,20}tokens", re.IGNORECASE
)


class Passing(Exception):
    """No answer this time: trying again may help. The text has been scrubbed."""

    def __init__(self, said: str, retry_after: float | None = None, crowded: bool = False) -> None:
        super().__init__(said)
        self.retry_after = retry_after
        """Seconds that the server asks to wait."""
        self.crowded = crowded
        """The server says that too much is asked of it."""
        self.at: Endpoint | None = None
        """Where it happened."""


class Unsupported(Exception):
    """The server lacks something that can be done without."""

    def __init__(self, what: Literal["reply_format", "reasoning"]) -> None:
        super().__init__(what)
        self.what = what


class _Fault(msgspec.Struct):
    message: object = None
    type: object = None
    param: object = None
    code: object = None
    innererror: object = None


class _Envelope(msgspec.Struct):
    error: _Fault | str | None = None
    message: object = None
    detail: object = None
    code: object = None


def judge(answer: Answer, access: Access, structured: bool, plain_parameters: bool) -> Outcome:
    """Give the outcome of a request that the server will not answer; raise what else it is.

    ``structured``: a JSON schema was sent and can be done without. ``plain_parameters``: temperature and max_tokens
    were sent and can be done without. Raises Passing, Unsupported, TeacherStop.
    """
    status = answer.status
    message, marks = read_fault(answer.body)
    everything = f"{message} {marks}"
    said = access.scrub(message or f"HTTP {status}")
    if (status == 429 and _QUOTA.search(everything)) or status == 402:
        raise TeacherStop(f"{access.server}: the account has no quota left ({said}); top it up and run again")
    if status in (408, 409, 425, 429) or status >= 500:
        raise Passing(f"HTTP {status}: {said}", retry_after(answer.headers), status in _CROWDED)
    if status in (400, 403, 422) and _FILTER.search(everything):
        return refused("content_filter", said)
    if status in (401, 403):
        raise TeacherStop(
            f"{access.server}: the key was not accepted ({status}: {said}); set the right one and run again"
        )
    if not 400 <= status < 500 or status == 405:
        raise TeacherStop(
            f"{access.server}: answers {status}{_where_to(answer)}; set base_url to the API's own address"
        )
    if status in (400, 422) and structured and _FORMAT.search(everything):
        raise Unsupported("reply_format")
    if status in (400, 422) and plain_parameters and _PARAMETER.search(everything) and _LACKS.search(everything):
        raise Unsupported("reasoning")
    return refused("refused_request", said)


async def explain_missing(answer: Answer, access: Access, pool: Pool, model: str, timeout: float) -> str:
    """Explain a 404: the model's name is wrong, with the nearest one if the server lists its models, or the address."""
    known: list[str] = []
    try:
        listing = await pool.ask(access.models, timeout)
        if listing.status == 200:
            known = [m.id for m in msgspec.json.decode(listing.body, type=_Models).data]
    except (Broken, ValueError):
        pass  # the list is only for a better message
    if model in known or not known:
        said = access.scrub(read_fault(answer.body)[0], 120)
        return f"{access.server}: answers 404 for model '{model}' ({said}); check model, and base_url (it ends in /v1)"
    near = get_close_matches(model, known, n=1, cutoff=0.4)
    hint = f"did you mean '{near[0]}'? Known" if near else "known"
    return f"{access.server}: there is no model '{model}'; {hint}: {', '.join(sorted(known)[:20])}"


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


def refused(finish: str, said: str) -> Outcome:
    """Give the outcome of a request that was refused for good."""
    return Outcome(said, None, finish, None, None, None)


def may_be_charged(answer: Answer) -> bool:
    """Tell whether a service may take money for a request to which it gave this answer, which is no completion.

    It takes none for what it turns away. It may where only a gateway lost patience, and, as Azure says of itself, for a
    prompt that its filter stopped or that was too long.
    """
    if answer.status not in (400, 403, 413, 422):
        return answer.status in _IN_BETWEEN
    said = " ".join(read_fault(answer.body))
    return bool(_FILTER.search(said) or _LENGTH.search(said))


def for_length(said: str) -> bool:
    """Tell whether a request was refused because it was too long: never the whole run's fault."""
    return _LENGTH.search(said) is not None


def kind_of_refusal(said: str) -> str:
    """Give what two refusals for the same reason have in common: the words without numbers and quotations."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "#", said)[:120]


def read_fault(body: bytes) -> tuple[str, str]:
    """Give a fault's message, and its code, type and parameter, from any of the usual layouts."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        return body[:2000].decode("utf-8", "replace"), ""
    if isinstance(envelope.error, _Fault):
        fault = envelope.error
        marks = " ".join(str(m) for m in (fault.code, fault.type, fault.param, fault.innererror) if m is not None)
        return _words(fault.message), marks
    if isinstance(envelope.error, str):
        return envelope.error, str(envelope.code or "")
    return _words(envelope.message if envelope.message is not None else envelope.detail), str(envelope.code or "")


def retry_after(headers: dict[str, str]) -> float | None:
    """Give the seconds that a server asks to wait, from a number or a date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        given = headers.get(name, "").strip()
        try:
            seconds = float(given) / unit if given else None
        except ValueError:
            seconds = _seconds_until(given)
        if seconds is not None and seconds == seconds:  # not NaN
            return max(0.0, seconds)
    return None


def _seconds_until(date: str) -> float | None:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def _words(given: object) -> str:
    if given is None:
        return ""
    return given if isinstance(given, str) else msgspec.json.encode(given).decode()


def _where_to(answer: Answer) -> str:
    return " (a redirect)" if "location" in answer.headers else ""
