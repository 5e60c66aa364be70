"""How the steps of a report are called on its pages."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from supervision.rules.report_steps import Act


@dataclass(frozen=True, slots=True)
class ActWords:
    """`button` on the report's page, `asks` above the words, `done` when it is done."""

    button: Promise | str
    asks: Promise | str
    done: Promise | str
    icon: str
    explains: Promise | str = ""
    needed: bool = False


ACT_WORDS = {
    Act.ADOPT: ActWords(_("Record the adoption"), "", "", "patch-check"),
    Act.SUBMIT: ActWords(
        _("Submit"),
        _("Words to go with it"),
        _("Submitted. The level above finds it on its desk."),
        "send",
        _("From now on the level above reads it."),
    ),
    Act.ANSWER: ActWords(
        _("Answer the questions and submit again"),
        _("Your answers"),
        _("Answered and submitted again."),
        "reply",
        _("The figures stay as they were adopted; say in words what has changed."),
        needed=True,
    ),
    Act.READ: ActWords(
        _("Mark as read"),
        _("A word about it"),
        _("Put down as read."),
        "check-circle",
        _("The branch sees that it was read, and can't take it back any more."),
    ),
    Act.RETURN: ActWords(
        _("Return with questions"),
        _("Your questions"),
        _("Returned. The branch sees the questions."),
        "arrow-counterclockwise",
        needed=True,
    ),
    Act.CLOSE: ActWords(_("Close the report"), _("A word at the end"), _("Closed."), "lock"),
    Act.TAKE_BACK: ActWords(
        _("Take the last step back"),
        _("Why it is taken back"),
        _("Taken back."),
        "arrow-counterclockwise",
        _("You can do that while nobody above has read it."),
        needed=True,
    ),
}
