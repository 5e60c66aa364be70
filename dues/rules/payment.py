"""What a payment may be: how it is made, for how far back, how far ahead (2008 provisions, articles 12 and 14)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from dues.choices import ForbiddenWay, PaymentWay
from dues.rules.months import month_of, months_apart
from rulebook.book import rule
from rulebook.local import LocalRule
from rulebook.values import Verdict

FEN_PER_YUAN = 100


def yuan(fen: int) -> Decimal:
    return (Decimal(fen) / FEN_PER_YUAN).quantize(Decimal("0.01"))


def way_allowed(way: str, on: date) -> Verdict:
    """No deduction from wages and no payment by the branch (article 14)."""
    citations = rule("dues.forbidden", on).citations
    refusals: dict[str, str] = {
        ForbiddenWay.WAGE_DEDUCTION: _(
            "Dues aren't deducted from wages: the member pays, or a relative or another member for them."
        ),
        ForbiddenWay.BRANCH_FUNDS: _(
            "The branch may not pay for a member. If it is hard for them, ask for a reduction or a waiver."
        ),
    }
    if way in PaymentWay.values:
        return Verdict(True, "", citations)
    return Verdict(False, refusals.get(way, _("Choose how it was paid.")), citations)


def back_payment(oldest_open: date, paid_on: date, local: Iterable[LocalRule] = (), *, carried_fen: int = 0) -> Verdict:
    """Generally not more than six months back (article 12): beyond that the officer says why.

    `carried_fen`: what is oldest is a balance of the years up to that month's; then no month is named.
    """
    limit = rule("dues.backpay.max_months", paid_on, tuple(local))
    if months_apart(oldest_open, month_of(paid_on)) <= limit.whole:
        return Verdict(True, "", limit.citations)
    sentence = _("Open since %(month)s; generally not more than %(limit)s months are paid back. Say why.")
    if carried_fen:
        sentence = _("Carried over: %(yuan)s; generally not more than %(limit)s months are paid back. Say why.")
    facts = {"month": f"{oldest_open:%Y-%m}", "yuan": f"{yuan(carried_fen):,}", "limit": limit.whole}
    return Verdict(False, sentence % facts, limit.citations)


def voluntary(voluntary_fen: int, paid_on: date) -> Verdict:
    """From 1,000 yuan at once it goes to the centre in full (article 11): no matter of the branch's receipts."""
    limit = rule("dues.large.threshold", paid_on)
    if yuan(voluntary_fen) < limit.number:
        return Verdict(True, "", limit.citations)
    sentence = _(
        "%(limit)s yuan and more given voluntarily go to the centre in full: record them as large voluntary dues."
    )
    return Verdict(False, sentence % {"limit": limit.whole}, limit.citations)


def advance(ahead_fen: int, monthly_fen: int, paid_on: date, local: Iterable[LocalRule] = ()) -> Verdict:
    """Nothing in advance unless a local rule allows it, and then for so many months."""
    limit = rule("dues.prepay.max_months", paid_on, tuple(local))
    if ahead_fen <= 0 or (limit.whole and monthly_fen and ahead_fen <= limit.whole * monthly_fen):
        return Verdict(True, "", limit.citations)
    sentences = [_("%(ahead)s yuan more than is owed.") % {"ahead": yuan(ahead_fen)}]
    if limit.whole:
        sentences.append(_("At most %(months)s months may be paid in advance here.") % {"months": limit.whole})
    else:
        sentences.append(_("Nothing may be paid in advance here."))
    sentences.append(_("Take what is open, or mark the rest as voluntary."))
    return Verdict(False, " ".join(sentences), limit.citations)
