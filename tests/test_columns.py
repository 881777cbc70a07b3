"""Columns: what Arrow is kept from importing, and what it still can."""

import subprocess
import sys

SPARED = """
import sys
from instructgen.columns import spare_pandas
spare_pandas()
import pyarrow as pa
pa.array(["a list"])
assert "pandas" not in sys.modules
print(list(pa.table({"n": [1, 2]}).to_pandas()["n"]), pa.array(__import__("pandas").Series([3])).to_pylist())
"""


def test_arrow_does_not_import_pandas_for_a_list_but_gives_a_data_frame_when_asked() -> None:
    done = subprocess.run([sys.executable, "-c", SPARED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[1, 2] [3]"
