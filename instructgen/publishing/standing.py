"""A repository on the Hub in; what stands there, whose it is, and what has to be sent and deleted, out."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import SetupError
from .hub import Hub, fetched
from .prepared import MARK, Prepared

_HUBS_OWN = (".gitattributes",)
"""Files that the Hub puts into a new repository."""


class File(NamedTuple):
    """A file on the Hub."""

    sha256: str | None
    """Where it is stored as large: of its bytes."""
    blob: str
    """Git's name for it; where it is stored as large, for its pointer."""


class Changes(NamedTuple):
    """What makes a repository the dataset."""

    send: list[str]
    delete: list[str]


class Standing(NamedTuple):
    """What stands in a repository."""

    head: str | None
    """The latest commit; None where there is no repository."""
    private: bool
    files: Mapping[str, File]
    mark: Mapping[str, Any] | None
    """What was published last; None where that was not by us."""

    def need_ours(self, repo: str, replace: bool) -> None:
        """See that nothing would be lost that somebody else has written. Raises SetupError unless ``replace``."""
        if replace:
            return
        if self.mark is None:
            strange = sorted(set(self.files) - set(_HUBS_OWN))
            if strange:
                raise SetupError(
                    f"{repo}: holds '{strange[0]}' but no {MARK} of ours, so it was not published from a run; give"
                    " another name, or --replace to put the run in its place"
                )
            return
        for path, noted in self.mark["files"].items():
            file = self.files.get(path)
            if file is not None and not _same(file, noted):
                raise SetupError(
                    f"{repo}: '{path}' was changed on the Hub since it was published from a run; --replace writes over"
                    " it"
                )

    def changes(self, prepared: Prepared, replace: bool) -> Changes:
        """Say what is not there yet, or otherwise, and what the former publication wrote that is no longer part."""
        send = [path for path, noted in prepared.files.items() if not self._has(path, noted)]
        wanted = {*prepared.files, MARK, *_HUBS_OWN}
        former = self.files if replace or self.mark is None else self.mark["files"]
        delete = [path for path in former if path in self.files and path not in wanted]
        if send or delete or self.mark != prepared.mark:
            send.append(MARK)
        return Changes(send, delete)

    def _has(self, path: str, noted: Mapping[str, Any]) -> bool:
        file = self.files.get(path)
        return file is not None and _same(file, noted)


def _same(file: File, noted: Mapping[str, Any]) -> bool:
    if file.sha256 is not None:
        return bool(file.sha256 == noted["sha256"])
    return bool(file.blob == noted.get("blob"))


def look(hub: Hub) -> Standing:
    """Look at the repository. Raises SetupError."""
    from huggingface_hub.errors import RepositoryNotFoundError
    from huggingface_hub.hf_api import RepoFile

    api, repo = hub.api, hub.repo
    try:
        about = hub.call("looking at it", lambda: api.dataset_info(repo))
        head = about.sha or ""
        tree = hub.call(
            "listing it",
            lambda: list(api.list_repo_tree(repo, repo_type="dataset", recursive=True, revision=head)),
        )
    except RepositoryNotFoundError:
        return Standing(None, False, {}, None)
    found = [item for item in tree if isinstance(item, RepoFile)]
    files = {item.path: File(item.lfs.sha256 if item.lfs else None, item.blob_id) for item in found}
    return Standing(head, bool(about.private), files, _mark(hub, head) if MARK in files else None)


def _mark(hub: Hub, head: str) -> Mapping[str, Any] | None:
    """Read what was published last; None for a file that we did not write."""
    try:
        mark: Mapping[str, Any] = json.loads(fetched(hub, MARK, head))
        ours = "options" in mark and all("sha256" in noted for noted in mark["files"].values())
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return mark if ours else None
