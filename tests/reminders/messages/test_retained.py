"""The text of a message goes after two years; that somebody was told stays."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from members.refused import Refused
from members.trail.retention import carry_out
from reminders.messages.queries import letter
from reminders.messages.services import send_again
from reminders.models import Answer, Message
from tests.reminders.messages.told import tell

pytestmark = pytest.mark.django_db

PLANNED = timezone.make_aware(datetime(2024, 6, 1, 12))


def told(cast, **fields):
    message = tell(cast.branch, cast.zhang, **fields)
    Message.objects.filter(pk=message.pk).update(planned_at=PLANNED, values={"name": "张英", "day": "6月1日"})
    return message


@pytest.mark.parametrize(("after", "gone"), [(730, False), (731, True)])
def test_the_text_goes_and_the_fact_stays(cast, after, gone):
    message = told(cast)
    Answer.objects.create(message=message, sealed_choice="ill", source="link", answered_at=PLANNED)
    carry_out(on=PLANNED.date() + timedelta(days=after))
    message.refresh_from_db()
    assert (message.values == {}, not hasattr(message, "answer"), message.emptied_on is not None) == (gone,) * 3
    assert ("张英" not in letter(message).text) or not gone
    assert (message.member, message.state) == (cast.zhang, "sent")


def test_an_emptied_message_says_so(cast):
    message = told(cast)
    carry_out(on=PLANNED.date() + timedelta(days=800))
    message.refresh_from_db()
    assert letter(message).subject == message.get_kind_display()
    assert "不再保存" in letter(message).text


def test_what_still_waits_keeps_its_text(cast):
    message = told(cast, state="ready", sent_at=None)
    carry_out(on=PLANNED.date() + timedelta(days=4000))
    message.refresh_from_db()
    assert message.values


def test_an_emptied_message_is_not_sent_again(cast):
    message = told(cast, state="dead", sent_at=None)
    Message.objects.update(emptied_on=PLANNED.date(), values={}, expires_at=PLANNED + timedelta(days=9000))
    with pytest.raises(Refused):
        send_again(message=message, at=PLANNED, by=cast.secretary)
