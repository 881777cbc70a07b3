"""Seven fresh processes of ``instructgen --help`` in; their median time, beside Python's own start, out.

    python benchmarks/startup.py

Ends with status 1 when the median is above the limit.
"""

import statistics
import subprocess
import sys
import time

RUNS = 7
LIMIT = 0.4
"""Seconds."""


def median_of(arguments: list[str]) -> float:
    """Give the median of some fresh processes' times, after one that fills the file cache."""
    times = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def main() -> None:
    """Measure and judge."""
    bare, own = median_of(["-c", "pass"]), median_of(["-m", "instructgen", "--help"])
    print(f"instructgen --help: {own:.3f} s, {own / bare:.1f} × python -c pass ({bare:.3f} s); limit {LIMIT} s")
    sys.exit(own > LIMIT)


if __name__ == "__main__":
    main()
