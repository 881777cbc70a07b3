#!/bin/sh
# No input; a virtual environment .env-llava-torch with LLaVA's own training code out, made once and kept.
# Needs Python 3.11 or 3.12, which the pinned tokenizers and numpy have wheels for. Uses uv where it works.
set -eu
cd "$(dirname "$0")/../.."
env=.env-llava-torch
wants="torch==2.13.0 transformers==4.37.2 tokenizers==0.15.2 numpy<2 accelerate<1 sentencepiece einops requests pillow"
trainer="llava-torch==1.2.2.post1"
[ -f "$env/ready" ] && [ "$(cat "$env/ready")" = "$wants $trainer" ] && exit 0

python=
for candidate in "${PYTHON:-python3}" python3.11 python3.12; do
  if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "LLaVA's trainer needs Python 3.11 or 3.12, and none is here; name one: make test-trainers PYTHON=python3.12" >&2
  exit 2
fi

rm -rf "$env"
# Without its own dependencies: the trainer pins versions for its demo server that no longer install together.
if uv --version >/dev/null 2>&1; then
  uv venv -q --python "$("$python" -c 'import sys; print(sys.executable)')" "$env"
  find_links=${PIP_FIND_LINKS:+--find-links $PIP_FIND_LINKS}
  # shellcheck disable=SC2086
  uv pip install -q --python "$env/bin/python" $find_links $wants
  uv pip install -q --python "$env/bin/python" --no-deps "$trainer"
else
  "$python" -m venv "$env"
  # shellcheck disable=SC2086
  "$env/bin/python" -m pip install -q $wants
  "$env/bin/python" -m pip install -q --no-deps "$trainer"
fi
echo "$wants $trainer" >"$env/ready"
