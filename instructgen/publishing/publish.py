"""A run in; a dataset on the Hub out, in one commit, or in a folder what would be sent."""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import RunLocked, SetupError
from ..exports.folders import make_way
from ..run import Run
from .hub import Hub, Moved, need_name
from .layout import Wanted
from .prepared import MARK, Prepared, clear, need_finished, options, prepare
from .standing import Changes, Standing, look

_RACES = 5
"""How often somebody else may commit in between."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class TakeDown:
    """Pictures to remove from a run and what was published of it, or to restore."""

    remove: Sequence[str] = ()
    restore: Sequence[str] = ()
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.remove or self.restore)

    def record(self, run: Run, save: bool) -> None:
        """Remove and restore in the run, for good or for this reading only. Raises SetupError."""
        if self.remove:
            run.removals.add(self.remove, self.reason, save=save)
        if self.restore:
            run.removals.add(self.restore, self.reason, restored=True, save=save)


def lay_down(run: Run, repo: str, wanted: Wanted, out: Path | None, down: TakeDown) -> Prepared:
    """Write to ``out`` what would be sent, or below the run's ``publish/``. Nothing else is changed or asked.

    Raises SetupError.
    """
    need_name(repo)
    need_finished(run, wanted)
    with _alone(run):
        down.record(run, save=False)
        if out is None:
            return prepare(run, repo, wanted, _place(run, repo))
        make_way(out, "publish", (out / MARK).is_file())
        prepared = prepare(run, repo, wanted, out)
        out.with_name(f"{out.name}.json").unlink()
    return prepared


def publish(run: Run, repo: str, wanted: Wanted, say: Say, *, replace: bool, squash: bool, down: TakeDown) -> Prepared:
    """Make the dataset ``repo`` what the run gives now; say what is done. Raises SetupError.

    ``replace`` says that what others have written there may go, ``squash`` that its history goes, too.
    """
    hub = Hub(repo)
    need_finished(run, wanted)
    with _alone(run):
        down.record(run, save=True)
        standing = _admitted(hub, wanted, replace, bool(down))
        place = _place(run, repo)
        prepared = prepare(run, repo, wanted, place)
        if standing.head is None:
            hub.call(
                "creating it",
                lambda: hub.api.create_repo(repo, repo_type="dataset", private=wanted.private or None, exist_ok=True),
            )
        _commit(hub, prepared, replace, say)
        if squash:
            _squash(hub, say)
        clear(place)
    return prepared


@contextmanager
def _alone(run: Run) -> Iterator[None]:
    """Be the only one that publishes this run. Raises RunLocked."""
    folder = run.folder.path / "publish"
    folder.mkdir(exist_ok=True)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunLocked(f"{run.folder.path}: is being published by another process; wait for it") from None
        yield
    finally:
        os.close(handle)


def _place(run: Run, repo: str) -> Path:
    return run.folder.path / "publish" / repo.replace("/", "--")


def _admitted(hub: Hub, wanted: Wanted, replace: bool, taking_down: bool) -> Standing:
    """See, before anything is made, that there is a token, and that the repository may be written."""
    who = hub.call("asking who you are", hub.api.whoami)
    if who.get("auth", {}).get("accessToken", {}).get("role") == "read":
        raise SetupError(f"{hub.repo}: the token may only read; make one that may write")
    standing = look(hub)
    standing.need_ours(hub.repo, replace)
    if wanted.private and standing.head is not None and not standing.private:
        raise SetupError(
            f"{hub.repo}: is there already, and public; make it private in its settings on the Hub, or leave out"
            " --private"
        )
    if taking_down:
        if standing.mark is None:
            raise SetupError(f"{hub.repo}: nothing was published there; in the run, it is done")
        if standing.mark["options"] != options(wanted):
            given = " ".join(standing.mark["options"]) or "no options"
            raise SetupError(
                f"{hub.repo}: was published with {given}; give the same, so that nothing else changes. In the run, it"
                " is done: publish without --remove and --restore"
            )
    return standing


def _commit(hub: Hub, prepared: Prepared, replace: bool, say: Say) -> None:
    """Send what the repository lacks, and commit; begin anew where somebody else has committed meanwhile."""
    for time in range(_RACES):
        standing = look(hub)
        standing.need_ours(hub.repo, replace)
        changes = standing.changes(prepared, replace)
        if not changes.send and not changes.delete:
            say(f"{hub.url}: {'was committed' if time else 'is as it should be; nothing was sent'}")
            return
        try:
            _send(hub, prepared, changes, standing.head)
        except Moved:
            say(f"{hub.repo}: somebody committed to it meanwhile; looking at it again")
            continue
        kept = len(prepared.files) + 1 - len(changes.send)
        say(
            f"{hub.url}: {len(changes.send)} files sent{f', {kept} were there' if kept else ''}"
            f"{f', {len(changes.delete)} deleted' if changes.delete else ''}"
        )
        return
    raise SetupError(f"{hub.repo}: somebody else keeps committing to it; try again when they are done")


def _send(hub: Hub, prepared: Prepared, changes: Changes, head: str | None) -> None:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    places = dict(prepared)
    adds = [CommitOperationAdd(path, places[path]) for path in changes.send]
    for add in adds:
        if add.path_in_repo in prepared.files:  # known: the file need not be read for it again
            add.upload_info.sha256 = bytes.fromhex(prepared.files[add.path_in_repo]["sha256"])
    deletes = [CommitOperationDelete(path, is_folder=False) for path in changes.delete]
    hub.call(
        "upload",
        lambda: hub.api.create_commit(
            hub.repo,
            [*adds, *deletes],
            commit_message=f"{prepared.rows} samples, made with instructgen",
            repo_type="dataset",
            parent_commit=head,
        ),
    )


def _squash(hub: Hub, say: Say) -> None:
    """Make the present state the repository's only commit, and have the Hub forget large files of the past."""
    hub.call(
        "dropping its history",
        lambda: hub.api.super_squash_history(
            hub.repo, repo_type="dataset", commit_message="History dropped by instructgen"
        ),
    )
    present = {file.sha256 for file in look(hub).files.values()}
    stored = hub.call("listing its stored files", lambda: list(hub.api.list_lfs_files(hub.repo, repo_type="dataset")))
    past = [file for file in stored if file.file_oid not in present]
    if past:
        hub.call(
            "deleting stored files",
            lambda: hub.api.permanently_delete_lfs_files(hub.repo, past, repo_type="dataset"),
        )
    say(f"{hub.url}: its history is dropped, and {len(past)} stored files of the past are deleted")
