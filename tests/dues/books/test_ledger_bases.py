"""Bases of many people leave the program for a reason, counted, above fifty by two persons; each of them reads it."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from dues.exporting.ledger import NAME, parameters_of
from dues.models import Basis
from members.choices import ExportProblem, ExportState
from members.exports.services import ask_export, settle_export
from members.models import Export, ExportedMember, Office
from members.roster import services
from members.roster.services import reveals_left
from tests.cast import make_member
from tests.dues.making import fix
from tests.members.exports.making import JOBS, fetched, make, no_worker, own_folder

__all__ = ["no_worker", "own_folder"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder", "today")]
PLACE = {"org": "branch", "year": 2026}
PLAIN, BASES = (reverse(name, query=PLACE) for name in ("dues:ledger-export", "dues:ledger-bases"))
WHY = {"reason": "核对年度基数"}
LOOKS = reverse("members:member-looks")


def agree_url(export):
    return reverse("members:export-agree", args=[export.key])


def sheet(content):
    return openpyxl.load_workbook(BytesIO(content)).active


def bases_in(content):
    headings, *rows = [[cell.value for cell in line] for line in sheet(content)][1:]
    return {row[headings.index("党费基数")] for row in rows} - {None} if "党费基数" in headings else set()


@pytest.fixture
def fixed(cast):
    fix(cast.zhang, 4321, base=432100)
    fix(cast.li, 4322, base=432200)
    return cast


@pytest.fixture
def crowd(fixed):
    for number in range(60):
        fix(make_member(f"郑{number}", fixed.branch), 5000, base=500000 + number)
    return fixed


def ask(cast, total=2):
    parameters = parameters_of(branch=cast.branch, year=2026, **WHY)
    wish = {"kind": NAME, "parameters": parameters, "organization": cast.branch, "covers": ["branch"]}
    export = ask_export(**wish, total=total, by=cast.officer, needs_agreement=True)
    return settle_export(export=export, agreed=True, by=cast.secretary)


def test_a_plain_download_holds_no_base_and_counts_nobody(fixed, as_user):
    content = b"".join(as_user(fixed.officer).get(PLAIN))
    assert bases_in(content) == set()
    assert not {4321, 4322} & {cell.value for line in sheet(content) for cell in line}
    assert not ExportedMember.objects.exists()


def test_bases_are_taken_along_for_a_reason_and_counted(fixed, as_user):
    assert bases_in(b"".join(as_user(fixed.officer).post(BASES, WHY))) == {4321, 4322}
    entry = Entry.objects.get(action="export_dues_bases")
    assert (entry.reason, entry.details) == ("核对年度基数", {"year": 2026, "rows": 2, "fields": ["dues_base"]})
    assert ExportedMember.objects.filter(entry=entry).count() == 2
    assert reveals_left(fixed.officer, now=timezone.now()) == 28


def test_whose_base_it_is_reads_who_took_it_and_why(fixed, as_user):
    as_user(fixed.officer).post(BASES, WHY)
    look = as_user(fixed.member).get(LOOKS).context["listing"].rows[0]
    assert (look.who, look.reason, look.fields) == (fixed.officer.get_full_name(), "核对年度基数", ["党费月计算基数"])


def test_who_has_no_base_is_not_counted(fixed, as_user):
    Basis.objects.filter(member=fixed.li).update(base="")
    as_user(fixed.officer).post(BASES, WHY)
    assert [one.member for one in ExportedMember.objects.all()] == [fixed.zhang]


@pytest.mark.parametrize("reason", ["", "x", "123456", "工作需要"])
@pytest.mark.parametrize("many", [False, True])
def test_a_reason_that_says_nothing_takes_nothing_along(fixed, as_user, settings, reason, many):
    settings.REVEALS_PER_HOUR = 1 if many else 30
    answer = as_user(fixed.officer).post(BASES, {"reason": reason}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not (Export.objects.exists() or Entry.objects.filter(action="export_dues_bases").exists())


def test_by_get_nothing_is_given(fixed, as_user):
    assert as_user(fixed.officer).get(BASES, WHY).status_code == 405


def test_a_secretary_beside_an_officer_takes_none(fixed, as_user):
    assert as_user(fixed.secretary).post(BASES, WHY).status_code == 403
    assert reverse("dues:ledger-bases") not in as_user(fixed.secretary).get(reverse("dues:ledger-year")).text


def test_workbooks_and_single_values_share_one_count(fixed, as_user, settings):
    settings.REVEALS_PER_HOUR = 3
    client = as_user(fixed.officer)
    assert client.post(BASES, WHY)["Content-Type"].endswith("sheet")
    assert client.post(BASES, WHY).status_code == 302
    assert Export.objects.get().state == ExportState.PROPOSED


def test_without_the_count_everybody_would_be_taken_along(crowd, as_user, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(services, "may_take_alone", lambda *_args, **_more: True)
    monkeypatch.setattr("dues.books.views.may_take_alone", lambda *_args, **_more: True)
    assert len(bases_in(b"".join(as_user(crowd.officer).post(BASES, WHY)))) == 62


def test_of_more_than_fifty_a_second_person_has_to_agree(crowd, as_user, settings, no_worker):
    settings.REVEALS_PER_HOUR = 1_000
    asking = as_user(crowd.officer)
    answer = asking.post(BASES, WHY, follow=True)
    export = Export.objects.get()
    assert (answer.redirect_chain, export.state, export.total) == ([(JOBS, 302)], ExportState.PROPOSED, 62)
    assert asking.get(agree_url(export)).status_code == 404
    agreeing = as_user(crowd.secretary)
    assert "党费月计算基数" in agreeing.get(agree_url(export)).text
    agreeing.post(agree_url(export), {"act": "agree"})
    assert len(bases_in(fetched(as_user(crowd.officer), make(export)))) == 62
    entry = Entry.objects.get(action="export_dues_bases")
    assert (entry.details["agreed_by"], ExportedMember.objects.filter(entry=entry).count()) == ("secretary", 62)


def test_who_agreed_does_not_get_the_file(fixed, as_user):
    """Who says yes to bases needn't be one who reads them."""
    export = make(ask(fixed))
    assert export.state == ExportState.DONE
    assert as_user(fixed.secretary).get(reverse("members:export-file", args=[export.key])).status_code == 404
    assert as_user(fixed.district_staff).get(agree_url(export)).status_code == 404


def test_what_nobody_agreed_to_is_not_made(fixed):
    export = ask(fixed)
    Export.objects.update(settled_by=None, needs_agreement=False)
    assert make(export).problem == ExportProblem.NO_RIGHT


def test_more_people_than_were_agreed_to_are_not_taken_along(fixed):
    assert make(ask(fixed, total=1)).problem == ExportProblem.GREW


def test_who_fixes_no_bases_any_more_gets_none(fixed):
    export = ask(fixed)
    Office.objects.filter(user=fixed.officer).delete()
    assert make(export).problem == ExportProblem.NO_RIGHT


def test_a_workbook_that_waits_is_not_handed_to_who_lost_the_office(fixed, as_user):
    export = make(ask(fixed))
    Office.objects.filter(user=fixed.officer).update(kind="publicity_officer")
    assert as_user(fixed.officer).get(reverse("members:export-file", args=[export.key])).status_code == 403
