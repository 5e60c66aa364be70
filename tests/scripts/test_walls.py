"""Which imports go through a wall, by the names of the modules; the contract in pyproject.toml holds them all to it."""

import pytest

from scripts.walls import kind_of, leaks, noun_of

KINDS = {"dues.bills.envelopes": "services"}
SHARED = {"members.forms"}
ALLOWED = [
    ("dues.bills.views", "dues.bills.services"),
    ("dues.bills.views", "dues.bills.forms"),
    ("dues.bills.list_views", "dues.bills.views"),
    ("dues.bills.views", "dues.ledger.services"),
    ("dues.bills.queries", "dues.bills.rules"),
    ("dues.urls", "dues.bills.views"),
    ("dues.bills.forms", "members.forms.fields"),
    ("branchweb.api", "dues.bills.api"),
    ("dues.views.bills", "dues.views.ledgers"),
    ("dues.rules.charge", "rulebook.rules.dues"),
]
REFUSED = [
    ("dues.bills.rules", "dues.bills.models"),
    ("dues.rules.charge", "dues.queries.bases"),
    ("dues.bills.name_rules", "audit.services"),
    ("dues.bills.queries", "dues.bills.services"),
    ("dues.bills.queries", "dues.bills.envelopes"),
    ("dues.bills.envelopes", "dues.bills.forms"),
    ("dues.bills.box_services", "dues.bills.views"),
    ("dues.services.bills", "members.middleware"),
    ("dues.bills.models", "dues.bills.api"),
    ("dues.bills.views", "dues.ledger.views"),
    ("dues.ledger.figures", "dues.bills.forms"),
    ("dues.views.bills", "meetings.meeting.views"),
    ("dues.bills.api", "members.roster.views"),
]


@pytest.mark.parametrize(("importer", "imported"), ALLOWED)
def test_what_may_be_imported(importer, imported):
    assert not leaks(importer, imported, KINDS, SHARED)


@pytest.mark.parametrize(("importer", "imported"), REFUSED)
def test_what_goes_through_a_wall(importer, imported):
    assert leaks(importer, imported, KINDS, SHARED)


@pytest.mark.parametrize(
    ("module", "kind", "noun"),
    [
        ("dues.bills.box_views", "views", "bills"),
        ("dues.views.bills", "views", ""),
        ("dues.api_bills", "api", ""),
        ("dues.services.views_given", "services", ""),
        ("dues.bills.importing", "", "bills"),
        ("dues.urls", "", ""),
    ],
)
def test_a_name_says_kind_and_noun(module, kind, noun):
    assert (kind_of(module), noun_of(module)) == (kind, noun)
