"""The pages of corrections: from proposing to what they change."""

import uuid

import pytest
from django.urls import reverse

from meetings.models import AttendanceCorrection, Meeting, Vote
from meetings.votes.correction_queries import start_links, waiting_for
from meetings.votes.correction_services import confirm_correction
from tests.cast import make_user
from tests.meetings.votes.correcting import TODAY, WHY, corrected, propose, standing, state_of, vote_at


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
class TestPages:
    def url(self, name, key):
        return reverse(f"meetings:correction-{name}", args=[key])

    def typed(self, cast, **more):
        return {"key": str(uuid.uuid4()), "member": cast.li.pk, "becomes": "on_site", "reason": WHY, **more}

    def test_from_proposing_to_the_corrected_page(self, cast, evening, as_user):
        typed = self.typed(cast)
        proposed = as_user(cast.secretary).post(self.url("add", evening.pk), typed)
        page = self.url("detail", typed["key"])
        assert proposed.headers["Location"] == page
        assert "已核对，确认更正" not in as_user(cast.secretary).get(page).content.decode()
        assert "已核对，确认更正" in as_user(cast.officer).get(page).content.decode()

        as_user(cast.officer).post(self.url("confirm", typed["key"]))
        for address in (evening.get_absolute_url(), reverse("meetings:minutes", args=[evening.pk])):
            assert (
                "更正：李国强应为“现场到会”，原记“缺席”，由secretary提出，officer核对"
                in as_user(cast.secretary).get(address).content.decode()
            )

    def test_the_form_offers_whom_the_link_names(self, cast, evening, as_user):
        form = as_user(cast.secretary).get(f"{self.url('add', evening.pk)}?member={cast.li.pk}").context["form"]

        assert form["member"].value() == str(cast.li.pk)

    @pytest.mark.parametrize(
        "wrong", [{"member": ""}, {"member": "9999"}, {"becomes": "unknown"}, {"reason": "错"}, {"becomes": "absent"}]
    )
    def test_what_cannot_be_is_said_on_the_form(self, cast, evening, as_user, wrong):
        answer = as_user(cast.secretary).post(self.url("add", evening.pk), self.typed(cast, **wrong))

        assert answer.context["form"].errors
        assert not AttendanceCorrection.objects.exists()

    def test_the_second_person_is_warned_of_a_vote(self, cast, evening, as_user):
        evening.expected.update(state="on_site")
        vote_at(evening)
        one = propose(cast, evening, cast.li, "absent")

        assert "表决“年度计划”需要复核" in as_user(cast.officer).get(one.get_absolute_url()).content.decode()
        confirm_correction(correction=one, by=cast.officer, on=TODAY)
        vote = reverse("meetings:vote-detail", args=[Vote.objects.get().pk])
        for page in (evening.get_absolute_url(), vote, reverse("meetings:minutes", args=[evening.pk])):
            assert "需要复核：“年度计划”" in as_user(cast.secretary).get(page).text

    @pytest.mark.parametrize("role", ["chair", "recorder"])
    def test_who_signed_the_minutes_can_be_the_second_person_without_an_office(self, cast, evening, as_user, role):
        one = propose(cast, evening, cast.li, "on_site")
        client = as_user(cast.member)
        before = client.get(one.get_absolute_url()).status_code
        Meeting.objects.filter(pk=evening.pk).update(**{role: cast.zhang})
        page = client.get(one.get_absolute_url()).text
        client.post(self.url("confirm", one.pk))

        assert before == 404
        assert "已核对，确认更正" in page
        assert state_of(evening, cast.li) == "on_site"

    @pytest.mark.parametrize("kind", ["publicity_officer", "discipline_officer"])
    def test_the_other_officers_of_the_branch_can_be_the_second_person(self, cast, evening, as_user, kind):
        one = propose(cast, evening, cast.li, "on_site")
        as_user(make_user("other", kind, cast.branch)).post(self.url("confirm", one.pk))

        assert state_of(evening, cast.li) == "on_site"

    def test_no_committee_above_reads_or_confirms(self, cast, evening, as_user):
        one = propose(cast, evening, cast.li, "on_site")
        client = as_user(cast.district_staff)

        assert client.get(one.get_absolute_url()).status_code == 404
        assert client.post(self.url("confirm", one.pk)).status_code == 404
        assert cast.li.name not in client.get(reverse("meetings:correction-list")).text
        assert state_of(evening, cast.li) == "absent"

    def test_of_who_was_there_no_make_up_is_offered(self, cast, evening, as_user):
        client = as_user(cast.secretary)
        there, away = (
            reverse("meetings:attendance-person", args=[evening.pk, one.pk]) for one in (cast.zhang, cast.li)
        )
        page = client.get(reverse("meetings:attendance", args=[evening.pk])).text

        assert there not in page
        assert away in page
        assert client.get(there).headers["Location"].endswith(f"/?member={cast.zhang.pk}")
        assert client.get(away).status_code == 200

    def test_declining_takes_a_reason(self, cast, evening, as_user):
        one = propose(cast, evening, cast.li, "on_site")
        url, client = self.url("decline", one.pk), as_user(cast.officer)
        assert client.post(url, {"because": ""}).context["decline_form"].errors
        client.post(url, {"because": "签到表上没有"})

        assert "签到表上没有" in client.get(one.get_absolute_url()).content.decode()

    def test_the_start_page_says_what_waits_for_the_second_person_only(self, cast, evening):
        propose(cast, evening, cast.zhang, "absent")

        assert [len(list(start_links(standing(user), on=TODAY))) for user in (
            cast.secretary, cast.officer, cast.district_staff, cast.next_secretary, cast.member,
        )] == [0, 1, 0, 0, 0]  # fmt: skip

    def test_nobody_is_asked_to_check_the_own_attendance(self, cast, evening):
        propose(cast, evening, cast.zhang, "absent")
        cast.officer.member = cast.zhang

        assert not waiting_for(standing(cast.officer)).exists()

    def test_the_list_has_what_waits_and_what_was_decided(self, cast, evening, as_user):
        corrected(cast, evening, cast.li, "on_site")
        propose(cast, evening, cast.zhang, "absent")
        context = as_user(cast.officer).get(reverse("meetings:correction-list")).context

        assert [one.name for one in context["listing"].rows] == ["张英"]
        assert [one.name for one in context["decided"].rows] == ["李国强"]

    def test_the_member_reads_what_was_corrected(self, cast, evening, as_user):
        corrected(cast, evening, cast.zhang, "online")

        assert (
            "更正：张英应为“线上”，原记“现场到会”"
            in as_user(cast.member).get(evening.get_absolute_url()).content.decode()
        )

    def test_figures_say_that_something_was_corrected(self, cast, evening, as_user):
        corrected(cast, evening, cast.li, "on_site")

        assert "含更正1次" in as_user(cast.secretary).get(reverse("meetings:figure-list")).content.decode()
