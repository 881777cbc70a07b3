"""The house's own rules, read off the source: floors, circles, sizes, docstrings, annotations, light imports."""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = sorted((ROOT / "instructgen").rglob("*.py"))
EVERYTHING = [*PACKAGE, *(p for d in ("tests", "benchmarks", "examples") for p in sorted((ROOT / d).rglob("*.py")))]

GROUND = {"records", "protocols", "component", "forms", "digests", "errors", "library", "run_folder", "journal"}
GROUND |= {"vocabulary", "pictures", "money"}
GROUND |= {"text", "stores", "leases", "found_cache", "batches", "batched"}
ROOMS = {room: room for room in ("sources", "extract", "tasks", "teachers", "checks", "exports", "prompt", "responses")}
ROOMS |= {"seeds": "prompt", "plain_replies": "responses", "torn_json": "responses", "ratings": "responses"}
ROOF = {"cli", "commands", "page"}
"""What is in none of these is on the floor where rooms meet."""
MAY_USE = {"tasks": {"prompt", "responses"}, "checks": {"prompt", "responses"}}
HEAVY = {"datasets", "openai", "polars", "pyarrow", "PIL", "torch", "pycocotools", "numpy", "pandas"}

MAX_FILE_LINES, MAX_FUNCTION_LINES = 300, 60
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(p): p for p in PACKAGE}


def imported(node: ast.AST, path: Path) -> Iterator[str]:
    """Give the modules of our own that one import statement loads."""
    if isinstance(node, ast.Import):
        yield from (a.name for a in node.names if a.name in MODULES)
    elif isinstance(node, ast.ImportFrom):
        package = path.parent.relative_to(ROOT).parts
        above = package[: len(package) - node.level + 1] if node.level else ()
        base = ".".join((*above, *(node.module.split(".") if node.module else ())))
        for alias in node.names:
            name = f"{base}.{alias.name}"
            if name in MODULES or base in MODULES:
                yield name if name in MODULES else base


def imports_of(path: Path) -> set[str]:
    return {name for node in ast.walk(tree_of(path)) for name in imported(node, path)}


def top_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def floor_of(module: str) -> int:
    top = top_of(module)
    if top == "__main__":
        return 4
    return 0 if top in GROUND or not top else 1 if top in ROOMS else 3 if top in ROOF else 2


def functions_of(path: Path) -> Iterator[Function]:
    yield from (n for n in ast.walk(tree_of(path)) if isinstance(n, Function))


def at(path: Path, node: Function) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_imports_look_down_only_and_no_room_imports_another() -> None:
    wrong = []
    for module, path in MODULES.items():
        for other in imports_of(path):
            room, other_room = ROOMS.get(top_of(module)), ROOMS.get(top_of(other))
            stranger = room and other_room and room != other_room and other_room not in MAY_USE.get(room, ())
            if floor_of(other) > floor_of(module) or stranger:
                wrong.append(f"{module} imports {other}")
    assert not wrong


def test_there_are_no_circles_of_imports() -> None:
    graph = {module: imports_of(path) - {module} for module, path in MODULES.items()}
    assert list(graphlib.TopologicalSorter(graph).static_order())


def test_our_own_modules_are_imported_at_the_top_of_a_file_only() -> None:
    hidden = [
        f"{at(path, f)} imports {name}"
        for path in PACKAGE
        for f in functions_of(path)
        for node in ast.walk(f)
        for name in imported(node, path)
    ]
    assert not hidden


def test_nothing_hides_behind_type_checking() -> None:
    assert not [str(p) for p in EVERYTHING if re.search(r"\bTYPE_CHECKING:", p.read_text(encoding="utf-8"))]


def test_files_and_functions_stay_small() -> None:
    lines = {p.relative_to(ROOT): len(p.read_text(encoding="utf-8").splitlines()) for p in EVERYTHING}
    assert not {str(p): n for p, n in lines.items() if n > MAX_FILE_LINES}
    sizes = {at(p, f): (f.end_lineno or 0) - f.lineno + 1 for p in EVERYTHING for f in functions_of(p)}
    assert not {where: n for where, n in sizes.items() if n > MAX_FUNCTION_LINES}


def test_every_file_says_at_its_top_what_it_is() -> None:
    assert not [str(p.relative_to(ROOT)) for p in EVERYTHING if not ast.get_docstring(tree_of(p))]


def test_every_function_is_annotated() -> None:
    bare = []
    for path in EVERYTHING:
        for f in functions_of(path):
            arguments = [*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs, f.args.vararg, f.args.kwarg]
            names = [a.arg for a in arguments if a and not a.annotation and a.arg not in ("self", "cls")]
            bare += [f"{at(path, f)}: {names}"] if names or not f.returns else []
    assert not bare


@pytest.mark.parametrize("module", ["instructgen", "instructgen.cli"])
def test_a_start_loads_no_heavy_package(module: str) -> None:
    script = f"import sys, {module}; print(*{{m.partition('.')[0] for m in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(loaded)


def test_locked_requirements_hold_names_versions_and_hashes_only() -> None:
    pin = re.compile(r"#.*|[a-z0-9-]+==[^\s;/]+( ; [^/]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    locks = {p.name: p.read_text(encoding="utf-8").splitlines() for p in (ROOT / "requirements").glob("*.txt")}
    assert not [f"{name}: {line}" for name, lines in locks.items() for line in lines if not pin.fullmatch(line)]
    assert set(locks["core.txt"]) <= set(locks["dev.txt"])
