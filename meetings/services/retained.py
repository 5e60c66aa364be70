"""What of meetings is kept for good (`members.retention`)."""

from django.utils.translation import gettext_lazy as _

from members.retention import ForGood

RETAINED = (
    ForGood(_("Minutes, attendance and votes"), _("They are the record of the branch, and decisions rest on them.")),
)
