"""A town's own scheme, by which its communities are assessed: members are being asked what they think."""

from datetime import date

from assessment.demo import plans
from assessment.demo.assessments import answers, in_force
from assessment.demo.people import two_of_the_county, year_assessed
from assessment.models import Assessment
from assessment.queries.beginning import branches_of
from assessment.services.assessing import begin, compute_waiting
from members.models import Organization

TOWN = "chengguan"


def fill(*, on: date) -> None:
    year = year_assessed(on)
    town = Organization.objects.get(code=TOWN)
    by, _second = two_of_the_county()
    scheme = in_force(plans.communities(year), town, date(year, 4, 1), on)
    begin(scheme=scheme, branches=branches_of(scheme, on=on), on=on, by=by)
    for number, one in enumerate(Assessment.objects.filter(scheme=scheme).select_related("organization")):
        answers(one, 4 + number)
    compute_waiting(on=on, among=Assessment.objects.filter(scheme=scheme))
