"""A scheme written as a workbook and read again: what was read first."""

from dataclasses import replace

import pytest

from assessment.schemes.import_services import SAMPLES
from assessment.schemes.importing.reading import read_scheme
from assessment.schemes.queries import all_metrics, scheme_sheet, tree_of
from assessment.schemes.services import store_plan
from members.workbooks.writing import write_workbook

pytestmark = pytest.mark.django_db


def read(path):
    return read_scheme(path, name=path.name, facts=set(all_metrics()), year=2026).plan


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.number)
def test_what_was_written_is_read_as_it_was(cast, tmp_path, sample):
    plan = replace(read(sample.path), code="again")
    scheme = store_plan(plan=plan, organization=cast.district, by="system", unfinished=True)
    file = tmp_path / "again.xlsx"
    write_workbook(file, [scheme_sheet(scheme, tree_of(scheme))])

    again = read(file)
    for name in ("title", "year", "total", "bands", "weights"):
        assert getattr(again, name) == getattr(plan, name), name
    assert bare(again) == bare(plan)


def bare(plan):
    """Lines without limits that are the whole line's: those say nothing more."""
    return [
        replace(
            line,
            clauses=tuple(replace(one, cap=None if one.cap == line.max_points else one.cap) for one in line.clauses),
        )
        for line in plan.indicators
    ]
