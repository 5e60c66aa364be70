"""A town's own scheme, by which its communities are assessed: they and their members are asked what they think.

And a workbook that somebody uploaded and has yet to look through.
"""

from datetime import date

from assessment.demo import plans
from assessment.demo.assessments import answers, in_force, key
from assessment.demo.people import two_of_the_county, year_assessed
from assessment.importing.samples import SAMPLES
from assessment.models import Assessment
from assessment.queries.beginning import branches_of
from assessment.services.assessing import begin, compute_waiting
from assessment.services.scheme_imports import keep_import, read_workbook
from members.models import Organization, User

TOWN = "chengguan"


def fill(*, on: date) -> None:
    year = year_assessed(on)
    town = Organization.objects.get(code=TOWN)
    by, _second = two_of_the_county()
    scheme = in_force(plans.communities(year), town, date(year, 4, 1), on)
    begin(scheme=scheme, branches=branches_of(scheme, on=on), on=on, by=by)
    for number, one in enumerate(Assessment.objects.filter(scheme=scheme).select_related("organization")):
        answers(one, 4 + number)
    _upload(town, year, by)
    compute_waiting(on=on, among=Assessment.objects.filter(scheme=scheme))


def _upload(town: Organization, year: int, by: User) -> None:
    sample = SAMPLES[0]
    found = read_workbook(sample.path, name=sample.name, organization=town, year=year)
    keep_import(found, key=key("upload"), organization=town, by=by)
