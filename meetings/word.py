"""Minutes as a Word document."""

from io import BytesIO

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docxtpl import DocxTemplate

from meetings.models import Minutes
from meetings.queries.corrections import correction_sentences
from meetings.queries.signatures import Signature, signatures_of

TEMPLATE = settings.BASE_DIR / "templates" / "meetings" / "documents" / "minutes.docx"


def minutes_as_word(minutes: Minutes) -> bytes:
    """The text as it stands, who signed it and when, and at its end what was corrected after the lock."""
    title, *lines = minutes.text.splitlines() or [""]
    document = DocxTemplate(TEMPLATE)
    facts = {"title": title, "lines": [*lines, *_signatures(minutes)], "corrections": _corrections(minutes)}
    document.render(facts, autoescape=True)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def _signatures(minutes: Minutes) -> list[str]:
    """A line for the pen where nobody has signed yet."""
    line = pgettext("label: text", "%(label)s: %(text)s")
    return ["", *(line % {"label": _signer(one), "text": one.sentence} for one in signatures_of(minutes))]


def _signer(one: Signature) -> str:
    return _("%(role)s (signature)") % {"role": one.label} if not one.sentence else f"{one.label} {one.name}".strip()


def _corrections(minutes: Minutes) -> list[str]:
    sentence = _("Corrected on %(day)s: %(text)s (%(reason)s)")
    lines = [
        sentence % {"day": one.at.date().isoformat(), "text": one.text, "reason": one.reason}
        for one in minutes.corrections.all()
    ]
    return [*lines, *correction_sentences(minutes.meeting)]
