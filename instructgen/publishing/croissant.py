"""A laid out dataset in; its Croissant description out: JSON-LD of files with digests, splits, and fields of records.

Croissant 1.0 with the vocabulary for responsible AI 1.0, as the reference library ``mlcroissant`` reads them. Version
1.1 calls ``repeated`` deprecated, but the library reads lists of pictures by it alone. Files are members of the
repository, so that a copy of it is enough: ``mlcroissant.Dataset("croissant.json", mapping={"repo": FOLDER})``.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from .croissant_fields import JsonLd, field
from .laid_out import LaidOut, Splits

HUB = "https://huggingface.co/datasets"
"""Where published datasets are."""
SPLIT = re.compile(r"-\d{5}-of-\d{5}\.parquet$")
"""How the name of a data file goes on after its split's."""

_CROISSANT, _RAI = "http://mlcommons.org/croissant/", "http://mlcommons.org/croissant/RAI/"
_OWN = """
citeAs column conformsTo equivalentProperty extract field fileProperty fileObject fileSet format includes
isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate separator
source subField transform
"""
CONTEXT: Mapping[str, object] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": _CROISSANT,
    "rai": _RAI,
    "dct": "http://purl.org/dc/terms/",
    **{name: f"cr:{name}" for name in _OWN.split()},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}
"""Whatever names of the vocabularies stand for."""


def croissant(laid_out: LaidOut, about: Mapping[str, object]) -> bytes:
    """Give the description as JSON; ``about`` holds what the card says as well: licence, description, citation."""
    tree = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [f"{_CROISSANT}1.0", f"{_RAI}1.0"],
        "url": f"{HUB}/{laid_out.repo}",
        "version": f"1.0.0+{_state(laid_out)[:12]}",
        **about,
        "distribution": [_repository(laid_out), *_files(laid_out)],
        "recordSet": [each for config in laid_out.configs for each in _record_sets(laid_out, config)],
    }
    return (json.dumps(tree, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _manifest(laid_out: LaidOut) -> str:
    files = (file for splits in laid_out.configs.values() for each in splits.values() for file in each)
    return "".join(f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path))


def _state(laid_out: LaidOut) -> str:
    return hashlib.sha256(_manifest(laid_out).encode()).hexdigest()


def _repository(laid_out: LaidOut) -> JsonLd:
    return {
        "@type": "cr:FileObject",
        "@id": "repo",
        "name": "repo",
        "description": "The repository. Its sha256 is that of the list of its data files, as sha256sum prints it.",
        "contentUrl": f"{HUB}/{laid_out.repo}",
        "encodingFormat": "git+https",
        "sha256": _state(laid_out),
    }


def _files(laid_out: LaidOut) -> Iterator[JsonLd]:
    inside = {"containedIn": {"@id": "repo"}, "encodingFormat": "application/x-parquet"}
    for config, splits in laid_out.configs.items():
        yield {
            "@type": "cr:FileSet",
            "@id": f"files/{config}",
            "name": f"files/{config}",
            "description": f"The Parquet files of {config}.",
            **inside,
            "includes": list(patterns(splits).values()),
        }
        for file in (file for files in splits.values() for file in files):
            name = {"@id": file.path, "name": file.path, "contentUrl": file.path, "contentSize": f"{file.size} B"}
            yield {"@type": "cr:FileObject", **name, "sha256": file.sha256, **inside}


def patterns(splits: Splits) -> Mapping[str, str]:
    """Give the pattern of each split's files, such as ``detail/train-*.parquet``."""
    return {split: SPLIT.sub("-*.parquet", files[0].path) for split, files in splits.items()}


def _record_sets(laid_out: LaidOut, config: str) -> Iterator[JsonLd]:
    splits = laid_out.configs[config]
    name = f"splits/{config}"
    yield {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"Splits of {config}.",
        "dataType": "cr:Split",
        "key": {"@id": f"{name}/name"},
        "field": [{"@type": "cr:Field", "@id": f"{name}/name", "name": "name", "dataType": "sc:Text"}],
        "data": [{f"{name}/name": split} for split in splits],
    }
    columns = laid_out.features[config].items()
    yield {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": f"{laid_out.rows(config)} records in {len(splits)} split{'s' * (len(splits) != 1)}.",
        "field": [
            _split_field(config, list(splits), "split_" if "split" in laid_out.features[config] else "split"),
            *filter(None, (field(config, column, feature, laid_out.pictures) for column, feature in columns)),
        ],
    }


def _split_field(config: str, splits: Sequence[str], name: str) -> JsonLd:
    # Without a reference to the set of splits, for which the library would load all of a config into memory.
    named = "|".join(map(re.escape, splits))
    return {
        "@type": "cr:Field",
        "@id": f"{config}/{name}",
        "name": name,
        "description": "The split that a record belongs to, by its file's name.",
        "dataType": ["sc:Text", "cr:Split"],
        "source": {
            "fileSet": {"@id": f"files/{config}"},
            "extract": {"fileProperty": "fullpath"},
            "transform": {"regex": f"{re.escape(config)}/({named})-.+parquet$"},
        },
    }
