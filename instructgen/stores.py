"""A URL in; a place of objects out, each created once and never changed: what an object store can do for a run.

Nothing is appended to, renamed or overwritten. That an object is created only if there is none of its name is what
leases rest on, so a store is tried for it before anything is paid. Credentials are fsspec's usual business: they come
from the environment, and are never in a URL.
"""

import contextlib
import inspect
import json
import os
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import SetupError, UserError

RETRY_SECONDS = 60.0
"""For how long a request to a store is tried again; fsspec's file systems try a few times themselves."""
_FINAL = (FileExistsError, FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError)
_at_once = threading.Lock()
"""``memory://`` looks and then writes: within a process this makes one step of it."""


class Store:
    """Objects below a URL, by names such as ``journal/part-00003/0001-000001.jsonl``. Threads may share it."""

    def __init__(self, url: str) -> None:
        """Nothing is asked yet. Raises SetupError for a URL that is none, or whose package is not installed."""
        import fsspec

        parts = urlsplit(url)
        if not parts.scheme or "@" in parts.netloc:
            wrong = "credentials belong into the environment" if parts.scheme else "expected a URL, as s3://bucket/run"
            raise SetupError(f"--store {parts._replace(netloc=parts.netloc.rpartition('@')[2]).geturl()}: {wrong}")
        if not (parts.netloc + parts.path).strip("/"):
            raise SetupError(f"--store {url}: names no bucket or folder; expected a URL, as s3://bucket/run")
        self.url = url.rstrip("/")
        try:
            self._files, self._root = fsspec.url_to_fs(self.url, use_listings_cache=False)
        except ImportError:
            package = "pip install 'instructgen[s3]'" if parts.scheme == "s3" else "install fsspec's package for it"
            raise SetupError(f"--store {url}: needs a package that is not installed: {package}") from None
        except (ValueError, OSError) as error:
            raise SetupError(f"--store {url}: {_told(error)}") from None
        self._local = _is_local(self._files)

    def names(self, folder: str) -> list[str]:
        """List the names of all objects below ``folder``, sorted; raises UserError."""
        found = self._tried(f"{folder}: cannot be listed", lambda: self._find(folder))
        return sorted(found)

    def folders(self, folder: str) -> list[str]:
        """List the names of the folders just below ``folder``, sorted; raises UserError."""
        found = self._tried(f"{folder}: cannot be listed", lambda: self._list(folder))
        return sorted(found)

    def read_all(self, names: Sequence[str]) -> list[bytes]:
        """Give the bytes of several objects, read at the same time where the store lets them; raises UserError."""
        at = [self._at(name) for name in names]
        if len(at) < 2:
            return [self.read(name) for name in names]
        found = self._tried(f"{names[0]} and others: cannot be read", lambda: self._files.cat(at))
        return [found[place] for place in at]

    def read(self, name: str) -> bytes:
        """Give an object's bytes; raises UserError."""
        data: bytes = self._tried(f"{name}: cannot be read", lambda: self._files.cat_file(self._at(name)))
        return data

    def create(self, name: str, data: bytes) -> bool:
        """Create an object if there is none of that name, whole or not at all; tells whether it has these bytes now.

        So it makes no difference whether the reply to a first try was lost. Raises UserError.
        """
        try:
            self._tried(f"{name}: cannot be written", lambda: self._put(name, data))
        except FileExistsError:
            return self.read(name) == data
        return True

    def check(self, about: dict[str, object]) -> None:
        """See that objects can be created here, and only once, for a run of which this is so. Raises SetupError."""
        text = json.dumps(about, sort_keys=True).encode()
        try:
            with contextlib.suppress(FileExistsError):
                self._put("run.json", text)
            self._names_itself_once()
            self._find("leases")
            found = self._files.cat_file(self._at("run.json"))
        except UserError:
            raise
        except Exception as error:
            raise SetupError(f"--store {self.url}: cannot be used ({_told(error)}); see to URL and rights") from None
        if found != text:
            raise SetupError(
                f"--store {self.url}: holds a run with {found[:80].decode(errors='replace')}, and not "
                f"{text.decode()}; give a URL of its own"
            )

    def _names_itself_once(self) -> None:
        try:
            self._put("run.json", uuid.uuid4().bytes)
        except FileExistsError:
            return
        raise SetupError(
            f"--store {self.url}: overwrites objects where it was told to create them only; leases cannot be kept there"
        )

    # ── fsspec ───────────────────────────────────────────────────────────────────────────────────────────────

    def _at(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}" if name else self._root

    def _find(self, folder: str) -> list[str]:
        self._files.invalidate_cache()
        above = len(self._root.rstrip("/")) + 1
        try:
            return [path[above:] for path in self._files.find(self._at(folder)) if not path.endswith(".tmp")]
        except FileNotFoundError:
            return []

    def _list(self, folder: str) -> list[str]:
        self._files.invalidate_cache()
        try:
            found = self._files.ls(self._at(folder), detail=True)
        except FileNotFoundError:
            return []
        return [entry["name"].rstrip("/").rpartition("/")[2] for entry in found if entry["type"] == "directory"]

    def _put(self, name: str, data: bytes) -> None:
        """Create an object; raises FileExistsError, and whatever else the file system raises."""
        if self._local:
            _link(Path(self._at(name)), data)
            return
        try:
            with _at_once if self._files.protocol == "memory" else contextlib.nullcontext():
                self._files.pipe_file(self._at(name), data, mode="create")
        except OSError as error:
            said = getattr(error.__cause__, "response", None) or {}
            if said.get("Error", {}).get("Code") in ("PreconditionFailed", "412"):  # not all servers say of what
                raise FileExistsError(name) from None
            raise

    def _tried(self, failed: str, do: Any) -> Any:
        from tenacity import Retrying, retry_if_not_exception_type, stop_after_delay, wait_exponential_jitter

        retrying = Retrying(
            retry=retry_if_not_exception_type(_FINAL),
            stop=stop_after_delay(RETRY_SECONDS),
            wait=wait_exponential_jitter(multiplier=0.2, max=10),
            reraise=True,
        )
        try:
            return retrying(do)
        except FileExistsError:
            raise
        except Exception as error:  # each file system has its own kinds
            raise UserError(
                f"{self.url}/{failed} ({_told(error)}); see to the store and run again: what was flushed is kept"
            ) from None


def _is_local(files: Any) -> bool:
    """Tell local files from a store. Raises SetupError where nothing can be created only if absent."""
    from fsspec.implementations.local import LocalFileSystem
    from fsspec.spec import AbstractFileSystem

    if isinstance(files, LocalFileSystem):
        return True
    kind = type(files)
    own = getattr(kind, "_pipe_file", None) or kind.pipe_file
    if own is AbstractFileSystem.pipe_file or "mode" not in inspect.signature(own).parameters:
        raise SetupError(f"--store: {kind.__name__} cannot create an object only if there is none; leases need that")
    return False


def _link(path: Path, data: bytes) -> None:
    """Create a file whole, if there is none: a link is made in one step and replaces nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _told(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
