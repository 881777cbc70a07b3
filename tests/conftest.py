"""What all tests share: the fixtures of the loopback teacher and of the real model server."""

pytest_plugins = ["loopback", "model_server"]
