"""The command line: commands put together, and a user's mistake said in one line."""

import gc
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

import typer
from typer.exceptions import Abort, TyperException

from . import options
from .errors import UserError

COMMANDS = {
    "run": "making:run",
    "recaption": "making:recaption",
    "plan": "making:plan",
    "preview": "making:preview",
    "status": "looking:status",
    "report": "looking:report",
    "export": "handing_on:export",
    "publish": "publish:publish",
    "review": "handing_on:review",
    "view": "viewing:view",
    "check": "looking:check",
    "verify": "verifying:verify",
    "diff": "verifying:diff",
    "list": "looking:list_",
    "explain": "looking:explain",
    "init": "making:init",
}
"""Each command with its module and function, in the order of the help. Only the one that is given is loaded."""


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Give the command line with these commands, loaded."""
    app = typer.Typer(
        name="instructgen",
        help="Instruction-tuning data for large multimodal models, from images that already have annotations.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for name in names:
        module, _, function = COMMANDS[name].partition(":")
        app.command(name)(getattr(import_module(f"instructgen.commands.{module}"), function))
    app.callback()(_options)
    return app


def _options(version: options.Version = False) -> None:
    del version


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line. A user's mistake ends in one line and exit status 2."""
    # numpy comes with pyarrow and starts a pool of threads for algebra that nothing here does
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Arrow's own pool gives memory back after every part and has the pages cleared anew: a tenth of a run's CPU time
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        app = application(given[:1] if given and given[0] in COMMANDS else COMMANDS)
        if not gc.isenabled():  # put off at the process's start: importing makes no garbage
            gc.freeze()
            gc.enable()
        code = app(args=given, standalone_mode=False)
    except TyperException as error:
        if not given:
            print(error.format_message(), file=sys.stderr)
            sys.exit(2)
        said = " ".join(error.format_message().split()).rstrip(".")
        print(f"instructgen: {said}; try 'instructgen --help'", file=sys.stderr)
        sys.exit(2)
    except (UserError, Abort) as error:
        print(f"instructgen: {' '.join(str(error).split()) or 'aborted'}", file=sys.stderr)
        for note in getattr(error, "__notes__", ()):  # the last lines of a server that died
            print(f"  {note}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("instructgen: stopped", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
    except OSError as error:
        where = error.filename or "a file"
        print(f"instructgen: {where}: {error.strerror or error}; see to that, and run again", file=sys.stderr)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)
