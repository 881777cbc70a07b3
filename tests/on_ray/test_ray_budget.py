"""A budget that the workers of a real Ray cluster share: what the server was paid never passes it, whoever dies."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Teacher, spawned
from loopback_s3 import bucket
from priced import by_hand, priced
from ray_cluster import RayCluster, cluster, holders, kill, wait
from runs import KEY, command, ended, journaled, parts, start, succeeds

pytestmark = [
    *(pytest.mark.ray, pytest.mark.slow, pytest.mark.timeout(600)),
    pytest.mark.filterwarnings("ignore:_SixMetaPathImporter:ImportWarning"),
]
ON_RAY = ("--engine", "ray", "--workers", 2)
LIMIT = 0.8
WORST = 0.0125


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, bucket() as found:
        patch.setenv("OPENAI_API_KEY", KEY)
        yield found


@pytest.fixture(scope="module")
def joined(url: str) -> Iterator[RayCluster]:
    with cluster() as started:
        yield started


@pytest.fixture
def teacher() -> Iterator[Teacher]:
    with spawned("--latency", "0.1", "--key", KEY) as server:
        yield server


def told(run: Path) -> dict[str, float]:
    budget: dict[str, float] = json.loads(command("status", run, "--json").out)["budget"]
    return budget


@pytest.mark.parametrize("shared", [True, False])
def test_workers_that_are_killed_keep_to_one_budget(
    tmp_path: Path, joined: RayCluster, url: str, teacher: Teacher, shared: bool
) -> None:
    path, run = priced(tmp_path, teacher.base_url, 200), tmp_path / "run"
    store = () if shared else ("--store", f"{url}/budget")
    first = ("run", path, "--out", run, *ON_RAY, *store)
    running = start(*first, "--budget", LIMIT, **joined.environment)
    if shared:
        wait(lambda: running.poll() is not None or len(journaled(run)) > 30)
        kill(next(iter(holders(run))))
    end = ended(running, 500)
    assert end.code == 2, end
    assert end.err.splitlines()[-1].startswith(f"the budget of ${LIMIT:g} holds no further request: $")
    before, asked = told(run), sum(teacher.stats().answered.values())
    # of the killed worker's replies that were journaled, the board may not have heard: it holds on to their worst cases
    assert before["left"] < (1 + 8 * shared) * WORST and before["unknown"] < 8 * WORST * shared + 1e-9
    again = ended(start(*first, **joined.environment), 500)
    assert again.code == 2 and told(run)["left"] < WORST
    asked = asked if not shared else sum(teacher.stats().answered.values())
    assert sum(teacher.stats().answered.values()) == asked
    if not shared:  # what the folder has lost, the store's journals tell
        shutil.rmtree(run)
        assert ended(start(*first, "--budget", LIMIT, **joined.environment), 500).code == 2
        assert sum(teacher.stats().answered.values()) == asked
    counts = dict(teacher.stats().answered)
    succeeds("run", path, "--out", tmp_path / "whole")
    by_body = {ln["server_id"].removeprefix("chatcmpl-"): by_hand([ln]) for ln in journaled(tmp_path / "whole")}
    assert LIMIT - 12 * WORST < sum(by_body[body] * times for body, times in counts.items()) <= LIMIT
    assert ended(start(*first, "--budget", 9, **joined.environment), 500).code == 0
    assert parts(run) == parts(tmp_path / "whole")
