"""How a desk speaks of what is due about dues, and where it is done; see `members.duty_words`."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.duty_words import DutyWords, Place


def _bases(place: Place) -> str:
    return _page("dues:basis-list", org=place.organization.code, year=place.duty.period)


def _collection(place: Place) -> str:
    return _page("dues:collect", org=place.organization.code)


def _remittance(place: Place) -> str:
    return _page("dues:remittance-new", org=place.organization.code)


def _disclosure(place: Place) -> str:
    return _page("dues:disclosure", org=place.organization.code, year=place.duty.period)


def _member(place: Place) -> str:
    """What is open, how to record a payment, and why it may be open: one talk ends in either."""
    return reverse("dues:member-detail", args=[place.member.key]) if place.member else _page("dues:arrears")


def _reliefs(place: Place) -> str:
    """The committee's to answer; those that wait stand first."""
    return reverse("dues:relief-list")


def _page(name: str, **given: str) -> str:
    return f"{reverse(name)}?{urlencode(given)}" if given else reverse(name)


VIEW, RECORD, FIX = Capability.VIEW_DUES, Capability.RECORD_DUES, Capability.FIX_BASES
WORDS: dict[str, DutyWords] = {
    "dues_bases": DutyWords(_("Bases for dues"), _("Fix them"), _bases, "list-check", VIEW, FIX),
    "dues_collection": DutyWords(_("Dues of the month"), _("Collect them"), _collection, "cash-coin", VIEW, RECORD),
    "dues_remittance": DutyWords(_("Dues to hand up"), _("Hand them up"), _remittance, "wallet2", VIEW, RECORD),
    "dues_disclosure": DutyWords(
        _("Disclosure of the dues"), _("Publish it"), _disclosure, "journal-text", VIEW, RECORD
    ),
    "dues_arrears": DutyWords(_("A talk about open dues"), _("See what is open"), _member, "chat-dots", VIEW),
    "dues_review": DutyWords(
        _("Six months of dues open: a review"), _("Go to the review"), _member, "exclamation-triangle", VIEW
    ),
    "dues_relief": DutyWords(
        _("Relief that waits for its answer"), _("See those that wait"), _reliefs, "life-preserver", VIEW
    ),
}
