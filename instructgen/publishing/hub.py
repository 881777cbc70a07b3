"""Calls to the Hugging Face Hub, made again where it is worth it; their faults, in one line without secrets, out."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, TypeVar

from ..errors import SetupError

T = TypeVar("T")

TRIES = 6
"""How often a call is made before its fault counts."""
MAX_WAIT = 60.0
"""Seconds between two tries at most, unless the Hub asks for more."""
_PATIENCE = 900.0
"""Seconds that the Hub may ask for."""
_TRANSIENT = (408, 429, 500, 502, 503, 504)


class Moved(Exception):
    """The repository is no longer as it was when it was looked at: somebody committed in between."""


def need_name(repo: str) -> None:
    """See that a dataset may have this name. Raises SetupError."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(repo)
    except HFValidationError as error:
        raise SetupError(f"{repo}: not a name for a dataset ({_line(error)})") from None
    if "/" not in repo:
        raise SetupError(f"{repo}: expected ORG/NAME, such as my-name/{repo}")


class Missing(SetupError):
    """There is no such repository, or it is hidden from this token."""


class Hub:
    """One dataset repository on the Hub that ``HF_ENDPOINT`` names; the token is found as by the Hub's own tools."""

    def __init__(self, repo: str) -> None:
        """Take ``ORG/NAME``. Raises SetupError for a name that no repository may have."""
        from huggingface_hub import HfApi

        need_name(repo)
        self.repo = repo
        self.api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)

    @property
    def url(self) -> str:
        """The dataset's page."""
        return f"{self.api.endpoint}/datasets/{self.repo}"

    def call(self, doing: str, make: Callable[[], T]) -> T:
        """Make a call; again after 429, 5xx and broken connections, as late as the Hub asks for.

        ``doing`` says what for, as in 'upload'. Raises SetupError; Moved for a 412, Missing where no such dataset is.
        """
        import httpx2
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

        jitter = wait_random_exponential(multiplier=0.5, max=MAX_WAIT)
        retrying = Retrying(
            retry=retry_if_exception(_transient),
            stop=stop_after_attempt(TRIES),
            wait=lambda state: _asked_wait(state.outcome.exception() if state.outcome else None) or jitter(state),
            reraise=True,
        )
        try:
            with _quiet():
                return retrying(make)
        except (httpx2.HTTPError, OSError, RuntimeError, ValueError) as error:
            self._explain(doing, error)

    def _explain(self, doing: str, error: BaseException) -> NoReturn:
        """Raise what a fault means for the user."""
        from huggingface_hub.errors import LocalTokenNotFoundError, OfflineModeIsEnabled, RepositoryNotFoundError

        root = _root(error)
        response = getattr(root, "response", None)
        status, said = getattr(response, "status_code", None), _line(getattr(root, "server_message", None) or "")
        said = "" if said.startswith("<") else said  # a page of what stands before the Hub
        if status == 412:
            raise Moved from None
        if isinstance(root, RepositoryNotFoundError):
            raise Missing(f"{self.repo}: {doing} failed: there is no such dataset on the Hub") from None
        if isinstance(root, LocalTokenNotFoundError):
            why = "there is no token; log in with 'hf auth login', or set HF_TOKEN to one that may write"
        elif isinstance(root, OfflineModeIsEnabled):
            why = "HF_HUB_OFFLINE is set; unset it"
        elif status == 401:
            why = "the Hub does not take the token; log in with 'hf auth login', or set HF_TOKEN to a valid one"
        elif status == 403:
            why = f"the token may not do that{': ' * bool(said)}{said}; use one that may write to {self.repo}"
        elif status is not None:
            why = f"the Hub answered {status}{': ' * bool(said)}{said}; the same command goes on where this stopped"
        else:
            why = f"{type(root).__name__}: {_line(root)}; the same command goes on where this stopped"
        raise SetupError(f"{self.repo}: {doing} failed: {why}") from None


def _root(error: BaseException) -> BaseException:
    """Give the fault below the library's wrappers, which say only what was being uploaded."""
    while isinstance(error, RuntimeError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _transient(error: BaseException) -> bool:
    import httpx2

    root = _root(error)
    response = getattr(root, "response", None)
    if response is not None:
        return response.status_code in _TRANSIENT
    # an answer that is no JSON comes from what stands before the Hub while it is away
    return isinstance(root, httpx2.TransportError | json.JSONDecodeError | ConnectionError)


def _asked_wait(error: BaseException | None) -> float:
    """Give the seconds that the Hub wants to be left alone for; 0 where it does not say."""
    response = getattr(_root(error), "response", None) if error else None
    headers: Mapping[str, str] = response.headers if response is not None else {}
    asked = headers.get("Retry-After", "")
    limit = re.search(r"(?:^|[;,\s])t=(\d+)", headers.get("RateLimit", "")) if not asked else None
    return min(float(asked if asked.isdecimal() else limit[1] if limit else 0), _PATIENCE)


def _line(said: object) -> str:
    """Give a message in one line, without queries of addresses: they may bear signatures."""
    return re.sub(r"(https?://[^\s?'\"]*)\?[^\s'\"]*", r"\1", " ".join(str(said).split()))[:300]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's own words out of ours: they name signed addresses. Its bars stay where somebody looks on."""
    import warnings

    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars, logging

    level, bars = logging.get_verbosity(), not are_progress_bars_disabled()
    logging.set_verbosity(logging.ERROR)
    if bars and not sys.stderr.isatty():
        disable_progress_bars()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars and not sys.stderr.isatty():
            enable_progress_bars()


def fetched(hub: Hub, path: str, revision: str) -> bytes:
    """Fetch one small file of the repository."""

    def fetch() -> bytes:
        with TemporaryDirectory() as folder:
            got: Any = hub.api.hf_hub_download(hub.repo, path, repo_type="dataset", revision=revision, cache_dir=folder)
            return Path(got).read_bytes()

    return hub.call(f"reading {path}", fetch)
