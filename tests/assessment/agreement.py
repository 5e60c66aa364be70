"""Reads figures off pages and says where two of them contradict each other. Works on any database: `opened_numbers` and
`contradictions` take who looks, where and when, and give sentences; an empty list is agreement."""

import re
from html import unescape

from django.test import Client
from django.urls import reverse

DASHBOARD = reverse("assessment:dashboard")
CARD = re.compile(
    r'<li class="dash-card[^"]*"(?: data-tile="([^"]*)")?(.*?)(?=<li class="dash-card|class="dash-rows")', re.S
)
SUMS = re.compile(r'data-part="(-?\d+)" data-whole="(-?\d+)"')
TOGETHER = re.compile(r'id="together" data-part="(-?\d+)" data-whole="(-?\d+)"')
ROW = re.compile(r'<tr data-part="(-?\d+)" data-whole="(-?\d+)"')
LINK = re.compile(r'class="dash-record"[^>]*href="([^"]*)"')


def client_of(user):
    client = Client()
    client.force_login(user)
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
