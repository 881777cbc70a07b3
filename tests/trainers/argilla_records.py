"""Folders with ``argilla.json`` and its settings in; whether Argilla's own classes read them as meant, out.

    .env-argilla/bin/python tests/trainers/argilla_records.py FOLDER…

No server is needed: the settings are built by ``Settings.from_json``, the records by the SDK's own JSON reader, and
what would be sent of each is held against the file and the settings.
"""

import json
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import argilla
from argilla.records._io import JsonIO

# the settings' parts ask for a client when they are made, and use it only to send them
argilla.Argilla._default_client = MagicMock()


def main(folder: Path) -> int:
    """Read and compare; give the exit status."""
    settings = argilla.Settings.from_json(folder / "argilla.settings.json")
    settings.validate()
    schema = settings.schema
    rows: list[dict[str, Any]] = json.loads((folder / "argilla.json").read_text("ascii"))
    records = JsonIO._records_from_json(folder / "argilla.json")
    faults = []
    for row, record in zip(rows, records, strict=True):
        model = record.api_model()
        sent = json.loads(model.model_dump_json())
        told = {suggestion.question_name: suggestion.value for suggestion in model.suggestions}
        metadata = {entry.name: entry.value for entry in model.metadata}
        same = (
            model.external_id == row["id"]
            and sent["fields"] == row["fields"]
            and metadata == row["metadata"]
            and told == {name: suggestion["value"] for name, suggestion in row["suggestions"].items()}
        )
        unknown = (set(model.fields) | set(told)) - set(schema)
        lacking = {field.name for field in settings.fields if field.required} - set(model.fields)
        kinds = {name: schema[name].type for name in model.fields}
        chat_fits = all(set(turn) == {"role", "content"} for turn in sent["fields"]["conversation"])
        if not same or unknown or lacking or kinds["conversation"] != "chat" or not chat_fits:
            faults.append(f"{row['id']}: same {same}, unknown {unknown}, lacking {lacking}, kinds {kinds}")
    for fault in faults[:20]:
        print(f"  {fault}")
    pictures = sum("picture_1" in row["fields"] for row in rows)
    listed = (
        f"{len(records)} records, {pictures} with a picture; {sum(len(r['suggestions']) for r in rows)} suggestions"
    )
    print(f"argilla {argilla.__version__}: {listed}; {len(records) - len(faults)} as meant, {len(faults)} different")
    return 1 if faults or not records else 0


if __name__ == "__main__":
    sys.exit(max(main(Path(folder)) for folder in sys.argv[1:]))
