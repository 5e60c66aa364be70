"""From a workbook to a scheme: kept, corrected, stored or thrown away; and the samples that come with the program."""

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from assessment.schemes.importing.reading import Read, kept, plan_from_json, plan_to_json, read_scheme
from assessment.schemes.models import Scheme, SchemeImport
from assessment.schemes.queries import all_metrics, plan_of
from assessment.schemes.rules import SchemePlan
from assessment.schemes.services import store_plan
from audit.services import record
from members.models import Organization, User
from members.refused import Refused

FOLDER = Path(__file__).resolve().parents[1] / "data" / "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    number: str
    name: str
    about: Promise

    @property
    def path(self) -> Path:
        return FOLDER / self.name


SAMPLES = (
    Sample(
        "1",
        "样表一-学校党支部.xlsx",
        _("A school's: merged items, a cycle for each, party work beside teaching."),
    ),
    Sample("2", "样表二-机关党支部.xlsx", _("An office's: a heading row over each part, deductions beside.")),
    Sample("3", "样表三-量化指标.xlsx", _("By levels: each with the papers that are looked at.")),
    Sample("4", "样表四-分档测评.xlsx", _("By tiers: how often and how well; the branch's own view counts too.")),
)
BY_NUMBER = {sample.number: sample for sample in SAMPLES}


LONGEST_NAME = 200
LONGEST_CODE = 60


@dataclass(frozen=True, slots=True)
class Stored:
    """`is_new` False: the newest version of the code says the same already."""

    scheme: Scheme
    is_new: bool


def read_workbook(path: Path, *, name: str, organization: Organization, year: int) -> Read:
    """What a workbook says, with a code proposed. `year`: which to take where the file says none.

    Raises UnreadableWorkbook, NotAScheme.
    """
    facts: Collection[str] = all_metrics()
    found = read_scheme(path, name=name[:LONGEST_NAME], facts=facts, year=year)
    found.plan = replace(found.plan, code=proposed_code(found.plan, organization))
    return found


def proposed_code(plan: SchemePlan, organization: Organization) -> str:
    """The same file of the same committee gets the same code, so that a second import is a version of the first."""
    mark = f"{zlib.crc32(plan.title.encode()) & 0xFFFF:04x}"
    return f"{organization.code[: LONGEST_CODE - 10]}-{plan.year}-{mark}"


def keep_import(found: Read, *, key: UUID, organization: Organization, by: User | None) -> SchemeImport:
    """Keep what was understood until somebody stores it. The same key twice keeps one."""
    facts = {"organization": organization, "file_name": found.file[:LONGEST_NAME], "found": kept(found)}
    kept_import, _is_new = SchemeImport.objects.get_or_create(pk=key, defaults={**facts, "uploaded_by": by})
    return kept_import


def plan_kept(scheme_import: SchemeImport) -> SchemePlan:
    return plan_from_json(scheme_import.found["plan"])


@transaction.atomic
def change_import(*, scheme_import: SchemeImport, organization: Organization, values: Mapping[str, Any]) -> None:
    """Code, title, year and whose it is, as long as it isn't stored. Raises Refused."""
    held = _held(scheme_import)
    _demand_waiting(held)
    plan = replace(plan_from_json(held.found["plan"]), **values)
    held.organization = organization
    held.found = {**held.found, "plan": plan_to_json(plan)}
    held.save(update_fields=["organization", "found"])


@transaction.atomic
def store_import(*, scheme_import: SchemeImport, by: User | str) -> Stored:
    """A draft with the next version of its code; where the newest says the same, that one. Twice stores once.

    Raises Refused.
    """
    held = _held(scheme_import)
    if held.scheme:
        return Stored(held.scheme, is_new=False)
    stored = store_read_plan(plan_from_json(held.found["plan"]), organization=held.organization, by=by)
    held.scheme = stored.scheme
    held.save(update_fields=["scheme"])
    return stored


@transaction.atomic
def store_read_plan(plan: SchemePlan, *, organization: Organization, by: User | str) -> Stored:
    """Raises Refused where another committee has the code, or something can't be kept at all."""
    known = Scheme.objects.filter(code=plan.code).order_by("-version").first()
    if known and known.organization_id != organization.pk:
        raise Refused(gettext("Another committee has a scheme with this code. Give it another one."), "code")
    if known and plan_of(known) == plan:
        return Stored(known, is_new=False)
    return Stored(store_plan(plan=plan, organization=organization, by=by, unfinished=True), is_new=True)


@transaction.atomic
def throw_away(*, scheme_import: SchemeImport, by: User) -> None:
    """A workbook that was only looked at. Raises Refused once it is stored: then the draft is deleted instead."""
    held = _held(scheme_import)
    _demand_waiting(held)
    place = held.organization.code
    record(action="throw_scheme_import_away", by=by, subject=held, organization_code=place)
    held.delete()


def _held(scheme_import: SchemeImport) -> SchemeImport:
    rows = SchemeImport.objects.select_for_update(of=("self",)).select_related("organization", "scheme")
    return rows.get(pk=scheme_import.pk)


def _demand_waiting(held: SchemeImport) -> None:
    if held.scheme_id:
        raise Refused(gettext("It is stored already. Change the draft, or delete it there."))
