"""What the commands look up from what was typed: a sentence that names the option when there is no such row."""

from django.utils.translation import gettext as _

from audit.keyring import fingerprints
from members.models.member import Member
from members.models.organization import Organization
from rulebook.console import WrongUse


def organization_at(code: str, option: str = "--org") -> Organization:
    """The organization with that code."""
    found: Organization | None = Organization.objects.filter(code=code).first()
    if found is None:
        raise WrongUse(
            _("%(option)s: no organization has the code “%(code)s”. See manage.py organizations.")
            % {"option": option, "code": code}
        )
    return found


def member_with(national_id: str, option: str = "--member") -> Member:
    """The member with that identity number. The sentence doesn't repeat it: terminals are logged."""
    holders = Member.objects.with_prints(fingerprints(national_id.strip().upper()))
    found = holders.order_by("number_disputed", "pk").first()
    if found is None:
        raise WrongUse(_("%(option)s: no member has this identity number.") % {"option": option})
    return found
