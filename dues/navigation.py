"""What the start page, a member's page and a desk say about dues."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy as _, ngettext, ngettext_lazy

from dues.ledger.models import ArrearsReview, Charge, Relief
from dues.ledger.payment_models import PaymentProposal
from dues.ledger.queries import Beyond, arrears_of, beyond_of, in_arrears, owed_by
from dues.ledger.rules import Arrears
from dues.units import yuan
from dues.upwards.models import LargeDues, Remittance
from meetings.models import Meeting
from members.choices import Capability, OrganizationKind
from members.models import Member, User
from members.pages.links import DutyDisplay, DutyLink, Link
from members.paths import subtree


def _bases(place: DutyLink) -> str:
    return _page("dues:basis-list", org=place.organization.code, year=place.duty.period)


def _collection(place: DutyLink) -> str:
    return _page("dues:collect", org=place.organization.code)


def _remittance(place: DutyLink) -> str:
    return _page("dues:remittance-new", org=place.organization.code)


def _disclosure(place: DutyLink) -> str:
    return _page("dues:disclosure", org=place.organization.code, year=place.duty.period)


def _member(place: DutyLink) -> str:
    """What is open, how to record a payment, and why it may be open: one talk ends in either."""
    return reverse("dues:member-detail", args=[place.member.key]) if place.member else _page("dues:arrears")


def _reliefs(place: DutyLink) -> str:
    """The committee's to answer; those that wait stand first."""
    return reverse("dues:relief-list")


def _page(name: str, **given: str) -> str:
    return f"{reverse(name)}?{urlencode(given)}" if given else reverse(name)


VIEW, RECORD, FIX = Capability.VIEW_DUES, Capability.RECORD_DUES, Capability.FIX_BASES
DISPLAY: dict[str, DutyDisplay] = {
    "dues_bases": DutyDisplay(_("Bases for dues"), _("Fix them"), _bases, "list-check", VIEW, FIX),
    "dues_collection": DutyDisplay(_("Dues of the month"), _("Collect them"), _collection, "cash-coin", VIEW, RECORD),
    "dues_remittance": DutyDisplay(_("Dues to hand up"), _("Hand them up"), _remittance, "wallet2", VIEW, RECORD),
    "dues_disclosure": DutyDisplay(
        _("Disclosure of the dues"), _("Publish it"), _disclosure, "journal-text", VIEW, RECORD
    ),
    "dues_arrears": DutyDisplay(_("A talk about open dues"), _("See what is open"), _member, "chat-dots", VIEW),
    "dues_review": DutyDisplay(
        _("Six months of dues open: a review"), _("Go to the review"), _member, "exclamation-triangle", VIEW
    ),
    "dues_relief": DutyDisplay(
        _("Relief that waits for its answer"), _("See those that wait"), _reliefs, "life-preserver", VIEW
    ),
}


ANSWER = ngettext_lazy("%(count)s case waits for your answer.", "%(count)s cases wait for your answer.", "count")
CONFIRM = ngettext_lazy("%(count)s waits for your confirmation.", "%(count)s wait for your confirmation.", "count")


def waiting_links(user: User) -> Iterator[Link]:
    """One query for an officer, four for a committee's staff."""
    access = user.access
    if access.paths(Capability.RECORD_DUES):
        others = PaymentProposal.objects.visible_to(user).waiting().exclude(proposed_by=str(user))
        rows = others.exclude(member=access.member_id) if access.member_id else others
        yield from _line("person-check", _("Waiting for a second person"), CONFIRM, rows, "dues:proposal-list")
    if paths := access.paths(Capability.APPROVE_DUES):
        yield from _of_committee(paths)


def _of_committee(paths: list[str]) -> Iterator[Link]:
    of_member, at_branch = subtree("member__roster_path", paths), subtree("organization__path", paths)
    reviews = ArrearsReview.objects.open().filter(of_member, reported_on__isnull=False, answered_on__isnull=True)
    large = LargeDues.objects.filter(at_branch, sent_up_on__isnull=False, received_on__isnull=True)
    remittances = Remittance.objects.filter(at_branch).unconfirmed()
    yield from _line("clock-history", _("Reviews of arrears"), ANSWER, reviews, "dues:arrears")
    reliefs = Relief.objects.waiting().filter(of_member)
    yield from _line("life-preserver", _("Reductions and waivers"), ANSWER, reliefs, "dues:relief-list")
    yield from _line("send", _("Dues handed up"), CONFIRM, remittances, "dues:remittance-list")
    yield from _line("cash-coin", _("Large voluntary dues"), CONFIRM, large, "dues:large-list")


def _line(icon: str, title: Promise, sentence: Promise, rows: QuerySet, address: str) -> Iterator[Link]:
    if count := rows.count():
        yield Link(icon, str(title), sentence % {"count": count}, reverse(address))


MOST = 1_000
"""Members on the rosters who are looked at; beyond, the line only leads to the page."""


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """At most six queries for an officer, four for a committee's staff."""
    access = user.access
    if paths := access.paths(Capability.VIEW_DUES):
        yield Link("wallet2", gettext("Dues of the branch"), _arrears_text(paths, on), reverse("dues:grid"))
    yield from waiting_links(user)


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """What a member owes, in three queries."""
    if user.access.member_id is not None:
        owed = owed_by([user.access.member_id], on=on).get(user.access.member_id)
        yield Link("cash-coin", gettext("My dues"), _said(user.access.member_id, owed), reverse("dues:mine"))


def member_links(member: Member, user: User, *, on: date) -> Iterator[Link]:
    """What a member owes, for who may read it. Five queries."""
    own = user.access.member_id == member.pk
    if own or user.access.may(Capability.VIEW_DUES, member.roster_path):
        owed = owed_by([member.pk], on=on).get(member.pk)
        address = reverse("dues:mine") if own else reverse("dues:member-detail", args=[member.key])
        title = gettext("My dues") if own else gettext("Dues")
        yield Link("wallet2", title, _said(member.pk, owed), address, is_late=bool(owed and owed.fen))


def _arrears_text(paths: list[str], on: date) -> str:
    rosters = Member.objects.filter(subtree("roster_path", paths)).order_by()
    if len(rosters.values_list("pk")[: MOST + 1]) > MOST:
        return gettext("The year at a glance, and who has something due.")
    members = list(in_arrears(rosters, on=on).values_list("pk", flat=True))
    found = arrears_of(members, on=on).values()
    if not found:
        return gettext("Nobody has anything due and unpaid.")
    sentence = ngettext(
        "%(members)s member has %(yuan)s yuan due and unpaid.",
        "%(members)s members have %(yuan)s yuan due and unpaid in all.",
        len(found),
    )
    return sentence % {"members": len(found), "yuan": _yuan(sum(one.fen for one in found))}


def _said(member: int, owed: Arrears | None) -> str:
    if owed is None:
        return _settled(member)
    due, this_month = (
        _due_text(owed),
        gettext("This month, unpaid: %(yuan)s yuan.") % {"yuan": _yuan(owed.this_month_fen)},
    )
    return " ".join([*([due] if owed.fen else []), *([this_month] if owed.this_month else [])])


def _settled(member: int) -> str:
    last = Charge.objects.filter(member=member).aggregate(month=Max("month"))["month"]
    if last is None:
        return gettext("Nothing has been charged yet.")
    settled = gettext("Settled until %(month)s.") % {"month": date_format(last, "YEAR_MONTH_FORMAT")}
    ahead = beyond_of([member]).get(member, Beyond()).ahead_fen
    return " ".join([settled, *([gettext("Paid ahead: %(yuan)s yuan.") % {"yuan": _yuan(ahead)}] if ahead else [])])


def _due_text(owed: Arrears) -> str:
    if not owed.months:
        return gettext("Carried over and unpaid: %(yuan)s yuan.") % {"yuan": _yuan(owed.fen)}
    sentence = ngettext(
        "Due and unpaid: %(yuan)s yuan, %(months)s month.",
        "Due and unpaid: %(yuan)s yuan, %(months)s months.",
        len(owed.months),
    )
    return sentence % {"yuan": _yuan(owed.fen), "months": len(owed.months)}


def _yuan(fen: int) -> str:
    return f"{yuan(fen):,}"


def meeting_links(meeting: Meeting, user: User) -> Iterator[Link]:
    """Collecting from those who were at a branch's meeting. Asks no query."""
    place = meeting.organization
    if meeting.opened_at and place.kind == OrganizationKind.BRANCH and user.access.may(RECORD, place.path):
        title, text = gettext("Collect dues"), gettext("Who was there is ticked already.")
        yield Link("cash-coin", title, text, _page("dues:collect", org=place.code, meeting=str(meeting.pk)))
