"""What all tests share: the fixtures of the loopback teacher, of the real model server and of a finished run."""

pytest_plugins = ["loopback", "model_server", "changed_run"]
