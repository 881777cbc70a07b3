"""Quoted text against what an OCR read: readers' errors are allowed for, other words and numbers are not."""

import pytest
from captions import captioned, figures, held
from dialogues import built

CHECK = built("ocr_agreement")
READ = captioned(read=("MAIN STREET 42", "N0 ENTRY AFTERDARK"))


@pytest.mark.parametrize(
    "text",
    [
        'A sign reads "Main Street 42".',
        "A sign reads “MAIN STREET 42”, another 'no entry after dark'.",
        "A sign that says NO ENTRY hangs on a wall.",
        'A sign reads "Maine Streat 42".',
        'A small sign "entry" hangs there.',
        "A sign at a street; nothing can be read, it's the neighbours' house.",
    ],
)
def test_what_was_read_nearly_so_passes(text: str) -> None:
    assert held(CHECK, text, READ) == ("pass", "", [])


@pytest.mark.parametrize(
    ("text", "outcome", "shown"),
    [
        ('A sign reads "Harbour View".', "fail", "Harbour View"),
        ("A sign that says PARKING hangs on a wall.", "fail", "PARKING"),
        ("Beside 'Main Street' a poster says 'Open today'.", "fail", "Open today"),
        ('A sign reads "Main Street 24".', "doubtful", "Main Street 24"),
        ('A sign reads "street of the broken windows".', "doubtful", "street of the broken windows"),
    ],
)
def test_other_words_and_numbers_do_not(text: str, outcome: str, shown: str) -> None:
    assert held(CHECK, text, READ) == (outcome, "quoted_text_unread", [shown])


def test_without_lines_there_is_nothing_to_hold_it_to() -> None:
    assert held(CHECK, 'A sign reads "Harbour View".', captioned("A sign.")) == ("pass", "", [])
    assert figures(CHECK, 'A sign reads "Harbour View".', captioned("A sign.")) == {}


def test_quotations_and_lines_are_counted() -> None:
    text = 'A sign reads "Main Street 42", a poster "Harbour View".'
    assert figures(CHECK, text, READ) == {"quotations": 2, "read": 1, "lines": 2, "told": 1}
    assert figures(CHECK, "No entry after dark.", READ) == {"quotations": 0, "read": 0, "lines": 2, "told": 1}
