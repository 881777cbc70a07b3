"""Object stores: what is created once stays, a lease has one owner, an expired one is succeeded."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from loopback_s3 import bucket
from runs import command, recipe, write_recipe, write_rows

from instructgen.errors import SetupError, UserError
from instructgen.leases import BEAT_SECONDS, EXPIRY_SECONDS, Lease, LostLease, Quiet, acquire
from instructgen.stores import Store

pytestmark = pytest.mark.filterwarnings("ignore:_SixMetaPathImporter:ImportWarning")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with bucket() as url:
        yield url


@pytest.fixture(params=["memory", "file", pytest.param("s3", marks=pytest.mark.ray)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    roots = {"memory": "memory://stores", "file": f"file://{tmp_path}/store"}
    root = roots.get(request.param) or request.getfixturevalue("s3")
    return Store(f"{root}/{uuid.uuid4().hex}")


class Clock:
    """A clock that a test turns on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def leased(store: Store, shard: int = 3, quiet: Quiet | None = None) -> Lease:
    lease = acquire(store, shard, quiet or Quiet())
    assert lease is not None
    return lease


# ── objects ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_object_is_created_once_whoever_tries(store: Store) -> None:
    assert store.names("") == []
    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(lambda n: store.create("leases/part-00003/0001", b"%d" % n), range(8)))
    assert sum(created) == 1
    assert store.read("leases/part-00003/0001") == b"%d" % created.index(True)
    assert store.folders("") == ["leases"] and store.folders("leases") == ["part-00003"] and store.folders("no") == []
    assert store.names("") == store.names("leases") == ["leases/part-00003/0001"]
    assert store.create("leases/part-00003/0001", store.read("leases/part-00003/0001")), "a reply lost, tried again"


def test_several_objects_are_read_in_the_order_asked_for(store: Store) -> None:
    names = [f"journal/part-00000/0001-{n:06d}.jsonl" for n in range(5)]
    for name in names:
        store.create(name, name.encode())
    assert store.read_all(names[::-1]) == [name.encode() for name in names[::-1]]
    assert store.read_all(names[:1]) == [names[0].encode()] and store.read_all([]) == []


def test_a_store_is_one_runs(store: Store) -> None:
    store.check({"shard_size": 20})
    store.check({"shard_size": 20})
    with pytest.raises(SetupError, match=r'holds a run with \{"shard_size": 20\}, and not \{"shard_size": 30\}'):
        store.check({"shard_size": 30})


def test_what_is_not_there_is_said_in_one_line(store: Store) -> None:
    with pytest.raises(UserError, match=r"samples/part-00001/0001\.parquet: cannot be read") as raised:
        store.read("samples/part-00001/0001.parquet")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("runs/mine", "expected a URL, as s3://bucket/run"),
        ("s3://", "names no bucket or folder"),
        ("s3://key:topsecret@bucket/run", "credentials belong into the environment"),
        ("s5://bucket/run", "Protocol not known: s5"),
        ("zip://run::x.zip", "No such file"),
        ("file:///dev/null/run", "cannot be used"),
    ],
)
def test_a_wrong_url_ends_before_anything_is_made(tmp_path: Path, url: str, told: str) -> None:
    path = write_recipe(tmp_path / "r.yaml", recipe(write_rows(tmp_path / "rows.jsonl", range(3)), {"use": "grounded"}))
    ended = command("run", path, "--out", tmp_path / "run", "--store", url)
    assert ended.code == 2 and told in ended.err and ended.err.count("\n") == 1, ended
    assert "topsecret" not in ended.err and not (tmp_path / "run").exists()


@pytest.mark.ray
def test_no_bucket_and_a_server_that_is_gone_are_said_in_one_line(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetupError, match=r"nowhere/run: cannot be used \(The specified bucket does not exist"):
        Store("s3://nowhere/run").check({})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(SetupError, match=r"cannot be used \(Could not connect"):
        Store(f"{s3}/run").check({})
    s3fs.S3FileSystem.clear_instance_cache()


# ── leases ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lease_has_one_owner(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        leases = list(pool.map(lambda _: acquire(store, 3, Quiet()), range(8)))
    assert [lease.generation for lease in leases if lease] == [1]
    assert leased(store, 4).generation == 1, "another shard's is free"


def test_a_lease_that_was_let_go_is_succeeded_at_once(store: Store) -> None:
    leased(store).release()
    assert leased(store).generation == 2


def test_a_lease_expires_when_nothing_new_is_seen_of_its_owner(store: Store) -> None:
    clock, owner = Clock(), leased(store)
    quiet = Quiet(clock=clock)
    assert acquire(store, 3, quiet) is None
    clock.now += EXPIRY_SECONDS - 1
    assert acquire(store, 3, quiet) is None
    owner.at -= BEAT_SECONDS
    owner.keep()
    clock.now += 2
    assert acquire(store, 3, quiet) is None, "it has told that it lives"
    clock.now += EXPIRY_SECONDS
    assert leased(store, quiet=quiet).generation == 2
    with pytest.raises(LostLease):
        owner.confirm()
    owner.at -= BEAT_SECONDS
    with pytest.raises(LostLease):
        owner.keep()
