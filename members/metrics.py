"""Facts that a scheme of assessment counts by name; `settings.METRICS` names this tuple."""

from django.utils.translation import gettext_lazy as _

from members.queries.metric_facts import (
    LETTER_KEY,
    committee_facts,
    contact_facts,
    secretary_facts,
    term_facts,
    transfer_facts,
)
from rulebook.metric import Metric

OFFICES = _("The offices of the branch, and the posts that the roster names")
NO_OFFICES = _("when no office of the branch is on record")

METRICS: tuple[Metric, ...] = (
    Metric(
        name="members.contact",
        title=_("Hard-to-reach members in contact"),
        definition=_(
            "How it stands on the last day: members who are hard to reach and whose next contact isn't overdue"
        ),
        numerator=_("members whose next contact isn't overdue"),
        denominator=_("members with whom somebody has to be in touch"),
        unit=_("members"),
        source=_("The contact log"),
        not_recorded=_("of members with whom no contact was ever recorded"),
        facts=contact_facts,
        rule_key="mobile.contact.duty",
    ),
    Metric(
        name="members.terms",
        title=_("Term of office still running"),
        definition=_("Whether the branch's term of office still runs on the last day"),
        numerator=_("branches whose term isn't over"),
        denominator=_("branches"),
        unit=_("branches"),
        source=_("The terms of the organization"),
        not_recorded=_("when no election is on record"),
        facts=term_facts,
        rule_key="term.years",
    ),
    Metric(
        name="members.committee",
        title=_("Committee where there must be one"),
        definition=_("Whether a branch with as many formal members as the rules say has a committee on the last day"),
        numerator=_("branches with a committee"),
        denominator=_("branches that must have one by their size"),
        unit=_("branches"),
        source=OFFICES,
        not_recorded=NO_OFFICES,
        facts=committee_facts,
        rule_key="committee.min_formal",
    ),
    Metric(
        name="members.secretary",
        title=_("Secretary in office"),
        definition=_("Whether the branch has a secretary on the last day"),
        numerator=_("branches with a secretary"),
        denominator=_("branches"),
        unit=_("branches"),
        source=OFFICES,
        not_recorded=NO_OFFICES,
        facts=secretary_facts,
        rule_key="committee.posts",
    ),
    Metric(
        name="members.transfers",
        title=_("Transfers completed in time"),
        definition=_("Transfers begun here in which the member arrived before the letter ran out"),
        numerator=_("transfers completed in time"),
        denominator=_("transfers that were completed, or whose letter has run out"),
        unit=_("transfers"),
        source=_("The situation “in transfer”"),
        not_recorded=_("never: where nobody was in transfer, nothing is due"),
        facts=transfer_facts,
        rule_key=LETTER_KEY,
    ),
)
