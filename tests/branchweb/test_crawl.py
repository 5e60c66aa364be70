"""Seven people walk the demo county by what its pages show them: nothing refuses, nothing complains, all is Chinese."""

import io
import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from assessment.models import Scheme
from assessment.schemes.queries import all_metrics
from members.models import Organization, User
from rulebook.book import versions
from tests.crawl import PageReader, Visit, crawl

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PEOPLE = (
    "member", "officer", "secretary", "committee_staff", "committee_secretary", "inspector", "administrator",
)  # fmt: skip
EACH = 1
"""Of one view with the same parameters so many objects; a walk over all of them finds the same faults."""
MAY_ASK = {"/regulations/try/dues/"}
"""There the category that is chosen first needs a sum: who presses the button without one is asked for it."""
NAMES = re.compile(
    r"https?://\S*|(?:[0-9A-F]{4} ?){4,}|[a-z-]+-\d{4}-[0-9a-f]{4}"
    r"|\w[-\w]*\.xlsx|[\w.]+@\d{4}-\d\d-\d\d|\{\w+\}|(?<!\w)\.\w+|www\.\S+|manage\.py \w+"
    r"|Branchweb|Excel|Word|WPS|ODS|CSV|PDF|JPEG|PNG|API|URL|Cookie|English|Linux|Redis|Celery|Webhook|OpenAPI|iCalendar"
)
"""Names of things that are called so in Chinese too, addresses, and codes of rules."""
LOG_INS = ("members:user", "members:audit", "members:organization-detail")
"""Pages of those who keep log-ins, where they stand beside the names; elsewhere people are called by their names."""
MOST_QUERIES, MOST_BYTES = 25, 130_000
COSTLY = {
    "account_login": 83,
    "reminders:desk": 80,
    "reminders:desk-at": 47,
    "reminders:desk-below": 73,
    "reminders:desk-branch-export": 46,
    "reminders:desk-branch-list": 47,
    "reminders:desk-effort": 85,
    "reminders:desk-effort-export": 80,
    "supervision:report-detail": 34,
    "supervision:report-new": 35,
    "supervision:report-word": 34,
    "assessment:dashboard": 31,
    "members:member-me": 26,
}
"""Pages that ask more than `MOST_QUERIES`: what every app says is due takes some forty. No more than these."""
LARGE = {"meetings:year-plan": 165_000, "members:regulation-list": 190_000}
IN_ENGLISH = ("reminders:wording-list", "reminders:wording-edit")
"""Pages on which English wordings are read and written."""


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", "--json", stdout=io.StringIO())
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", PEOPLE)
def test_no_link_refuses_no_form_complains_and_every_sentence_is_chinese(county, name):
    walk = walked_by(name)
    known, log_ins = codes(), set(User.objects.values_list("username", flat=True))
    bad = [str(visit) for visit in walk if not visit.is_good and visit.address.partition("?")[0] not in MAY_ASK]
    english = {
        words: visit.address
        for visit in walk
        if visit.page and visit.view not in IN_ENGLISH
        for words in visit.page.words
        if english_in(words, known | log_ins if visit.view.startswith(LOG_INS) else known)
    }

    assert len(walk) > 50
    assert (bad, english, costly(walk)) == ([], {}, [])


def costly(walk: list[Visit]) -> list[tuple[str, int, int]]:
    """Pages that ask or say more than any may, or than these may."""
    return [
        (visit.address, visit.queries, visit.size)
        for visit in walk
        if visit.queries > COSTLY.get(visit.view, MOST_QUERIES) or visit.size > LARGE.get(visit.view, MOST_BYTES)
    ]


def walked_by(name: str) -> list[Visit]:
    """What somebody meets."""
    cache.clear()
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    with transaction.atomic():
        visits = list(crawl(client, each=EACH))
        transaction.set_rollback(True)
    return visits


def codes() -> set[str]:
    """Codes of organizations and schemes, keys of rules and of facts."""
    places = Organization.objects.values_list("code", flat=True)
    return {*places, *Scheme.objects.values_list("code", flat=True), *versions(), *all_metrics()}


def english_in(words: str, known: set[str]) -> bool:
    """Whether there is a word of English in it that isn't a name."""
    rest = " ".join(word for word in NAMES.sub(" ", words).split() if word not in known)
    return re.search(r"[A-Za-z]{3,}", rest) is not None


@pytest.mark.parametrize(
    ("words", "is_english"),
    [
        ("On the way", True),
        ("类别: large_fund", True),
        ("代码 hongqi-1 不变", False),
        ("导出 Excel", False),
        ("3 m²", False),
    ],
)
def test_english_is_noticed(county, words, is_english):
    """The negative control."""
    assert english_in(words, codes()) is is_english


def test_a_page_that_costs_more_is_noticed(monkeypatch):
    """The negative control."""
    monkeypatch.setitem(COSTLY, "reminders:desk", 30)
    visits = [
        Visit("/", "", "reminders:desk", 200, None, [], queries=asked, size=size)
        for asked, size in ((30, 0), (31, 0), (0, MOST_BYTES + 1))
    ]

    assert costly(visits) == [("/", 31, 0), ("/", 0, MOST_BYTES + 1)]


def test_a_dead_link_and_a_form_that_complains_are_noticed(county):
    """The negative control."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="member"), backend="django.contrib.auth.backends.ModelBackend")
    refused = next(crawl(client, start="/meetings/"))
    asked = next(crawl(client, start="/regulations/try/candidates/?seats=&on=2026-12-01"))

    assert (refused.status, refused.is_good) == (403, False)
    assert (asked.status, asked.is_good) == (200, False)


@pytest.mark.parametrize(("around", "count"), [("main", 2), ("details", 1), ("dialog", 1)])
def test_what_opens_only_when_asked_for_is_no_second_primary_button(around, count):
    page = PageReader(f'<{around}><a class="btn btn-primary" href="/">A</a></{around}><button class="btn btn-primary">')
    assert page.primaries == count


FORMS = """
<form action="/a/">
  <input name="q"><input type="checkbox" name="off"><input type="radio" name="r" value="1" checked>
  <select name="s"><option value="x">X</option><option value="y" selected>Y</option></select>
</form>
<form role="search"><button>Go</button></form>
"""


def test_a_form_is_read_as_a_browser_would_send_it():
    page = PageReader(FORMS)

    assert list(page.addresses("/b/")) == ["/a/?q=&r=1&s=y", "/b/?"]
    assert page.searches_by_nothing
