#!/bin/sh
# Optionally a trainer's name in; whether trainers' own loaders read our exports as meant, out.
#     sh tests/trainers/run.sh [NAME]
#     sh tests/trainers/run.sh llava-torch ROWS.json IMAGES
# Each reads exports of a real run of 50 samples, and such with planted faults, of which all must be found; the second
# form reads a file of your own as well.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
names=${1:-trl llama-factory ms-swift webdataset energon llava-torch axolotl}
for name in $names; do sh "$here/environment.sh" "$name"; done

folder=$(mktemp -d)
log=$folder/log
trap 'rm -rf "$folder"' EXIT
export HF_HUB_OFFLINE=1 AXOLOTL_DO_NOT_TRACK=1

# Loaders say a lot: what counts is told, and all of it where one does not end well.
told() {
  "$@" >"$log" 2>&1 || { cat "$log" && exit 1; }
  grep -E '^[a-z-]+ [0-9][0-9a-z.]*( pairs)?: ' "$log"
}

"$root/.venv/bin/python" "$here/exported_run.py" "$folder/run" >"$log" 2>&1 || { cat "$log" && exit 1; }
for name in $names; do
  reader=$root/.env-$name/bin/python
  if [ "$name" = llava-torch ]; then
    "$root/.venv/bin/python" "$here/llava_rows.py" "$folder/made" >"$log"
    for place in "$folder/made/llava.json $folder/made/images" "$folder/made/broken.json $folder/made/images --all-differ" \
      "$folder/run/single/llava/train.json $folder/run/single/llava" \
      "$folder/run/single/llava.broken/train.json $folder/run/single/llava.broken --all-differ" "${2:-} ${3:-}"; do
      # shellcheck disable=SC2086
      [ "$place" = " " ] || told "$reader" "$here/llava_torch.py" $place
    done
  else
    format=$(echo "$name" | tr - _)
    cd "$folder/run"
    # shellcheck disable=SC2046
    told "$reader" "$here/${format}_loader.py" $(find . -maxdepth 1 -type d -name "$format*" | sort)
    cd "$root"
  fi
done
