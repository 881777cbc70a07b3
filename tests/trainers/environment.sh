#!/bin/sh
# A trainer's name in; its virtual environment .env-NAME out, made once and kept until its versions here change.
# Needs Python 3.11 or 3.12, for which all of them have wheels. Torch is a CPU's: from what PIP_FIND_LINKS names, or from
# PyTorch's own index. torchvision and torchaudio are left out: they come for CUDA alone, and what is tried here does
# without. Where uv is not there, it is put into an environment of its own.
set -eu
cd "$(dirname "$0")/../.."
name=$1
env=.env-$name
with=
case $name in
trl) wants="trl==1.16.0 torch==2.13.0 pillow" ;;
llama-factory) wants="llamafactory==0.9.5 torch==2.13.0" ;;
ms-swift) wants="ms-swift==4.6.0 torch==2.13.0" ;;
axolotl) wants="axolotl==0.17.0 torch==2.13.0" ;;
webdataset) wants="webdataset==1.0.2 pillow" ;;
energon) wants="megatron-energon==7.4.1 torch==2.13.0 pillow" ;;
llava-torch)
  wants="torch==2.13.0 transformers==4.37.2 tokenizers==0.15.2 numpy<2 accelerate<1 sentencepiece einops requests pillow"
  with="llava-torch==1.2.2.post1" # without its own: it pins versions for its demo server that do not install together
  ;;
*) echo "there is no trainer '$name' here" >&2 && exit 2 ;;
esac
[ -f "$env/ready" ] && [ "$(cat "$env/ready")" = "$wants $with" ] && exit 0

python=
for candidate in "${PYTHON:-python3}" python3.11 python3.12; do
  if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null; then
    python=$("$candidate" -c 'import sys; print(sys.executable)')
    break
  fi
done
if [ -z "$python" ]; then
  echo "trainers need Python 3.11 or 3.12, and none is here; name one: make test-trainers PYTHON=python3.12" >&2
  exit 2
fi
uv=uv
if ! uv --version >/dev/null 2>&1; then
  uv=.env-uv/bin/uv
  [ -x $uv ] || { "$python" -m venv .env-uv && .env-uv/bin/python -m pip install -q uv; }
fi

echo "installing $name in $env" >&2
rm -rf "$env"
$uv venv -q --python "$python" "$env"
if [ -n "${PIP_FIND_LINKS:-}" ]; then torch="--find-links $PIP_FIND_LINKS"; else torch="--torch-backend cpu"; fi
left_out=$(mktemp)
trap 'rm -f "$left_out"' EXIT
printf "%s ; sys_platform == 'never'\n" torchvision torchaudio >"$left_out"
# shellcheck disable=SC2086
$uv pip install -q --python "$env/bin/python" $torch --override "$left_out" $wants
# shellcheck disable=SC2086
[ -z "$with" ] || $uv pip install -q --python "$env/bin/python" --no-deps $with
if [ "$name" = llama-factory ]; then # it imports torchaudio whether or not there is sound
  mkdir "$("$env/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torchaudio"
fi
echo "$wants $with" >"$env/ready"
