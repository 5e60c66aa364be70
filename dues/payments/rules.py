"""What a payment may be (2008 provisions, articles 12 and 14), and how a receipt writes names and sums."""

import re
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from dues.choices import ForbiddenWay, PaymentWay
from dues.units import month_of, months_apart, yuan
from rulebook.book import rule
from rulebook.local import LocalRule
from rulebook.values import Verdict


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


COMPOUND_SURNAMES = frozenset(
    re.findall("..", "欧阳司马上官诸葛东方皇甫尉迟公孙令狐慕容司徒司空夏侯端木南宫轩辕宇文长孙鲜于闾丘淳于单于")
)
MASK = "*"


def masked(name: str) -> str:
    """The surname, and a star for each further character: 张*, 欧阳**; of a name without one, the first character."""
    shown = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return name[:shown] + MASK * max(len(name) - shown, 1)


DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
MYRIADS = ("", "万", "亿")
FEN_PER_YUAN = 100


def capital_numerals(fen: int) -> str:
    """1,234.50 is 壹仟贰佰叁拾肆元伍角整. Raises ValueError below zero: nobody receives that."""
    if fen < 0:
        raise ValueError(f"{fen} fen can't be received")
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    jiao, single = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan or not rest else ""
    gap = DIGITS[0] if whole and single and not jiao else ""
    tenth = f"{DIGITS[jiao]}角" if jiao else ""
    hundredth = f"{DIGITS[single]}分" if single else "整"
    return whole + gap + tenth + hundredth


def _whole(number: int) -> str:
    """Groups of four digits from the highest; a group that doesn't fill its thousands is led by 零."""
    if not number:
        return DIGITS[0]
    said, gap = "", False
    for place in range(len(MYRIADS) - 1, -1, -1):
        group = number // 10_000**place
        number %= 10_000**place
        if group:
            lead = DIGITS[0] if said and (gap or group < 1000) else ""
            said += lead + _group(group) + MYRIADS[place]
        gap = bool(said) and not group
    return said


def _group(number: int) -> str:
    """Up to 9,999 without the zeros at either end."""
    said, gap = "", False
    for place in range(len(UNITS) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit:
            said += (DIGITS[0] if gap and said else "") + DIGITS[digit] + UNITS[place]
        gap = not digit
    return said
