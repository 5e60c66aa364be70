"""Walks the program as a browser would, only to what a page showed, and says what it met there."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from django.db import connection
from django.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.test import Client
from django.test.utils import ContextList
from django.urls import Resolver404, resolve

SPOKEN = ("placeholder", "aria-label", "title", "alt", "data-label", "data-confirm", "content-label")
"""Attributes whose text a person reads or hears."""
SET_ASIDE = ("details", "dialog")
"""What is shown when somebody asks for it."""
SILENT = ("script", "style", "template", "svg")
NEVER = ("account_logout",)
"""Where a link ends the walk."""


@dataclass
class Form:
    """What would be sent when nothing is filled in. `asks`: there is something to fill in."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    asks: bool = False
    searches: bool = False
    waits: bool = False
    """A field that must be filled in is empty: no browser sends it so."""


class PageReader(HTMLParser):
    """The links, the forms and the words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.primaries = 0
        """Buttons in the colour of the one thing to do, as the page opens."""
        self._aside = 0
        self._silent = 0
        self._must = False
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._silent += tag in SILENT
        self._aside += tag in SET_ASIDE
        self.primaries += "btn-primary" in given.get("class", "").split() and not self._aside
        self.words += [given[name] for name in SPOKEN if given.get(name)]
        self.links += [given[name] for name in ("href", "hx-get") if tag != "link" and name in given]
        if tag == "img" and "src" in given:
            self.links.append(given["src"])
        if tag == "form":
            self._form = Form(
                given.get("method", "get").lower(), given.get("action", ""), searches=given.get("role") == "search"
            )
            self.forms.append(self._form)
        elif self._form and tag in ("input", "select", "textarea"):
            self._field(tag, given)
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))

    def _field(self, tag: str, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        assert self._form
        self._form.asks |= kind not in ("hidden", "submit")
        self._form.waits |= "required" in given and tag == "input" and not given.get("value")
        self._must = "required" in given
        if tag == "input" and kind in ("submit", "button"):
            self.words.append(given.get("value", ""))
        elif tag == "select":
            self._select = (name, []) if "multiple" not in given else None
        elif name and (kind not in ("checkbox", "radio") or "checked" in given):
            self._form.fields.append((name, given.get("value", "on" if kind in ("checkbox", "radio") else "")))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        self._aside -= tag in SET_ASIDE
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select and self._form:
            name, options = self._select
            chosen = [value for value, selected in options if selected] or [value for value, _chosen in options[:1]]
            self._form.fields += [(name, value) for value in chosen if name]
            self._form.waits |= self._must and chosen == [""]
            self._select = None

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent:
            self.words.append(" ".join(data.split()))

    @property
    def searches_by_nothing(self) -> bool:
        return any(form.searches and not form.asks for form in self.forms)

    def addresses(self, at: str) -> Iterator[str]:
        """Where a browser could go from here by a click: links, and forms that only ask."""
        for link in self.links:
            yield urljoin(at, link)
        for form in self.forms:
            if form.method == "get" and not form.waits:
                yield urljoin(at, form.action.partition("?")[0] or urlsplit(at).path) + "?" + urlencode(form.fields)


@dataclass
class Visit:
    """A page that was reached, and from where."""

    address: str
    came_from: str
    view: str
    status: int
    page: PageReader | None
    complaints: list[str]
    """What forms found wrong although nobody had filled them in; a search button without anything to search by;
    more than one primary button."""
    queries: int = 0
    size: int = 0
    """Of a page, in bytes as it is written; of a file none."""

    @property
    def is_good(self) -> bool:
        return self.status in (200, 204) and not self.complaints

    def __str__(self) -> str:
        return " ".join([f"{self.status} {self.address} from {self.came_from or 'the start'}", *self.complaints])


def crawl(client: Client, *, start: str = "/", each: int | None = None) -> Iterator[Visit]:
    """Every page that can be reached. `each`: of one view with the same parameters only so many; None: all."""
    seen, met, ahead = {start}, Counter[object](), deque([(start, "")])
    while ahead:
        address, came_from = ahead.popleft()
        visit = look_at(client, address, came_from)
        yield visit
        for link in visit.page.addresses(address) if visit.page else ():
            further = link.partition("#")[0]
            kind = kind_of(further)
            if kind is None or further in seen or (each and met[kind] >= each):
                continue
            seen.add(further)
            met[kind] += 1
            ahead.append((further, address))


@cache
def kind_of(address: str) -> object:
    """The view that answers there and the names of what is asked; None where this program doesn't answer."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or parts.path.startswith("/static/"):
        return None
    try:
        view = resolve(parts.path).view_name
    except Resolver404:
        view = parts.path
    return None if view in NEVER else (view, tuple(sorted(QueryDict(parts.query))))


def look_at(client: Client, address: str, came_from: str) -> Visit:
    asked: list[str] = []
    with connection.execute_wrapper(lambda execute, sql, *given: (asked.append(sql), execute(sql, *given))[1]):
        answer = client.get(address, follow=True)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    page = PageReader(content.decode()) if is_page else None
    try:
        view = resolve(urlsplit(address).path).view_name
    except Resolver404:
        view = ""
    found = [
        *complaints_of(answer.context),
        *(["searches without a field"] if page and page.searches_by_nothing else []),
        *([f"{page.primaries} primary buttons"] if page and page.primaries > 1 else []),
    ]
    queries = sum(not one.startswith(("SAVEPOINT", "RELEASE")) for one in asked)
    return Visit(address, came_from, view, answer.status_code, page, found, queries, len(content) if page else 0)


def complaints_of(context: ContextList | None) -> Iterator[str]:
    shown = {id(value): value for layer in context or () for value in layer.flatten().values()}
    for value in shown.values():
        if isinstance(value, BaseForm | BaseFormSet) and value.is_bound and not value.is_valid():
            yield f"{type(value).__name__}: {value.errors!r}"
