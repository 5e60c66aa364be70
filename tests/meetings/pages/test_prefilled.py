"""What a form for a meeting has filled in: of the last of its kind, and of the day that the branch has fixed."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from meetings.choices import MeetingKind, MeetingState
from meetings.models import AgendaItem, Meeting, ThemeDay
from tests.cast import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def held(cast, days_ago, **facts):
    facts = {"kind": MeetingKind.THEME_DAY, "state": MeetingState.LOCKED, "counts_for_year": 2026, **facts}
    return Meeting.objects.create(organization=cast.branch, day=TODAY - timedelta(days=days_ago), **facts)


def initial(client, cast, query=""):
    return client.get(reverse("meetings:meeting-plan", args=["branch"]) + query).context["form"].initial


@pytest.fixture
def secretary(cast, as_user):
    return as_user(cast.secretary)


def test_the_last_of_the_kind_goes_before_the_last_of_all(cast, secretary):
    last = held(cast, 30, place="党群服务中心", chair=cast.zhang, recorder=cast.li)
    AgendaItem.objects.create(meeting=last, position=1, title="学习党章")
    held(cast, 5, kind=MeetingKind.COMMITTEE_MEETING, place="书记办公室", ends_at=time(17))
    found = initial(secretary, cast, "?kind=theme_day")

    assert (found["place"], found["chair"], found["recorder"]) == ("党群服务中心", cast.zhang, cast.li)
    assert (found["ends_at"], found["items"]) == (time(17), "学习党章")


def test_what_is_only_planned_or_called_off_fills_in_nothing_before_what_was_held(cast, secretary):
    held(cast, 30, place="党群服务中心")
    held(cast, -10, state=MeetingState.PLANNED, place="礼堂")
    held(cast, 3, state=MeetingState.CANCELLED, cancelled_because="暴雨", place="广场")

    assert initial(secretary, cast)["place"] == "党群服务中心"


@pytest.mark.parametrize(("fixed", "proposed"), [(26, date(2026, 11, 26)), (20, TODAY)])
def test_a_theme_day_is_proposed_on_its_fixed_day(cast, secretary, fixed, proposed):
    held(cast, 30, place="党群服务中心", starts_at=time(9))
    ThemeDay.objects.create(organization=cast.branch, day_of_month=fixed, starts_at=time(15), place="礼堂")
    found = initial(secretary, cast)

    assert (found["kind"], found["day"]) == ("theme_day", proposed)
    assert (found["starts_at"], found["place"]) == (time(15), "礼堂")
    assert initial(secretary, cast, "?kind=general_meeting")["day"] == TODAY


def test_a_meeting_of_the_year_plan_is_arranged_on_one_page(cast, secretary):
    last = held(cast, 30, place="党群服务中心", chair=cast.zhang, recorder=cast.li, ends_at=time(17))
    AgendaItem.objects.create(meeting=last, position=1, title="学习党章")
    planned = held(cast, 0, state=MeetingState.PLANNED, place="礼堂")
    url = reverse("meetings:meeting-edit", args=[planned.pk])
    page = secretary.get(planned.get_absolute_url()).content.decode()
    form = secretary.get(url).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"items": "学习党章\n走访"}
    secretary.post(url, typed | {"ends_at": "17:00"})
    planned.refresh_from_db()

    assert f'class="btn btn-primary" href="{url}"' in page
    assert (planned.place, planned.ends_at) == ("礼堂", time(17))
    assert (planned.chair, planned.recorder) == (cast.zhang, cast.li)
    assert [one.title for one in planned.agenda.all()] == ["学习党章", "走访"]
    assert "items" not in secretary.get(url).context["form"].fields


def test_an_open_meeting_is_filled_in_with_nothing(cast, secretary):
    held(cast, 30, place="党群服务中心")
    opened = held(cast, 0, state=MeetingState.OPEN)
    form = secretary.get(reverse("meetings:meeting-edit", args=[opened.pk])).context["form"]

    assert (form["place"].value(), "items" in form.fields) == ("", False)


@pytest.mark.parametrize(("day", "leads_to"), [(TODAY, "attendance"), (TODAY + timedelta(days=1), "meeting-detail")])
def test_a_meeting_that_begins_right_now_is_stored_and_opened_in_one(cast, secretary, day, leads_to):
    url = reverse("meetings:meeting-plan", args=["branch"])
    form = secretary.get(url).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields if name != "also"} | {"day": day, "then": "next"}
    answer = secretary.post(url, typed)
    meeting = Meeting.objects.get(day=day)

    assert answer.url == reverse(f"meetings:{leads_to}", args=[meeting.pk])
    assert (meeting.state == MeetingState.OPEN) == (day == TODAY)
