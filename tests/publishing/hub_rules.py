"""A card in; what the Hub would object to in its metadata out, as far as its rules are published.

The Hub's own validator is a service. These are its documented lists and forms: licences, languages, size categories,
tasks, names of configs and splits, forms of fields; and what `datasets` and `huggingface_hub` check themselves.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from datasets.info import DatasetInfosDict
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCard

_LISTED = """
apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m
afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5
cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0
cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0
cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1
lgpl-3.0 isc lppl-1.3c ms-pl mpl-2.0 odc-by odbl openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib pddl lgpl-lr
deepfloyd-if-license llama2 gemma unknown other
"""
LICENCES = _LISTED.split()
"""As the Hub's documents list them."""
_SIZES = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B"]
_TASKS = ["image-text-to-text", "visual-question-answering", "image-to-text"]
_CREATORS = ["found", "crowdsourced", "expert-generated", "machine-generated", "no-annotation", "other"]
_LISTS = ["language", "tags", "task_categories", "size_categories", "annotations_creators", "language_creators"]


def objections(card: str) -> Iterator[str]:
    """Give what is wrong, one thing at a time."""
    block = re.match(r"---\n(.*?)\n---\n", card, re.DOTALL)
    if not block:
        yield "no metadata between two lines of ---"
        return
    data: dict[str, Any] = yaml.safe_load(block[1])
    if yaml.safe_load(DatasetCard(card).data.to_yaml()) != data:
        yield "huggingface_hub reads other metadata than are written"
    for name in _LISTS:
        if not isinstance(data.get(name, []), list) or any(not isinstance(each, str) for each in data.get(name, [])):
            yield f"{name}: expected a list of texts"
    if data.get("license") not in LICENCES:
        yield f"license {data.get('license')!r} is not on the list"
    yield from (f"language {each!r}" for each in data.get("language", []) if not re.fullmatch("[a-z]{2,3}", each))
    yield from (f"size {each!r}" for each in data["size_categories"] if each not in _SIZES)
    yield from (f"task {each!r}" for each in data["task_categories"] if each not in _TASKS)
    yield from (f"creators {each!r}" for each in data["annotations_creators"] if each not in _CREATORS)
    if not isinstance(data.get("pretty_name"), str):
        yield "pretty_name: expected a text"
    yield from _loading(card, data)


def _loading(card: str, data: dict[str, Any]) -> Iterator[str]:
    configs = MetadataConfigs.from_dataset_card_data(DatasetCard(card).data)  # raises for data_files of no known form
    infos = DatasetInfosDict.from_dataset_card_data(DatasetCard(card).data)
    if list(configs) != list(infos):
        yield f"configs {list(configs)} and dataset_info {list(infos)} differ"
    for name, info in infos.items():
        if not re.fullmatch(r"[\w.-]+", name):
            yield f"config {name!r} has no name that a folder could have"
        if not info.features or not info.splits or any(not split.num_bytes for split in info.splits.values()):
            yield f"config {name}: columns or splits are lacking"
