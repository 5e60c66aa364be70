from members.models.contact import Contact, ContactPerson, HelpRequest, Merge
from members.models.files import (
    ColumnMapping,
    Export,
    ExportedMember,
    Removal,
    RosterImport,
    RosterImportRow,
    SavedFilter,
)
from members.models.member import Affiliation, Member, Situation
from members.models.office import Office, OfficeRequest
from members.models.organization import LocalRule, Organization, Term
from members.models.user import User

__all__ = [
    "Affiliation",
    "ColumnMapping",
    "Contact",
    "ContactPerson",
    "ExportedMember",
    "Export",
    "HelpRequest",
    "LocalRule",
    "Member",
    "Merge",
    "Office",
    "OfficeRequest",
    "Organization",
    "Removal",
    "RosterImport",
    "RosterImportRow",
    "SavedFilter",
    "Situation",
    "Term",
    "User",
]
