"""``python -m instructgen``: the command line."""

from .cli import main

main()
