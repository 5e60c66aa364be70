"""What the database refuses about posts of party work, class hours and conditions."""

from datetime import date
from typing import Any

from django.db import models

from assessment.models import CadrePost, Conditions, Training

APRIL = date(2026, 4, 8)
LAWFUL: dict[type[models.Model], Any] = {
    CadrePost: lambda cast: {
        "organization": cast.branch, "member": cast.zhang, "post": "党务干事", "share": "part_time", "percent": 30,
        "valid_from": APRIL,
    },
    Training: lambda cast: {
        "organization": cast.branch, "member": cast.zhang, "held_on": APRIL, "subject": "培训班", "hours": 16,
        "recorded_by": cast.secretary,
    },
    Conditions: lambda cast: {"organization": cast.branch, "year": 2026, "recorded_by": cast.secretary},
}  # fmt: skip
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (CadrePost, "cadre_post_has_name", {"post": ""}),
    (CadrePost, "cadre_post_share_fits_percent", {"percent": 100}),
    (CadrePost, "cadre_post_share_fits_percent", {"share": "full_time"}),
    (CadrePost, "cadre_post_share_fits_percent", {"share": "whole"}),
    (CadrePost, "cadre_post_ends_after_beginning", {"valid_until": APRIL}),
    (Training, "training_has_subject", {"subject": ""}),
    (Training, "training_hours_believable", {"hours": 0}),
    (Training, "training_hours_believable", {"hours": 201}),
    (Conditions, "conditions_budget_not_negative", {"budget_fen": -1}),
    (Conditions, "conditions_spent_not_negative", {"spent_fen": -1}),
]
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (CadrePost, "cadre_post_held_once", {}, {"percent": 20}),
    (Conditions, "conditions_once_a_year", {}, {"rooms": 2}),
]
