"""Private values of many people leave the program by two persons: asked for, agreed to, fetched once, read by each."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from audit.services import record
from members.choices import ExportProblem, ExportState
from members.exports import services as exports_services
from members.exports.queries import second_persons
from members.exports.services import exports_over, settle_export, take_export
from members.models import Export, ExportedMember, Member, Office
from members.refused import Refused
from members.roster import services as roster_services
from members.roster.services import ALONE, reveals_left
from tests.audit.protection import is_protected
from tests.cast import TODAY, make_cast, make_member
from tests.members.exports.making import EXPORT, JOBS, ask, fetched, make, names_in, no_worker, own_folder

__all__ = ["no_worker", "own_folder"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]
WITH_REASON = {"private": "1", "reason": "上报年度统计"}
LOOKS = reverse("members:member-looks")


def agree_url(export):
    return reverse("members:export-agree", args=[export.key])


@pytest.fixture
def crowd(cast):
    """Sixty more on the roster of the branch."""
    for number in range(60):
        make_member(f"郑{number}", cast.branch)
    return cast


def test_taking_along_counts_each_person_against_the_hour(cast, as_user, settings):
    settings.REVEALS_PER_HOUR = 5
    client = as_user(cast.secretary)
    for left in (3, 1):
        assert client.post(EXPORT, WITH_REASON)["Content-Type"].endswith("sheet")
        assert reveals_left(cast.secretary, now=timezone.now()) == left
    assert client.post(EXPORT, WITH_REASON).status_code == 302
    assert Entry.objects.filter(action="export_roster").count() == 2
    assert Export.objects.get().state == ExportState.PROPOSED


def test_nor_is_one_value_more_revealed_after_the_hours_workbooks(cast, as_user, settings):
    settings.REVEALS_PER_HOUR = 2
    as_user(cast.secretary).post(EXPORT, WITH_REASON)
    with pytest.raises(Refused, match="2"):
        roster_services.reveal_private(
            member=cast.zhang, field="phone", reason="通知开会", now=timezone.now(), by=cast.secretary
        )


def test_without_the_count_everybody_would_be_taken_along(cast, as_user, settings, monkeypatch):
    """The negative control."""
    settings.REVEALS_PER_HOUR = 1
    monkeypatch.setattr(roster_services, "may_take_alone", lambda *_args, **_more: True)
    monkeypatch.setattr("members.roster.views.may_take_alone", lambda *_args, **_more: True)
    assert as_user(cast.secretary).post(EXPORT, WITH_REASON)["Content-Type"].endswith("sheet")


def test_a_workbook_without_private_fields_counts_nothing(cast, as_user):
    as_user(cast.secretary).post(EXPORT)
    assert not ExportedMember.objects.exists()
    assert reveals_left(cast.secretary, now=timezone.now()) == 30


@pytest.mark.parametrize("reason", ["", "x", "  ", "aaaaaaaa", "……", "123456", "asdfgh", "通知通知通知", "工作需要"])
def test_a_reason_that_says_nothing_takes_nothing_along_and_asks_nobody(crowd, as_user, reason):
    answer = as_user(crowd.secretary).post(EXPORT, {"private": "1", "reason": reason}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not Export.objects.exists()
    assert not Entry.objects.filter(action="export_roster").exists()
    assert answer.context["wish"] == {"private": True, "reason": reason}, "what was typed stays, its menu open"


def test_more_than_fifty_people_need_a_second_person_whatever_the_hour_allows(crowd, as_user, settings):
    settings.REVEALS_PER_HOUR = 1_000
    answer = as_user(crowd.secretary).post(EXPORT, WITH_REASON, follow=True)
    export = Export.objects.get()
    assert (answer.redirect_chain, export.state, export.total) == ([(JOBS, 302)], ExportState.PROPOSED, 62)
    assert (export.covers, export.needs_agreement, ALONE) == (["branch"], True, 50)
    entry = Entry.objects.get(action="propose_export")
    assert (entry.actor, entry.reason, entry.details) == ("secretary", "上报年度统计", {"rows": 62})


def test_the_whole_way_of_a_workbook_that_two_answer_for(crowd, as_user, no_worker):
    as_user(crowd.secretary).post(EXPORT, WITH_REASON)
    export, agreeing = Export.objects.get(), as_user(crowd.officer)
    assert agree_url(export) in agreeing.get("/").content.decode()
    assert "上报年度统计" in agreeing.get(agree_url(export)).content.decode()
    for _twice in range(2):
        assert agreeing.post(agree_url(export), {"act": "agree"}).status_code == 302
    make(export)
    assert export.expires_at - export.ended_at == timedelta(days=1)
    assert len(names_in(fetched(as_user(crowd.secretary), export))) == 62
    acts = Entry.objects.filter(subject_kind="members.Export").order_by("number").values_list("action", "actor")
    assert [*acts] == [
        ("propose_export", "secretary"), ("agree_export", "officer"), ("download_export", "secretary"),
    ]  # fmt: skip
    made = Entry.objects.get(action="export_roster")
    assert (made.details["agreed_by"], ExportedMember.objects.filter(entry=made).count()) == ("officer", 62)


def test_the_file_is_there_once_and_then_no_more(cast, as_user):
    client, export = as_user(cast.secretary), make(ask(cast, private=True))
    fetched(client, export)
    assert not exports_services.file_of(export.key).exists()
    assert client.get(reverse("members:export-file", args=[export.key])).status_code == 302
    assert Entry.objects.filter(action="download_export").count() == 1


def test_a_day_later_it_is_not_handed_out(cast, as_user):
    export = make(ask(cast, private=True))
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert as_user(cast.secretary).get(reverse("members:export-file", args=[export.key])).status_code == 302
    assert not Entry.objects.filter(action="download_export").exists()


def test_a_workbook_without_private_fields_is_fetched_as_often_as_one_likes(cast, as_user):
    client, export = as_user(cast.secretary), make(ask(cast))
    for _time in range(2):
        fetched(client, export)


def test_nobody_agrees_to_their_own(crowd, as_user):
    client = as_user(crowd.secretary)
    client.post(EXPORT, WITH_REASON)
    export = Export.objects.get()
    assert client.post(agree_url(export), {"act": "agree"}).status_code == 404
    with pytest.raises(Refused):
        settle_export(export=export, agreed=True, by=crowd.secretary)
    export.refresh_from_db()
    assert export.state == ExportState.PROPOSED


def test_who_covers_only_a_part_of_it_does_not_agree(cast, as_user):
    """The secretary of two branches asks for both: the officer of one may not say yes for the other."""
    Office.objects.create(user=cast.secretary, kind="secretary", organization=cast.next_branch)
    export = ask(cast, covers=["branch", "next-branch"])
    Export.objects.update(state=ExportState.PROPOSED, needs_agreement=True)
    assert as_user(cast.officer).get(agree_url(export)).status_code == 404
    assert as_user(cast.district_staff).get(agree_url(export)).status_code == 200


@pytest.mark.parametrize("act", ["", "maybe"])
def test_an_answer_that_is_none_changes_nothing(crowd, as_user, act):
    as_user(crowd.secretary).post(EXPORT, WITH_REASON)
    export = Export.objects.get()
    as_user(crowd.officer).post(agree_url(export), {"act": act})
    export.refresh_from_db()
    assert export.state == ExportState.PROPOSED


def test_a_no_ends_it(crowd, as_user):
    as_user(crowd.secretary).post(EXPORT, WITH_REASON)
    export = Export.objects.get()
    for act in ("decline", "agree"):
        as_user(crowd.officer).post(agree_url(export), {"act": act})
    make(export)
    assert (export.state, export.settled_by) == (ExportState.DECLINED, crowd.officer)
    assert not exports_services.file_of(export.key).exists()
    assert as_user(crowd.secretary).get(JOBS).status_code == 200


def test_what_nobody_agreed_to_is_not_made(cast):
    """Also where a row says so that never went through the page."""
    export = ask(cast, private=True)
    Export.objects.update(settled_by=None, needs_agreement=False)
    make(export)
    assert (export.state, export.problem) == (ExportState.FAILED, ExportProblem.NO_RIGHT)


def test_more_people_than_were_agreed_to_are_not_taken_along(cast):
    export = ask(cast, private=True)
    make_member("郑", cast.branch)
    make(export)
    assert (export.state, export.problem) == (ExportState.FAILED, ExportProblem.GREW)


def test_nor_are_others(cast):
    """The asker's office has changed since: the second person said yes to one branch."""
    export = ask(cast, private=True)
    Office.objects.filter(user=cast.secretary).update(organization=cast.next_branch)
    make(export)
    assert export.problem == ExportProblem.GREW


def test_where_there_is_no_second_person_nothing_waits_for_one(crowd, as_user):
    Office.objects.filter(kind__in=["organization_officer", "deputy_secretary", "committee_staff"]).delete()
    answer = as_user(crowd.secretary).post(EXPORT, WITH_REASON, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not Export.objects.exists()


def test_who_may_agree_is_named_the_nearest_first(cast):
    named = second_persons(["branch"], asking=cast.secretary, on=TODAY)
    assert named == [user.get_full_name() for user in (cast.officer, cast.district_staff, cast.county_staff)]
    both = second_persons(["branch", "next-branch"], asking=cast.secretary, on=TODAY)
    assert both == [user.get_full_name() for user in (cast.district_staff, cast.county_staff)]


def test_a_proposal_to_which_nobody_says_anything_is_forgotten(cast):
    export = ask(cast)
    Export.objects.update(state=ExportState.PROPOSED, needs_agreement=True, asked_at=timezone.now() - timedelta(days=8))
    assert exports_over(timezone.now()) == [export.key]


@pytest.mark.django_db(transaction=True)
def test_of_eight_fetches_at_once_one_gets_the_file():
    cast = make_cast()
    export = make(ask(cast, private=True))

    def take(_number):
        try:
            return take_export(export=export, by=cast.secretary)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1
    assert Entry.objects.filter(action="download_export").count() == 1


def test_whose_values_they_are_reads_who_looked_when_at_what_and_why(cast, as_user):
    as_user(cast.secretary).post(EXPORT, WITH_REASON)
    fetched(as_user(cast.secretary), make(ask(cast, private=True)))
    roster_services.reveal_private(
        member=cast.zhang, field="phone", reason="通知开会", now=timezone.now(), by=cast.officer
    )
    record(action="edit_member", by=cast.officer, subject=cast.zhang, reason="别的")
    client = as_user(cast.member)
    looks = client.get(LOOKS).context["listing"].rows
    assert [(one.who, one.reason, len(one.fields)) for one in looks] == [
        (cast.officer.get_full_name(), "通知开会", 1),
        (cast.secretary.get_full_name(), "上报年度统计", 3),
        (cast.secretary.get_full_name(), "上报年度统计", 3),
    ]
    assert [one.agreed for one in looks] == ["", cast.officer.get_full_name(), ""]
    assert "通知开会" in client.get(reverse("members:member-me")).content.decode()


def test_nobody_reads_who_looked_at_others(cast, as_user):
    cast.stranger.member = cast.wang
    cast.stranger.save()
    as_user(cast.secretary).post(EXPORT, WITH_REASON)
    assert as_user(cast.stranger).get(LOOKS).context["listing"].rows == []


def test_older_looks_stand_on_further_pages(cast, as_user, monkeypatch):
    monkeypatch.setattr("members.roster.member_views.LOOKS_ON_A_PAGE", 2)
    for _time in range(3):
        roster_services.reveal_private(
            member=cast.zhang, field="phone", reason="通知开会", now=timezone.now(), by=cast.officer
        )
    first, second = (as_user(cast.member).get(LOOKS + query).context for query in ("", "?from=2"))
    assert (len(first["listing"].rows), first["older"], len(second["listing"].rows), second["older"]) == (2, 2, 1, None)


def test_the_table_of_exported_members_is_written_once(cast):
    assert is_protected("members_exportedmember")
    assert Member.objects.exists()
