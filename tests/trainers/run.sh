#!/bin/sh
# Optionally a LLaVA JSON and its images folder in; whether trainers' own loaders read our exports as meant out.
#     sh tests/trainers/run.sh [ROWS.json IMAGES]
# Without arguments it reads a small dataset made on the spot, and one with planted faults, of which all must be found.
set -eu
here=$(dirname "$0")
sh "$here/install_llava_torch.sh"
reader="$here/../../.env-llava-torch/bin/python $here/llava_torch.py"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$here/../../.venv/bin/python" "$here/llava_rows.py" "$folder"
$reader "$folder/llava.json" "$folder/images"
echo "── planted faults, of which every one must be found"
$reader "$folder/broken.json" "$folder/images" --all-differ
if [ $# -ge 2 ]; then
  echo "── $1"
  $reader "$1" "$2"
fi
