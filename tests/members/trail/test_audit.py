"""The audit trail as its readers meet it: whose entries, in words, by pages, and whether the record is whole."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from assessment.models import Scheme
from audit.models import ChainCheck, Entry
from audit.services import record
from dues.models import Payment
from meetings.models import Minutes
from members.access.queries import access_for
from members.models import Member, Office, Organization
from members.trail import queries
from members.trail.queries import between, field_name, trail_page, visible_entries
from reminders.models import Message, NotApplicable
from supervision.models import AppraisalRound
from tests.cast import TODAY, make_user

LIST = reverse("members:audit-list")
QUERIES = 7
ROOT = Path(settings.BASE_DIR)


def act(cast, where="branch", action="edit_member", by=None, subject=None, **more):
    return record(
        action=action, by=by or cast.secretary, subject=subject or cast.zhang, organization_code=where, **more
    )


@pytest.fixture
def everywhere(cast):
    """One entry in each place, and one that belongs to none."""
    for where in ("county", "district", "branch", "group", "next-branch", "other-district", "other-branch", ""):
        act(cast, where)


def seen(user):
    user.access = access_for(user, on=TODAY)
    return {entry.organization_code for entry in visible_entries(user)}


EVERYTHING = {"county", "district", "branch", "group", "next-branch", "other-district", "other-branch"}


@pytest.mark.parametrize(
    ("part", "codes"),
    [
        ("secretary", {"branch", "group"}),
        ("next_secretary", {"next-branch"}),
        ("district_staff", {"district", "branch", "group", "next-branch"}),
        ("county_staff", EVERYTHING),
        ("administrator", EVERYTHING | {""}),
        ("officer", set()),
        ("group_leader", set()),
        ("county_secretary", set()),
        ("inspector", set()),
        ("member", set()),
        ("stranger", set()),
    ],
)
def test_the_trail_of_an_office_is_that_of_its_subtree(cast, everywhere, part, codes):
    assert seen(getattr(cast, part)) == codes


def test_what_belongs_to_no_organization_is_for_administrators_of_the_root_only(cast, everywhere):
    assert "" not in seen(make_user("district_administrator", "administrator", cast.district))


@pytest.mark.parametrize(
    ("part", "status"),
    [
        ("secretary", 200),
        ("county_staff", 200),
        ("administrator", 200),
        ("officer", 403),
        ("group_leader", 403),
        ("county_secretary", 403),
        ("inspector", 403),
        ("member", 403),
        ("stranger", 403),
    ],
)
def test_the_page_opens_for_offices_that_read_the_trail(cast, as_user, part, status):
    assert as_user(getattr(cast, part)).get(LIST).status_code == status


def test_the_page_is_only_read(cast, as_user):
    assert as_user(cast.secretary).post(LIST).status_code == 405


def test_the_page_is_kept_by_no_cache(cast, as_user):
    assert "no-store" in as_user(cast.secretary).get(LIST)["Cache-Control"]


def text_of(answer):
    return answer.content.decode()


def test_an_entry_reads_like_a_sentence(cast, as_user):
    cast.secretary.display_name = "陈书记"
    cast.secretary.save()
    act(cast, changes=[("phone", "1", "2"), ("born", None, "x"), ("gone_field", "1", "2")], reason="换了号码")
    with translation.override("en"):
        act(cast, action="reveal_private", details={"field": "address"})
        act(cast, action="end_belonging", details={"because": "deceased"})
        act(
            cast, action="give_office", subject=Some(Office), details={"kind": "secretary", "user": "chen"}, by="system"
        )
    cast.secretary.prefer(language="en")
    page = text_of(as_user(cast.secretary).get(LIST))

    for words in (
        "Changed a member&#x27;s facts", "陈书记", "换了号码", "born, gone_field, phone",
        "Revealed a private value", "field: address", "why it ended: Deceased", "kind: Branch secretary", "the program",
    ):  # fmt: skip
        assert words in page


def test_an_unknown_action_is_shown_as_it_is_written(cast, as_user):
    act(cast, action="something_of_a_later_release", subject=cast.branch)

    assert "something_of_a_later_release" in text_of(as_user(cast.secretary).get(LIST))


def test_a_record_is_a_link_for_those_who_may_see_it_and_only_for_them(cast, as_user):
    act(cast)
    act(cast, subject=cast.branch)
    secretary, administrator = (text_of(as_user(user).get(LIST)) for user in (cast.secretary, cast.administrator))

    assert cast.zhang.get_absolute_url() in secretary
    assert cast.zhang.get_absolute_url() not in administrator
    assert cast.branch.get_absolute_url() in administrator


def test_what_somebody_typed_is_shown_as_text(cast, as_user):
    act(cast, reason="<script>alert(1)</script>")
    page = text_of(as_user(cast.secretary).get(LIST))

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


FILTERS = [
    ({}, {"edit", "place", "other"}),
    ({"q": "李"}, {"other"}),
    ({"q": "没有这个人"}, set()),
    ({"who": "officer"}, {"place"}),
    ({"who": "OFFICER"}, {"place"}),
    ({"action": "edit_member"}, {"edit"}),
    ({"action": "nonsense"}, {"edit", "place", "other"}),
    ({"first": "2026-11-24"}, {"place", "other"}),
    ({"last": "2026-11-23"}, {"edit"}),
    ({"first": "2026-11-24", "last": "2026-11-24"}, {"place"}),
    ({"first": "yesterday"}, {"edit", "place", "other"}),
    ({"kind": "members.Member", "id": "LI"}, {"other"}),
    ({"kind": "members.Member", "id": "'; --"}, set()),
]


@pytest.fixture
def three_days(cast, monkeypatch):
    """23:59 on the 23rd, midnight of the 24th, and midnight of the 25th, by the clock of Shanghai."""
    moments = iter([datetime(2026, 11, 23, 15, 59, tzinfo=UTC), datetime(2026, 11, 23, 16, 0, tzinfo=UTC)])
    last = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: next(moments, last))
    act(cast, action="edit_member", reason="edit")
    act(cast, action="place_member", by=cast.officer, reason="place")
    act(cast, action="store_photo", subject=cast.li, reason="other")


@pytest.mark.parametrize(("query", "reasons"), FILTERS)
def test_filters_leave_out_what_was_not_asked_for(cast, as_user, three_days, monkeypatch, query, reasons):
    monkeypatch.undo()
    query = {name: value.replace("LI", str(cast.li.pk)) for name, value in query.items()}
    acts = as_user(cast.secretary).get(LIST, query).context["trail"].acts

    assert {act.entry.reason for act in acts} == reasons


def test_a_day_begins_at_midnight_in_shanghai(three_days):
    assert [entry.reason for entry in between(Entry.objects.all(), TODAY, TODAY)] == ["place"]


@pytest.fixture
def seven_entries_by_three(cast, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 3)
    for number in range(7):
        act(cast, reason=str(number + 1))


def numbers(page):
    return [act.entry.number for act in page.acts]


def test_pages_follow_each_other_without_gaps_and_lead_back(cast, seven_entries_by_three):
    def page(**place):
        return trail_page(visible_entries(cast.secretary), reader=cast.secretary, **place)

    cast.secretary.access = access_for(cast.secretary, on=TODAY)
    first = page()
    second = page(before=first.older)
    third = page(before=second.older)
    back = page(after=third.newer)

    assert [numbers(part) for part in (first, second, third, back)] == [[7, 6, 5], [4, 3, 2], [1], [4, 3, 2]]
    assert (first.newer, third.older) == (None, None)
    assert numbers(page(after=back.newer)) == [7, 6, 5]
    assert page(after=back.newer).newer is None


@pytest.mark.parametrize("place", [{"before": "x"}, {"before": "-1"}, {"after": "9" * 30}, {"before": ""}])
def test_a_page_that_can_not_be_meant_is_the_newest(cast, as_user, seven_entries_by_three, place):
    assert numbers(as_user(cast.secretary).get(LIST, place).context["trail"]) == [7, 6, 5]


def test_a_page_has_thirty_entries_with_all_that_is_said_of_each(cast, as_user):
    for number in range(31):
        act(cast, reason=f"第{number}次", changes=[("phone", "1", "2")])
    context = as_user(cast.secretary).get(LIST).context

    assert len(context["listing"].lines) == len(context["trail"].acts) == 30
    assert context["trail"].older and all("第" in line[-1]["text"] for line in context["listing"].lines)


def test_links_to_other_pages_keep_the_filters(cast, as_user, seven_entries_by_three):
    page = text_of(as_user(cast.secretary).get(LIST, {"action": "edit_member", "before": "6"}))

    assert "?action=edit_member&amp;after=5" in page
    assert "?action=edit_member&amp;before=3" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_whatever_its_length(cast, as_user, django_assert_num_queries, rows):
    for _ in range(rows):
        act(cast)
    client = as_user(cast.secretary)

    with django_assert_num_queries(QUERIES):
        client.get(LIST)


def test_before_the_first_check_the_page_says_so(cast, as_user):
    assert "notice-info" in text_of(as_user(cast.secretary).get(LIST))


@pytest.mark.parametrize(
    ("found", "whole"), [({}, True), ({"broken_at": 17, "found": "edited"}, False)], ids=["whole", "broken"]
)
def test_the_page_says_whether_the_record_is_whole(cast, as_user, found, whole):
    ChainCheck.objects.create(at=datetime(2026, 1, 1, tzinfo=UTC), number=1)
    ChainCheck.objects.create(at=datetime(2026, 11, 24, tzinfo=UTC), number=52, **found)
    page = text_of(as_user(cast.secretary).get(LIST))

    assert ("notice-good" in page) is whole
    assert ("52" if whole else "17") in page


def test_an_empty_trail_says_what_will_stand_here(cast, as_user):
    assert 'class="empty"' in text_of(as_user(cast.secretary).get(LIST))


# --- In words ----------------------------------------
OURS = [model for model in apps.get_models() if Path(apps.get_app_config(model._meta.app_label).path).parent == ROOT]


class Some:
    """A record of a kind, of which only the kind matters."""

    pk = 1

    def __init__(self, model):
        self._meta = model._meta

    def __str__(self):
        return "某条记录"


def test_whatever_field_changed_it_has_a_name():
    """Relations backwards and to many have no name of their own: the page must stand all the same."""
    names = [field_name(model._meta.label, field.name) for model in OURS for field in model._meta.get_fields()]

    assert len(names) > 500
    assert all(isinstance(name, str) and name for name in names)


def test_fields_in_older_entries_have_names_too():
    former = [field_name("meetings.Expected", "made_up_on"), field_name("meetings.Mark", "state")]
    assert former == [field_name("meetings.Attendance", "made_up_on"), field_name("meetings.AttendanceChange", "state")]
    assert "made_up_on" not in former


def test_bands_of_a_scheme_are_named(cast, as_user):
    act(cast, action="change_scheme", subject=Some(Scheme), changes=[("bands", "1", "2")])

    assert "档次" in text_of(as_user(cast.secretary).get(LIST)).partition("<tbody>")[2]


PAID = {"fen": 1234567, "receipt": "2026-0001"}
WAIVED = {"kind": "waiver", "from": "2026-11", "above": True}
LOCAL = {"rule": "dues.flat.farmer", "from": "2026-10-01"}
DETAILS = [
    ("record_payment", Payment, PAID, ["12,345.67元", "2026-0001"], ["fen", "1234567"]),
    ("give_office", Office, {"kind": "secretary", "user": "officer"}, ["党支部书记", "周委员"], ["officer"]),
    ("ask_relief", Member, WAIVED, ["免交", "2026年11月", "是"], ["waiver", "True"]),
    ("fix_basis", Member, {"category": "retired"}, ["离退休"], ["retired"]),
    ("add_situation", Member, {"kind": "frail"}, ["年老体弱"], ["frail"]),
    ("end_belonging", Member, {"because": "deceased"}, ["去世"], ["deceased"]),
    ("step_appraisal", AppraisalRound, {"from": "self", "to": "mutual"}, ["互评"], ["mutual"]),
    ("release_messages", Organization, {"kind": "dues"}, ["党费"], ["dues"]),
    ("answer_message", Message, {"source": "call"}, ["电话"], [": call"]),
    ("sign_minutes", Minutes, {"role": "chair", "locked": False}, ["主持人", "否"], ["chair", "False"]),
    ("say_not_applicable", NotApplicable, {"kind": "theme_day", "period": "2026-10"}, ["主题党日"], ["theme_day"]),
    ("add_local_rule", Organization, LOCAL, ["2026年10月1日"], ["dues.flat"]),
    ("move_organization", Organization, {"from": "group", "to": "branch"}, ["第一党支部"], [": branch"]),
]


@pytest.mark.parametrize(("action", "model", "details", "words", "codes"), DETAILS, ids=[one[0] for one in DETAILS])
def test_details_are_said_in_words(cast, as_user, action, model, details, words, codes):
    """Codes by their words, money in yuan, days as days, organizations and people by their names."""
    cast.officer.display_name = "周委员"
    cast.officer.save()
    act(cast, action=action, subject=Some(model), details=details)
    row = text_of(as_user(cast.secretary).get(LIST)).partition("<tbody>")[2].partition("</tbody>")[0]

    assert [word for word in words if word not in row] == []
    assert [code for code in codes if code in row] == []


def test_fields_of_another_record_than_the_entrys_own_are_named(cast, as_user):
    act(cast, action="set_preference", changes=[("quiet_from", "21", "22")])
    act(cast, action="fix_basis", changes=[("base", "1", "2")])
    row = text_of(as_user(cast.secretary).get(LIST)).partition("<tbody>")[2]

    assert "免打扰开始" in row
    assert "quiet_from" not in row
    assert ": base" not in row


def test_a_user_is_called_by_name(cast, as_user):
    cast.officer.display_name = "周委员"
    cast.officer.save()
    act(cast, action="reset_password", subject=cast.officer)
    row = text_of(as_user(cast.secretary).get(LIST)).partition("<tbody>")[2]

    assert "周委员" in row
    assert "officer" not in row


def test_an_organization_out_of_sight_is_not_named(cast, as_user):
    act(cast, action="move_organization", subject=cast.branch, details={"from": "other-district", "to": "district"})

    assert cast.other_district.name not in text_of(as_user(cast.secretary).get(LIST))
