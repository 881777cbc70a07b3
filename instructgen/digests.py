"""Values in; digests of 128 bits out: blake2b of JSON with sorted keys from which everything that is None is left out.

Leaving out None means that a field added later, None by default, changes no digest that was paid for.
"""

from hashlib import blake2b, sha256
from pathlib import Path

import msgspec
from pydantic import BaseModel

from .records import Sample

DIGEST_BYTES = 16

_encoder = msgspec.json.Encoder(order="sorted")


def plain(value: object) -> object:
    """Give ``value`` as dicts, lists and scalars, without anything that is None."""
    if isinstance(value, BaseModel):
        return {k: plain(v) for k, v in value.__dict__.items() if v is not None}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, Path):
        return value.as_posix()
    return value


def canonical(value: object) -> bytes:
    """Encode ``value`` as JSON with sorted keys, without anything that is None."""
    return _encoder.encode(plain(value))


def digest_bytes(data: bytes) -> str:
    """Digest bytes: 32 hex digits."""
    return blake2b(data, digest_size=DIGEST_BYTES).hexdigest()


def digest_picture(data: bytes) -> str:
    """Digest a picture's bytes: the first 32 hex digits of their SHA-256, for which processors have instructions."""
    return sha256(data).hexdigest()[: 2 * DIGEST_BYTES]


def digest(value: object) -> str:
    """Digest any value that ``canonical`` takes: 32 hex digits."""
    return digest_bytes(canonical(value))


def text_digest(sample: Sample) -> str:
    """Digest a sample's turns: what a review of it bears."""
    return digest([[turn.role, turn.text] for turn in sample.turns])
