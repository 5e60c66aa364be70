"""What waits in dues for somebody's word: a line of the start page each, none where nothing waits."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from dues.models import ArrearsReview, LargeDues, PaymentProposal, Relief, Remittance
from members.choices import Capability
from members.links import Link
from members.models import User
from members.paths import subtree

ANSWER = ngettext_lazy("%(count)s case waits for your answer.", "%(count)s cases wait for your answer.", "count")
CONFIRM = ngettext_lazy("%(count)s waits for your confirmation.", "%(count)s wait for your confirmation.", "count")


def waiting_links(user: User) -> Iterator[Link]:
    """One query for an officer, four for a committee's staff."""
    standing = user.standing
    if standing.paths(Capability.RECORD_DUES):
        others = PaymentProposal.objects.visible_to(user).waiting().exclude(proposed_by=str(user))
        rows = others.exclude(member=standing.member_id) if standing.member_id else others
        yield from _line("person-check", _("Waiting for a second person"), CONFIRM, rows, "dues:proposal-list")
    if paths := standing.paths(Capability.APPROVE_DUES):
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
