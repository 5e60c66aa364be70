"""The agenda while the meeting runs: items, speeches, decisions, tasks."""

import uuid

import pytest
from django.urls import reverse

from audit.models import Entry
from meetings.choices import VoteMethod, VoteSubject
from meetings.models import AgendaItem, Meeting, Speech, Task
from meetings.votes.rules import Figures
from meetings.votes.services import Question, add_vote
from tests.meetings.votes.voting import hold, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def meeting(cast):
    return hold(cast, formal=3, present=3)


@pytest.fixture
def item(meeting):
    return meeting.agenda.first()


def url(name, *rows):
    return reverse(f"meetings:{name}", args=[getattr(row, "pk", row) for row in rows])


def titles(meeting):
    return list(AgendaItem.objects.filter(meeting=meeting).values_list("title", flat=True))


def recorded(action):
    return Entry.objects.filter(action=action).count()


def lock(meeting):
    Meeting.objects.filter(pk=meeting.pk).update(state="locked")


def test_an_item_is_added_at_the_end_once(meeting, cast, as_user):
    client, form = as_user(cast.secretary), {"key": uuid.uuid4(), "title": "其他"}
    for _turn in range(2):
        answer = client.post(url("item-add", meeting), form)

    assert answer.url == meeting.get_absolute_url() + "#agenda"
    assert titles(meeting) == ["通过工作计划", "选举支部委员会", "其他"]
    assert recorded("add_item") == 1


@pytest.mark.parametrize("change", [{"title": ""}, {"title": "长" * 161}, {"key": "x"}])
def test_an_item_that_cannot_be_is_refused_with_a_sentence(meeting, cast, as_user, change):
    form = {"key": uuid.uuid4(), "title": "其他"} | change
    answer = as_user(cast.secretary).post(url("item-add", meeting), form, follow=True)

    assert len(answer.context["messages"]) == 1
    assert len(titles(meeting)) == 2


def test_report_and_decision_are_recorded_under_the_item(item, cast, as_user):
    form = {
        "title": item.title,
        "presenter": "张英",
        "report": "讲了计划",
        "decision": "同意",
        "is_open_to_members": "on",
    }
    as_user(cast.secretary).post(url("item", item), form)

    item.refresh_from_db()
    assert (item.presenter, item.report, item.decision) == ("张英", "讲了计划", "同意")
    assert set(Entry.objects.get(action="edit_item").changes) == {"presenter", "report", "decision"}


def test_an_item_without_a_title_is_refused(item, cast, as_user):
    assert "title" in as_user(cast.secretary).post(url("item", item), {"title": ""}).context["form"].errors


def test_an_item_that_is_stored_unchanged_is_no_act(item, cast, as_user):
    as_user(cast.secretary).post(url("item", item), {"title": item.title, "is_open_to_members": "on"})

    assert recorded("edit_item") == 0


@pytest.mark.parametrize(("to", "order"), [(1, "cab"), (2, "acb"), (3, "abc"), (99, "abc")])
def test_an_item_is_moved_to_a_place_and_twice_is_once(meeting, cast, as_user, to, order):
    meeting.agenda.all().delete()
    items = [
        AgendaItem.objects.create(meeting=meeting, position=number, title=title)
        for number, title in enumerate("abc", 1)
    ]
    for _turn in range(2):
        as_user(cast.secretary).post(url("item-move", items[2]), {"to": to})

    assert "".join(titles(meeting)) == order
    assert recorded("move_item") == (order != "abc")


def test_an_item_is_taken_off_and_the_others_close_the_gap(item, meeting, cast, as_user):
    client = as_user(cast.secretary)
    client.post(url("item-remove", item))

    assert list(AgendaItem.objects.values_list("title", "position")) == [("选举支部委员会", 1)]
    assert client.post(url("item-remove", item)).status_code == 404


def test_an_item_that_was_voted_on_stays(item, meeting, cast, as_user):
    question = Question(VoteSubject.MOTION, VoteMethod.SHOW_OF_HANDS, "工作计划")
    add_vote(key=uuid.uuid4(), item=item, question=question, figures=Figures(3, 0, 0), by="secretary")
    answer = as_user(cast.secretary).post(url("item-remove", item), follow=True)

    assert len(answer.context["messages"]) == 1
    assert item.title in titles(meeting)


def test_a_dissenting_view_is_recorded_once_and_can_be_taken_back(item, cast, as_user):
    client = as_user(cast.secretary)
    form = {"key": uuid.uuid4(), "speaker": "李国强", "points": "时间太紧", "is_dissent": "on"}
    for _turn in range(2):
        client.post(url("speech-add", item), form)

    speech = Speech.objects.get()
    assert (speech.is_dissent, recorded("add_speech")) == (True, 1)
    answers = [client.post(url("speech-remove", item, speech)).status_code for _turn in range(2)]
    assert (Speech.objects.exists(), recorded("remove_speech"), answers) == (False, 1, [302, 404])


def test_a_task_says_who_and_by_when(item, cast, as_user):
    client = as_user(cast.secretary)
    form = {"key": uuid.uuid4(), "what": "买书", "owner": cast.zhang.pk, "due_on": "2026-12-01"}
    for _turn in range(2):
        client.post(url("task-add", item), form)

    task = Task.objects.get()
    assert (task.who, str(task.due_on), recorded("add_task")) == (cast.zhang.name, "2026-12-01", 1)
    answers = [client.post(url("task-remove", item, task)).status_code for _turn in range(2)]
    assert (Task.objects.exists(), recorded("remove_task"), answers) == (False, 1, [302, 404])


def test_what_hangs_on_another_item_is_not_found_below_this_one(item, meeting, cast, as_user):
    other = meeting.agenda.last()
    speech = Speech.objects.create(item=other, speaker="李", points="同意")
    task = Task.objects.create(item=other, what="买书", who="张")
    client = as_user(cast.secretary)

    assert client.post(url("speech-remove", item, speech)).status_code == 404
    assert client.post(url("task-remove", item, task)).status_code == 404
    assert (Speech.objects.count(), Task.objects.count()) == (1, 1)


def test_a_form_with_the_key_of_another_meetings_row_stores_nothing(item, cast, as_user):
    other = plan(cast, formal=2).agenda.first()
    speech = Speech.objects.create(item=other, speaker="李", points="同意")
    task = Task.objects.create(item=other, what="买书", who="张")
    client = as_user(cast.secretary)
    for address, key in [("item-add", other), ("speech-add", speech), ("task-add", task)]:
        given = {"key": key.pk, "title": "新", "speaker": "李", "points": "好", **new_task(cast)}
        answer = client.post(url(address, item.meeting if address == "item-add" else item), given, follow=True)
        assert "另一次会议" in answer.content.decode()

    assert (Speech.objects.count(), Task.objects.count(), recorded("add_item")) == (1, 1, 0)


@pytest.mark.parametrize(
    ("name", "form", "given"),
    [
        ("speech-add", "speech_form", {"speaker": "李国强"}),
        ("speech-add", "speech_form", {"points": "时间太紧"}),
        ("task-add", "task_form", {"what": "买书"}),
        ("task-add", "task_form", {"what": "买书", "due_on": "soon"}),
    ],
)
def test_half_an_entry_is_refused_and_kept_in_the_form(item, cast, as_user, name, form, given):
    answer = as_user(cast.secretary).post(url(name, item), {"key": uuid.uuid4(), **given})

    assert answer.context[form].errors
    assert not Speech.objects.exists() and not Task.objects.exists()


def test_a_plan_has_an_agenda_that_changes_too(cast, as_user):
    meeting = plan(cast, formal=2)
    as_user(cast.secretary).post(url("item-add", meeting), {"key": uuid.uuid4(), "title": "其他"})

    assert "其他" in titles(meeting)


def new_task(cast):
    return {"what": "买书", "owner": cast.zhang.pk, "due_on": "2026-12-01"}


def changes(item, cast):
    """Every way to change an agenda, as what is posted."""
    given = {"key": uuid.uuid4(), "title": "新", "to": 2, "speaker": "李", "points": "好", **new_task(cast)}
    names = ("item", "item-move", "item-remove", "speech-add", "task-add")
    return [(url(name, item), given) for name in names] + [(url("item-add", item.meeting), given)]


def test_a_locked_meeting_keeps_its_agenda(item, meeting, cast, as_user):
    lock(meeting)
    for address, given in changes(item, cast):
        assert as_user(cast.secretary).post(address, given).status_code in (200, 302)

    assert titles(meeting) == ["通过工作计划", "选举支部委员会"]
    assert not Speech.objects.exists() and not Task.objects.exists()


def test_nobody_else_changes_or_reads_the_record_of_an_item(item, meeting, cast, as_user):
    for address, given in changes(item, cast):
        assert as_user(cast.next_secretary).post(address, given).status_code == 404
        assert as_user(cast.member).post(address, given).status_code == 403
    assert as_user(cast.member).get(url("item", item)).status_code == 403
    assert titles(meeting) == ["通过工作计划", "选举支部委员会"]


@pytest.mark.parametrize("name", ["item-move", "item-remove", "speech-add", "task-add"])
def test_changes_are_posted(item, cast, as_user, name):
    assert as_user(cast.secretary).get(url(name, item)).status_code == 405
