"""The cast with a row of every scoped model in every place, so that whatever leaks can be seen to leak.

Rows have short names: of people (`zhang`: branch, `li`: group, `wang`: next branch, `zhao`: other district, `gone`:
left the branch), or the code of the organization they belong to.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.db.models import Model
from django.utils import timezone

from audit.models import Entry
from audit.services import record
from members.choices import AffiliationKind, LeavingReason, OfficeKind, OrganizationKind
from members.models import (
    Affiliation,
    ColumnMapping,
    Contact,
    ContactPerson,
    Export,
    HelpRequest,
    LocalRule,
    Member,
    Merge,
    Office,
    OfficeRequest,
    Organization,
    RosterImport,
    RosterImportRow,
    SavedFilter,
    Situation,
    Term,
    User,
)
from tests.cast import TODAY, Cast, make_cast, make_member, make_user
from tests.full_cast_appraisals import appraisals
from tests.full_cast_assessment_goals import goals_and_cadres
from tests.full_cast_assessment_imports import scheme_imports
from tests.full_cast_assessment_judging import judging
from tests.full_cast_assessment_practices import practices
from tests.full_cast_assessment_rollups import rollups
from tests.full_cast_assessment_schemes import schemes
from tests.full_cast_channels import wordings_and_channels
from tests.full_cast_dues import dues
from tests.full_cast_duties import duties
from tests.full_cast_letters import letters
from tests.full_cast_matters import matters
from tests.full_cast_meetings import meetings
from tests.full_cast_messages import messages
from tests.full_cast_problems import problems
from tests.full_cast_reports import reports
from tests.full_cast_suggestions import suggestions
from tests.full_cast_talks import talks

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 24
LAST_YEAR = TODAY - timedelta(days=365)


@dataclass
class FullCast:
    cast: Cast
    rows: dict[type[Model], dict[str, Model]] = field(default_factory=dict)

    def name_of(self, row: Model) -> str:
        """The short name of a row; its own text when the full cast doesn't know it."""
        known = {other.pk: name for name, other in self.rows[type(row)].items()}
        return known.get(row.pk, f"unnamed {row}")

    def keep(self, row: Model, name: str) -> Model:
        self.rows.setdefault(type(row), {})[name] = row
        return row


def make_full_cast() -> FullCast:
    full = FullCast(make_cast())
    places(full)
    people(full)
    for name, member in list(full.rows[Member].items()):
        rows_of_member(full, name, member)
    users_and_offices(full)
    merges(full)
    office_requests(full)
    imports(full)
    exports(full)
    meetings(full)
    dues(full)
    messages(full)
    wordings_and_channels(full)
    duties(full)
    appraisals(full)
    matters(full)
    problems(full)
    reports(full)
    suggestions(full)
    talks(full)
    letters(full)
    judging(full)
    schemes(full)
    practices(full)
    goals_and_cadres(full)
    scheme_imports(full)
    rollups(full)
    return full


def places(full: FullCast) -> None:
    for place in Organization.objects.all():
        full.keep(place, place.code)
        if place.kind != OrganizationKind.GROUP:  # groups are not elected for a term
            full.keep(term(place), place.code)
        full.keep(ColumnMapping.objects.create(organization=place, heading="大名", field="name"), place.code)
        record(action="rename_organization", by="system", subject=place, organization_code=place.code)
        full.keep(Entry.objects.latest("number"), place.code)
        if place.kind == "committee":
            full.keep(local_rule(place), place.code)
    record(action="rotate_keys", by="system", subject=None)
    full.keep(Entry.objects.latest("number"), "nowhere")


def term(place: Organization) -> Term:
    return Term.objects.create(
        organization=place,
        elected_on=date(2024, 5, 1),
        ends_on=date(2027, 5, 1),
        rule="term.years@2018-07-12",
    )


def local_rule(place: Organization) -> LocalRule:
    return LocalRule.objects.create(
        organization=place, rule_key="dues.flat.farmer", value="0.50", document="组〔2026〕1号", approved_by="组织部",
        approved_on=LAST_YEAR, valid_from=LAST_YEAR,
    )  # fmt: skip


def people(full: FullCast) -> None:
    cast = full.cast
    gone = make_member("钱外出", cast.branch, phone="13811112222")
    Affiliation.objects.filter(member=gone).update(valid_until=LAST_YEAR, left_because=LeavingReason.LEFT_SYSTEM)
    Member.objects.filter(pk=gone.pk).update(roster_path="")
    gone.refresh_from_db()
    for name, member in {
        "zhang": cast.zhang,
        "li": cast.li,
        "wang": cast.wang,
        "zhao": cast.zhao,
        "gone": gone,
    }.items():
        member.photo.save(f"{name}.png", ContentFile(PNG))
        full.keep(member, name)
        full.keep(Affiliation.objects.get(member=member), name)
    guest = Affiliation.objects.create(
        member=cast.zhao, organization=cast.next_branch, kind=AffiliationKind.PARTICIPATION, valid_from=LAST_YEAR
    )
    full.keep(guest, "zhao-guest")


def rows_of_member(full: FullCast, name: str, member: Member) -> None:
    by = full.cast.secretary
    full.keep(Situation.objects.create(member=member, kind="hardship", note="低保", valid_from=LAST_YEAR), name)
    full.keep(ContactPerson.objects.create(member=member, name="邻居", phone="13800138000"), name)
    contact = Contact.objects.create(
        member=member, happened_on=LAST_YEAR, kind="visit", made_by="李", needs="买药", recorded_by=by
    )
    full.keep(contact, name)
    full.keep(
        HelpRequest.objects.create(
            member=member, contact=contact, asked_on=LAST_YEAR, due_on=TODAY, request="轮椅", recorded_by=by
        ),
        name,
    )


def users_and_offices(full: FullCast) -> None:
    former = make_user("former", OfficeKind.SECRETARY, full.cast.next_branch)
    Office.objects.filter(user=former).update(valid_until=LAST_YEAR)
    for user in User.objects.all():
        full.keep(user, user.username)
        full.keep(SavedFilter.objects.create(user=user, name="退休", query="situation=retired"), user.username)
    for office in Office.objects.select_related("user"):
        full.keep(office, office.user.username)


def merges(full: FullCast) -> None:
    cast = full.cast
    for name, kept, merged, of, other in (
        ("branch", cast.zhang, cast.li, cast.branch, cast.group),
        ("district", cast.li, cast.wang, cast.group, cast.next_branch),
    ):
        merge = Merge.objects.create(
            kept=kept,
            merged=merged,
            organization=of,
            merged_from=other,
            reason="同名同生日",
            proposed_by=cast.secretary,
        )
        full.keep(merge, name)


def office_requests(full: FullCast) -> None:
    cast = full.cast
    for place in (cast.county, cast.district):
        request = OfficeRequest.objects.create(
            user=cast.secretary, kind=OfficeKind.COMMITTEE_STAFF, organization=place, valid_from=TODAY,
            asked_by=cast.administrator, asked_on=TODAY,
        )  # fmt: skip
        full.keep(request, place.code)


def exports(full: FullCast) -> None:
    """Ready, but without a file: whoever may have it is told that it is gone."""
    cast, at = full.cast, timezone.now()
    for place, by in (
        (cast.branch, cast.secretary),
        (cast.next_branch, cast.next_secretary),
        (cast.county, cast.county_staff),
    ):
        export = Export.objects.create(
            kind="roster", parameters={"query": "", "private": False, "reason": ""}, digest="x", organization=place,
            asked_by=by, asked_at=at, state="done", covers=[place.code], ended_at=at, expires_at=at + timedelta(days=7),
        )  # fmt: skip
        full.keep(export, place.code)
    asked = Export.objects.create(
        kind="roster", parameters={"query": "", "private": True, "reason": "上报年度统计"}, digest="y", total=60,
        organization=cast.branch, asked_by=cast.secretary, asked_at=at, state="proposed", covers=["branch"],
        needs_agreement=True,
    )  # fmt: skip
    full.keep(asked, "asked")


def imports(full: FullCast) -> None:
    cast = full.cast
    places = {
        "branch": (cast.branch, cast.secretary),
        "next-branch": (cast.next_branch, cast.next_secretary),
        "other-branch": (cast.other_branch, cast.county_staff),
        "tree-of-county": (None, cast.county_staff),
        "tree-of-district": (None, cast.district_staff),
    }
    for name, (place, by) in places.items():
        workbook = RosterImport.objects.create(
            organization=place, uploaded_by=by, file_name=f"{name}.xlsx", state="preview", rows_total=1, rows_done=1
        )
        full.keep(workbook, name)
        row = RosterImportRow.objects.create(roster_import=workbook, number=3, verdict="new", name="孙", cells="{}")
        full.keep(row, name)
