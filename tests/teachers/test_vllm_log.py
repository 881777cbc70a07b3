"""A server's log: what is shown of it while it starts, and when it has died."""

from pathlib import Path

import pytest

from instructgen.teachers.server_log import last_line, last_lines, telling_line

BEGINNING = """\
/env/site-packages/some/module.py:24: DeprecationWarning: this is old
  warnings.warn(
\x1b[1;36m(APIServer pid=7)\x1b[0;0m INFO 11-27 07:36:01 [model.py:733] Resolved the model
(Worker pid=9) INFO 11-27 07:38:46 [cpu_model_runner.py:68] Starting to load model m...
  wrapper = lookup(vars(value).get("kernel"))
"""
DEATH = """\
(EngineCore pid=8) ERROR 11-27 07:39:00 [core.py:10] Traceback (most recent call last):
(EngineCore pid=8) ERROR 11-27 07:39:00 [core.py:10]   File "core.py", line 3, in run
(EngineCore pid=8) ERROR 11-27 07:39:00 [core.py:10] torch.OutOfMemoryError: CUDA out of memory: 20 GiB wanted
(APIServer pid=7) Traceback (most recent call last):
(APIServer pid=7) RuntimeError: Engine core initialization failed. See root cause above.
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "teacher.log"
    path.write_text(BEGINNING)
    return path


def test_while_it_starts_the_last_logged_line_is_shown_without_what_stands_before_its_words(log: Path) -> None:
    assert last_line(log) == "Starting to load model m..."
    log.write_text("only printed\n")
    assert last_line(log) == "only printed"


def test_a_bar_of_progress_shows_how_far_it_has_come(log: Path) -> None:
    log.write_text("Loading: 10%\rLoading: 20%\rLoading: 30%\r\n")
    assert last_line(log) == "Loading: 30%"


def test_the_error_that_began_it_is_told_and_not_the_one_that_points_to_it(log: Path) -> None:
    log.write_text(BEGINNING + DEATH)
    assert telling_line(log) == "torch.OutOfMemoryError: CUDA out of memory: 20 GiB wanted"
    assert last_lines(log)[-1] == "RuntimeError: Engine core initialization failed. See root cause above."
    log.write_text(BEGINNING + DEATH.splitlines()[-1])
    assert telling_line(log).startswith("RuntimeError: Engine core")


def test_a_log_that_tells_nothing_or_is_not_there_is_no_fault(log: Path, tmp_path: Path) -> None:
    assert telling_line(log) == ""
    assert (last_line(tmp_path / "no.log"), last_lines(tmp_path / "no.log")) == ("", [])


def test_of_a_long_log_only_its_end_is_read(log: Path) -> None:
    log.write_text("ValueError: at the very beginning\n" + "words and words\n" * 100_000 + "the end " * 1000)
    assert telling_line(log) == ""
    assert [len(line) for line in last_lines(log)] == [*[15] * 11, 300]
