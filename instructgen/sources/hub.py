"""The name of a dataset on the Hugging Face Hub in; the folder that its data files have been fetched to out."""

import re
from pathlib import Path

from instructgen.errors import SetupError

_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_WANTED = ("parquet", "arrow", "tar", "json", "jsonl", "json.gz", "jsonl.gz", "csv", "tsv")
_PICTURES = ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff")


def is_hub_name(name: str) -> bool:
    """Tell whether a text may be the name of a dataset on the Hub: ``owner/name``, and nothing of the kind is here."""
    return bool(_NAME.fullmatch(name)) and not Path(name).exists()


def fetched(name: str) -> Path:
    """Fetch a dataset's data files, those that are not here yet; give their folder.

    They lie in a folder of their own below ``HF_HOME``, one for each revision, as plain files: in the library's own
    cache they would be links, which lead out of the folder. Raises SetupError.
    """
    import huggingface_hub
    from huggingface_hub import constants

    try:
        revision = huggingface_hub.HfApi().dataset_info(name).sha or "main"
        place = Path(constants.HF_HOME) / "instructgen" / name.replace("/", "--") / revision[:12]
        wanted = [f"*.{ending}" for ending in (*_WANTED, *_PICTURES, *(e.upper() for e in _PICTURES))]
        huggingface_hub.snapshot_download(
            name, repo_type="dataset", revision=revision, local_dir=place, allow_patterns=wanted
        )
    except Exception as error:  # the library raises its own, httpx's, OSErrors and ValueErrors alike
        why = " ".join(str(error).split())[:200]
        raise SetupError(
            f"{name}: there is no such file or folder, and it cannot be fetched from the Hugging Face Hub"
            f" ({type(error).__name__}: {why})"
        ) from None
    return place
