"""Facts that a scheme of assessment counts by name; `settings.METRICS` names this tuple."""

from django.utils.translation import gettext_lazy as _

from dues.queries.metric_facts import charged_facts, disclosure_facts, paid_facts, remitted_facts
from dues.rules.duties import DISCLOSE_KEY, PERIOD_KEY, RATIO_KEY
from rulebook.metric import Metric

LEDGER = _("The ledger of dues")

METRICS: tuple[Metric, ...] = (
    Metric(
        name="dues.paid",
        title=_("Dues paid in full"),
        definition=_("Month by month, once it is over: members who have paid all that they owe for it"),
        numerator=_("members who paid the month in full"),
        denominator=_("members charged for the month who owe something; what was waived isn't owed"),
        unit=_("members"),
        source=LEDGER,
        not_recorded=_("for a month that wasn't charged, and for all when nothing was charged"),
        facts=paid_facts,
        rule_key=PERIOD_KEY,
    ),
    Metric(
        name="dues.charged",
        title=_("Dues charged"),
        definition=_("Month by month, once it is over: members for whom the month is charged"),
        numerator=_("members charged"),
        denominator=_("members whose relation was here in the month and who owe dues"),
        unit=_("members"),
        source=LEDGER,
        not_recorded=_("when nobody has a base and nothing was charged"),
        facts=charged_facts,
        rule_key="dues.where",
    ),
    Metric(
        name="dues.disclosure",
        title=_("Dues disclosed to the members"),
        definition=_("Publications of the year's dues to the members, and those that were due by its end"),
        numerator=_("publications"),
        denominator=_("publications, and those due that weren't made"),
        unit=_("publications"),
        source=_("The disclosures of the dues"),
        not_recorded=_("when no dues were charged or received"),
        facts=disclosure_facts,
        rule_key=DISCLOSE_KEY,
    ),
    Metric(
        name="dues.remitted",
        title=_("Dues handed up"),
        definition=_("Once the year is over: payments that were handed up, where a committee has set a share"),
        numerator=_("payments handed up"),
        denominator=_("payments received in the year"),
        unit=_("payments"),
        source=_("The batches that were handed up"),
        not_recorded=_("never: where no share is set or nothing came in, nothing is due"),
        facts=remitted_facts,
        rule_key=RATIO_KEY,
    ),
)
