"""What all tests share: the loopback teacher's fixtures."""

pytest_plugins = ["loopback"]
