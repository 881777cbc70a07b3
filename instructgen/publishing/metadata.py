"""A laid out dataset in; the metadata at the top of its card out: what the Hub finds, filters and loads it by."""

from collections.abc import Iterator, Mapping, Sequence

from ..checks.language import LanguageCheck
from .croissant import patterns
from .laid_out import DataFile, LaidOut
from .terms import need_licence

TAGS = ("synthetic", "instruction-tuning", "multimodal", "instructgen", "croissant")
_SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B")
"""From below a thousand on, each ten times the one before."""


def metadata(laid_out: LaidOut) -> str:
    """Give the metadata as YAML, without the lines around it. Raises SetupError for an unknown licence."""
    from huggingface_hub import DatasetCardData

    built = laid_out.run.built
    uses = {getattr(built.tasks[name], "name", "") for name in laid_out.tasks}
    recaptioned = uses == {"recaption"}
    data = DatasetCardData(
        pretty_name=laid_out.repo.partition("/")[2],
        license=need_licence(laid_out.license),
        language=list(languages(laid_out)) or None,
        task_categories=["image-to-text"] if recaptioned else ["image-text-to-text", "visual-question-answering"],
        size_categories=[size_category(sum(map(laid_out.rows, laid_out.tasks)))],
        source_datasets=[hub] if (hub := from_the_hub(built.source)) else None,
        annotations_creators=["machine-generated"],
        language_creators=["machine-generated"],
        tags=list(dict.fromkeys((*TAGS, *laid_out.tags))),
        configs=_configs(laid_out),
        dataset_info=list(_infos(laid_out)),
    )
    return str(data.to_yaml(line_break="\n"))


def size_category(rows: int) -> str:
    """Give the Hub's name for a number of rows."""
    return _SIZES[min(max(len(str(rows)) - 3, 0), len(_SIZES) - 1)]


def languages(laid_out: LaidOut) -> Sequence[str]:
    """Give the languages that the recipe's own check holds samples to; none where it has no such check."""
    checks = laid_out.run.built.checks.values()
    return next((check.languages for check in checks if isinstance(check, LanguageCheck)), ())


def from_the_hub(source: object) -> str:
    """Give the dataset on the Hub that a source reads; empty for a source of another kind."""
    return str(getattr(source, "hub", None) or "")


def _configs(laid_out: LaidOut) -> list[Mapping[str, object]]:
    """No config is the default: whoever loads a part of the tasks is to know that it is a part."""
    return [
        {
            "config_name": config,
            "data_files": [{"split": split, "path": pattern} for split, pattern in patterns(splits).items()],
        }
        for config, splits in laid_out.configs.items()
    ]


def _infos(laid_out: LaidOut) -> Iterator[Mapping[str, object]]:
    """Say columns, rows and bytes, those in memory as Parquet counts them: without compression."""
    for config, splits in laid_out.configs.items():
        sizes = {split: sum(_loaded_size(laid_out, file) for file in files) for split, files in splits.items()}
        yield {
            "config_name": config,
            "features": laid_out.features[config]._to_yaml_list(),
            "splits": [
                {"name": split, "num_bytes": sizes[split], "num_examples": laid_out.rows(config, split)}
                for split in splits
            ],
            "download_size": laid_out.size(config),
            "dataset_size": sum(sizes.values()),
        }


def _loaded_size(laid_out: LaidOut, file: DataFile) -> int:
    import pyarrow.parquet as pq

    footer = pq.read_metadata(laid_out.folder / file.path)
    return sum(footer.row_group(group).total_byte_size for group in range(footer.num_row_groups))
