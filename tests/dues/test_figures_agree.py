"""A figure of dues is the same on every page that shows it: a table of the figures, and of who reads each of them.

A page that begins to show one of them gets its line here; a new figure gets its rows.
"""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from dues.arrears.statement import statement
from dues.duties import dues_duties
from dues.ledger.queries import arrears_of
from dues.models import Arrangement, ArrearsReason
from members.models import User
from members.regulations.queries import PlacesBelow
from reminders.planning.rules import dues_values
from tests.cast import TODAY, make_member
from tests.dues.making import charge, month, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
YUAN = r"([\d,]+\.\d\d)"
OF_BRANCH = {"org": "branch", "year": 2026}


class Branch:
    """A branch with every way of owing something, and its pages as each of its readers opens them."""

    def __init__(self, cast):
        self.cast, self.clients = cast, {}
        self.quarter, self.ill, self.reduced, self.exempt = (
            make_member(name, cast.branch) for name in ("赵按季", "钱住院", "孙减交", "周免交")
        )
        self.of_before = make_member("蔡结转", cast.branch)
        charge(self.of_before, "2025-12", 4600, carried_over=True)
        pay(self.of_before, 600, "2026-11-07", reason="上年结转")
        for number in range(6, 12):
            self.charged(cast.zhang, number, 1950)
            self.charged(cast.li, number, 2000)
            self.charged(self.quarter, number, 1000)
            self.charged(self.ill, number, 3000)
            self.charged(self.reduced, number, 1000, waived=500)
            self.charged(self.exempt, number, 800, waived=800)
            self.charged(cast.wang, number, 7000)
        pay(cast.zhang, 1950 * 3 + 100, "2026-11-02")
        pay(cast.li, 2000 * 6, "2026-11-03")
        pay(self.quarter, 1000 * 4, "2026-11-04")
        pay(self.ill, 3000 * 3, "2026-11-05")
        pay(self.reduced, 500 * 4, "2026-11-06")
        Arrangement.objects.create(member=self.quarter, valid_from=month("2026-01"), agreed_on=date(2026, 1, 1))
        ArrearsReason.objects.create(
            member=self.ill, valid_from=month("2026-09"), reason="住院", recorded_on=date(2026, 10, 1)
        )

    def charged(self, member, number, fen, waived=0):
        charge(member, f"2026-{number:02}", fen, waived)

    def client(self, user):
        if user not in self.clients:
            self.clients[user] = Client()
            person = getattr(self.cast, user)
            self.clients[user].force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return self.clients[user]

    def get(self, user, name, *args, **query):
        return self.client(user).get(reverse(name, args=args), query)

    def own(self):
        return self.get("member", "dues:mine").text

    def owed_at_start(self):
        return self.get("member", "reminders:desk-below").context["owed"].text

    def told_at_start(self, user, kind, title):
        links = self.get(user, "reminders:desk-below").context[kind]
        return next(link.text for link in links if link.title == title)

    def as_read_by_the_branch(self, member):
        return self.get("officer", "dues:member-detail", member.key).context["page"].arrears

    def everybody(self):
        people = [self.cast.zhang, self.cast.li, self.quarter, self.ill, self.reduced, self.exempt, self.of_before]
        return [self.as_read_by_the_branch(one) for one in people]

    def arrears_lines(self):
        return self.get("officer", "dues:arrears", org="branch").context["lines"]

    def grid(self):
        return self.get("secretary", "dues:grid", **OF_BRANCH).context

    def disclosed(self):
        return self.get("secretary", "dues:disclosure", **OF_BRANCH).context["figures"]

    def overview_line(self):
        page = self.get("district_staff", "dues:overview", org="district").context["page"]
        return next(line for line in page if line.branch.code == "branch")

    def counted_by_the_committee(self):
        page = self.get("district_staff", "dues:arrears", org="district").context["page"]
        return next(line for line in page if line.branch.code == "branch")

    def stated(self):
        return statement(self.cast.branch.path, as_of=TODAY)

    def duties(self, *kinds):
        return [duty for duty in dues_duties(PlacesBelow(self.cast.branch.path, TODAY)) if duty.kind in kinds]

    def reminded(self):
        with translation.override("en"):
            return dues_values(arrears_of([self.cast.zhang.pk], on=TODAY)[self.cast.zhang.pk], None)["amount"]

    def rows(self, name):
        """Of the API: the figures of 张英's lines."""
        client, member = self.client("officer"), str(self.cast.zhang.key)
        return client.get(reverse(f"api:{name}-list"), {"member": member}).json()["results"]

    def collected(self):
        rows = self.get("officer", "dues:collect", org="branch").context["rows"]
        return {row["line"].member.name: row["line"].open_fen for row in rows}


def fen(text, pattern):
    """What a page writes in yuan."""
    found = re.search(pattern.replace("YUAN", YUAN), text)
    assert found, pattern
    return int(found[1].replace(",", "").replace(".", ""))


def of(lines, name):
    return next(line for line in lines if line.member.name == name)


FIGURES = {
    "what 张英 has due": (
        3800,
        {
            "own page": lambda b: fen(b.own(), r"YUAN yuan due and unpaid"),
            "own line of the start page": lambda b: fen(b.owed_at_start(), "Due and unpaid: YUAN"),
            "the member's page, read by the branch": lambda b: b.as_read_by_the_branch(b.cast.zhang).fen,
            "the list of arrears": lambda b: of(b.arrears_lines(), "张英").arrears.fen,
            "the grid": lambda b: of(b.grid()["page"], "张英").due_fen,
            "the statement": lambda b: of(b.stated().in_arrears, "张英").fen,
            "the reminder": lambda b: fen(b.reminded(), "YUAN yuan"),
            "the API, less this month": lambda b: (
                sum(row["amount_fen"] - row["waived_fen"] for row in b.rows("charge") if row["month"] < "2026-11")
                - sum(row["amount_fen"] - row["voluntary_fen"] for row in b.rows("payment"))
            ),
            "collecting, less this month": lambda b: b.collected()["张英"] - 1950,
        },
    ),
    "for how many months": (
        2,
        {
            "own page": lambda b: int(re.search(r"(\d+) months, since", b.own())[1]),
            "own line of the start page": lambda b: int(re.search(r"(\d+) months", b.owed_at_start())[1]),
            "the list of arrears": lambda b: len(of(b.arrears_lines(), "张英").arrears.months),
            "the grid": lambda b: of(b.grid()["page"], "张英").months_in_arrears,
            "the statement": lambda b: of(b.stated().in_arrears, "张英").months,
        },
    ),
    "what this month asks of 张英": (
        1950,
        {
            "own page": lambda b: fen(b.own(), r"This month, unpaid: YUAN"),
            "own line of the start page": lambda b: fen(b.owed_at_start(), "This month, unpaid: YUAN"),
            "the member's page, read by the branch": lambda b: b.as_read_by_the_branch(b.cast.zhang).this_month_fen,
            "the month's cell of the grid": lambda b: of(b.grid()["page"], "张英").cells[10].open_fen,
        },
    ),
    "what the branch has due": (
        3800 + 6000 + 500 + 4000,
        {
            "all members' pages": lambda b: sum(one.fen for one in b.everybody()),
            "the list of arrears": lambda b: sum(line.arrears.fen for line in b.arrears_lines()),
            "the grid": lambda b: b.grid()["due_fen"],
            "the start page": lambda b: fen(
                b.told_at_start("officer", "links", "Dues of the branch"), "YUAN yuan due and unpaid"
            ),
            "the disclosure": lambda b: b.disclosed()["due_fen"],
            "the overview": lambda b: b.overview_line().due_fen,
            "the statement": lambda b: sum(one.fen for one in b.stated().in_arrears),
        },
    ),
    "what this month, or an agreed quarter, asks of the branch": (
        1950 + 2000 + 3000 + 500,
        {
            "all members' pages": lambda b: sum(one.this_month_fen for one in b.everybody()),
            "the disclosure": lambda b: b.disclosed()["this_month_fen"],
            "the overview": lambda b: b.overview_line().this_month_fen,
            "the statement": lambda b: b.stated().this_month_fen,
            "collecting, less what is due": lambda b: sum(b.collected().values()) - b.disclosed()["due_fen"],
        },
    ),
    "how many members have something due": (
        4,
        {
            "the list of arrears": lambda b: len(b.arrears_lines()),
            "the grid": lambda b: b.grid()["in_arrears"],
            "the list behind the grid's figure": lambda b: b.get(
                "secretary", "dues:grid", **OF_BRANCH, behind=1
            ).context["found"],
            "the start page": lambda b: int(b.told_at_start("officer", "links", "Dues of the branch").split()[0]),
            "the committee's counts": lambda b: b.counted_by_the_committee().in_arrears,
            "the statement": lambda b: len(b.stated().in_arrears),
            "duties, and the two with a reason on record or nothing but a balance": lambda b: (
                len(b.duties("dues_arrears", "dues_review")) + 2
            ),
        },
    ),
    "how many left something open": (
        5,
        {
            "the disclosure": lambda b: b.disclosed()["owing"],
            "charged, less exempt and paid": lambda b: (
                b.disclosed()["members"] - b.disclosed()["exempt"] - b.disclosed()["payers"]
            ),
            "all members' pages": lambda b: sum(bool(one.fen or one.this_month) for one in b.everybody()),
            "collecting": lambda b: sum(left > 0 for left in b.collected().values()),
        },
    ),
    "what the year asked for and is paid": (
        1950 * 3 + 100 + 2000 * 6 + 1000 * 4 + 3000 * 3 + 500 * 4,
        {
            "the disclosure": lambda b: b.disclosed()["settled_fen"],
            "the overview": lambda b: b.overview_line().settled_fen,
            "the statement, less what was carried over": lambda b: b.stated().paid_fen - 600,
            "received, less what was carried over": lambda b: (
                b.disclosed()["paid_fen"] - b.disclosed()["carried_settled_fen"]
            ),
        },
    ),
    "what is open of what was carried over": (
        4000,
        {
            "the list of arrears": lambda b: sum(line.arrears.carried_fen for line in b.arrears_lines()),
            "the grid": lambda b: sum(row.carried_fen for row in b.grid()["page"]),
            "the disclosure": lambda b: b.disclosed()["carried_fen"] - b.disclosed()["carried_settled_fen"],
            "the overview": lambda b: b.overview_line().carried_fen - b.overview_line().carried_settled_fen,
            "the statement": lambda b: sum(one.carried_fen for one in b.stated().in_arrears),
        },
    ),
}


@pytest.fixture
def english(cast):
    User.objects.update(language="en")


def test_every_reader_of_a_figure_shows_the_same(cast, english):
    branch = Branch(cast)
    shown = {figure: {name: read(branch) for name, read in of.items()} for figure, (_fen, of) in FIGURES.items()}

    assert shown == {figure: dict.fromkeys(readers, expected) for figure, (expected, readers) in FIGURES.items()}


def test_the_table_has_a_second_reader_for_every_figure():
    assert all(len(readers) > 1 for _expected, readers in FIGURES.values())
