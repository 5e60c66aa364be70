"""The same bill uploaded, and the same rows confirmed, at the same moment: nothing doubles, on both databases."""

import threading
import uuid
from copy import copy
from functools import partial

import pytest
from django.db import connection

from dues.bills import services
from dues.bills.services import post_row
from dues.models import BillRow, Payment
from tests.cast import TODAY, make_cast
from tests.dues.bills.bill_files import line, store
from tests.dues.making import charge, every_fen_is_somewhere, fix, settled

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AT_ONCE = 4
ROUNDS = 5


@pytest.fixture
def owing(transactional_db):
    cast = make_cast()
    fix(cast.zhang, 4000)
    for number in range(6, 11):
        charge(cast.zhang, f"2026-{number:02}", 4000)
    return cast


def at_once(act):
    """Run it in threads that start together; what they raised."""
    start, raised = threading.Barrier(AT_ONCE), []

    def run():
        try:
            start.wait()
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _thread in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_uploads_of_one_file_at_once_store_each_row_once(owing):
    for turn in range(1, ROUNDS + 1):
        rows = [line(at=f"2026-11-{turn:02} 08:00:00"), line(at=f"2026-11-{turn:02} 08:00:00")]
        assert at_once(partial(store, owing, *rows, by="officer")) == []
        assert BillRow.objects.count() == 2 * turn


def test_a_row_confirmed_at_once_is_posted_once(owing):
    for turn in range(1, ROUNDS + 1):
        row = store(owing, line(at=f"2026-11-{turn:02} 09:00:00"), by="officer").rows.get()
        assert at_once(partial(post_row, row=row, by="officer", on=TODAY)) == []
        assert (Payment.objects.count(), sum(settled(owing.zhang).values())) == (turn, 4000 * turn)
    assert every_fen_is_somewhere()


def test_without_the_lock_and_the_key_a_row_would_be_posted_once_a_click(owing, monkeypatch):
    """The negative control."""
    stored = store(owing, line(), by="officer").rows.get()
    row = services.ROWS.get(pk=stored.pk)
    monkeypatch.setattr(services, "_locked", copy)
    monkeypatch.setattr(services, "_key", lambda row: uuid.uuid4())
    at_once(partial(post_row, row=row, by="officer", on=TODAY))
    assert Payment.objects.count() == AT_ONCE
