"""What all tests share: the fixtures of the loopback teacher and judge, of the real model server and of a run."""

pytest_plugins = ["loopback", "model_server", "changed_run", "judged"]
