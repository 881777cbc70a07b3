"""The personal_data check: what a pattern and a checksum find fails, numbers of other kinds pass."""

import pytest
from dialogues import answer, built, judged, shown
from hypothesis import given
from hypothesis import strategies as st

from instructgen.checks.personal_data import iban, luhn

CHECK = built("personal_data")


@pytest.mark.parametrize(
    ("kind", "found", "text"),
    [
        ("email", "jo.doe+x@mail.example.org", "Write to jo.doe+x@mail.example.org, says the card."),
        ("card_number", "4111 1111 1111 1111", "The card bears 4111 1111 1111 1111 in raised digits."),
        ("card_number", "378282246310005", "It reads 378282246310005."),
        ("iban", "DE89 3704 0044 0532 0130 00", "Pay to DE89 3704 0044 0532 0130 00."),
        ("iban", "GB82WEST12345698765432", "Pay to GB82WEST12345698765432."),
        ("routing_number", "routing number 021000021", "The check shows routing number 021000021."),
        ("social_security_number", "078-05-1120", "The form shows 078-05-1120."),
        ("ip_address", "192.0.2.44", "The screen shows 192.0.2.44."),
        ("ip_address", "2001:db8::8a2e:370:7334", "The screen shows 2001:db8::8a2e:370:7334."),
        ("phone_number", "+44 20 7946 0123", "Call +44 20 7946 0123."),
        ("phone_number", "(212) 555-0123", "Call (212) 555-0123 now."),
        ("phone_number", "1-800-555-0123", "Call 1-800-555-0123 now."),
        ("phone_number", "0161 496 0123", "Call 0161 496 0123."),
        ("phone_number", "0161 496 0123", "Half a surrogate pair \ud83d is no reason not to look: 0161 496 0123."),
    ],
)
def test_personal_data_fails_with_its_kind_and_place(kind: str, found: str, text: str) -> None:
    sample = answer(text)
    verdict = judged(CHECK, sample)
    assert (verdict.outcome, verdict.reason) == ("fail", kind)
    assert shown(sample, verdict) == found


@pytest.mark.parametrize(
    "text",
    [
        "The clock shows 10:15:30.",
        "The card bears 4111 1111 1111 1112.",
        "Pay to DE89 3704 0044 0532 0130 01.",
        "The sign gives the years 1939-1945 and 1914-1918.",
        "Version 1.2.3.4.5 is installed.",
        "The score is 21-19, 18-21, 15-13.",
        "The price fell from 1,250,000 to 999,999.",
        "The license plate reads 555 1234.",
        "The handle @blue_kite is written on the wall.",
        "The lottery numbers are 3 17 22 35 41 48.",
        "The train number 000000000000000 is written on it.",
        "A 1920x1080 screen at 60 Hz.",
        "Flight 370 leaves on 2024-05-17 at 12.30.",
    ],
)
def test_other_numbers_pass(text: str) -> None:
    assert judged(CHECK, answer(text)).outcome == "pass"


@given(st.text("0123456789", min_size=12, max_size=18))
def test_exactly_one_check_digit_fits_a_card_number(digits: str) -> None:
    assert sum(luhn(digits + check) for check in "0123456789") == 1


@given(st.text("0123456789", min_size=18, max_size=18), st.integers(4, 21), st.integers(1, 9))
def test_an_iban_with_one_wrong_digit_is_none(account: str, at: int, by: int) -> None:
    (check,) = [f"{n:02d}" for n in range(2, 99) if iban(f"DE{n:02d}{account}")][:1]
    right = f"DE{check}{account}"
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]
    assert not iban(wrong)
