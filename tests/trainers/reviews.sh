#!/bin/sh
# No input; whether Label Studio's and Argilla's own SDKs take what is exported to them, and whether what people decide
# in Label Studio comes back and counts, out.
#     sh tests/trainers/reviews.sh
set -eu
here=$(dirname "$0")
sh "$here/install_review_tools.sh"
ours="$here/../../.venv/bin"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$ours/python" "$here/reviewed_run.py" make "$folder"
for format in label_studio argilla; do
  "$ours/instructgen" export "$folder/run" --format $format --out "$folder/$format.json" --set rejected=true
done
"$here/../../.env-argilla/bin/python" "$here/argilla_records.py" "$folder" "$here/../golden"
"$here/../../.env-label-studio/bin/python" "$here/label_studio_people.py" "$folder" "$here/../golden"
for export in json json_min; do
  echo "── back from Label Studio as $export"
  rm -rf "$folder/run/reviews"
  "$ours/instructgen" review "$folder/run" "$folder/$export/result.json"
  cat "$folder"/run/reviews/* >"$folder/once"
  "$ours/instructgen" review "$folder/run" "$folder/$export/result.json"
  cat "$folder"/run/reviews/* | cmp - "$folder/once" # the same export taken in twice adds nothing
  "$ours/instructgen" export "$folder/run" --format llava --out "$folder/reviewed.json"
  "$ours/python" "$here/reviewed_run.py" compare "$folder"
done
