#!/bin/sh
# No input; whether mlcroissant validates the descriptions of published datasets and loads the records that we wrote out.
#     sh tests/trainers/croissant.sh
# Makes the virtual environment .env-croissant once and keeps it. Needs Python 3.11 or later. Uses uv where it works.
set -eu
cd "$(dirname "$0")/../.."
wants="mlcroissant[parquet]==1.1.1 pillow"
env=.env-croissant

if [ "$(cat $env/ready 2>/dev/null || true)" != "$wants" ]; then
  rm -rf $env
  python=${PYTHON:-.venv/bin/python}
  if uv --version >/dev/null 2>&1; then
    uv venv -q --python "$("$python" -c 'import sys; print(sys.executable)')" $env
    uv pip install -q --python $env/bin/python $wants
  else
    "$python" -m venv $env
    $env/bin/python -m pip install -q $wants
  fi
  echo "$wants" >$env/ready
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-.venv/bin/python}" tests/trainers/croissant_sets.py "$folder"
$env/bin/python tests/trainers/croissant_records.py "$folder"
