#!/bin/sh
# Arguments for pytest in; the tests marked `extras` run in the environment .env-extras, made once and kept, out.
# Locked requirements go in by hash. torch alone has none in the lock: which build it is depends on the machine.
set -eu
cd "$(dirname "$0")/../.."
env=.env-extras
torch="torch==2.13.0"
wants="$torch $(cat requirements/dev.txt requirements/extras.txt | cksum)"
if [ "$(cat "$env/ready" 2>/dev/null)" != "$wants" ]; then
  rm -rf "$env"
  "${PYTHON:-python3}" -m venv "$env"
  if uv --version >/dev/null 2>&1; then
    install="uv pip install -q --python $env/bin/python"
  else
    install="$env/bin/python -m pip install -q --disable-pip-version-check"
  fi
  $install --require-hashes -r requirements/dev.txt
  # all that is needed is listed, but for torch, which the next line brings
  $install --require-hashes --no-deps -r requirements/extras.txt
  # the build that PIP_FIND_LINKS or PIP_INDEX_URL offer, else PyPI's; pip knows both settings, uv does not
  "$env/bin/python" -m pip install -q --disable-pip-version-check "$torch"
  "$env/bin/python" -m compileall -q -j 0 "$env/lib" >/dev/null || true
  echo "$wants" >"$env/ready"
fi
exec "$env/bin/python" -m pytest -m extras tests/extract tests/checks "$@"
