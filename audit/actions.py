"""Every act that is put on record, in words. A new act is a line here; `tests/audit/test_actions.py` misses none."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Promise] = {
    # members and their rosters
    "create_member": _("Recorded a member"),
    "edit_member": _("Changed a member's facts"),
    "store_photo": _("Stored a photo"),
    "remove_photo": _("Removed a photo"),
    "place_member": _("Placed a member on a roster"),
    "take_back_step": _("Took back a member's last change of place"),
    "end_belonging": _("Took a member off the roster"),
    "reveal_private": _("Revealed a private value"),
    # organizations
    "create_organization": _("Created an organization"),
    "rename_organization": _("Renamed an organization"),
    "describe_organization": _("Changed an organization's facts"),
    "move_organization": _("Moved an organization"),
    "dissolve_organization": _("Dissolved an organization"),
    "record_term": _("Recorded a term of office"),
    "move_end_of_term": _("Moved the end of a term of office"),
    "add_local_rule": _("Set a local rule"),
    "end_local_rule": _("Ended a local rule"),
    # users and offices
    "create_user": _("Created a user"),
    "link_member": _("Said which member a user is"),
    "give_office": _("Gave an office"),
    "end_office": _("Ended an office"),
    "change_password": _("Changed their password"),
    "reset_password": _("Gave a user a new password"),
    "remove_codes": _("Took a user's one-time codes away"),
    "sign_out_everywhere": _("Signed a user out everywhere"),
    "activate_user": _("Let a user log in again"),
    "deactivate_user": _("Closed a user's access"),
    # meetings
    "plan_meeting": _("Planned a meeting"),
    "move_meeting": _("Changed a meeting"),
    "cancel_meeting": _("Called a meeting off"),
    "open_meeting": _("Opened a meeting"),
    "close_meeting": _("Closed a meeting"),
    "mark_rest_present": _("Marked everybody else as present"),
    # votes and elections
    "record_exclusion": _("Recorded why a member is left out of a meeting"),
    "remove_exclusion": _("Counted a member again"),
    "add_vote": _("Put a question to the vote"),
    "count_vote": _("Typed a count of ballots"),
    "count_anew": _("Threw away counts of ballots"),
    "decide_vote": _("Recorded the outcome of a vote"),
    "withdraw_vote": _("Took a vote off the record"),
    "add_election": _("Opened an election"),
    "vote_again": _("Opened a vote among the tied"),
    "approve_election": _("Recorded the approval of an election"),
    # the installation
    "generate_county": _("Generated a county for trial"),
    "rotate_keys": _("Sealed private values with a new key"),
}
DETAILS: dict[str, Promise] = {
    "because": _("why it ended"),
    "branches": _("branches"),
    "candidates": _("candidates"),
    "counts": _("counts"),
    "elected": _("elected"),
    "elected_on": _("elected on"),
    "ended": _("offices ended"),
    "ends_on": _("ends on"),
    "expected": _("expected"),
    "field": _("field"),
    "from": _("from"),
    "keys": _("keys dropped"),
    "kind": _("kind"),
    "marked": _("marked"),
    "members": _("members"),
    "offices": _("offices ended"),
    "on": _("on"),
    "passed": _("passed"),
    "rows": _("rows"),
    "rule": _("rule"),
    "seats": _("seats"),
    "seed": _("seed"),
    "sessions": _("sessions"),
    "subject": _("kind of vote"),
    "to": _("to"),
    "until": _("until"),
    "user": _("user"),
    "valid": _("valid"),
    "value": _("value"),
}
FIELDS: dict[str, Promise] = {
    "born": _("born"),
    "joined": _("joined"),
    "confirmed": _("formal member since"),
}
"""Names of facts that are no field of their model."""
BREAKS: dict[str, Promise] = {
    "missing": _("an entry is missing"),
    "edited": _("an entry was edited"),
    "not what the head says": _("an entry was edited"),
    "cut at the end": _("entries were cut at the end"),
    "beyond the head": _("entries were added past the end"),
    "not what was anchored": _("the record isn't what was written down outside the database"),
    "an anchor that can't be read": _("the copy outside the database can't be read"),
}
