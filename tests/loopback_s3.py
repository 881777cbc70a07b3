"""A real S3-compatible server on the loopback: moto's, in the environment that INSTRUCTGEN_MOTO_PYTHON names."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

MOTO = os.environ.get("INSTRUCTGEN_MOTO_PYTHON")
"""The interpreter of that environment."""
SECRET = "loopback-secret-0123456789"


@contextmanager
def bucket() -> Iterator[str]:
    """Give the URL of a bucket; what is needed to reach it is in the environment meanwhile."""
    if MOTO is None:
        pytest.skip("INSTRUCTGEN_MOTO_PYTHON names no environment that has moto")
    s3fs = pytest.importorskip("s3fs")
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        port = trying.getsockname()[1]
    reach = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_DEFAULT_REGION": "us-east-1", "NO_PROXY": "127.0.0.1"}
    reach |= {"AWS_ACCESS_KEY_ID": "loopback", "AWS_SECRET_ACCESS_KEY": SECRET}
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        [MOTO, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=quiet, stderr=quiet
    )
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in reach.items():
                patch.setenv(name, value)
            for _ in range(600):
                with socket.socket() as trying:
                    if trying.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            s3fs.S3FileSystem.clear_instance_cache()  # one of an earlier server's address
            s3fs.S3FileSystem().mkdir("bucket")
            yield "s3://bucket"
    finally:
        server.kill()
        server.wait()
