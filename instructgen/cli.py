"""The command line: commands put together, and a user's mistake said in one line."""

import os
import sys
from collections.abc import Callable, Sequence

import typer
from typer.exceptions import Abort, TyperException

from . import options
from .commands import handing_on, looking, making, publish, verifying
from .errors import UserError

COMMANDS: tuple[Callable[..., None], ...] = (
    making.run,
    making.recaption,
    making.plan,
    making.preview,
    looking.status,
    looking.report,
    handing_on.export,
    publish.publish,
    handing_on.review,
    looking.view,
    looking.check,
    verifying.verify,
    verifying.diff,
    looking.list_,
    looking.explain,
    making.init,
)
"""In the order of the help."""

app = typer.Typer(
    name="instructgen",
    help="Instruction-tuning data for large multimodal models, from images that already have annotations.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

for _command in COMMANDS:
    app.command(_command.__name__.rstrip("_"))(_command)


@app.callback()
def _options(version: options.Version = False) -> None:
    del version


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line. A user's mistake ends in one line and exit status 2."""
    # numpy comes with pyarrow and starts a pool of threads for algebra that nothing here does
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Arrow's own pool gives memory back after every part and has the pages cleared anew: a tenth of a run's CPU time
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        code = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except TyperException as error:
        if not arguments and len(sys.argv) < 2:
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
