"""Any text, escaped: shown as Markdown it is the same text, and nothing but text."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from rendered import body

from instructgen.publishing.markdown import code, escaped, link, table

SIGNS = "ab1 \n#*_-+=~`|<>&![](){}\\:;/.@$\"'^"
TAGS = {"p", "br", "blockquote", "strong", "table", "thead", "tbody", "tr", "th", "td"}
HOSTILE = (
    "<script>alert(1)</script>",
    "![x](http://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "https://evil.example and www.evil.example",
    "# Heading\n\n- list\n1. list\n\n    code\n\n---\n> quote",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "```\nfence\n```",
    "a &lt;b&gt; &#60;c",
    "*emphasis* **strong** _under_ snake_case_name ~~gone~~ `code`",
    "[ref]: http://evil.example\n[ref]",
    "<!-- comment --> <details><summary>x</summary></details>",
    "\u202egnp.exe\x00",
)
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def text_of(rendered: str) -> str:
    """Give what a reader sees; a line break counts as a blank."""
    return html.unescape(re.sub(r"<[^>]*>", "", rendered.replace("<br>", " "))).strip()


def shown(text: str) -> str:
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(line.strip() for line in text.split("\n"))).strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(text: str) -> None:
    rendered = body(str(escaped(text)))
    assert set(re.findall(r"</?(\w+)", rendered)) <= {"p", "br"}
    assert text_of(rendered) == shown(text)


@given(st.text(SIGNS, min_size=1, max_size=60).filter(str.strip))
def test_any_signs_come_out_as_they_are(text: str) -> None:
    for around in ("{}", "> **Answer.** {}", "| {} |\n| --- |\n| {} |"):
        rendered = body(around.replace("{}", str(escaped(text))))
        assert set(re.findall(r"</?(\w+)", rendered)) <= TAGS
        assert re.sub(r"\s+", " ", shown(text)) in re.sub(r"\s+", " ", text_of(rendered))


def test_a_cell_is_escaped_unless_it_is_markdown() -> None:
    made = table(("a|b", "n"), [("<x>", 1), (Markup("**y**"), code("c|d"))], 1)
    rendered = body(made)
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", rendered)
    assert [*map(text_of, cells)] == [
        "a|b",
        "n",
        "<x>",
        "1",
        "y",
        "c|d",
    ]
    assert rendered.count("<strong>") == rendered.count("<code>") == 1


@pytest.mark.parametrize(
    ("url", "led"),
    [
        ("https://a.example/b?c=d&e=(f)#g", "https://a.example/b?c=d&amp;e=(f)#g"),
        ("https://a.example/x|y>z <w", "https://a.example/x%7Cy%3Ez%20%3Cw"),
        ("javascript:alert(1)", None),
    ],
)
def test_a_link_leads_to_the_web_alone(url: str, led: str | None) -> None:
    rendered = body(f"| {link('see [it]', url)} |\n| --- |")
    assert re.findall(r'href="([^"]*)"', rendered) == ([led] if led else [])
    assert text_of(rendered) == "see [it]"
