#!/usr/bin/env bash
# An environment of its own with moto, a server that speaks S3: made once, kept below the user's cache; prints its interpreter.
#     PYTHON=python3.11 UV=uv bash tests/on_ray/moto.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/kept_environment.sh
begin moto requirements/moto.txt tests/on_ray/moto.sh
"${install[@]}" --require-hashes -r requirements/moto.txt >&2
finish
