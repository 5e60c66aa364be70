"""Reads figures off pages and says where two of them contradict each other. Works on any database: `opened_numbers` and
`contradictions` take who looks, where and when, and give sentences; an empty list is agreement."""

import re
from html import unescape

from django.test import Client
from django.urls import reverse

from assessment.dashboard.queries import COUNTED
from assessment.dashboard.rules import MEASURES, OTHER_WORDS, SIGNS, last_day
from members.choices import OrganizationKind

MOST_BRANCHES = 20
"""Of a committee, whose own pages are opened beside its list."""
DASHBOARD, RECORDS = reverse("assessment:dashboard"), reverse("assessment:figure-records")
CARD = re.compile(
    r'<li class="dash-card[^"]*"(?: data-tile="([^"]*)")?(.*?)(?=<li class="dash-card|class="dash-rows")', re.S
)
SUMS = re.compile(r'data-part="(-?\d+)" data-whole="(-?\d+)"')
TOGETHER = re.compile(r'id="together" data-part="(-?\d+)" data-whole="(-?\d+)"')
ROW = re.compile(r'<tr data-part="(-?\d+)" data-whole="(-?\d+)"')
HEAT_ROW = re.compile(r'<tr><th scope="row"><a href="[^"]*\?org=[^"]*">.*?</tr>', re.S)
HEAT_CELL = re.compile(r"<td[^>]*>(?:<abbr[^>]*>)?([^<]*)<")
TREND_CELL = re.compile(r'<tr><th scope="row">\d{4}-\d\d</th><td class="number" data-value="\d*">([^<]*)</td>')
LINK = re.compile(r'class="dash-record"[^>]*href="([^"]*)"')


def client_of(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def tiles_of(client, org, period):
    """Code of each tile → what it says (part, whole), and where it leads. None: the place has no figures then."""
    answer = client.get(DASHBOARD, {"org": org, "period": period})
    assert answer.status_code == 200, (org, period, answer.status_code)
    found = {}
    for code, inside in CARD.findall(answer.text):
        sums, link = SUMS.search(inside), LINK.search(inside)
        found[code] = (tuple(map(int, sums.groups())) if sums else None, unescape(link[1]) if link else "")
    return found


def rows_counted(client, address):
    """The sums of the rows of a list, over all its pages, and what the list itself says they come to."""
    part = whole = 0
    said, page = None, 1
    while True:
        answer = client.get(f"{address}&page={page}")
        if answer.status_code != 200:
            return None, answer.status_code
        said = said or tuple(map(int, TOGETHER.search(answer.text).groups()))
        rows = [tuple(map(int, one)) for one in ROW.findall(answer.text)]
        part, whole = part + sum(one[0] for one in rows), whole + sum(one[1] for one in rows)
        if not answer.context["page"].has_next():
            return (part, whole), said
        page += 1


def opened_numbers(user, organizations, periods):
    """Every tile of the dashboards of those places: the number, its link, and the rows of what it opens."""
    client, wrong = client_of(user), []
    for org in organizations:
        for period in periods:
            for code, (number, link) in tiles_of(client, org, period).items():
                where = f"{user} {org} {period} {code}"
                if number is None or not link:
                    wrong.append(f"{where}: a tile without a number or without a list")
                    continue
                rows, said = rows_counted(client, link)
                if not rows == said == number:
                    wrong.append(f"{where}: the tile says {number}, its list {said}, its rows {rows}")
    return wrong


def need_said(user, organizations, periods, *, on):
    """Who needs help, as the dashboard, its list, its workbook's source and the API count it; on the start page and on
    the place's own page for the period that they say."""
    client, wrong = client_of(user), []
    for org in organizations:
        for period in periods:
            board = client.get(DASHBOARD, {"org": org, "period": period})
            if board.context["now"] is None or board.context["is_branch"]:
                continue
            for name, state in (("in_need", ""), ("incomplete", "incomplete")):
                said = board.context["now"][name]
                asked = {"org": org, "period": period, "state": state}
                listed = client.get(reverse("assessment:need-list"), asked).context["page"].paginator.count
                api = client.get(reverse("api:dashboard-list"), {"org": org, "period": period}).json()["figures"][name]
                if not said == listed == api:
                    wrong.append(f"{user} {org} {period} {name}: dashboard {said}, list {listed}, API {api}")
        wrong += _need_at_the_start(client, user, org, on)
    return wrong


def _need_at_the_start(client, user, org, on):
    usual = client.get(DASHBOARD, {"org": org}).context
    for need in client.get(reverse("reminders:desk-below")).context.get("needs", ()):
        if need.place.code == org:
            said = (need.count, need.branches, need.incomplete)
            board = tuple(usual["now"][name] for name in ("in_need", "branches", "incomplete"))
            listed = client.get(reverse("assessment:need-list"), {"org": org}).context["page"].object_list
            if said != board or [one.code for one in need.first] != [one.code for one in listed][: len(need.first)]:
                yield f"{user} {org}: the start page says {said} and names other branches than the list, or {board}"


def effort_said(user, organizations, *, on):
    """What was asked of branches: the dashboard of a committee and its page of effort, and a branch beside the row that
    the committee sees of it."""
    client, wrong, page = client_of(user), [], reverse("reminders:desk-effort")
    for org in organizations:
        board, effort = client.get(DASHBOARD, {"org": org}), client.get(page, {"org": org})
        if effort.context["place"].kind == OrganizationKind.BRANCH:
            continue
        burden, median = board.context["burden"], effort.context["below"].median
        for name in ("duties", "questions", "forms", "fields"):
            said = burden and getattr(burden, name)
            if said is not None and said != getattr(median, name):
                wrong.append(f"{user} {org} {name}: dashboard {said}, effort {getattr(median, name)}")
        for row in effort.context["below"].rows[:MOST_BRANCHES]:
            own = client.get(page, {"org": row.branch.code}).context["sums"]
            if own != row.asked:
                wrong.append(f"{user} {row.branch.code}: the branch {own}, the committee {row.asked}")
    return wrong


def months_said(user, organizations, periods):
    """Dues and attendance of the same months: the dashboard, the overview of dues, and the page of attendance."""
    client, wrong = client_of(user), []
    for org in organizations:
        for period in periods:
            board = client.get(DASHBOARD, {"org": org, "period": period})
            if board.context["now"] is None or board.context["is_branch"]:
                continue
            now, asked = board.context["now"], board.context["asked"].period
            months = {"org": org, "first": f"{asked.first:%Y-%m}", "last": f"{asked.last:%Y-%m}"}
            total = client.get(reverse("dues:overview"), months).context["total"]
            days = {"org": org, "first": asked.first.isoformat(), "last": last_day(asked.last).isoformat()}
            tallies = [line.tally for line in every_line(client, reverse("meetings:figure-list"), days)]
            said = {
                "charged_fen": total["charged_fen"] - total["waived_fen"], "paid_fen": total["settled_fen"],
                "expected": sum(one.expected for one in tallies), "on_site": sum(one.is_on_site for one in tallies),
                "unrecorded": sum(one.is_unknown for one in tallies),
            }  # fmt: skip
            wrong += [
                f"{user} {org} {period} {name}: dashboard {now[name]}, its own page {value}"
                for name, value in said.items()
                if value != now[name]
            ]
    return wrong


def spread_said(user, organizations, periods):
    """Every bar of every spread, and how many the list behind it names."""
    client, wrong = client_of(user), []
    for org in organizations:
        for period in periods:
            for measure in MEASURES:
                board = client.get(DASHBOARD, {"org": org, "period": period, "measure": measure.code})
                spread = board.context.get("spread")
                for code, number in _bars(board.text) if spread else ():
                    asked = {"org": org, "period": period, "measure": measure.code, "step": code}
                    listed = client.get(RECORDS, asked).context["page"].paginator.count
                    if not number == listed == spread.counts[int(code)]:
                        wrong.append(
                            f"{user} {org} {period} {measure.code} {code}: the bar {number}, its list {listed}"
                        )
    return wrong


def _bars(page):
    return [
        (code, int(number))
        for number, code in re.findall(r'data-value="(\d+)" data-step="(-?\d+)"', page)
        if number != "0"
    ]


def heat_said(user, organizations):
    """Every share of the heat table, on the dashboard of the place in its row: in the trend, and of the last month on
    its card."""
    client, wrong, words = client_of(user), [], {sign: str(OTHER_WORDS[code]) for code, sign in SIGNS.items()}
    for org in organizations:
        for measure in MEASURES:
            table = client.get(reverse("assessment:heat"), {"org": org, "measure": measure.code})
            children = [one[1] for one in table.context["page"]][:MOST_BRANCHES]
            for child, row in zip(children, HEAT_ROW.findall(table.text), strict=False):
                shares = [words.get(cell) or f"{cell}%" for cell in HEAT_CELL.findall(row)]
                board = client.get(DASHBOARD, {"org": child, "measure": measure.code})
                trend = TREND_CELL.findall(board.text)
                if shares != trend:
                    wrong.append(f"{user} {child} {measure.code}: heat {shares}, dashboard {trend}")
                cards = {one["card"].code: one["card"].shown for one in board.context.get("cards", ())}
                last = shares[-1] if shares[-1].endswith("%") else "—"
                if measure.code not in COUNTED and cards.get(measure.code, last) != last:
                    wrong.append(f"{user} {child} {measure.code}: heat {last}, card {cards[measure.code]}")
    return wrong


def every_line(client, page, asked):
    first = client.get(page, asked).context["page"].paginator
    return [line for number in first.page_range for line in client.get(page, asked | {"page": number}).context["page"]]


def contradictions(user, organizations, periods, *, on):
    """Everything that two pages say of the same thing, as one who looks reads it."""
    return [
        *opened_numbers(user, organizations, periods),
        *need_said(user, organizations, periods, on=on),
        *effort_said(user, organizations, on=on),
        *months_said(user, organizations, periods),
        *spread_said(user, organizations, periods),
        *heat_said(user, organizations),
    ]
