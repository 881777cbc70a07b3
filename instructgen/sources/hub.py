"""The name of a dataset on the Hugging Face Hub in; the folder that its data files have been fetched to out."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from instructgen.errors import SetupError

from .folder import ENDINGS
from .hf_files import chosen_split, split_of

_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_AS_IT_IS = str.maketrans({"[": "[[]", "*": "[*]", "?": "[?]"})
"""For names of files that are read as patterns."""
_ROWS = (".parquet", ".arrow", ".tar", ".json", ".jsonl", ".json.gz", ".jsonl.gz", ".csv", ".tsv")


def is_hub_name(name: str) -> bool:
    """Tell whether a text may be the name of a dataset on the Hub: ``owner/name``, and nothing of the kind is here."""
    return bool(_NAME.fullmatch(name)) and not Path(name).exists()


def fetched(name: str, split: str | None = None) -> Path:
    """Fetch a dataset's data files, those that are not here yet; give their folder. Of Parquet files, only one split's.

    They lie in a folder of their own below ``HF_HOME``, one for each revision, as plain files: in the library's own
    cache they would be links, which lead out of the folder. Raises SetupError.
    """
    import huggingface_hub
    from huggingface_hub import constants

    try:
        about = huggingface_hub.HfApi().dataset_info(name)
        revision = about.sha or "main"
        place = Path(constants.HF_HOME) / "instructgen" / name.replace("/", "--") / revision[:12]
        wanted = _wanted(name, [sibling.rfilename for sibling in about.siblings or ()], split)
        huggingface_hub.snapshot_download(
            name, repo_type="dataset", revision=revision, local_dir=place, allow_patterns=wanted
        )
    except SetupError:
        raise
    except Exception as error:  # the library raises its own, httpx's, OSErrors and ValueErrors alike
        why = " ".join(str(error).split())[:200]
        raise SetupError(
            f"{name}: there is no such file or folder, and it cannot be fetched from the Hugging Face Hub"
            f" ({type(error).__name__}: {why})"
        ) from None
    return place


def _wanted(name: str, files: Sequence[str], split: str | None) -> list[str]:
    """Give the files to fetch: pictures and rows, of rows in Parquet those of one split."""
    found = [file for file in files if file.lower().endswith((*_ROWS, *ENDINGS))]
    splits = {file: split_of(PurePosixPath(file)) for file in found if file.endswith(".parquet")}
    if splits and not any(file.endswith(".tar") for file in found):
        chosen = chosen_split(name, list(dict.fromkeys(splits.values())), split)
        found = [file for file in found if splits.get(file, chosen) == chosen]
    if not found:
        raise SetupError(f"{name}: the dataset on the Hub holds neither pictures nor files of rows")
    return [file.translate(_AS_IT_IS) for file in found]
