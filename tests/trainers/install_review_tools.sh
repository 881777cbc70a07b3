#!/bin/sh
# No input; virtual environments .env-label-studio and .env-argilla with the tools' own SDKs out, made once and kept.
# Needs Python 3.11 or later. Uses uv where it works.
set -eu
cd "$(dirname "$0")/../.."

install() {
  env=$1
  shift
  wants="$*"
  [ -f "$env/ready" ] && [ "$(cat "$env/ready")" = "$wants" ] && return
  rm -rf "$env"
  python=${PYTHON:-.venv/bin/python}
  if uv --version >/dev/null 2>&1; then
    uv venv -q --python "$("$python" -c 'import sys; print(sys.executable)')" "$env"
    uv pip install -q --python "$env/bin/python" "$@"
  else
    "$python" -m venv "$env"
    "$env/bin/python" -m pip install -q "$@"
  fi
  echo "$wants" >"$env/ready"
}

install .env-label-studio label-studio-sdk==2.1.2
install .env-argilla argilla==2.8.0 requests # which argilla needs and does not ask for
