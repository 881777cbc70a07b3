"""The command ``instructgen``, also as ``python -m instructgen``."""

import gc

gc.disable()  # until all is loaded: importing makes no garbage, and looking for it takes a fifth of the start

from .cli import main  # noqa: E402

if __name__ == "__main__":
    main()
