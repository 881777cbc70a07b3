"""A role and a request in; the most US dollars that it may cost out. What has no bound is asked for, never guessed.

Prompt: its words counted exactly where the model's encoding is known, else the estimate with its error; the reply's
schema; and the most tokens that each picture can be. Reply: ``max_tokens`` of task or teacher, else the longest reply
of the model by its price. Nothing is taken to be cached.
"""

from collections.abc import Mapping

import msgspec

from .assemble import Built
from .errors import SetupError
from .forms import FORMS, laid_out_message
from .lacking import free, model_of, price_of
from .money.prices import Price
from .money.tokens import MESSAGE_TOKENS, bound
from .protocols import Teacher
from .records import Image, Message, Request, Usage

_encode = msgspec.json.Encoder().encode


class WorstCase:
    """Gives the most that requests may cost, by role; the shared first messages of a task are counted once."""

    def __init__(self, built: Built) -> None:
        """Raise SetupError, in one line that says how to give it, for what a role's price lacks."""
        self._prices = {role: _price(role, t, built) for role, t in built.teachers.items() if not free(t)}
        self._teachers: Mapping[str, Teacher] = built.teachers
        self._shared: dict[tuple[int, str, str], tuple[Message, int]] = {}
        self._schemas: dict[tuple[str, str], int] = {}

    def __call__(self, role: str, request: Request, batch: bool = False) -> float | None:
        """Give US dollars, at the batch service's price if ``batch``; None for a role that asks no model.

        Raises SetupError for a picture of which it is not known how many tokens it is.
        """
        price = self._prices.get(role)
        if price is None:
            return None
        longest = request.max_tokens or getattr(self._teachers[role], "max_tokens", None) or price.max_output
        *first, last = request.messages
        prompt = sum(self._known(role, request.form, message) for message in first)
        prompt += self._of(role, request.form, last) + self._schema(role, request.form)
        return price.usd(Usage(prompt=prompt, reply=longest or 0), batch)

    def _known(self, role: str, form: str, message: Message) -> int:
        key = id(message), role, form
        known = self._shared.get(key)
        if known is None or known[0] is not message:
            if len(self._shared) > 512:
                self._shared.clear()
            known = self._shared[key] = message, self._of(role, form, message)
        return known[1]

    def _of(self, role: str, form: str, message: Message) -> int:
        model = model_of(self._teachers[role])
        parts = laid_out_message(form, message, structured=True).parts
        words = sum(bound(part, model) for part in parts if isinstance(part, str))
        pictures = sum(isinstance(part, Image) for part in parts)
        return MESSAGE_TOKENS + words + (pictures * self._picture(role) if pictures else 0)

    def _picture(self, role: str) -> int:
        rule, teacher = self._prices[role].pictures, self._teachers[role]
        if rule is None:
            raise _no_pictures(role, model_of(teacher))
        return rule.bound(getattr(teacher, "max_image_side", None))

    def _schema(self, role: str, form: str) -> int:
        key = role, form
        if key not in self._schemas:
            self._schemas[key] = bound(_encode(FORMS[form].schema).decode(), model_of(self._teachers[role]))
        return self._schemas[key]


def _price(role: str, teacher: Teacher, built: Built) -> Price:
    where, model, price = _where(role), model_of(teacher), price_of(teacher)
    if price is None:
        raise SetupError(
            f"{where}: a budget needs the price of {model}, which the price table lacks; give a table of your own by "
            f"--set {where}.prices=FILE (YAML): {{source: WHERE, models: {{{model}: {{input: USD, output: USD, "
            "known: YYYY-MM-DD}}}, in US dollars per million tokens; 0 for a server of your own"
        )
    if getattr(teacher, "max_tokens", None) is None and price.max_output is None and price.output:
        raise SetupError(
            f"{where}: a budget needs a bound for the length of replies; set {where}.max_tokens, or in the price table "
            f"max_output of {model}, the most tokens that it writes"
        )
    if price.pictures is None and price.input and _sees(role, built):
        raise _no_pictures(role, model)
    return price


def _no_pictures(role: str, model: str) -> SetupError:
    return SetupError(
        f"{_where(role)}: a budget needs to know how many tokens a picture is to {model}; give it in a price table of "
        f"your own (--set {_where(role)}.prices=FILE), beside input and output: pictures: {{most: TOKENS}}"
    )


def _sees(role: str, built: Built) -> bool:
    """Tell whether a role is sent pictures, as far as that can be told before anything is asked."""
    tasks = any(getattr(task, "picture", task.name == "recaption") for task in built.tasks.values())
    if role in built.recipe.attempts:
        return tasks
    return any(getattr(check, "vision", False) for check in built.asked_checks.values() if _asks(check) == role)


def _asks(check: object) -> str:
    return str(getattr(check, "role", "judge"))


def _where(role: str) -> str:
    return "teacher" if role == "teacher" else f"roles.{role}"
