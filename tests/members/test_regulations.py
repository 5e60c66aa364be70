"""The pages on regulations: looking up, trying out, and committees' own rules."""

import uuid
from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from members.models import LocalRule
from members.pages.navigation import cookie_name
from rulebook.book import all_rules
from rulebook.finding import Search, find
from tests.cast import TODAY

LIST = "/regulations/"
THEME_DAY = "/regulations/meet.theme_day.per_month/"
ADD = THEME_DAY + "local/"


@pytest.fixture(autouse=True)
def english(client):
    client.cookies[cookie_name("language")] = "en"
    with translation.override("en"):
        yield


def text(response):
    return response.content.decode()


def local_rule(organization, value="2", rule_key="meet.theme_day.per_month", **facts):
    basis = {"document": "主题党日通知", "approved_by": "县委", "approved_on": date(2019, 12, 20)}
    return LocalRule.objects.create(
        organization=organization, rule_key=rule_key, value=value, valid_from=date(2020, 1, 1), **{**basis, **facts}
    )


def typed(committee, **changes):
    filled = {
        "key": str(uuid.uuid4()),
        "organization": committee.pk,
        "value": "2",
        "document": "关于主题党日的通知",
        "number": "县委〔2026〕3号",
        "approved_by": "县委",
        "approved_on": "2020-01-05",
        "valid_from": "2020-02-01",
    }
    return {**filled, **changes}


# --- Looking up ---------------------------------------------------------------------------------------------------
def test_every_rule_in_force_is_shown_with_its_source_and_mark(cast, as_user):
    page = as_user(cast.member).get(LIST)
    in_force = [one for _, rules in find(Search(on=page.context["on"])) for one in rules]
    assert page.context["count"] == len(in_force) > 150
    for one in in_force:
        assert reverse("members:regulation-detail", args=[one.key]) in text(page)
    for words in ("中组发〔2008〕3号", "article number not verified", "V3 · paraphrase", "2017 (day not verified)"):
        assert words in text(page)


@pytest.mark.parametrize(
    ("query", "expected", "missing"),
    [
        ("q=五分之四", "Quorum of an election", "Theme day"),
        ("q=farmers", "Monthly amount of farmers", "Theme day"),
        ("subject=terms", "Term of office", "Theme day"),
        ("mark=U", "Rounding", "Theme day"),
        ("level=S", "When the pension can", "Theme day"),
        ("q=quorum&on=2020-07-12", "More than four fifths", "Not less than four fifths"),
        ("q=quorum&on=2020-07-13", "Not less than four fifths", "More than four fifths"),
        ("q=four+fifths&every=on", "More than four fifths", "Theme day"),
    ],
)
def test_rules_are_found_by_words_subject_mark_level_and_day(cast, as_user, query, expected, missing):
    page = text(as_user(cast.member).get(f"{LIST}?{query}"))
    assert expected in page
    assert missing not in page


@pytest.mark.parametrize(("query", "opened"), [("", 0), ("?q=quorum", 1), ("?subject=terms", 1), ("?page=1", 0)])
def test_subjects_begin_folded_and_what_was_looked_for_is_open(cast, as_user, query, opened):
    page = text(as_user(cast.member).get(LIST + query))
    assert min(page.count('<details class="fold" open>'), 1) == opened
    assert '<details class="fold">' in page or opened


def test_what_may_be_set_locally_begins_folded_by_subject(cast, as_user):
    page = as_user(cast.county_staff).get("/regulations/local/")
    parts = page.context["settable"]
    assert page.content.decode().count('<details class="fold">') == len(parts) > 1
    assert all(rule.policy.direction != "none" and rule.holds(TODAY) for _, listing in parts for rule in listing.rows)


def test_all_versions_are_shown_on_demand(cast, as_user):
    assert as_user(cast.member).get(f"{LIST}?every=on").context["count"] == len(all_rules())


@pytest.mark.parametrize("query", ["on=yesterday", "mark=V9", "subject=nothing", "level=X", "q=" + "字" * 101])
def test_a_filter_that_cannot_be_read_is_said_and_the_page_still_answers(cast, as_user, query):
    page = as_user(cast.member).get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert page.context["form"].errors


def test_a_search_without_a_find_says_what_to_do(cast, as_user):
    assert "No rule was found" in text(as_user(cast.member).get(f"{LIST}?q=submarines"))


def test_one_rule_shows_its_versions_newest_first(cast, as_user):
    page = text(as_user(cast.member).get("/regulations/vote.election.quorum/"))
    assert page.index("Since 2020-07-13") < page.index("From 1990 (day not verified) until 2020-07-13")
    assert "vote.election.quorum@1990-01-01" in page


def test_a_rule_that_has_ended_says_that_none_is_held_today(cast, as_user):
    assert "Today no version" in text(as_user(cast.member).get("/regulations/training.member.hours_per_year/"))


@pytest.mark.parametrize("address", ["/regulations/meet.tea/", "/regulations/try/tea/", "/regulations/meet.tea/local/"])
def test_what_does_not_exist_is_not_found(cast, as_user, address):
    assert as_user(cast.county_staff).get(address).status_code == 404


@pytest.mark.parametrize("address", [LIST, THEME_DAY, "/regulations/try/dues/", "/regulations/local/", ADD])
def test_strangers_to_the_program_are_asked_to_log_in(client, db, address):
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("address", [LIST, THEME_DAY, "/regulations/try/dues/", "/regulations/local/"])
def test_reading_pages_take_no_posts(cast, as_user, address):
    assert as_user(cast.member).post(address).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_with_one_local_rule_and_with_three(
    cast, as_user, django_assert_num_queries, rows
):
    for key in ("meet.theme_day.per_month", "dues.rounding", "dues.flat.farmer")[:rows]:
        local_rule(cast.county, {"dues.rounding": "jiao"}.get(key, "1"), key)
    client = as_user(cast.secretary)
    client.get(LIST)
    with django_assert_num_queries(4):
        client.get(LIST)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_local_list_takes_the_same_queries_with_one_row_and_with_three(
    cast, as_user, django_assert_num_queries, rows
):
    for organization in (cast.county, cast.district, cast.other_district)[:rows]:
        local_rule(organization)
    client = as_user(cast.county_staff)
    client.get("/regulations/local/")
    with django_assert_num_queries(4):
        client.get("/regulations/local/")


# --- Trying out ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("dues/?category=employed&base=5100&on=2026-07-01", ["76.50 yuan a month", "中组发〔2008〕3号"]),
        ("dues/?category=employed&base=60000&on=2026-07-01", ["1000.00 yuan a month", "组电明字〔2017〕5号"]),
        ("dues/?category=student&on=2026-07-01", ["0.20 yuan a month"]),
        ("dues/?category=farmer&local_amount=0.5&on=2026-07-01", ["0.50 yuan a month"]),
        ("dues/?category=farmer&on=2026-07-01", ["No answer", "set locally"]),
        ("dues/?category=employed&base=4900&on=2008-03-31", ["No answer", "2008-04-01"]),
        ("vote/?kind=general&entitled=10&present=5&votes_for=5&on=2026-07-01", ["Not passed"]),
        ("vote/?kind=general&entitled=10&present=6&votes_for=6&on=2026-07-01", ["Passed", "Article 11"]),
        ("vote/?kind=election&entitled=10&present=8&votes_for=8&on=2020-07-12", ["Not valid"]),
        ("vote/?kind=admission&entitled=10&present=6&votes_for=4&written_for=2&on=2026-07-01", ["Passed"]),
        ("candidates/?seats=5&on=2026-07-01", ["At least 6 candidates", "Article 13"]),
        ("candidates/?seats=5&on=2019-07-01", ["No answer"]),
        ("term/?org_kind=branch&on=2024-02-29", ["2027-02-28", "2026-08-28"]),
        ("term/?org_kind=branch&village=on&on=2024-02-29", ["2029-02-28"]),
    ],
)
def test_anyone_signed_in_may_try_a_rule(cast, as_user, address, words):
    page = text(as_user(cast.stranger).get(f"/regulations/try/{address}"))
    for word in words:
        assert word in page


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("dues/?category=employed&on=2026-07-01", "base"),
        ("dues/?category=employed&base=-5&on=2026-07-01", "base"),
        ("dues/?category=king&base=5&on=2026-07-01", "category"),
        ("dues/?category=farmer&local_amount=3&on=2026-07-01", "local_amount"),
        ("dues/?category=employed&base=5&on=soon", "on"),
        ("vote/?kind=general&entitled=5&present=6&votes_for=1&on=2026-07-01", "present"),
        ("vote/?kind=general&entitled=5&present=3&votes_for=4&on=2026-07-01", "votes_for"),
        ("vote/?kind=admission&entitled=5&present=3&votes_for=3&written_for=3&on=2026-07-01", "written_for"),
        ("vote/?kind=general&entitled=0&present=0&votes_for=0&on=2026-07-01", "entitled"),
        ("candidates/?seats=0&on=2026-07-01", "seats"),
        ("term/?org_kind=group&on=2026-07-01", "org_kind"),
    ],
)
def test_figures_that_cannot_be_are_refused_beside_their_field(cast, as_user, address, field):
    page = as_user(cast.member).get(f"/regulations/try/{address}")
    assert list(page.context["form"].errors) == [field]
    assert page.context["outcome"] is None


def test_an_untouched_form_answers_nothing(cast, as_user):
    page = as_user(cast.member).get("/regulations/try/vote/")
    assert page.context["outcome"] is None
    assert not page.context["form"].errors


def test_a_trial_uses_the_local_rule_of_the_readers_place(cast, as_user):
    local_rule(cast.district, "0.5", "dues.flat.farmer")
    address = "/regulations/try/dues/?category=farmer&on=2026-07-01"
    assert "0.50 yuan a month" in text(as_user(cast.secretary).get(address))
    assert "No answer" in text(as_user(cast.other_secretary).get(address))


# --- Local rules --------------------------------------------------------------------------------------------------
def test_a_local_rule_is_shown_where_it_binds_and_nowhere_else(cast, as_user):
    local_rule(cast.district)
    for address in (LIST, THEME_DAY, "/regulations/local/"):
        assert "主题党日通知" in text(as_user(cast.secretary).get(address))
        assert "主题党日通知" not in text(as_user(cast.other_secretary).get(address))


def test_a_committee_stores_a_local_rule(cast, as_user):
    response = as_user(cast.district_staff).post(ADD, typed(cast.district))
    assert response.status_code == 302
    row = LocalRule.objects.get()
    assert (row.organization, row.value, row.valid_from) == (cast.district, "2", date(2020, 2, 1))
    assert "2 times a month" in text(as_user(cast.secretary).get(THEME_DAY))


def test_loosening_is_refused_with_a_sentence_on_the_page(cast, as_user):
    page = as_user(cast.district_staff).post(ADD, typed(cast.district, value="0"))
    assert "may ask for more, not for less" in text(page)
    assert not LocalRule.objects.exists()


@pytest.mark.parametrize("field", ["organization", "value", "document", "approved_by", "approved_on", "valid_from"])
def test_a_local_rule_without_its_basis_is_refused_beside_the_field(cast, as_user, field):
    page = as_user(cast.district_staff).post(ADD, typed(cast.district, **{field: ""}))
    assert list(page.context["form"].errors) == [field]
    assert not LocalRule.objects.exists()


@pytest.mark.parametrize("place", ["county", "other_district", "branch"])
def test_a_committee_sets_rules_only_for_committees_in_its_care(cast, as_user, place):
    page = as_user(cast.district_staff).post(ADD, typed(getattr(cast, place)))
    assert list(page.context["form"].errors) == ["organization"]
    assert not LocalRule.objects.exists()


@pytest.mark.parametrize("part", ["secretary", "member", "inspector", "administrator", "stranger"])
def test_other_offices_set_no_rules(cast, as_user, part):
    client = as_user(getattr(cast, part))
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, typed(cast.county)).status_code == 403
    assert not LocalRule.objects.exists()
    assert ADD not in text(client.get(THEME_DAY))


def test_a_rule_that_leaves_nothing_to_decide_offers_no_form(cast, as_user):
    client = as_user(cast.county_staff)
    assert client.get("/regulations/vote.general.pass/local/").status_code == 404
    assert "/local/" not in text(client.get("/regulations/vote.general.pass/")).split("<main")[1]


def test_a_choice_is_offered_as_a_choice(cast, as_user):
    page = text(as_user(cast.county_staff).get("/regulations/dues.rounding/local/"))
    assert '<option value="jiao">To 0.1 yuan</option>' in page


def test_a_committee_ends_its_local_rule_with_a_reason(cast, as_user):
    row = local_rule(cast.district)
    address = reverse("members:regulation-local-end", args=[row.pk])
    client = as_user(cast.district_staff)
    assert address in text(client.get("/regulations/local/"))
    assert client.get(address).status_code == 200
    assert client.post(address, {"on": "2026-06-01", "reason": "县委〔2026〕9号"}).status_code == 302
    row.refresh_from_db()
    assert row.valid_until == date(2026, 6, 1)


@pytest.mark.parametrize(
    "answers",
    [{"on": "2026-06-01", "reason": ""}, {"on": "", "reason": "通知"}, {"on": "2019-01-01", "reason": "通知"}],
)
def test_an_end_without_day_or_reason_or_before_the_beginning_is_refused(cast, as_user, answers):
    row = local_rule(cast.district)
    page = as_user(cast.district_staff).post(reverse("members:regulation-local-end", args=[row.pk]), answers)
    assert page.context["form"].errors
    row.refresh_from_db()
    assert row.valid_until is None


@pytest.mark.parametrize(
    ("part", "status"),
    [("secretary", 403), ("member", 403), ("inspector", 403), ("other_secretary", 403), ("district_staff", 404)],
)
def test_nobody_ends_a_rule_of_another_committee(cast, as_user, part, status):
    row = local_rule(cast.county)
    client = as_user(getattr(cast, part))
    address = reverse("members:regulation-local-end", args=[row.pk])
    assert client.post(address, {"on": "2026-06-01", "reason": "通知"}).status_code == status
    row.refresh_from_db()
    assert row.valid_until is None
    assert address not in text(client.get("/regulations/local/"))
