"""An HTML file's text in; what stands in it out: its tags, its attributes, its tables, its words."""

from html.parser import HTMLParser

Attributes = dict[str, str | None]


class HtmlPage(HTMLParser):
    """An HTML file, read."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, Attributes]] = []
        self.tables: dict[str, list[list[str]]] = {}
        """Rows of each captioned table, its head first."""
        self.facts: dict[str, str] = {}
        self.text = ""
        """All words that a reader sees, in order."""
        self._open: list[str] = []
        self._said: dict[str, str] = {}
        self._rows: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._said[tag] = ""
        self._open.append(tag)
        if tag == "table":
            self._rows = []
        if tag == "tr":
            self._rows.append([])

    def handle_endtag(self, tag: str) -> None:
        said = self._said.get(tag, "").strip()
        if tag in ("td", "th"):
            self._rows[-1].append(said)
        if tag == "table" and self._said.get("caption"):
            self.tables[self._said.pop("caption").strip()] = self._rows
        if tag == "dd":
            self.facts[self._said["dt"].strip()] = said
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self.text += data
        for tag in set(self._open):
            self._said[tag] += data

    def column(self, table: str, name: str) -> dict[str, str]:
        """Give a column of a captioned table by the first cell of each row."""
        head, *rows = self.tables[table]
        return {row[0]: row[head.index(name)] for row in rows}


def number(shown: str) -> int:
    """Read a whole number as the page writes it."""
    return int(shown.replace("\u202f", ""))
