from members.models.affiliation import Affiliation
from members.models.contact import Contact, ContactPerson, HelpRequest
from members.models.export import Export, ExportedMember
from members.models.local_rule import LocalRule
from members.models.member import Member
from members.models.merge import Merge
from members.models.office import Office
from members.models.office_request import OfficeRequest
from members.models.organization import Organization, Term
from members.models.removal import Removal
from members.models.roster_import import ColumnMapping, RosterImport, RosterImportRow
from members.models.saved_filter import SavedFilter
from members.models.situation import Situation
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
