"""Workbooks made in the background: asked for, fetched, and for one person alone."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from audit.models import Entry
from members import tasks
from members.choices import ExportProblem, ExportState, OfficeKind
from members.exports import services
from members.models import Export, Member, Office, User
from members.offices import CAPABILITIES
from tests.cast import TODAY, Cast, make_member
from tests.members.exports.making import (
    EXPORT,
    JOBS,
    As,
    ask,
    fetched,
    in_state,
    lying_about,
    make,
    names_in,
    no_worker,
    own_folder,
    small,
)

__all__ = ["no_worker", "own_folder", "small"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]


def test_a_large_roster_is_made_in_the_background_and_fetched(cast: Cast, as_user: As, small, no_worker) -> None:
    client = as_user(cast.secretary)
    answer = client.post(f"{EXPORT}?sort=name", follow=True)
    assert answer.redirect_chain == [(JOBS, 302)]
    export = Export.objects.get()
    assert (export.state, export.total, export.organization.code) == (ExportState.WAITING, 2, "branch")
    assert not Entry.objects.filter(action="export_roster").exists()
    tasks.continue_exports()
    assert names_in(fetched(client, export)) == ["张英", "李国强"]
    made, taken = Entry.objects.filter(action__in=["export_roster", "download_export"]).order_by("number")
    assert (made.actor, made.organization_code, made.details) == ("secretary", "branch", {"rows": 2, "private": False})
    assert (taken.action, taken.actor, taken.subject_id) == ("download_export", "secretary", str(export.key))


def test_a_small_roster_is_still_made_at_once(cast: Cast, as_user: As, today: date) -> None:
    answer = as_user(cast.secretary).post(EXPORT)
    assert names_in(b"".join(answer.streaming_content)) == ["张英", "李国强"]
    assert not Export.objects.exists()


@pytest.mark.parametrize("private", [False, True])
def test_it_is_the_same_workbook_as_the_one_made_at_once(cast: Cast, as_user: As, today: date, private: bool) -> None:
    client, data = as_user(cast.secretary), {"private": "1", "reason": "上报年度统计"} if private else {}
    at_once = b"".join(client.post(f"{EXPORT}?sort=name", data).streaming_content)
    export = make(ask(cast, query="sort=name", private=private))
    assert [*openpyxl.load_workbook(BytesIO(fetched(client, export))).active.values] == [
        *openpyxl.load_workbook(BytesIO(at_once)).active.values
    ]
    first, second = Entry.objects.filter(action="export_roster").order_by("number")
    assert (first.reason, first.subject_id) == (second.reason, second.subject_id)
    assert first.details | ({"agreed_by": "officer"} if private else {}) == second.details


def test_what_looks_like_a_formula_stays_text(cast: Cast, as_user: As) -> None:
    Member.objects.filter(pk=cast.zhang.pk).update(work_post="=1+1")
    content = fetched(as_user(cast.secretary), make(ask(cast)))
    cells = [cell for row in openpyxl.load_workbook(BytesIO(content)).active for cell in row]
    assert "=1+1" in [cell.value for cell in cells]
    assert not any(cell.data_type == "f" for cell in cells)


def test_private_fields_take_a_reason_before_anything_is_begun(cast: Cast, as_user: As, small, no_worker) -> None:
    client = as_user(cast.secretary)
    client.post(EXPORT, {"private": "1", "reason": " "})
    assert not Export.objects.exists()
    client.post(EXPORT, {"private": "1", "reason": "上报年度统计"})
    export = Export.objects.get()
    assert export.parameters == {"query": "", "private": True, "reason": "上报年度统计"}
    assert export.state == ExportState.PROPOSED


def test_a_number_that_was_searched_for_does_not_stand_in_the_row(cast: Cast, as_user: As, small, no_worker) -> None:
    make_member("张英二", cast.branch, phone="15695900689")
    client = as_user(cast.secretary)
    client.post(f"{EXPORT}?q=15695900689")
    export = Export.objects.get()
    assert "15695900689" not in str(export.parameters)
    assert sorted(names_in(fetched(client, make(export)))) == ["张英", "张英二"]


def test_the_same_wish_twice_is_one_export(cast: Cast, as_user: As, small, no_worker) -> None:
    client = as_user(cast.secretary)
    for _time in range(2):
        client.post(EXPORT)
    client.post(f"{EXPORT}?sort=name")
    as_user(cast.officer).post(EXPORT)
    assert Export.objects.count() == 3


def test_without_a_broker_the_minutes_round_makes_it(cast: Cast, as_user: As, small, monkeypatch) -> None:
    monkeypatch.setattr(tasks.make_export, "delay", lambda key: (_ for _ in ()).throw(OperationalError("gone")))
    assert as_user(cast.secretary).post(EXPORT).status_code == 302
    tasks.continue_exports()
    assert Export.objects.get().state == ExportState.DONE


@pytest.mark.parametrize(("name", "method"), [("file", "get"), ("cancel", "post"), ("retry", "post")])
def test_to_everybody_else_it_is_as_good_as_missing(cast: Cast, as_user: As, name: str, method: str) -> None:
    """The workbook holds identity numbers and phones: of the whole cast, only its owner is ever sent a byte of it."""
    export = make(ask(cast, private=True))
    address = reverse(f"members:export-{name}", args=[export.key])
    others = {part: user for part, user in cast.users().items() if user != cast.secretary}
    answers = {part: getattr(as_user(user), method)(address).status_code for part, user in others.items()}
    assert answers == dict.fromkeys(others, 404)
    export.refresh_from_db()
    assert export.state == ExportState.DONE
    assert not Entry.objects.filter(action__in=["download_export", "cancel_export"]).exists()


def test_nobody_who_is_not_logged_in_gets_it(cast: Cast, client: Client) -> None:
    export = make(ask(cast))
    assert client.get(reverse("members:export-file", args=[export.key])).status_code == 302


def test_the_file_is_not_handed_out_when_the_office_has_ended(cast: Cast, as_user: As) -> None:
    export = make(ask(cast))
    Office.objects.filter(user=cast.secretary).update(valid_until=TODAY - timedelta(days=1))
    assert as_user(cast.secretary).get(reverse("members:export-file", args=[export.key])).status_code == 403


def test_nor_when_one_of_two_offices_has(cast: Cast, as_user: As) -> None:
    second = Office.objects.create(user=cast.secretary, kind=OfficeKind.SECRETARY, organization=cast.next_branch)
    export = make(ask(cast))
    assert export.covers == ["branch", "next-branch"]
    second.delete()
    assert as_user(cast.secretary).get(reverse("members:export-file", args=[export.key])).status_code == 403


def test_private_fields_are_not_handed_out_without_the_right_to_reveal(cast: Cast, as_user: As, monkeypatch) -> None:
    export = make(ask(cast, private=True))
    less = CAPABILITIES[OfficeKind.SECRETARY] - {"reveal_private"}
    monkeypatch.setitem(CAPABILITIES, OfficeKind.SECRETARY, less)
    assert as_user(cast.secretary).get(reverse("members:export-file", args=[export.key])).status_code == 403


@pytest.mark.parametrize("why", ["office", "closed", "place", "reveal"])
def test_it_is_made_with_the_rights_of_the_moment_it_is_made(cast: Cast, monkeypatch, why: str) -> None:
    query = "org=group" if why == "place" else ""
    export = ask(cast, query=query, private=why == "reveal")
    if why == "office":
        Office.objects.all().delete()
    elif why == "closed":
        User.objects.filter(pk=cast.secretary.pk).update(is_active=False)
    elif why == "place":
        Office.objects.filter(user=cast.secretary).update(organization=cast.next_branch)
    else:
        less = CAPABILITIES[OfficeKind.SECRETARY] - {"reveal_private"}
        monkeypatch.setitem(CAPABILITIES, OfficeKind.SECRETARY, less)
    make(export)
    assert (export.state, export.problem, lying_about()) == (ExportState.FAILED, ExportProblem.NO_RIGHT, [])
    assert not services.file_of(export.key).exists()
    assert not Entry.objects.filter(action="export_roster").exists()


@pytest.mark.parametrize("state", [state for state in ExportState if state != ExportState.DONE])
def test_there_is_nothing_to_fetch_before_it_is_ready(cast: Cast, as_user: As, state: ExportState) -> None:
    export = in_state(ask(cast), state)
    answer = as_user(cast.secretary).get(reverse("members:export-file", args=[export.key]))
    assert (answer.status_code, answer.url) == (302, JOBS)


def test_a_file_that_is_gone_is_said(cast: Cast, as_user: As) -> None:
    export = make(ask(cast))
    services.remove_file(export.key)
    page = as_user(cast.secretary).get(reverse("members:export-file", args=[export.key]), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]


@pytest.mark.parametrize(("name", "method"), [("file", "post"), ("cancel", "get"), ("retry", "get")])
def test_the_wrong_method_does_nothing(cast: Cast, as_user: As, name: str, method: str) -> None:
    export = ask(cast)
    answer = getattr(as_user(cast.secretary), method)(reverse(f"members:export-{name}", args=[export.key]))
    export.refresh_from_db()
    assert (answer.status_code, export.state) == (405, ExportState.WAITING)


@pytest.mark.parametrize("state", ExportState)
def test_cancelling_by_state(cast: Cast, as_user: As, state: ExportState) -> None:
    export = in_state(ask(cast), state)
    before = Entry.objects.filter(action="cancel_export").count()
    stopped = state in (ExportState.PROPOSED, ExportState.WAITING, ExportState.RUNNING)
    for _time in range(2):
        as_user(cast.secretary).post(reverse("members:export-cancel", args=[export.key]))
    export.refresh_from_db()
    assert export.state == (ExportState.CANCELLED if stopped else state)
    assert Entry.objects.filter(action="cancel_export").count() == before + stopped
