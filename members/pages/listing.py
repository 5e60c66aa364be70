"""Lists: one declaration says columns, orders, the row on a phone, totals, the workbook and what an empty one says
(docs/pages.md)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, TypedDict

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.template.context_processors import csrf
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from members.pages.forms import Orders, Rows, order_field
from members.pages.requests import PageRequest, workbook
from members.pages.steps import Button, Crumb, Words
from members.workbooks.writing import Sheet

Reads = str | Callable[[Any], Any]
"""What a cell shows of a row: a path of attributes (`"organization.name"`, methods are called) or a function."""
Badge = tuple[Words, str]
"""A word and its kind (`good`, `warn`, `bad`, `info`, `quiet`)."""
States = Callable[[Any, date], Iterable[Badge]]
"""Given the row and the day of the page, because a state depends on it."""
Act = tuple[Words, str, Words]
"""What can be done with a row: the words, the address, and for whom they aren't enough the name of the row."""
PAGE = "members/pages/list.html"
TABLE = "members/pages/listing.html"


class Cell(TypedDict, total=False):
    """What the template writes: words, and where it `is_more` than those a link, a quiet line below, badges, ways on.
    A dictionary, because templates read one in half the time and a page has hundreds.
    """

    start: str
    end: str
    """The tags around it: `th` for the name of the row, else `td`."""
    text: object
    is_usual: bool
    """It says nothing, or what nearly every row says: quiet, and left out of the row on a phone."""
    is_more: bool
    url: str
    below: object
    badges: Iterable[Badge]
    acts: Iterable[Act]


SAYS_NOTHING = ("—", "0", "0.00")
NO_MORE: Cell = {"is_more": False, "url": "", "below": "", "badges": (), "acts": ()}


@dataclass(frozen=True, slots=True)
class Column:
    """Made by the functions below. `value` gives a plain value, which is also what the workbook gets."""

    code: str
    label: Words
    value: Callable[[Any], Any]
    style: str = ""
    shown: Callable[[Any], object] = str
    exported: Callable[[Any], object] = lambda value: value
    url: Callable[[Any], str] | None = None
    below: Callable[[Any], object] | None = None
    badges: States | None = None
    acts: Callable[[Any], Iterable[Act]] | None = None
    is_untitled: bool = False
    """Its heading is only heard."""
    is_bad: bool = False
    """Any number but none is a badge."""
    template: str = ""

    def cell(self, row: Any, request: PageRequest) -> Cell:
        """Asks no query: what a cell reads came with the row."""
        if self.template:
            known = {"row": row, "today": request.today, **csrf(request)}  # not the page's frame: a list has many rows
            drawn = render_to_string(self.template, known)
            return {"text": drawn, "is_more": False}
        value = self.value(row)
        if self.is_bad and value:
            return {**NO_MORE, "text": "", "is_more": True, "badges": [(str(value), "bad")]}
        return {**self._more(row, request.today), "text": self.words(value)}

    def _more(self, row: Any, on: date) -> Cell:
        more: Cell = {
            "url": self.url(row) if self.url else "",
            "below": _in_digits(self.below(row)) if self.below else "",
            "badges": tuple(self.badges(row, on)) if self.badges else (),
            "acts": tuple(self.acts(row)) if self.acts else (),
        }
        return {**more, "is_more": any(more.values())}

    def words(self, value: object) -> object:
        """As the page shows a value: a dash for what is unknown, nothing where the list leaves it out (`""`)."""
        return "—" if value is None else self.shown(value)

    def plain(self, row: Any, on: date) -> object:
        """For the workbook: text, a number or a day."""
        value = self.value(row)
        if value == "" and self.badges:
            return _(", ").join(str(word) for word, _kind in self.badges(row, on))
        return str(value) if isinstance(value, Promise) else self.exported(value)


def _in_digits(value: object) -> object:
    """A day as all lists write it; nothing for None."""
    return value.isoformat() if isinstance(value, date) else "" if value is None else value


def reader(reads: Reads) -> Callable[[Any], Any]:
    if callable(reads):
        return reads
    names = reads.split(".")
    return lambda row: _read(row, names)


def _read(row: Any, names: Iterable[str]) -> Any:
    for name in names:
        row = row[name] if isinstance(row, dict) else getattr(row, name)
        row = row() if callable(row) else row
        if row is None:
            return None
    return row


def text(
    code: str,
    label: Words,
    value: Reads | None = None,
    *,
    style: str = "",
    below: Reads = "",
    badges: States | None = None,
) -> Column:
    """Words: `below` is a quiet second line, `badges` stand behind them."""
    return Column(code, label, reader(value or code), style, below=reader(below) if below else None, badges=badges)


def linked(
    code: str, label: Words, value: Reads | None = None, *, url: Reads = "get_absolute_url", **more: Any
) -> Column:
    """Words that lead to a page: the row's own, where nothing else is said; no link where `url` gives nothing."""
    return replace(text(code, label, value, **more), url=reader(url))


def number(code: str, label: Words, value: Reads | None = None, *, is_bad: bool = False) -> Column:
    return Column(code, label, reader(value or code), "number", is_bad=is_bad)


def money(code: str, label: Words, value: Reads | None = None) -> Column:
    """Fen, shown and exported as yuan."""
    return Column(code, label, reader(value or code), "number", lambda fen: f"{_yuan(fen):,}", _yuan)


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen).scaleb(-2)


def day(code: str, label: Words, value: Reads | None = None, *, badges: States | None = None) -> Column:
    return Column(code, label, reader(value or code), "nowrap", shown=date.isoformat, badges=badges)


def badges(code: str, label: Words, words: States) -> Column:
    """What the row is like."""
    return Column(code, label, lambda row: "", badges=words)


def drawn(code: str, label: Words, template: str, value: Reads | None = None) -> Column:
    """What only a template can say; it reads `row` and `today`. `value` is for the workbook."""
    return Column(code, label, reader(value) if value else lambda row: "", template=template)


def acts(offered: Callable[[Any], Iterable[Act]]) -> Column:
    """Ways on from a row. It has no place in a workbook."""
    return Column("acts", gettext_lazy("Actions"), lambda row: "", acts=offered, is_untitled=True)


@dataclass(frozen=True, slots=True)
class Nothing:
    """What an empty list says, and what to do about it."""

    sentence: Words
    icon: str = "inbox"
    label: Words = ""
    url: Words = ""


@dataclass(frozen=True)
class Listing:
    """`columns` in order, the first names the row. `orders`: code → label and fields, the last of which is unique; the
    first is the usual one. `phone`: codes for the two lines of a row on a phone: the name, what stands beside it, and
    what stands below. `workbook`: its columns, those of the page where none are given. `counted`: a lazy `ngettext` of
    `counter`. `no_match`: what a filter that fits nothing says.
    """

    columns: Sequence[Column]
    nothing: Nothing
    orders: Orders = field(default_factory=dict)
    phone: Sequence[str] = ()
    workbook: Sequence[Column] = ()
    no_match: Words = ""
    counted: Any = ""
    size: int = 30
    paper: int = 0
    """Rows of the page that is printed; 0: pages as on the screen."""

    @cached_property
    def placed(self) -> Sequence[Column]:
        """The columns, each with its place in the row on a phone as a class."""
        places = dict(zip(self.phone, ("phone-name", "phone-beside"), strict=False))
        places = dict.fromkeys(self.phone, "phone-below") | places
        return [replace(one, style=f"{one.style} {places.get(one.code, '')}".strip()) for one in self.columns]

    def ordered(self, request: PageRequest, rows: Rows) -> Rows:
        """As the address asks, else in the usual order."""
        code = request.GET.get("order", "")
        _label, fields = self.orders.get(code) or next(iter(self.orders.values()))
        return rows.order_by(*fields)

    def shown(
        self,
        request: PageRequest,
        rows: "QuerySet[Any] | Sequence[Any]",
        *,
        form: forms.Form | None = None,
        without: Iterable[str] = (),
        lines: Callable[[Sequence[Any]], Sequence[Any]] = list,
        totals: Mapping[str, object] | None = None,
        nothing: Nothing | None = None,
    ) -> "Shown":
        """One page of the rows, already in order. `without`: codes of columns left out here; `lines` makes of the
        page's rows what the columns read; `totals`: code of a column → what stands below it."""
        on_paper = bool(self.paper and request.GET.get("paper"))
        page = Paginator(rows, self.paper if on_paper else self.size).get_page(request.GET.get("page"))
        if form is not None and len(self.orders) > 1:
            form.fields["order"] = order_field(self.orders)
        columns = [one for one in self.placed if one.code not in frozenset(without)]
        found = lines(list(page.object_list))
        shown = Shown(request, self, columns, page, found, _lines(columns, found, request), form)
        shown.on_paper = on_paper if self.paper else None
        shown.nothing = self._nothing(request, form, nothing) if not found else None
        if found and totals:
            sums = [one.words(totals[one.code]) if one.code in totals else "" for one in columns]
            shown.totals = [
                {**NO_MORE, **frame, "text": sum} for frame, sum in zip(_frames(columns), sums, strict=True)
            ]
        return shown

    def _nothing(self, request: PageRequest, form: forms.Form | None, nothing: Nothing | None) -> Nothing:
        if form is not None and form.has_changed() and self.no_match:
            return Nothing(self.no_match, "search", gettext_lazy("Show all"), request.path)
        return nothing or self.nothing

    def row(self, request: PageRequest, line: Any) -> SafeString:
        """The `<tr>` of one line, for an answer to htmx."""
        return render_to_string(f"{TABLE}#row", {"line": _lines(self.placed, [line], request)[0]}, request)

    def sheet(self, name: Words, rows: Iterable[Any], *, on: date, without: Iterable[str] = ()) -> Sheet:
        """The workbook's sheet."""
        left_out = frozenset(without)
        columns = [one for one in self.workbook or self.columns if not one.acts and one.code not in left_out]
        return Sheet(str(name), [str(one.label) for one in columns], _plain(columns, rows, on))

    def exported(self, request: PageRequest, rows: Iterable[Any], *, file: str, sheet: Words) -> FileResponse:
        """The same rows as a workbook; that it is taken the view puts on record."""
        return workbook(file, self.sheet(sheet, rows, on=request.today))


def _lines(columns: Sequence[Column], rows: Iterable[Any], request: PageRequest) -> list[list[Cell]]:
    framed = list(zip(_frames(columns), columns, strict=True))
    lines: list[list[Cell]] = [[{**frame, **column.cell(row, request)} for frame, column in framed] for row in rows]
    for column, *cells in zip(columns[1:], *[line[1:] for line in lines], strict=True):
        if not column.template:
            _quieten(cells, counts="number" in column.style or "nowrap" in column.style)
    return lines


def _quieten(cells: Sequence[Cell], *, counts: bool) -> None:
    """`counts`: numbers and days, of which only those that say nothing are quiet."""
    quiet = {*SAYS_NOTHING}
    if not counts and cells:
        words, many = Counter(str(cell["text"]) for cell in cells).most_common(1)[0]
        quiet |= {words} if words and many >= max(5, 0.8 * len(cells)) else set()
    for cell in cells:
        cell["is_usual"] = not cell["is_more"] and str(cell["text"]) in quiet


def _frames(columns: Sequence[Column]) -> list[Cell]:
    """What is the same in every row."""
    tags = ["th", *["td"] * (len(columns) - 1)]
    return [
        {"start": _start(tag, "" if one.is_untitled else str(one.label), one.style), "end": _end(tag)}
        for tag, one in zip(tags, columns, strict=True)
    ]


@lru_cache(maxsize=2048)
def _start(tag: str, label: str, style: str) -> SafeString:
    return render_to_string(f"{TABLE}#start", {"tag": tag, "label": label, "style": style})


@lru_cache
def _end(tag: str) -> SafeString:
    return render_to_string(f"{TABLE}#end", {"tag": tag})


def _plain(columns: Sequence[Column], rows: Iterable[Any], on: date) -> Iterator[list[object]]:
    for row in rows:
        yield [column.plain(row, on) for column in columns]


@dataclass
class Shown:
    """A page of a list, ready for its template. Several of them may stand on one page."""

    request: PageRequest
    listing: Listing
    columns: Sequence[Column]
    page: "Page[Any]"
    rows: Sequence[Any]
    """Those of the page, as the columns read them."""
    lines: Sequence[Sequence[Cell]]
    form: forms.Form | None = None
    totals: Sequence[Cell] = ()
    nothing: Nothing | None = None
    on_paper: bool | None = None

    @property
    def counted(self) -> str:
        """How many there are, in words."""
        return str(self.listing.counted % {"counter": self.page.paginator.count}) if self.listing.counted else ""

    def _offers(self, button: Button) -> bool:
        """An empty list says itself what to do first: the page then has no second button for it."""
        return bool(self.nothing and button.primary and str(self.nothing.url) == str(button.url))

    def answer(
        self,
        *,
        title: Words,
        crumbs: Sequence[Crumb] = (),
        buttons: Iterable[object] = (),
        prints: bool = True,
        lead: Words = "",
        notes: Iterable[Words] = (),
        template: str = PAGE,
        more: Mapping[str, Any] | None = None,
    ) -> HttpResponse:
        """The page. `buttons` that are nothing are left out. A `template` of its own extends `PAGE`, reads `more`."""
        context = {
            "listing": self,
            "form": self.form,
            "page": self.page,
            "on_paper": self.on_paper,
            "title": title,
            "crumbs": crumbs,
            "buttons": [button for button in buttons if isinstance(button, Button) and not self._offers(button)],
            "prints": prints,
            "lead": lead,
            "notes": [note for note in notes if note],
        }
        return render(self.request, template, context | dict(more or {}))


def excel(request: PageRequest, url: str) -> Button:
    """The button of the workbook of the same rows."""
    query = request.GET.urlencode()
    return Button(_("Excel"), f"{url}?{query}" if query else url, "download")
