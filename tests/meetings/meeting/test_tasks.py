"""Tasks of decisions: an owner from the roster, a day, a reminder, and an end with its record."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Entry
from meetings.choices import TaskEnd
from meetings.meeting.services import End, WrongState, add_task, end_task, remove_task, reopen_task
from meetings.models import Task
from meetings.planning.duty_queries import record_duties
from members.refused import Refused
from members.regulations.queries import PlacesBelow
from tests.cast import TODAY
from tests.meetings.votes.voting import (
    english,  # noqa: F401
    hold,  # noqa: F401  # noqa: F401
)

pytestmark = pytest.mark.django_db
DONE = End(TaskEnd.DONE, TODAY, "路灯已修好")


@pytest.fixture
def meeting(cast):
    return hold(cast, formal=3, present=3)


@pytest.fixture
def task(meeting, cast):
    return give(meeting, cast)


def give(meeting, cast, due_on=TODAY + timedelta(days=3)):
    return add_task(
        item=meeting.agenda.first(), key=uuid.uuid4(), what="修路灯", owner=cast.zhang, due_on=due_on, by="secretary"
    )


def due(cast):
    return [
        (one.member, str(one.state))
        for one in record_duties(PlacesBelow(cast.branch.path, TODAY))
        if one.kind == "task"
    ]


def url(name, *rows):
    return reverse(f"meetings:{name}", args=[row.pk for row in rows])


def test_a_task_keeps_its_owner_and_the_name_of_then(task, cast):
    assert (task.owner, task.who) == (cast.zhang, cast.zhang.name)
    assert due(cast) == [(str(cast.zhang.pk), "open")]


def test_a_task_is_not_due_before_its_meeting(meeting, cast):
    with pytest.raises(Refused) as refused:
        give(meeting, cast, due_on=TODAY - timedelta(days=1))
    assert refused.value.field == "due_on"


def test_the_end_closes_the_duty_and_stays_on_the_record(task, cast):
    end_task(task=task, end=DONE, today=TODAY, by=cast.secretary)
    end_task(task=task, end=End(TaskEnd.NOT_NEEDED, TODAY, "另一次点击"), today=TODAY, by="officer")
    task.refresh_from_db()

    assert (task.ended, task.done_on, task.ended_with) == (TaskEnd.DONE, TODAY, "路灯已修好")
    assert task.ended_by == str(cast.secretary)
    assert due(cast) == [(str(cast.zhang.pk), "done")]
    assert Entry.objects.filter(action="end_task").count() == 1


def test_the_meeting_where_it_was_done_is_record_enough(task, meeting):
    end_task(task=task, end=End(TaskEnd.DONE, TODAY, ended_at=meeting), today=TODAY, by="secretary")

    assert Task.objects.get().ended_at == meeting


@pytest.mark.parametrize(
    ("end", "field"),
    [
        (End(TaskEnd.DONE, TODAY), "ended_with"),
        (End(TaskEnd.NOT_NEEDED, TODAY, " "), "ended_with"),
        (End(TaskEnd.DONE, TODAY + timedelta(days=1), "好了"), "done_on"),
        (End(TaskEnd.DONE, TODAY - timedelta(days=1), "好了"), "done_on"),
    ],
)
def test_an_end_has_a_record_and_a_day_that_can_be(task, end, field):
    with pytest.raises(Refused) as refused:
        end_task(task=task, end=end, today=TODAY, by="secretary")
    assert refused.value.field == field
    assert Task.objects.open().exists()


def test_a_task_closed_by_mistake_is_opened_again_with_a_reason(task, cast):
    end_task(task=task, end=DONE, today=TODAY, by="secretary")
    with pytest.raises(WrongState):
        remove_task(task=task, by="secretary")
    reopen_task(task=task, reason="还没亮", by="secretary")

    assert Entry.objects.get(action="reopen_task").reason == "还没亮"
    assert due(cast) == [(str(cast.zhang.pk), "open")]
    with pytest.raises(WrongState):
        reopen_task(task=task, reason="还没亮", by="secretary")


# --- Pages ------------------------------------------------------------------------------------------------------------
def typed(**more):
    return {"ended": "done", "done_on": TODAY, "ended_with": "修好了", **more}


def test_the_owner_finds_the_task_and_closes_it(task, cast, as_user, today):
    client = as_user(cast.member)
    assert url("mine") + "#tasks" in client.get("/").content.decode()
    assert url("task", task) in client.get(url("mine")).content.decode()
    assert client.get(url("task", task)).status_code == 200
    client.post(url("task", task), typed())

    assert Task.objects.get().ended == TaskEnd.DONE
    assert client.post(url("task-reopen", task), {"reason": "x"}).status_code == 403


def test_what_is_missing_is_said_and_nothing_is_stored(task, cast, as_user, today):
    answer = as_user(cast.secretary).post(url("task", task), typed(ended_with=""))

    assert answer.context["form"].errors.keys() == {"ended_with"}
    assert Task.objects.open().exists()


def test_the_list_tells_open_overdue_and_ended_apart(task, cast, as_user, today):
    late = Task.objects.create(item=task.item, what="旧任务", who="李", due_on=TODAY - timedelta(days=1))
    ended = end_task(task=Task.objects.create(item=task.item, what="完成", who="李"), end=DONE, today=TODAY, by="李")
    client = as_user(cast.secretary)

    def listed(**given):
        return list(client.get(url("task-list"), given).context["page"])

    assert listed() == [late, task]
    assert listed(state="overdue") == [late]
    assert listed(state="ended") == [ended]
    assert listed(owner=str(cast.zhang.key), organization=cast.branch.code) == [task]
    assert as_user(cast.next_secretary).get(url("task", task)).status_code == 404
    assert list(as_user(cast.next_secretary).get(url("task-list")).context["page"]) == []


def test_others_of_the_branch_read_it_and_close_nothing(task, cast, as_user, today):
    task.owner = cast.li
    task.save()

    assert as_user(cast.member).get(url("task", task)).status_code == 404


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("task_says_who_and_what", {"what": ""}),
        ("task_end_known", {"ended": "perhaps", "done_on": TODAY, "ended_by": "x", "ended_with": "x"}),
        ("task_end_has_day", {"ended": "done", "ended_with": "x", "ended_by": "x"}),
        ("task_end_has_day", {"done_on": TODAY}),
        ("task_end_has_record", {"ended": "done", "done_on": TODAY, "ended_by": "x"}),
        ("task_end_has_record", {"ended": "not_needed", "done_on": TODAY, "ended_by": "x"}),
    ],
)
def test_the_database_refuses_a_task_that_cannot_be(meeting, constraint, change):
    facts = {"item": meeting.agenda.first(), "what": "修灯", "who": "李", **change}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Task.objects.create(**facts)
