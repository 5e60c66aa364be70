"""How a desk speaks of the care for members, and where it is done; see `members.duty_words`."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.duty_words import DutyWords, Place


def _contact(place: Place) -> str:
    """The form, and from there back to the desk."""
    if place.member is None:
        return reverse("members:reach-list")
    return f"{reverse('members:contact-add', args=[place.member.key])}?back=desk"


def _help(place: Place) -> str:
    return reverse("members:help-next", args=[place.member.key]) if place.member else reverse("members:help-list")


VIEW, RECORD = Capability.VIEW_CONTACTS, Capability.RECORD_CONTACTS
WORDS: dict[str, DutyWords] = {
    "contact": DutyWords(_("Be in touch"), _("Record the contact"), _contact, "telephone", VIEW, RECORD),
    "help_request": DutyWords(_("Request for help"), _("Answer it"), _help, "life-preserver", VIEW, RECORD),
}
