"""The page of jobs: one's own and one's places' work, and for who watches it, the machinery without a name."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from audit.models import Entry
from audit.services import anchor, record
from members.access.queries import access_for
from members.choices import ExportProblem, ExportState, ImportState
from members.exports.queries import EXPORT_STATES, export_jobs
from members.imports.queries import IMPORT_STATES, import_jobs
from members.models import Export, Organization, RosterImport, User
from members.models.files import OPEN
from members.pages.links import BADGES, LABELS, JobState
from reminders.choices import Addressee, AttemptResult, ChannelKind, MessageKind, MessageState
from reminders.jobs.queries import ALIVE, GONE, count_jobs, jobs_of, machinery, mailing_jobs
from reminders.messages.queries import MASS
from reminders.models import Attempt, DeskCount, Heartbeat, Message, Wording
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db

As = Callable[[User], Client]
JOBS = reverse("reminders:job-list")
NOW = timezone.now()
TROUBLE = 'class="notice notice-bad" role="alert">'


def standing(user: User) -> User:
    user.access = access_for(user, on=TODAY)
    return user


def an_import(cast: Cast, place: Organization, by: User, state: str = ImportState.UPLOADED, **facts: object):
    return RosterImport.objects.create(
        organization=place, uploaded_by=by, file_name=f"{place.code}.xlsx", state=state, **facts
    )


def an_export(cast: Cast, by: User, state: str = ExportState.WAITING, **facts: object) -> Export:
    ended = {} if state in OPEN else {"ended_at": NOW, "expires_at": NOW + timedelta(days=7)}
    return Export.objects.create(
        kind="roster", parameters={"query": "sort=age", "private": False, "reason": ""}, digest=f"{by}{state}",
        organization=cast.branch, asked_by=by, asked_at=NOW, total=5_000, state=state, **ended, **facts,
    )  # fmt: skip


def a_message(
    cast: Cast, number: int = 0, *, place: Organization | None = None, state: str = MessageState.READY, **facts: object
) -> Message:
    given = {
        "dedupe_key": f"{place or cast.branch}{state}{number}", "kind": MessageKind.MISSED, "about": "x",
        "organization": place or cast.branch, "member": cast.zhang, "addressee": Addressee.MEMBER,
        "channel": ChannelKind.EMAIL, "wording": wording(), "values": {"姓名": cast.zhang.name}, "state": state,
        "planned_at": NOW, "due_at": NOW, "expires_at": NOW + timedelta(days=5),
        "sent_at": NOW if state == MessageState.SENT else None, **facts,
    }  # fmt: skip
    return Message.objects.create(**given)


def wording() -> Wording:
    given = {"kind": MessageKind.MISSED, "addressee": Addressee.MEMBER, "language": "zh-hans"}
    return Wording.objects.filter(**given).first() or Wording.objects.create(**given, subject="会议", text="您好。")


# What stands on it


def test_one_sees_the_work_of_ones_places_and_ones_own_exports(cast: Cast, as_user: As) -> None:
    an_import(cast, cast.branch, cast.officer)
    an_import(cast, cast.next_branch, cast.next_secretary)
    an_export(cast, cast.secretary)
    an_export(cast, cast.officer)
    page = as_user(cast.secretary).get(JOBS)
    jobs = sorted((job.queue, job.place, job.asked_by) for job in page.context["jobs"])
    assert jobs == [("exports", cast.branch.name, "secretary"), ("imports", cast.branch.name, "officer")]
    assert "next-branch.xlsx" not in page.content.decode()


@pytest.mark.parametrize("part", ["member", "stranger", "inspector", "county_secretary"])
def test_nothing_to_do_is_said_pleasantly(cast: Cast, as_user: As, part: str) -> None:
    an_import(cast, cast.branch, cast.secretary)
    page = as_user(cast.users()[part]).get(JOBS)
    assert (page.status_code, page.context["jobs"]) == (200, [])
    assert 'class="empty"' in page.content.decode() and "hx-get" not in page.content.decode().split("<main", 1)[-1]


def test_nobody_sees_it_without_logging_in(client: Client, db: None) -> None:
    assert client.get(JOBS).status_code == 302


def test_it_is_only_looked_at(cast: Cast, as_user: As) -> None:
    assert as_user(cast.secretary).post(JOBS).status_code == 405


def test_busy_work_comes_first_then_what_asks_for_somebody(cast: Cast) -> None:
    for state in (ImportState.APPLIED, ImportState.FAILED, ImportState.READING):
        an_import(cast, cast.branch, cast.secretary, state, applied_at=NOW)
    states = [job.state for job in jobs_of(standing(cast.secretary), on=TODAY)]
    assert states == [JobState.RUNNING, JobState.FAILED, JobState.DONE]


@pytest.mark.parametrize("state", ImportState)
def test_an_import_by_state(cast: Cast, state: ImportState) -> None:
    row = an_import(cast, cast.branch, cast.secretary, state, applied_at=NOW, rows_total=9, rows_done=4, failure="…")
    (job,) = import_jobs(standing(cast.secretary), on=TODAY)
    assert job.state == IMPORT_STATES[state]
    assert bool(job.cancel_url) == (state in ("uploaded", "reading", "preview", "confirmed", "applying"))
    assert (job.total, job.url) == (9 if state in ("confirmed", "applying") else None, row.get_absolute_url())


def test_old_imports_are_left_to_their_own_page_but_what_waits_is_not(cast: Cast) -> None:
    for state in (ImportState.APPLIED, ImportState.PREVIEW):
        an_import(cast, cast.branch, cast.secretary, state, applied_at=NOW)
    RosterImport.objects.update(uploaded_at=NOW - timedelta(days=40))
    assert [job.state for job in import_jobs(standing(cast.secretary), on=TODAY)] == [JobState.ASKS]


@pytest.mark.parametrize("state", ExportState)
def test_an_export_by_state(cast: Cast, state: ExportState) -> None:
    problem = ExportProblem.BROKE if state == ExportState.FAILED else ""
    an_export(cast, cast.secretary, state, problem=problem)
    (job,) = export_jobs(standing(cast.secretary), on=TODAY)
    assert job.state == EXPORT_STATES[state]
    assert bool(job.cancel_url) == (state in OPEN)
    assert (bool(job.file_url), bool(job.retry_url)) == (state == "done", state == "failed")
    assert bool(job.problem) == (state == "failed")
    assert job.url == f"{reverse('members:roster-list')}?sort=age"


def test_every_state_has_words_and_a_colour() -> None:
    assert set(LABELS) == set(BADGES) == set(JobState)
    assert set(IMPORT_STATES) == set(ImportState) and set(EXPORT_STATES) == set(ExportState)


def test_a_job_can_be_stopped_fetched_and_tried_again_from_here(cast: Cast, as_user: As) -> None:
    keys = {
        state: an_export(cast, cast.secretary, state, problem="broke" if state == "failed" else "").key
        for state in ("running", "done", "failed")
    }
    page = as_user(cast.secretary).get(JOBS).content.decode()
    assert f'action="{reverse("members:export-cancel", args=[keys["running"]])}"' in page
    assert f'href="{reverse("members:export-file", args=[keys["done"]])}"' in page
    assert f'action="{reverse("members:export-retry", args=[keys["failed"]])}"' in page
    assert str(ExportProblem.BROKE.label) in page


def test_progress_is_shown_and_asked_for_until_nothing_is_busy(cast: Cast, as_user: As) -> None:
    export = an_export(cast, cast.secretary, ExportState.RUNNING, done=1_000)
    client = as_user(cast.secretary)
    page = client.get(JOBS).content.decode()
    assert f'id="progress-{export.key}"' in page and 'value="1000" max="5000"' in page
    assert f'hx-get="{JOBS}"' in page and '<noscript><meta http-equiv="refresh"' in page
    export.delete()
    assert f'hx-get="{JOBS}"' not in client.get(JOBS).content.decode()


def test_the_patched_list_equals_the_fresh_one(cast: Cast, as_user: As) -> None:
    an_export(cast, cast.secretary, ExportState.RUNNING)
    an_import(cast, cast.branch, cast.secretary)
    client = as_user(cast.secretary)
    fresh = client.get(JOBS).content.decode()
    patch = client.get(JOBS, headers={"HX-Request": "true"})
    assert patch["Vary"].count("HX-Request") == 1
    tokens = re.compile(r'value="[A-Za-z0-9]{64}"')
    assert tokens.sub("", patch.content.decode()).strip() in tokens.sub("", fresh)


# Mailings


@pytest.mark.parametrize("part", ["secretary", "administrator"])
def test_a_mass_mailing_is_a_job_in_numbers(cast: Cast, as_user: As, part: str) -> None:
    for number in range(MASS):
        a_message(cast, number, state=MessageState.HELD if number else MessageState.READY)
    a_message(cast, place=cast.next_branch)
    (job,) = mailing_jobs(standing(cast.users()[part]), on=TODAY)
    assert (job.title, job.place, job.state) == (MessageKind.MISSED.label, cast.branch.name, JobState.ASKS)
    assert str(MASS - 1) in job.note and bool(job.url) == (part == "secretary")
    page = as_user(cast.users()[part]).get(JOBS).content.decode().split("<main", 1)[-1]
    assert cast.zhang.name not in page


@pytest.mark.parametrize("part", ["next_secretary", "district_staff", "county_secretary", "member"])
def test_nobody_else_sees_that_there_is_one(cast: Cast, part: str) -> None:
    for number in range(MASS):
        a_message(cast, number)
    assert mailing_jobs(standing(cast.users()[part]), on=TODAY) == []


@pytest.mark.parametrize("state", ["sent", "to_call", "stopped", "declined", "expired", "dead", "unknown"])
def test_what_has_gone_out_or_is_for_people_to_do_is_no_job(cast: Cast, state: str) -> None:
    for number in range(MASS):
        a_message(cast, number, state=state)
    assert mailing_jobs(standing(cast.secretary), on=TODAY) == []


def test_a_few_messages_are_no_mailing(cast: Cast) -> None:
    for number in range(MASS - 1):
        a_message(cast, number)
    assert mailing_jobs(standing(cast.secretary), on=TODAY) == []


# Counts


@pytest.mark.parametrize(
    ("today", "seconds", "state"),
    [(3, 0, JobState.DONE), (2, 10, JobState.RUNNING), (2, 3_600, JobState.WAITING), (0, 3_600, JobState.WAITING)],
)
def test_the_round_that_counts_desks(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, today: int, seconds: int, state: JobState
) -> None:
    monkeypatch.setattr("reminders.jobs.queries.LIVE", 2)
    places = [cast.branch, cast.next_branch, cast.other_branch]
    for number, place in enumerate(places):
        day = TODAY if number < today else TODAY - timedelta(days=1)
        counted_at = timezone.now() - timedelta(seconds=seconds)
        count = dict.fromkeys(("overdue", "this_week", "this_month", "later", "done", "not_applicable"), 0)
        DeskCount.objects.create(organization=place, counted_on=day, counted_at=counted_at, **count)
    (job,) = count_jobs(standing(cast.county_staff), on=TODAY)
    assert (job.state, job.done, job.total) == (state, today, 3)
    assert count_jobs(standing(cast.district_staff), on=TODAY) == []


# The machinery


def test_only_who_watches_the_machinery_sees_it(cast: Cast, as_user: As) -> None:
    a_message(cast, state=MessageState.DEAD, problem="…")
    for part, user in cast.users().items():
        assert ("machinery" in as_user(user).get(JOBS).context) == (part == "administrator"), part


def test_it_says_whether_clock_and_workers_live(cast: Cast, as_user: As) -> None:
    client = as_user(cast.administrator)
    assert TROUBLE in client.get(JOBS).content.decode()
    for name in ("beat", "worker a@host", "dispatcher"):
        Heartbeat.beat(name, at=timezone.now())
    Heartbeat.beat("worker gone@host", at=timezone.now() - timedelta(seconds=GONE + 60))
    Heartbeat.beat("worker stuck@host", at=timezone.now() - ALIVE - timedelta(seconds=60))
    page = client.get(JOBS)
    parts = {part.name: part.is_alive for part in page.context["machinery"].parts}
    assert list(parts.values()) == [True, True, True, False]
    text = page.content.decode()
    assert "a@host" in text and "stuck@host" in text and "gone@host" not in text
    assert TROUBLE not in text


def test_it_counts_by_channel_what_waits_and_what_went_wrong(cast: Cast) -> None:
    for number, (channel, state) in enumerate(
        [("email", "ready"), ("email", "dead"), ("sms", "unknown"), ("sms", "dead"), ("sms", "dead"), ("sms", "sent")]
    ):
        a_message(cast, number, channel=channel, state=state)
    a_message(cast, 9, channel="sms", state="dead", settled_at=NOW)
    found = machinery(standing(cast.administrator), NOW).channels
    counts = {row["channel"]: (row["waiting"], row["unknown"], row["dead"]) for row in found}
    assert counts == {"email": (1, 0, 1), "sms": (0, 1, 2)}


def test_a_dead_letter_shows_kind_branch_channel_and_problem_and_nobody(cast: Cast, as_user: As) -> None:
    problem = "邮件服务器连接不上。"
    a_message(cast, state=MessageState.DEAD, problem=problem, attempts_made=5)
    page = as_user(cast.administrator).get(JOBS)
    text = page.content.decode().split("<main", 1)[-1]
    with translation.override("zh-hans"):
        for shown in (MessageKind.MISSED.label, cast.branch.name, ChannelKind.EMAIL.label, problem):
            assert str(shown) in text
    assert cast.zhang.name not in text and "15695900689" not in text
    assert not {"member", "values", "user", "about"} & set(page.context["letters"].rows[0])


def again(message: Message) -> str:
    return reverse("reminders:job-again", args=[message.key])


def test_a_dead_letter_is_tried_again(cast: Cast, as_user: As) -> None:
    letter = a_message(cast, state=MessageState.DEAD, problem="…")
    Attempt.objects.create(
        message=letter, number=1, channel="email", started_at=NOW, ended_at=NOW, result=AttemptResult.FAILED, by="x"
    )
    for _time in range(2):
        assert as_user(cast.administrator).post(again(letter)).status_code == 302
    letter.refresh_from_db()
    assert (letter.state, letter.problem) == (MessageState.READY, "")
    entry = Entry.objects.get(action="send_again")
    assert (entry.actor, cast.zhang.name in entry.subject_label) == ("administrator", False)


@pytest.mark.parametrize("state", [MessageState.UNKNOWN, MessageState.SENT, MessageState.STOPPED, MessageState.HELD])
def test_nothing_else_is_sent_again_from_here(cast: Cast, as_user: As, state: MessageState) -> None:
    letter = a_message(cast, state=state)
    page = as_user(cast.administrator).post(again(letter), follow=True)
    letter.refresh_from_db()
    assert letter.state == state
    assert [message.level_tag for message in page.context["messages"]] == ["error"]


@pytest.mark.parametrize("part", ["secretary", "county_staff", "member"])
def test_only_who_watches_tries_again(cast: Cast, as_user: As, part: str) -> None:
    letter = a_message(cast, state=MessageState.DEAD)
    assert as_user(cast.users()[part]).post(again(letter)).status_code == 403


def test_a_letter_out_of_scope_is_as_good_as_missing(cast: Cast, as_user: As) -> None:
    letter = a_message(cast, state=MessageState.DEAD)
    cast.administrator.offices.update(organization=cast.other_district)
    assert as_user(cast.administrator).post(again(letter)).status_code == 404
    assert as_user(cast.administrator).get(again(letter)).status_code == 405


# Anchors of the audit record


def test_a_way_for_anchors_that_fails_is_shown_with_its_problem(
    cast: Cast, as_user: As, settings: Any, tmp_path: Path
) -> None:
    settings.AUDIT_ANCHORS, settings.ANCHOR_FILE = tmp_path / "anchors", tmp_path / "mount" / "anchors"
    record(action="edit_member", by="somebody", subject=None)
    anchor(settings.AUDIT_ANCHORS, at=NOW)
    failing = as_user(cast.administrator).get(JOBS).content.decode()
    (tmp_path / "mount").mkdir()
    anchor(settings.AUDIT_ANCHORS, at=NOW)
    mended = as_user(cast.administrator).get(JOBS).content.decode()

    assert "送不出去" in failing
    assert "这个文件写不进去。" in failing
    assert "送不出去" not in mended
    assert "审计存证（外部文件）" in mended


# Costs


@pytest.mark.parametrize("part", ["secretary", "administrator"])
def test_the_page_costs_the_same_with_one_row_and_with_three(
    cast: Cast, as_user: As, django_assert_num_queries: DjangoAssertNumQueries, part: str
) -> None:
    client = as_user(cast.users()[part])
    client.get(JOBS)
    queries = {"secretary": 8, "administrator": 19}[part]
    for more in (1, 2):
        for number in range(more):
            an_import(cast, cast.branch, cast.secretary)
            an_export(cast, cast.users()[part], ExportState.DONE)
            for letter in range(MASS):
                a_message(cast, 100 * more + 20 * number + letter, kind=MessageKind.values[more], wording=wording())
            a_message(cast, 100 * more + number, state=MessageState.DEAD)
            Heartbeat.beat(f"worker {more}{number}", at=NOW)
        with django_assert_num_queries(queries):
            client.get(JOBS)
