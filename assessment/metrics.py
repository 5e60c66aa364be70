"""Facts that a scheme of assessment counts by name; `settings.METRICS` names this tuple."""

from django.utils.translation import gettext_lazy as _

from assessment.queries.metric_facts import full_time_facts, goal_facts, posts_filled_facts, training_facts
from assessment.rules.training import OFFICER_KEY
from rulebook.metric import Metric

CADRES = _("The page of cadres and conditions")
METRICS: tuple[Metric, ...] = (
    Metric(
        name="assessment.goals",
        title=_("Joint goals reached"),
        definition=_("Joint goals of the year that were reached, of those that ended and were not dropped"),
        numerator=_("goals reached"),
        denominator=_("goals with a result, and those whose year is over"),
        unit=_("goals"),
        source=_("The page of joint goals"),
        not_recorded=_("when the branch set no goal, and for a goal without a result when its year is over"),
        facts=goal_facts,
    ),
    Metric(
        name="assessment.training",
        title=_("Cadres trained as asked"),
        definition=_("At the end of the year: holders of posts of party work with the class hours of the rule"),
        numerator=_("cadres with the class hours of the year"),
        denominator=_("cadres at the end of the year"),
        unit=_("people"),
        source=CADRES,
        not_recorded=_("when no post is on record, or no course of the year"),
        facts=training_facts,
        rule_key=OFFICER_KEY,
    ),
    Metric(
        name="assessment.full_time",
        title=_("Full-time cadres"),
        definition=_("Holders of posts of party work who do nothing else, of all holders, on the last day"),
        numerator=_("full-time cadres"),
        denominator=_("cadres on the last day"),
        unit=_("people"),
        source=CADRES,
        not_recorded=_("when no post is on record"),
        facts=full_time_facts,
    ),
    Metric(
        name="assessment.posts_filled",
        title=_("Posts of party work filled"),
        definition=_("Posts of party work held on the last day, of those planned for the year"),
        numerator=_("posts held"),
        denominator=_("posts planned"),
        unit=_("posts"),
        source=CADRES,
        not_recorded=_("when nobody has said how many posts are planned"),
        facts=posts_filled_facts,
    ),
)
