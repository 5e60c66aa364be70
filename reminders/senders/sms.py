"""Text messages through a gateway of the installation: JSON by HTTP. Its field names differ and are settings."""

from django.conf import settings
from django.utils.translation import gettext as _

from members.fields import opened
from reminders.models import ChannelSetup
from reminders.senders.outside import Answered, post_json
from reminders.senders.sender import NotSent, Outgoing


class SmsSender:
    def send(self, outgoing: Outgoing, setup: ChannelSetup | None) -> None:
        """The gateway's secret, where it has one, is a bearer token. The key of the message lets it find doubles."""
        if setup is None:
            raise NotSent(_("No channel is set up for this."), again=False)
        names = settings.SMS_FIELDS
        body = {
            names["phone"]: outgoing.address,
            names["text"]: outgoing.body,
            names["reference"]: str(outgoing.message_key),
        }
        secret = opened(setup.secret)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        _demand_taken(post_json(opened(setup.address), body, headers))


def _demand_taken(answered: Answered) -> None:
    """Gateways that answer 200 to everything say in a field whether they took it; without one, 2xx means yes."""
    name, wanted = settings.SMS_TAKEN
    if not name:
        return
    said = str(answered.as_json().get(name))
    if said != wanted:
        raise NotSent(_("The gateway refused the message (code %(code)s).") % {"code": said[:20]}, again=False)
