"""Workbooks of indicators on their way to a scheme, of every committee; of the district one that was stored."""

from typing import TYPE_CHECKING

from assessment.models import SchemeImport

if TYPE_CHECKING:
    from tests.full_cast import FullCast

PLAN = {
    "code": "canary", "title": "样表", "year": 2026, "unit_kind": "", "document": "", "approved_by": "",
    "objection_days": 10, "total": "10", "bands": [[1, "好", "0", None]], "weights": [0, 0, 100, 0],
    "indicators": [
        {"code": "1", "title": "三会一课", "parent": "", "part": "party", "cycle": "year", "basis": "",
         "max_points": "10", "clauses": [{"kind": "manual", "text": "酌情打分"}]},
    ],
}  # fmt: skip
FOUND = {"plan": PLAN, "sheet": "样表", "header_row": 2, "columns": {}, "rows": {"1": 3}, "doubts": []}


def scheme_imports(full: "FullCast") -> None:
    cast = full.cast
    for place in (cast.county, cast.district, cast.other_district):
        kept = SchemeImport.objects.create(organization=place, file_name="考核指标.xlsx", found=FOUND)
        full.keep(kept, place.code)
