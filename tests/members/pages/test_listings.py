"""Lists: what every declaration must hold, and what one makes of rows."""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django import forms
from django.test import RequestFactory
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy
from openpyxl import load_workbook

from members.models import Member
from members.pages.forms import FilterForm
from members.pages.listing import Listing, Nothing, acts, badges, day, drawn, excel, linked, money, number, text
from members.pages.steps import Button
from tests.cast import TODAY
from tests.lists import declared, plainly, without_a_query

LISTS = dict(declared())
UNIQUE = {"key", "pk", "id", "path", "code", "username", "number"}
"""Fields that no two rows of a list share."""


# --- Every list of the program ----------------------------------------------------------------------------------------
def test_lists_are_found() -> None:
    assert "supervision.talks.views.LISTING" in LISTS


@pytest.mark.parametrize("name", LISTS)
def test_every_order_ends_in_a_field_that_is_unique(name: str) -> None:
    for code, (label, fields) in LISTS[name].orders.items():
        last = fields[-1] if isinstance(fields[-1], str) else fields[-1].expression.name
        assert last.lstrip("-").rpartition("__")[2] in UNIQUE, code
        assert isinstance(label, Promise)


@pytest.mark.parametrize("name", LISTS)
def test_columns_have_codes_of_their_own_and_lazy_headings(name: str) -> None:
    listing = LISTS[name]
    for columns in (listing.columns, listing.workbook):
        codes = [column.code for column in columns]
        assert len(set(codes)) == len(codes)
        assert all(isinstance(column.label, Promise) for column in columns)
    assert isinstance(listing.nothing.sentence, Promise)


@pytest.mark.parametrize("name", LISTS)
def test_the_row_on_a_phone_is_made_of_columns(name: str) -> None:
    listing = LISTS[name]
    assert set(listing.phone) <= {column.code for column in listing.columns}
    assert list(listing.phone[:1]) == [column.code for column in listing.columns[:1]][: len(listing.phone)]


# --- One list ---------------------------------------------------------------------------------------------------------
@dataclass
class Row:
    name: str
    fen: int | None = 1234
    on: date | None = TODAY
    late: bool = False

    def get_absolute_url(self) -> str:
        return f"/rows/{self.name}/"


class Form(FilterForm):
    q = forms.CharField(required=False)


def state(row: Row, on: date) -> list[tuple[Any, str]]:
    return [(gettext_lazy("Overdue"), "bad")] if row.late and row.on and row.on <= on else []


LISTING = Listing(
    columns=[
        linked("name", gettext_lazy("Name"), below="on.year"),
        money("fen", gettext_lazy("Amount")),
        day("on", gettext_lazy("When")),
        badges("state", gettext_lazy("State"), state),
        acts(lambda row: [("Go", f"/go/{row.name}/", row.name)]),
    ],
    phone=["name", "state", "on", "fen"],
    counted=ngettext_lazy("%(counter)s talk", "%(counter)s talks", "counter"),
    nothing=Nothing(gettext_lazy("Nothing here."), "search", gettext_lazy("Begin"), "/begin/"),
    no_match=gettext_lazy("Nothing fits."),
    size=2,
    paper=100,
)


def asked(**query: str) -> Any:
    request: Any = RequestFactory().get("/list/", query)
    request.today, request.user = TODAY, None
    return request


def page(*rows: Row, form: FilterForm | None = None, query: dict[str, str] | None = None, **more: Any) -> str:
    shown = LISTING.shown(asked(**(query or {})), list(rows), form=form, **more)
    return shown.answer(title="A title", lead="A lead", notes=["", "A note"], buttons=[None]).content.decode()


def test_a_row_has_its_link_its_second_line_its_money_and_its_day() -> None:
    found = page(Row("<张英>", fen=123456))
    assert '<div><a href="/rows/&lt;张英&gt;/">&lt;张英&gt;</a><br><span class="quiet">2026</span></div></th>' in found
    assert ">1,234.56</td>" in found
    assert f">{TODAY.isoformat()}</td>" in found
    assert '<a class="btn btn-link btn-sm" href="/go/&lt;张英&gt;/">' in found


def test_ways_on_have_a_heading_that_is_only_heard() -> None:
    found = page(Row("张英"))
    assert '<th scope="col"><span class="visually-hidden">操作</span></th>' in found
    assert '<td><div><a class="btn' in found


def test_a_day_in_the_second_line_is_written_as_in_a_column() -> None:
    listing = Listing([text("name", gettext_lazy("Name"), below="on")], Nothing(gettext_lazy("Nothing here.")))
    found = listing.shown(asked(), [Row("张英"), Row("李", on=None)]).answer(title="A title").content.decode()
    assert f'<span class="quiet">{TODAY.isoformat()}</span>' in found
    assert '<th scope="row">李</th>' in found


def test_what_is_unknown_is_a_dash() -> None:
    assert page(Row("张英", fen=None)).count('<span class="usual">—</span>') == 1


def test_a_state_has_a_shape_and_none_leaves_an_empty_cell() -> None:
    assert "tag tag-bad" in page(Row("张英", late=True))
    assert '<td data-label="状态" class="phone-beside"></td>' in page(Row("张英"))


def test_the_places_of_a_row_on_a_phone_are_classes() -> None:
    assert [column.style for column in LISTING.placed] == [
        "phone-name", "number phone-below", "nowrap phone-below", "phone-beside", "",
    ]  # fmt: skip


def test_pages_are_as_long_as_declared_and_paper_has_all() -> None:
    rows = [Row(str(number)) for number in range(3)]
    assert page(*rows).count('<th scope="row"') == 2
    assert page(*rows, query={"paper": "1"}).count('<th scope="row"') == 3
    assert 'role="status">3次谈话' in page(*rows)


def test_a_column_can_be_left_out_and_lines_be_made_of_rows() -> None:
    found = page(Row("张英"), without={"fen"}, lines=lambda rows: [Row(f"{row.name}二") for row in rows])
    assert "12.34" not in found
    assert "张英二" in found


def test_totals_stand_below_their_columns() -> None:
    found = page(Row("张英"), totals={"name": "All", "fen": 5000})
    foot = found[found.index("<tfoot>") :]
    assert foot.index("All") < foot.index("50.00")


def test_an_empty_list_says_what_to_do_and_a_filter_that_fits_nothing_how_to_go_back() -> None:
    assert '<a class="btn btn-primary" href="/begin/">' in page()
    assert "Nothing fits." not in page(form=Form({}))
    found = page(form=Form({"q": "x"}))
    assert "Nothing fits." in found
    assert '<a class="btn btn-primary" href="/list/">' in found
    assert "Here." in page(nothing=Nothing("Here."))


@pytest.mark.parametrize(("rows", "count"), [([], 1), ([Row("张英")], 1)])
def test_what_an_empty_list_offers_is_no_second_button(rows: list[Row], count: int) -> None:
    begin = Button("Begin", "/begin/", primary=True)
    found = LISTING.shown(asked(), rows).answer(title="A title", buttons=[begin]).content.decode()
    assert found.count('href="/begin/"') == count


def test_the_page_has_title_lead_and_notes_that_say_something() -> None:
    found = page(Row("张英"))
    assert "<h1>A title</h1>" in found
    assert '<p class="page-lead measure">A lead</p>' in found
    assert found.count('<p class="quiet measure">') == 1


ORDERED = Listing(
    columns=[
        text("name", gettext_lazy("Name")),
        drawn("branch", gettext_lazy("Branch"), "includes/empty.html", "name"),
    ],
    orders={
        "name": (gettext_lazy("Name"), ("name_key", "key")),
        "newest": (gettext_lazy("Newest first"), ("-joined_on", "key")),
    },
    nothing=Nothing(gettext_lazy("Nothing here.")),
)


@pytest.mark.parametrize(
    ("query", "fields"),
    [({}, ("name_key", "key")), ({"order": "newest"}, ("-joined_on", "key")), ({"order": "x"}, ("name_key", "key"))],
)
def test_the_address_orders_and_what_it_cannot_mean_is_the_usual_order(query: Any, fields: Any) -> None:
    assert ORDERED.ordered(asked(**query), Member.objects.all()).query.order_by == fields


def test_the_orders_are_a_choice_of_the_filter() -> None:
    form = Form({"order": "newest"})
    found = ORDERED.shown(asked(order="newest"), [], form=form).answer(title="A title").content.decode()
    assert '<option value="newest" selected>' in found


def test_the_workbook_holds_words_money_and_days_and_no_ways_on() -> None:
    answer = LISTING.exported(asked(), [Row("张英", late=True), Row("李", None, None)], file="x.xlsx", sheet="Rows")
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows()]
    assert len(rows[0]) == 4
    assert [rows[1][0], rows[1][1], rows[1][2].date(), rows[1][3]] == ["张英", 12.34, TODAY, "已超期"]
    assert rows[2][1:] == [None, None, None]


def test_the_button_of_the_workbook_keeps_the_filter() -> None:
    assert excel(asked(q="x"), "/export/").url == "/export/?q=x"
    assert excel(asked(), "/export/").url == "/export/"


def test_a_row_alone_answers_htmx() -> None:
    found = LISTING.row(asked(), Row("张英")).strip()
    assert found.startswith('<tr><th scope="row" class="phone-name">')
    assert found.endswith("</tr>")


# --- The watch over cells ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_cell_that_asks_is_found() -> None:
    asking = number("count", gettext_lazy("Members"), lambda row: Member.objects.count())
    with pytest.raises(AssertionError, match="A cell asked"):
        without_a_query(asking.cell)(Row("张英"), asked())


def test_a_cell_with_markup_in_a_workbook_is_found() -> None:
    listed = text("name", gettext_lazy("Name"), lambda row: [row.name])
    with pytest.raises(AssertionError, match="gives a workbook"):
        plainly(type(listed).plain)(listed, Row("张英"), TODAY)


def test_what_says_nothing_and_what_nearly_every_row_says_is_quiet() -> None:
    listing = Listing(
        columns=[
            text("name", gettext_lazy("Name")),
            text("place", gettext_lazy("Where")),
            number("met", gettext_lazy("Met")),
        ],
        nothing=LISTING.nothing,
    )
    rows = [{"name": "A", "place": "First", "met": met} for met in (0, 7, 7, 7, 7)]
    lines = listing.shown(asked(), [*rows, {"name": "A", "place": "Second", "met": None}]).lines
    assert [[bool(cell.get("is_usual")) for cell in line] for line in lines] == [
        [False, True, True],
        *[[False, True, False]] * 4,
        [False, False, True],
    ]
