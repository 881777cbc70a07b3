#!/usr/bin/env bash
# An environment of its own with a real vLLM for CPUs: made once, kept below the user's cache; prints its interpreter.
#     PYTHON=python3.11 UV=uv bash tests/vllm/environment.sh
# Torch's builds for CPUs lie apart from the others: where they are is taken from PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL
# (pytorch.org names its index). All else is locked, by hash.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
torch=2.13.0
source tests/kept_environment.sh
begin vllm requirements/vllm.txt tests/vllm/environment.sh tests/vllm/torchvision_ops.py  # some 2.5 GB
# pip knows all of its settings, those in its files too; uv knows none of them
"$python" -m pip --python "$place/bin/python" install --quiet --disable-pip-version-check --no-deps "torch==$torch" >&2
# From PyPI alone: what else the places above may hold bears other hashes.
env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL "${install[@]}" --require-hashes -r requirements/vllm.txt >&2
packages=$("$place/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp tests/vllm/torchvision_ops.py "$packages"
echo "import torchvision_ops" >"$packages/torchvision_ops.pth"
if ! "$place/bin/python" -c 'import torch' 2>/dev/null; then
	echo "torch $torch does not load: this is no build for CPUs; set PIP_EXTRA_INDEX_URL to PyTorch's index of them" >&2
	exit 2
fi
finish
