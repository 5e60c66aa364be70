"""Sending once more what didn't go out, or perhaps didn't."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.models import User
from members.services.refused import Refused
from reminders.choices import MessageState
from reminders.models import Message
from reminders.queries.messages import CAN_BE_SENT_AGAIN


@transaction.atomic
def send_again(*, message: Message, at: datetime, by: User) -> Message:
    """Plan the message anew; the dispatcher looks once more whether it is still to be said. Raises Refused.

    A second click changes nothing.
    """
    message = Message.objects.select_for_update(of=("self",)).select_related("organization").get(pk=message.pk)
    if message.state in (MessageState.READY, MessageState.SENDING):
        return message
    if message.state not in CAN_BE_SENT_AGAIN:
        raise Refused(_("Only what could not be sent, or perhaps wasn't, is sent again."))
    if message.settled_at:
        raise Refused(_("What this was about is done. Nobody needs to be told any more."))
    if message.emptied_on or at >= message.expires_at:
        raise Refused(_("It is too late for this to be of use."))
    message.state, message.due_at, message.claimed_at, message.problem = MessageState.READY, at, None, ""
    message.save(update_fields=["state", "due_at", "claimed_at", "problem"])
    record(action="send_again", by=by, subject=message, organization_code=message.organization.code)
    return message
