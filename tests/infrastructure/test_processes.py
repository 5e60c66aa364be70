import pytest
from django.db import connection

from branchweb.celery import app
from members.models import User
from tests import emptying, processes

SEARCH_INDEX = {f"members_member_search_{event}" for event in ("insert", "update", "delete")}


def test_a_real_worker_takes_what_the_test_sends(celery_worker_process, tmp_path):
    app.send_task("celery.backend_cleanup")
    processes.wait_for_line(celery_worker_process, "succeeded", tmp_path / "worker.log")
    assert celery_worker_process.poll() is None


def test_a_real_process_sees_the_rows_of_the_test(installation, tmp_path):
    User.objects.create_user("somebody")
    look = "from members.models import User; print('found', User.objects.get().username)"
    command = ("django", "shell", "-c", look)
    with processes.process(*command, environment=installation, until="found somebody", log=tmp_path / "log"):
        pass


def test_a_process_that_does_not_get_ready_shows_its_log(tmp_path):
    with (
        pytest.raises(RuntimeError, match="No module named no_such_module"),
        processes.process("no_such_module", environment={}, until="ready", log=tmp_path / "log"),
    ):
        pass


@pytest.mark.django_db(transaction=True)
def test_triggers_are_lifted_while_tables_are_emptied_and_back_afterwards():
    User.objects.create_user("somebody")
    with connection.cursor() as cursor:
        before = triggers(cursor)
        with emptying.triggers_lifted():
            kept = {name for name in triggers(cursor) if not name.startswith("audit_touched")}
            assert connection.vendor == "postgresql" or kept == SEARCH_INDEX
        assert triggers(cursor) == before != set()


def triggers(cursor) -> set[str]:
    if connection.vendor == "postgresql":
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    else:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return {name for (name,) in cursor.fetchall()}
