"""A folder and a task's name in; a recipe with a prompt and seeds of the user's own out, ready to run and to edit."""

from pathlib import Path

import yaml

from .errors import SetupError
from .library import Library
from .run_folder import write_text

RECIPE = """about: {task}, from captions and boxes

# Relative paths are relative to this file.
source:
  use: coco
  captions: {captions}
  instances: {instances}
  images: {images}

# For a model of your own: teacher: {{use: openai_chat, model: NAME}}, with OPENAI_API_KEY and OPENAI_BASE_URL set.
teacher: {{use: grounded}}

tasks:
  {key}: {{use: prompted, form: dialogue, boxes: true}}    # prompts/{task}.jinja, seeds/{task}.yaml
"""

DEMO = {"captions": "captions.json", "instances": "instances.json", "images": "images"}


def scaffold(folder: Path, task: str) -> list[Path]:
    """Write ``pipelines/TASK.yaml``, ``prompts/TASK.jinja`` and ``seeds/TASK.yaml`` below a folder; never over a file.

    Prompt and seeds start as copies of the conversation task's, to be edited. Raises SetupError.
    """
    if not task.isidentifier():
        raise SetupError(f"--task {task}: expected a name of letters, digits and underscores")
    library = Library.beside(None)
    demo = library.find("pipelines", "demo").parent / "demo"
    paths = {name: _quoted((demo / file).as_posix()) for name, file in DEMO.items()}
    recipe = RECIPE.format(task=task, key=_quoted(task), **paths) + _checks(library)
    files = {
        folder / "pipelines" / f"{task}.yaml": recipe,
        folder / "prompts" / f"{task}.jinja": library.text("prompts", "conversation"),
        folder / "seeds" / f"{task}.yaml": library.text("seeds", "conversation"),
    }
    there = [path for path in files if path.exists()]
    if there:
        raise SetupError(f"{there[0]}: is there already; give another folder or task name")
    for path, text in files.items():
        write_text(path, text)
    return list(files)


def _quoted(text: str) -> str:
    """Write text as YAML reads it back: a folder's name may hold a hash, a task may be called ``yes``."""
    return yaml.safe_dump(text, allow_unicode=True, width=10_000).removesuffix("\n").removesuffix("\n...")


def _checks(library: Library) -> str:
    """Give the general recipe's checks, as it words them."""
    text = library.text("pipelines", "llava_instruct")
    return "\n" + text[text.index("checks:") : text.index("output:")].rstrip() + "\n"
