"""The state of the loopback Hub, and what it answers to each request of its API: data and headers."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

import yaml

TOKEN = "hf_loopback0123456789abcdefghijklmn"
READER = "hf_reader0123456789abcdefghijklmnop"
SIGNATURE = "X-Amz-Signature=5ec8e7"
_LARGE = (".parquet", ".png", ".arrow")


@dataclass
class Repo:
    """A dataset repository: its commits, oldest first, each with its files by path."""

    private: bool = False
    commits: list[tuple[str, str, dict[str, bytes]]] = field(default_factory=list)
    """Id, title, files."""
    large: set[str] = field(default_factory=set)
    """Digests of large files that are stored, committed or not."""

    @property
    def head(self) -> str:
        return self.commits[-1][0]

    @property
    def files(self) -> dict[str, bytes]:
        return self.commits[-1][2]

    def commit(self, title: str, files: dict[str, bytes]) -> None:
        """Add a commit with these files."""
        name = hashlib.sha1(f"{len(self.commits)} {title} {sorted(files)}".encode()).hexdigest()
        self.commits.append((name, title, files))

    def at(self, revision: str) -> dict[str, bytes] | None:
        """Give the files of a revision."""
        return next((files for name, _, files in self.commits[::-1] if revision in (name, "main")), None)


class State:
    """Repositories, and what was done with them."""

    url = ""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.blobs: dict[str, bytes] = {}
        self.tokens = {TOKEN: ("my-name", "write"), READER: ("my-name", "read")}
        self.fetched: list[str] = []
        """Files that were given out."""
        self.put: list[str] = []
        """Digests of large files that came whole."""

    def hold(self, name: str, folder: Path) -> None:
        """Take a folder in as a repository."""
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
        self.repos[name] = Repo()
        self.repos[name].commit("as it was", files)


def blob(data: bytes) -> str:
    """Give git's name for a file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def entry(path: str, data: bytes) -> dict[str, Any]:
    """Describe a file as the Hub does."""
    found: dict[str, Any] = {"type": "file", "path": path, "oid": blob(data), "size": len(data)}
    if path.endswith(_LARGE):
        found["lfs"] = {"oid": sha256(data), "size": len(data), "pointerSize": 134}
    return found


class Refused(Exception):
    """A status, and the Hub's code and words for it."""


class Answers:
    """One method for each kind of request; called with the server's lock held."""

    server: State
    headers: Message
    command: str

    def _whoami(self, body: bytes) -> Any:
        name, role = self.server.tokens[self.headers["Authorization"].removeprefix("Bearer ")]
        return {"type": "user", "name": name, "orgs": [], "auth": {"accessToken": {"role": role}}}, {}

    def _create(self, body: bytes) -> Any:
        asked = json.loads(body)
        name = f"{asked['organization']}/{asked['name']}"
        if asked["organization"] != "my-name":
            raise Refused(403, "", f"you may not write to {asked['organization']}")
        if name in self.server.repos:
            raise Refused(409, "", "You already created this dataset repo")
        repo = self.server.repos[name] = Repo(asked.get("visibility") == "private")
        repo.commit("initial commit", {".gitattributes": b"*.parquet filter=lfs\n"})
        return {"url": f"{self.server.url}/datasets/{name}", "name": name}, {}

    def _validate(self, body: bytes) -> Any:
        head = re.match(r"---\n(.*?)---\n", json.loads(body)["content"], re.DOTALL)
        if not head or not isinstance(yaml.safe_load(head[1]), dict):
            raise Refused(400, "", "no metadata")
        return {"errors": [], "warnings": []}, {}

    def _info(self, body: bytes, name: str, revision: str) -> Any:
        repo = self.server.repos[name]
        files = self._files(name, revision or "main")
        about = {"id": name, "sha": self._id(name, revision), "private": repo.private, "tags": [], "downloads": 0}
        return {**about, "siblings": [{"rfilename": path} for path in files]}, {}

    def _files(self, name: str, revision: str) -> dict[str, bytes]:
        files = self.server.repos[name].at(revision)
        if files is None:
            raise Refused(404, "RevisionNotFound", f"no revision {revision}")
        return files

    def _id(self, name: str, revision: str) -> str:
        return self.server.repos[name].head if revision in ("", "main") else revision

    def _tree(self, body: bytes, name: str, revision: str, under: str) -> Any:
        files = {p: d for p, d in self._files(name, revision).items() if not under or p.startswith(f"{under[1:]}/")}
        folders = {parent.as_posix() for path in files for parent in Path(path).parents if parent.as_posix() != "."}
        found = [{"type": "directory", "path": path, "oid": "0" * 40, "size": 0} for path in sorted(folders)]
        return [*found, *(entry(path, data) for path, data in files.items())], {}

    def _paths(self, body: bytes, name: str, revision: str) -> Any:
        files, wanted = self._files(name, revision), json.loads(body)["paths"]
        found = [entry(path, files[path]) for path in wanted if path in files]
        parents = {parent.as_posix() for path in files for parent in Path(path).parents}
        return [
            *found,
            *({"type": "directory", "path": p, "oid": "0" * 40, "size": 0} for p in wanted if p in parents),
        ], {}

    def _resolve(self, body: bytes, name: str, revision: str, path: str) -> Any:
        data = self._files(name, revision).get(path)
        if data is None:
            raise Refused(404, "EntryNotFound", f"no {path}")
        etag = sha256(data) if path.endswith(_LARGE) else blob(data)
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": self._id(name, revision), "Accept-Ranges": "bytes"}
        if self.command == "GET":
            self.server.fetched.append(path)
        if span := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(span[1]), min(int(span[2] or len(data)), len(data) - 1)
            return data[first : last + 1], {**headers, "Content-Range": f"bytes {first}-{last}/{len(data)}"}
        return data, headers

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────

    def _preupload(self, body: bytes, name: str, revision: str) -> Any:
        files, answers = self.server.repos[name].files, []
        for asked in json.loads(body)["files"]:
            path, large = asked["path"], asked["path"].endswith(_LARGE)
            there = files.get(path)
            oid = None if there is None else sha256(there) if large else blob(there)
            mode = {"path": path, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}
            answers.append(mode | ({"oid": oid} if oid else {}))
        return {"files": answers}, {}

    def _batch(self, body: bytes, name: str) -> Any:
        found: list[dict[str, Any]] = []
        for asked in json.loads(body)["objects"]:
            lacking = asked["oid"] not in self.server.repos[name].large
            base = f"{self.server.url}/lfs/{name}"
            actions = {"upload": {"href": f"{base}/{asked['oid']}?{SIGNATURE}"}, "verify": {"href": f"{base}/verify"}}
            found.append(asked | ({"actions": actions} if lacking else {}))
        return {"transfer": "basic", "objects": found}, {}

    def _put(self, body: bytes, name: str, oid: str) -> Any:
        if sha256(body) != oid:
            raise Refused(400, "", "not what was announced")
        self.server.blobs[oid] = body
        self.server.repos[name].large.add(oid)
        self.server.put.append(oid)
        return b"", {}

    def _verify(self, body: bytes, name: str) -> Any:
        asked = json.loads(body)
        if len(self.server.blobs.get(asked["oid"], b"")) != asked["size"]:
            raise Refused(400, "", "not stored")
        return {}, {}

    def _commit(self, body: bytes, name: str, revision: str) -> Any:
        repo, lines = self.server.repos[name], [json.loads(line) for line in body.splitlines()]
        head = lines[0]["value"]
        if head.get("parentCommit", repo.head) != repo.head:
            raise Refused(412, "", "A commit has happened since. Please refresh and try again.")
        files = dict(repo.files)
        for line in lines[1:]:
            kind, value = line["key"], line["value"]
            if kind == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif kind == "lfsFile":
                if value["oid"] not in repo.large:
                    raise Refused(400, "", f"{value['path']} was never uploaded")
                files[value["path"]] = self.server.blobs[value["oid"]]
            else:
                del files[value["path"]]
        repo.commit(head["summary"], files)
        return {"commitUrl": f"{self.server.url}/datasets/{name}/commit/{repo.head}", "commitOid": repo.head}, {}

    def _squash(self, body: bytes, name: str, revision: str) -> Any:
        repo = self.server.repos[name]
        files = repo.files
        repo.commits.clear()
        repo.commit(json.loads(body)["message"], files)
        return {}, {}

    def _stored(self, body: bytes, name: str) -> Any:
        about = {"filename": "a", "pushedAt": "2026-01-01T00:00:00.000Z", "size": 1}
        return [{**about, "fileOid": oid, "oid": oid} for oid in sorted(self.server.repos[name].large)], {}

    def _forget(self, body: bytes, name: str) -> Any:
        self.server.repos[name].large -= set(json.loads(body)["deletions"]["sha"])
        return {}, {}
