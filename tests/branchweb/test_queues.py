"""Which queue carries which task, and that a worker serves every one of them."""

import pytest
from django.conf import settings

from branchweb.celery import app

pytestmark = pytest.mark.django_db  # loading tasks checks the keys of what is stored
SERVED = {queue.name for queue in settings.CELERY_TASK_QUEUES}
OURS = ("audit.", "branchweb.", "dues.", "meetings.", "members.", "reminders.", "supervision.")


def queue_of(task: str) -> str:
    return app.amqp.router.route({}, task)["queue"].name


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("reminders.tasks.plan_messages", "messages"),
        ("reminders.tasks.dispatch_messages", "messages"),
        ("reminders.tasks.count_desks", "rollups"),
        ("members.tasks.read_import", "imports"),
        ("members.tasks.apply_import", "imports"),
        ("members.tasks.continue_imports", "imports"),
        ("members.tasks.make_export", "exports"),
        ("members.tasks.continue_exports", "exports"),
        ("members.tasks.refresh_rosters", "celery"),
        ("dues.tasks.charge_current_month", "celery"),
        ("members.tasks.remove_overdue", "celery"),
    ],
)
def test_each_task_waits_in_its_queue(task, queue):
    app.loader.import_default_modules()

    assert task in app.tasks
    assert queue_of(task) == queue


def test_a_worker_serves_every_queue_that_something_waits_in():
    app.loader.import_default_modules()

    assert {queue_of(task) for task in app.tasks if task.startswith(OURS)} <= SERVED
    assert set(app.amqp.queues) >= SERVED
