"""A validated recipe in; its components built out, with everything that shapes the result."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import yaml

from . import checks, extract, sources, tasks, teachers
from .component import Component, Site, did_you_mean, resolve
from .digests import digest, digest_bytes
from .errors import SetupError
from .forms import FORMS, JUDGING
from .library import Library
from .protocols import AskedCheck, Check, Dependent, Extractor, Pictured, RunCheck, Source, Task, Teacher
from .recipe import Block, Located, Recipe


@dataclass(frozen=True)
class Borrowed:
    """A library that remembers which texts were taken from it, so that a run can keep copies and their digests."""

    library: Library
    texts: dict[tuple[str, str], str] = field(default_factory=dict)

    def text(self, kind: str, name: str) -> str:
        """Give the text of a file of the library."""
        text = self.library.text(kind, name)
        self.texts[kind, self.library.find(kind, name).name] = text
        return text


@dataclass(frozen=True)
class Built:
    """A recipe with its components built: what a run works with."""

    recipe: Recipe
    source: Source
    extractors: Mapping[str, Extractor]
    """What adds to the source's contexts what is in the pictures, in order."""
    teachers: Mapping[str, Teacher]
    tasks: Mapping[str, Task]
    checks: Mapping[str, Check]
    """The rules: pure, one sample at a time."""
    asked_checks: Mapping[str, AskedCheck]
    """Those that ask a role, such as a judge; they see what the rules let pass."""
    run_checks: Mapping[str, RunCheck]
    """Those that hold samples against each other, over the finished run."""
    texts: Mapping[tuple[str, str], str]
    """Prompts and seeds that the tasks took from the library, by kind and file name."""

    def stamp(self) -> dict[str, str]:
        """See that all that is needed for asking is there; give the stamp of source and extractors' files.

        Raises SetupError.
        """
        for check in (*self.checks.values(), *self.asked_checks.values(), *self.run_checks.values()):
            if isinstance(check, Dependent):
                check.ready()
        own = {f"extract.{n}.{key}": said for n, e in self.extractors.items() for key, said in e.stamp().items()}
        return {**self.source.stamp(), **own}

    def image_root(self) -> Path | None:
        """Give the folder that the images' paths are relative to, when all extractors have added theirs."""
        return _root(self.source, self.extractors.values())

    def shaping(self) -> dict[str, object]:
        """Give everything that shapes the result, to be digested as the fingerprint and compared key by key."""
        recipe = self.recipe
        forms = [form for form in FORMS.values() if self.asked_checks or form.name not in JUDGING]
        return {
            "seed": recipe.seed,
            "forms": {form.name: digest(form.__dict__) for form in forms},
            "texts": {f"{kind}/{name}": digest_bytes(text.encode()) for (kind, name), text in self.texts.items()},
            "shard_size": recipe.shard_size,
            "attempts": recipe.attempts,
            "overlap": recipe.overlap,
            "output": recipe.output.model_dump(),
            "source": _shaping(self.source),
            **({"extract": self._extract_shaping()} if self.extractors else {}),
            "teachers": {name: _shaping(t) for name, t in self.teachers.items()},
            "tasks": {name: {**_shaping(t), "take": recipe.tasks[name].take} for name, t in self.tasks.items()},
            "checks": {
                name: {**_shaping(check), "action": recipe.checks[name].action}
                for name, check in (*self.checks.items(), *self.asked_checks.items())
            },
            # samples of a context come in the order of tasks; the first check that fails gives the reason
            "order": {"tasks": list(self.tasks), "checks": [*self.checks, *self.asked_checks]},
        }

    def _extract_shaping(self) -> dict[str, object]:
        return {name: {**_shaping(e), "place": n} for n, (name, e) in enumerate(self.extractors.items(), 1)}

    def run_wide_shaping(self) -> list[dict[str, object]]:
        """Give everything that shapes the verdicts of the run-wide checks, in their order; they shape no sample."""
        actions = {name: block.action for name, block in self.recipe.checks.items()}
        return [{"name": n, "action": actions[n], **_shaping(check)} for n, check in self.run_checks.items()]


def _root(source: Source, extractors: Iterable[Extractor]) -> Path | None:
    roots = [extractor.image_root() for extractor in extractors if isinstance(extractor, Pictured)]
    return roots[-1] if roots else source.image_root()


def _shaping(component: object) -> dict[str, object]:
    shaping = getattr(component, "shaping", None)
    if shaping is None:
        return {"use": getattr(component, "name", ""), "version": getattr(component, "version", 0)}
    return dict(shaping())


def build(
    recipe: Recipe,
    library: Library,
    settled: Mapping[str, Mapping[str, str]] | None = None,
    logs: Path | None = None,
) -> Built:
    """Build the recipe's components; raises SetupError.

    ``settled`` holds what is known of each role's server, ``logs`` is the folder for what servers say.
    """
    settled = settled or {}
    borrowed = Borrowed(library)
    source: Source = _component(recipe.source, sources.TABLE, "source", Site("source", borrowed))
    extractors: dict[str, Extractor] = {
        name: _component(
            block, extract.TABLE, "extractor", Site(name, borrowed, source.image_root()), f"extract.{name}"
        )
        for name, block in recipe.extract.items()
    }
    root = _root(source, extractors.values())
    blocks = {"teacher": recipe.teacher, **recipe.roles}
    for role in recipe.attempts:
        if role not in blocks:
            raise SetupError(f"attempts: there is no role '{role}'{did_you_mean(role, list(blocks))}")
    players: dict[str, Teacher] = {
        role: _component(
            block,
            teachers.TABLE,
            "teacher",
            Site(role, borrowed, root, logs=logs, settled=settled.get(role, {})),
            "teacher" if role == "teacher" else f"roles.{role}",
        )
        for role, block in blocks.items()
    }
    task_list: dict[str, Task] = {
        name: _component(
            block,
            tasks.TABLE,
            "task",
            Site(name, borrowed, root, teacher=players[recipe.attempts[0]].name),
            f"tasks.{name}",
        )
        for name, block in recipe.tasks.items()
    }
    own_words = {name: task.own_words() for name, task in task_list.items()}
    played = {role: teacher.name for role, teacher in players.items()}
    rules, asked, over_run = build_checks(recipe, Site("", borrowed, root, own_words=own_words, roles=played))
    settled_recipe = _settled(recipe, over_run)
    return Built(settled_recipe, source, extractors, players, task_list, rules, asked, over_run, borrowed.texts)


def _settled(recipe: Recipe, run_checks: Mapping[str, RunCheck]) -> Recipe:
    """Give the recipe with ``reject`` as the action of run-wide checks that name none: it is too late for a retry."""
    blocks = {
        name: block.model_copy(update={"action": "reject"}) if name in run_checks and block.action == "retry" else block
        for name, block in recipe.checks.items()
    }
    return recipe.model_copy(update={"checks": blocks}) if run_checks else recipe


def build_checks(recipe: Recipe, at: Site) -> tuple[dict[str, Check], dict[str, AskedCheck], dict[str, RunCheck]]:
    """Build the checks, told apart by what they need: nobody, a role to ask, or the whole run."""
    rules: dict[str, Check] = {}
    asked: dict[str, AskedCheck] = {}
    over_run: dict[str, RunCheck] = {}
    for name, block in recipe.checks.items():
        check = _component(block, checks.TABLE, "check", replace(at, name=name), f"checks.{name}")
        if isinstance(check, RunCheck):
            if block.action == "retry" and "action" in block.model_fields_set:
                raise SetupError(
                    f"checks.{name}.action: expected reject or tag, since {name} looks at the finished run, when it is "
                    "too late to ask again (got retry)"
                )
            over_run[name] = check
        elif isinstance(check, AskedCheck):
            asked[name] = check
        elif isinstance(check, Check):
            rules[name] = check
        else:
            raise SetupError(
                f"checks.{name}: {type(check).__name__} is no check: expected a method verdict, rounds or verdicts"
            )
    return rules, asked, over_run


def _component(block: Block, table: Mapping[str, str], kind: str, site: Site, where: str = "") -> Any:
    where = where or kind
    found = resolve(block.use or site.name, table, kind, where)
    fields = block.fields()
    if not issubclass(found, Component):
        raise SetupError(f"{where}: {found.__name__} is not a Component")
    return found.build(placed(found, fields), site, where, list(type(block).model_fields))


def placed(component: type[Component], fields: Mapping[str, object]) -> dict[str, object]:
    """Give the fields with every path made absolute: from the recipe's folder, or the current one for overrides."""
    result = dict(fields)
    for key, info in component.model_fields.items():
        value = result.get(key)
        if value is not None and _holds_path(info.annotation):
            result[key] = [_absolute(v) for v in value] if isinstance(value, list) else _absolute(value)
    return result


def _holds_path(annotation: object) -> bool:
    return annotation is Path or any(_holds_path(a) for a in get_args(annotation))


def _absolute(value: object) -> object:
    if not isinstance(value, str):
        return value
    folder = value.folder if isinstance(value, Located) else Path.cwd()
    return os.path.normpath(folder / Path(value).expanduser())


def dumped(recipe: Recipe, built: Built) -> str:
    """Write the resolved recipe as YAML, paths absolute: what a run keeps beside its data.

    What could be a secret is withheld: values of headers and query parameters, and user and password in a URL.
    """
    tree = _withheld(plain_tree(recipe, built))
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=110)


def plain_tree(recipe: Recipe, built: Built) -> dict[str, object]:
    """Give the resolved recipe as plain data, paths absolute: from it the same components are built anywhere."""
    tree = built.recipe.model_dump(mode="json", exclude_none=True)
    blocks: list[tuple[dict[str, object], Block, object]] = [(tree["source"], recipe.source, built.source)]
    blocks += [(tree["extract"][name], block, built.extractors[name]) for name, block in recipe.extract.items()]
    blocks += [(tree["teacher"], recipe.teacher, built.teachers["teacher"])]
    blocks += [(tree["roles"][role], block, built.teachers[role]) for role, block in recipe.roles.items()]
    judges = {**built.checks, **built.asked_checks, **built.run_checks}
    blocks += [(tree["checks"][name], block, judges[name]) for name, block in recipe.checks.items()]
    for dump, block, component in blocks:
        if isinstance(component, Component):
            dump.update(placed(type(component), block.fields()))
    return {key: _plain(value) for key, value in tree.items()}


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return str(value) if isinstance(value, str) else value


_LOGIN = re.compile(r"(?<=://)[^/@\s]*@")
_OPEN = {"api-version", "accept", "accept-language", "user-agent", "anthropic-version"}
"""Headers and query parameters whose values are no secret."""


def _withheld(value: object, at: str = "") -> object:
    """Give a tree with what could be a secret taken out.

    In its place stands a variable's name, so that the recipe can still be read, and used once the variable is set.
    """
    if isinstance(value, dict) and at in ("headers", "query"):
        return {k: v if k.lower() in _OPEN or str(v).startswith("env:") else _variable(k) for k, v in value.items()}
    if isinstance(value, dict):
        return {k: _withheld(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_withheld(v) for v in value]
    return _LOGIN.sub("", value) if isinstance(value, str) else value


def _variable(key: str) -> str:
    return "env:WITHHELD_" + re.sub(r"[^A-Z0-9]", "_", key.upper())
