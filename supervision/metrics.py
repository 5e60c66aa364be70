"""Facts that a scheme of assessment counts by name; `settings.METRICS` names this tuple."""

from django.utils.translation import gettext_lazy as _

from rulebook.metric import Metric
from supervision.queries import metric_facts

METRICS: tuple[Metric, ...] = (
    Metric(
        name="supervision.talks",
        title=_("Heart-to-heart talks of the year"),
        definition=_(
            "Whether everybody was talked with whom the rules ask for in the year; how many are missing stays in the "
            "branch"
        ),
        numerator=_("years in which all talks were held"),
        denominator=_("years that are over, or in which all talks were held"),
        unit=_("years"),
        source=_("The branch's talks"),
        not_recorded=_("when no talk was ever put on record"),
        facts=metric_facts.talk_facts,
        rule_key="talk.per_year",
    ),
    Metric(
        name="supervision.appraisal",
        title=_("Democratic appraisal closed"),
        definition=_("Whether the year's democratic appraisal of members was carried out to its end"),
        numerator=_("appraisals closed"),
        denominator=_("appraisals closed, and years whose time for it is over"),
        unit=_("appraisals"),
        source=_("The democratic appraisals"),
        not_recorded=_("when no appraisal was ever put on record"),
        facts=metric_facts.appraisal_facts,
        rule_key="meet.democratic_evaluation.per_year",
    ),
    Metric(
        name="supervision.reports",
        title=_("Reports upwards submitted"),
        definition=_("Reports of the quarters that fell due in these days"),
        numerator=_("reports submitted"),
        denominator=_("reports that fell due"),
        unit=_("reports"),
        source=_("The supervision reports"),
        not_recorded=_("never: what isn't submitted here is not submitted"),
        facts=metric_facts.report_facts,
        rule_key="supervision.branch_reports",
    ),
    Metric(
        name="supervision.problems",
        title=_("Problems put right by their day"),
        definition=_("Problems whose day fell into these days, without those that were dropped"),
        numerator=_("problems reported as done by their day and not sent back"),
        denominator=_("problems whose day has come"),
        unit=_("problems"),
        source=_("The lists of problems"),
        not_recorded=_("never: where no problem was found, nothing is due"),
        facts=metric_facts.problem_facts,
        rule_key="meet.org_life_meeting.steps",
    ),
    Metric(
        name="supervision.suggestions",
        title=_("Suggestions answered on time"),
        definition=_("Month by month: members' suggestions whose day for the answer has come"),
        numerator=_("suggestions answered by their day"),
        denominator=_("suggestions whose day has come"),
        unit=_("suggestions"),
        source=_("The branch's suggestions"),
        not_recorded=_("never: where nobody suggested anything, nothing is due"),
        facts=metric_facts.suggestion_facts,
        rule_key="supervision.suggestion.days",
    ),
    Metric(
        name="supervision.help",
        title=_("Requests for help answered on time"),
        definition=_("Month by month: members' requests for help whose day for the answer has come"),
        numerator=_("requests answered by their day"),
        denominator=_("requests whose day has come"),
        unit=_("requests"),
        source=_("The contact log"),
        not_recorded=_("never: where nobody asked for help, nothing is due"),
        facts=metric_facts.help_facts,
        rule_key="help.answer.days",
    ),
    Metric(
        name="supervision.matters",
        title=_("The branch heard before major decisions"),
        definition=_("Major matters that were decided, and whether the branch had given its opinion before"),
        numerator=_("matters with an opinion before the decision"),
        denominator=_("matters decided in these days"),
        unit=_("matters"),
        source=_("The register of major matters"),
        not_recorded=_("never: where nothing was decided, nothing is due"),
        facts=metric_facts.matter_facts,
        rule_key="major_matters.kinds",
    ),
    Metric(
        name="supervision.matters_studied",
        title=_("Major matters studied"),
        definition=_(
            "Major matters on which the branch gave its opinion in these days; a scheme says how many it expects"
        ),
        numerator=_("matters studied"),
        denominator=_("the same: no rule says how many there must be"),
        unit=_("matters"),
        source=_("The register of major matters"),
        not_recorded=_("never: what isn't in the register was not studied"),
        facts=metric_facts.studied_facts,
        rule_key="major_matters.kinds",
    ),
)
