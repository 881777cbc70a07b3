#!/usr/bin/env bash
# An environment of its own with Ray and what the tests need: made once, kept below the user's cache; prints its interpreter.
#     PYTHON=python3.11 UV=uv bash tests/on_ray/environment.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/kept_environment.sh
begin ray requirements/ray.txt tests/on_ray/environment.sh
"${install[@]}" --require-hashes -r requirements/ray.txt >&2
finish
