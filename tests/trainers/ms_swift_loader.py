"""Exports for ms-swift in; whether its own loader, template and collator make of them what they hold, out.

.env-ms-swift/bin/python tests/trainers/ms_swift_loader.py EXPORT…
"""

import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from same import Comparison, in_file_order, report, save_model

os.environ["USE_HF"] = "1"
from swift.dataset import load_dataset  # type: ignore[import-not-found]
from swift.model import get_processor  # type: ignore[import-not-found]
from swift.template import get_template  # type: ignore[import-not-found]

KIND = "llava1_5_hf"


def compare(place: Path) -> Comparison:
    """Encode and collate each row by itself."""
    pairs = ".pairs" in place.name
    os.environ["ROOT_IMAGE_DIR"] = str(place)
    files = sorted((place / "data").iterdir())
    with tempfile.TemporaryDirectory() as out:
        os.chdir(out)  # a path that leads somewhere from the working folder would win
        model = save_model(Path(out) / "model")
        data, _ = load_dataset([*map(str, files)], strict=True, load_from_cache_file=False)
        processor = get_processor(str(model), model_type=KIND)
        template = get_template(processor, template_type=KIND)
        template.set_mode("rlhf" if pairs else "train")
        done = Comparison(processor)
        for row, item in zip(in_file_order(place, files), data, strict=True):
            batch: dict[str, Any] = template.data_collator([template.encode(dict(item))])
            done.hold(row, done.batch(row, batch, batch.get("pixel_values")))
    return done


if __name__ == "__main__":
    sys.exit(report(f"ms-swift {version('ms-swift')}", compare, sys.argv[1:]))
