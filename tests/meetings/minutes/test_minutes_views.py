"""The pages of minutes: who opens them, what they offer, what is refused."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from meetings.minutes.queries import CHAIR, RECORDER
from meetings.minutes.services import sign_minutes
from meetings.models import Attendance, Correction, Meeting, Minutes
from members.choices import OfficeKind
from members.models import Member, Office
from tests.cast import make_member, make_user

DAY = date(2026, 11, 14)


PAGES = ["minutes", "minutes-edit", "minutes-word"]
ACTS = ["minutes-draft", "minutes-paper", "minutes-correct"]


def address(name, meeting):
    return reverse(f"meetings:{name}", args=[meeting.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_an_officer_opens_the_pages(as_user, cast, minutes, held, name):
    assert as_user(cast.secretary).get(address(name, held)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_the_next_branch_finds_nothing(as_user, cast, minutes, held, name):
    assert as_user(cast.next_secretary).get(address(name, held)).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*PAGES, *ACTS, "minutes-sign"])
def test_committees_do_not_read_minutes(as_user, cast, minutes, held, name):
    client = as_user(cast.district_staff)
    answer = client.get(address(name, held)) if name in PAGES else client.post(address(name, held))

    assert answer.status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "seen"), [("陈明", 200), ("赵一", 403)])
def test_a_member_without_an_office_reads_the_minutes_that_he_signs_and_no_others(
    as_user, cast, minutes, held, name, seen
):
    member = Member.objects.filter(name=name).first() or make_member(name, cast.branch)
    user = getattr(member, "user", None) or make_user("zhao", member=member)
    Attendance.objects.get_or_create(meeting=held, member=member, defaults={"name": name, "is_formal": True})
    client = as_user(user)

    assert {client.get(address(page, held)).status_code for page in ("minutes", "minutes-word")} == {seen}
    assert client.get(address("minutes-edit", held)).status_code == 403
    assert (address("minutes", held) in client.get(held.get_absolute_url()).text) is (seen == 200)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACTS)
def test_acts_are_posted(as_user, cast, minutes, held, name):
    assert as_user(cast.secretary).get(address(name, held)).status_code == 405


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_the_whole_way_by_pages(as_user, cast, chen, held):
    client = as_user(cast.secretary)
    client.post(address("minutes-draft", held))
    text = Minutes.objects.get().text
    client.post(address("minutes-edit", held), {"text": text + "补充", "before": text})
    client.post(address("minutes-sign", held), {"role": CHAIR, "seen": text + "补充"})
    assert not Minutes.objects.get().is_signed
    for user in (chen.user, cast.member):
        as_user(user).post(address("minutes-sign", held), {"role": CHAIR, "seen": text + "补充"})

    assert Minutes.objects.get().is_locked
    assert "张英于" in as_user(cast.secretary).get(address("minutes", held)).text


@pytest.mark.django_db
@pytest.mark.usefixtures("today", "chen_has_no_account")
def test_the_page_offers_each_what_they_can_do(as_user, cast, minutes, held):
    sign, paper = address("minutes-sign", held), address("minutes-paper", held)
    offered = {
        user.username: [url for url in (sign, paper) if url in as_user(user).get(address("minutes", held)).text]
        for user in (cast.member, cast.secretary)
    }
    typed = {"seen": minutes.text, "role": RECORDER, "signed_on": "2026-11-20"}
    client = as_user(cast.secretary)
    client.post(paper, typed | {"signed_on": ""})
    assert not Minutes.objects.get().is_signed
    client.post(paper, typed)

    assert offered == {"member": [sign], "secretary": [paper]}
    assert Minutes.objects.get().recorder_paper_on == date(2026, 11, 20)


@pytest.fixture
def both_on_paper(cast, chen, chen_has_no_account):
    cast.member.delete()
    cast.zhang.refresh_from_db()


@pytest.mark.django_db
@pytest.mark.usefixtures("today", "both_on_paper")
def test_who_files_one_of_two_papers_is_told_before_who_files_the_other_and_isnt_offered_it(
    as_user, cast, minutes, held
):
    client, other = as_user(cast.secretary), "可由officer（组织委员）存档"
    begun = client.get(address("minutes", held))
    typed = {"seen": minutes.text, "role": RECORDER, "signed_on": "2026-11-20"}
    client.post(address("minutes-paper", held), typed)
    filed = client.get(address("minutes", held))

    assert [len(begun.context["papers"]), len(filed.context["papers"])] == [2, 0]
    assert other in begun.text
    assert other in filed.text
    assert len(as_user(cast.officer).get(address("minutes", held)).context["papers"]) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("today", "both_on_paper")
@pytest.mark.parametrize("has_address", [True, False])
def test_where_there_is_one_account_the_page_names_who_makes_another(as_user, cast, minutes, held, has_address):
    Office.objects.filter(user=cast.officer).delete()
    cast.administrator.prefer(email="admin@example.org" if has_address else "")
    cast.secretary.display_name = "张英"
    cast.secretary.save()
    page = as_user(cast.secretary).get(address("minutes", held)).text

    assert "县委administrator（系统管理员）" in page
    assert ('href="mailto:admin@example.org"' in page) is has_address
    assert "给陈明开账号" in page
    assert "您就是张英本人的，请一并" in page
    assert reverse("members:user-create") not in page
    Office.objects.create(user=cast.secretary, kind=OfficeKind.ADMINISTRATOR, organization=cast.county)
    assert reverse("members:user-create") in as_user(cast.secretary).get(address("minutes", held)).text


@pytest.mark.django_db
@pytest.mark.usefixtures("today", "chen_has_no_account")
def test_who_signs_is_told_first_that_another_files_the_paper_and_a_closed_account_is_nobody(
    as_user, cast, minutes, held
):
    Office.objects.create(member=cast.zhang, kind=OfficeKind.SECRETARY, organization=cast.branch)
    client = as_user(cast.member)
    before = client.get(address("minutes", held))
    cast.officer.is_active = False
    cast.officer.save()

    assert before.context["mine"].name == "张英"
    assert before.context["papers"] == []
    assert before.context["filing"].others == "officer（组织委员）, secretary（党支部书记）".replace(", ", "、")
    assert client.get(address("minutes", held)).context["filing"].others == "secretary（党支部书记）"


@pytest.mark.django_db
def test_the_page_of_an_empty_record_says_what_is_missing_instead_of_letting_it_be_signed(as_user, cast, minutes, held):
    Meeting.objects.update(place="")
    answer = as_user(cast.member).get(address("minutes", held))

    assert [gap.url for gap in answer.context["gaps"]] == [reverse("meetings:meeting-edit", args=[held.pk])]
    assert address("minutes-sign", held) not in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("typed", [{}, {"text": "x"}, {"reason": "y"}])
def test_a_correction_without_text_or_reason_is_refused(as_user, cast, locked, held, typed):
    as_user(cast.secretary).post(address("minutes-correct", held), {"key": uuid.uuid4(), **typed})

    assert not Correction.objects.exists()


@pytest.mark.django_db
def test_before_the_first_draft_there_is_nothing_to_edit(as_user, cast, held):
    assert as_user(cast.secretary).get(address("minutes-edit", held)).status_code == 404


@pytest.mark.django_db
def test_the_button_says_that_a_changed_text_takes_the_signatures_back(as_user, cast, minutes, held):
    client = as_user(cast.secretary)
    before = client.get(address("minutes-edit", held)).text
    sign_minutes(minutes=minutes, seen=minutes.text, by=cast.member)

    assert "作废" not in before
    assert "作废" in client.get(address("minutes-edit", held)).text


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_when_attendance_has_changed_the_page_leads_to_composing_anew_and_lets_nobody_sign(
    as_user, cast, chen, minutes, held
):
    sign, edit = address("minutes-sign", held), address("minutes-edit", held)
    as_user(chen.user).post(sign, {"seen": minutes.text})
    Attendance.objects.filter(name="李国强").update(state="on_site")
    page = as_user(cast.member).get(address("minutes", held)).text
    assert "考勤等记录在起草后有变化" in page
    assert sign not in page
    assert "is_compared" in as_user(cast.secretary).get(edit).context["form"].fields

    as_user(cast.secretary).post(address("minutes-draft", held))
    page = as_user(cast.member).get(address("minutes", held)).text
    assert "考勤等记录在起草后有变化" not in page
    assert sign in page
    assert "is_compared" not in as_user(cast.secretary).get(edit).context["form"].fields


@pytest.mark.django_db
def test_minutes_lead_on_to_what_the_branch_has_still_to_hold(as_user, cast, minutes, held, today):
    secretary, url = as_user(cast.secretary), address("minutes", held)
    plan = reverse("meetings:meeting-plan", args=["branch"])
    left = {one.duty.kind: one for one in secretary.get(url).context["left"]}
    page = secretary.get(url).content.decode()
    kind = next(kind for kind, one in left.items() if one.place == cast.branch)
    Meeting.objects.create(organization=cast.branch, kind=kind, day=today, counts_for_year=2026, state="locked")

    assert f'{plan}?kind={kind}"' in page
    assert f'{plan}?kind={kind}"' not in secretary.get(url).content.decode()
