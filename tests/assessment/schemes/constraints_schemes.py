"""What the database refuses about schemes, their bands, lines and clauses, and about imports of them."""

from typing import Any
from uuid import UUID

from django.db import models

from assessment.models import Band, Clause, Indicator, Scheme, SchemeImport


def _scheme(cast: Any) -> Scheme:
    facts = {"organization": cast.district, "code": "s", "title": "考核办法", "year": 2026}
    return Scheme.objects.get_or_create(key=UUID(int=81), defaults=facts)[0]


def _band(cast: Any) -> Band:
    facts = {"scheme": _scheme(cast), "rank": 5, "name": "末档", "at_least": 0}
    return Band.objects.get_or_create(key=UUID(int=82), defaults=facts)[0]


def _line(cast: Any) -> Indicator:
    facts = {"scheme": _scheme(cast), "position": 1, "code": "1", "title": "组织生活", "max_points": 5}
    return Indicator.objects.get_or_create(key=UUID(int=83), defaults=facts)[0]


OWN = UUID(int=84)
TIERED = {"kind": "tiered", "points": None, "counted": "done", "tiers": [["0", "1"]]}
RATIO = {"kind": "ratio_step", "full_at": 95, "step": 5}
LAWFUL: dict[type[models.Model], Any] = {
    Scheme: lambda cast: {"organization": cast.district, "code": "d", "title": "考核办法", "year": 2026},
    Band: lambda cast: {"scheme": _scheme(cast), "rank": 1, "name": "好", "at_least": 90},
    Indicator: lambda cast: {
        "key": OWN, "scheme": _scheme(cast), "position": 2, "code": "2", "title": "党费", "max_points": 5,
    },
    Clause: lambda cast: {
        "indicator": _line(cast), "position": 1, "kind": "deduct_flat", "text": "未公示的扣1分", "points": 1,
    },
    SchemeImport: lambda cast: {"organization": cast.district, "file_name": "考核指标.xlsx"},
}  # fmt: skip
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (Scheme, "scheme_has_code_and_title", {"code": ""}),
    (Scheme, "scheme_has_code_and_title", {"title": ""}),
    (Scheme, "scheme_state_known", {"state": "gossip", "in_force_since": "2026-01-01"}),
    (Scheme, "scheme_unit_kind_known", {"unit_kind": "spaceship"}),
    (Scheme, "scheme_has_points", {"total": 0}),
    (Scheme, "scheme_weights_make_a_hundred", {"weight_peer": 10}),
    (Scheme, "scheme_in_force_since", {"state": "in_force"}),
    (Band, "band_rank_in_range", {"rank": 0}),
    (Band, "band_rank_in_range", {"rank": 6}),
    (Band, "band_has_name", {"name": ""}),
    (Band, "band_begins_at_zero_or_more", {"at_least": -1}),
    (Band, "band_quota_is_share", {"quota_percent": 0}),
    (Band, "band_quota_is_share", {"quota_percent": 101}),
    (Indicator, "indicator_has_code_and_title", {"code": ""}),
    (Indicator, "indicator_has_code_and_title", {"title": ""}),
    (Indicator, "indicator_part_known", {"part": "gossip"}),
    (Indicator, "indicator_cycle_known", {"cycle": "daily"}),
    (Indicator, "indicator_points_not_negative", {"max_points": -1}),
    (Indicator, "indicator_not_below_itself", {"parent_id": OWN}),
    (Clause, "clause_says_something", {"text": ""}),
    (Clause, "clause_points_where_counted", {"points": None}),
    (Clause, "clause_points_where_counted", {"points": 0}),
    (Clause, "clause_points_where_counted", {"kind": "manual"}),
    (Clause, "clause_cap_is_something", {"cap": 0}),
    (Clause, "clause_expects_in_a_period", {"expected": 1}),
    (Clause, "clause_expects_in_a_period", {"every": "year"}),
    (Clause, "clause_expects_in_a_period", {"expected": 0, "every": "year"}),
    (Clause, "clause_expects_in_a_period", {"expected": 1, "every": "week"}),
    (Clause, "clause_tiers_are_measured", TIERED | {"counted": ""}),
    (Clause, "clause_tiers_are_measured", {"counted": "done"}),
    (Clause, "clause_tiers_where_tiered", TIERED | {"tiers": []}),
    (Clause, "clause_tiers_where_tiered", {"tiers": [["0", "1"]]}),
    (Clause, "clause_steps_where_by_ratio", RATIO | {"step": None}),
    (Clause, "clause_steps_where_by_ratio", RATIO | {"full_at": 101}),
    (Clause, "clause_steps_where_by_ratio", {"full_at": 95}),
    (Clause, "clause_veto_names_a_band", {"kind": "veto", "points": None}),
    (Clause, "clause_veto_names_a_band", {"band": _band}),
    (Clause, "clause_manual_has_no_metric", {"kind": "manual", "points": None, "metric": "dues.paid"}),
    (SchemeImport, "scheme_import_of_a_file", {"file_name": ""}),
]
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (Scheme, "scheme_version_once", {}, {"title": "又一个"}),
    (Band, "band_rank_once", {}, {"name": "较好"}),
    (Band, "band_name_once", {}, {"rank": 2}),
    (Indicator, "indicator_code_once", {}, {"key": UUID(int=85)}),
    (Clause, "clause_position_once", {}, {"text": "另一条"}),
]
SAID_ELSEWHERE = {(Clause, "clause_kind_known")}
"""What `clause_points_where_counted` says as well: it names the kinds on both of its sides."""
