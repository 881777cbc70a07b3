"""A sample in; personal data in it that a pattern can find out, with checksums where there are any.

E-mail and IP addresses, phone numbers, card numbers (Luhn, ISO/IEC 7812-1), IBANs (ISO 13616, modulo 97), US routing
numbers (ABA) after that word, and US social security numbers. Names and postal addresses have no pattern and are not
found. Meant for ``action: tag``: a number on a shop sign is nobody's secret.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import ClassVar, NamedTuple

from ..component import Component
from ..records import Context, Sample, Span, Verdict
from .words import words_of

_PASSED = Verdict(check="personal_data", outcome="pass")
_SIGNS = b"@0123456789"
"""Every kind has one of these."""


class _Kind(NamedTuple):
    reason: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]
    """Whether a match, without blanks and dashes, is one: its checksum is right."""


def _always(found: str) -> bool:
    return bool(found)


def luhn(digits: str) -> bool:
    """Tell whether the last digit of a card number is its check digit."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def _card(digits: str) -> bool:
    return 13 <= len(digits) <= 19 and digits[0] in "3456" and len(set(digits)) > 1 and luhn(digits)


def iban(text: str) -> bool:
    """Tell whether the check digits of an IBAN are right."""
    if not 15 <= len(text) <= 34:
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def _routing(text: str) -> bool:
    digits = text[-9:]
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=True))
    return weighed % 10 == 0 and digits != "0" * 9


def _address(version: type[IPv4Address] | type[IPv6Address]) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            return bool(version(text))
        except AddressValueError:
            return False

    return holds


_KINDS = (
    _Kind("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b"), _always),
    _Kind("card_number", re.compile(r"(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d-])"), _card),
    _Kind("iban", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), iban),
    _Kind("routing_number", re.compile(r"\b[Rr]outing[^\d\n]{1,20}\d{9}\b"), _routing),
    _Kind(
        "social_security_number", re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d-])"), _always
    ),
    _Kind(
        "ip_address", re.compile(r"(?<![\w.])(?<!version )\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)"), _address(IPv4Address)
    ),
    _Kind(
        "ip_address",
        re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])"),
        _address(IPv6Address),
    ),
    _Kind(
        "phone_number",
        re.compile(
            r"(?<![\w+.,/-])(?:"
            r"\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}"  # +44 20 7946 0123
            r"|(?:1[ .-])?\(\d{3}\) ?\d{3}[ .-]\d{4}"  # (212) 555-0123
            r"|(?:1[ .-])?[2-9]\d{2}([ .-])\d{3}\1\d{4}"  # 212-555-0123
            r"|0\d{3,4}[ -]\d{3}[ -]?\d{3,4}"  # 0161 496 0123
            r")(?![\w/-]|[.,]\d)"
        ),
        lambda found: 8 <= sum(map(str.isdecimal, found)) <= 15,
    ),
)


class PersonalDataCheck(Component):
    """Finds e-mail and IP addresses, phone, card, bank and social security numbers; made for ``action: tag``."""

    name: ClassVar[str] = "personal_data"
    version: ClassVar[int] = 1

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge; the reason is the kind that is found first in the order above, the evidence all of that kind."""
        data = words_of(sample.turns).whole.encode("utf-8", "replace")
        if len(data.translate(None, _SIGNS)) == len(data):
            return _PASSED
        for kind in _KINDS:
            if spans := tuple(_places(sample, kind)):
                hint = "Leave personal data out."
                return Verdict(check=self.name, outcome="fail", reason=kind.reason, evidence=spans, hint=hint)
        return _PASSED


def _places(sample: Sample, kind: _Kind) -> Iterator[Span]:
    for number, turn in enumerate(sample.turns):
        for match in kind.pattern.finditer(turn.text):
            if kind.holds(re.sub(r"[ -]", "", match.group())):
                yield Span(turn=number, start=match.start(), end=match.end())
