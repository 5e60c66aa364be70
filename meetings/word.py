"""Minutes as a Word document."""

from io import BytesIO

from django.conf import settings
from django.utils.translation import gettext as _
from docxtpl import DocxTemplate

from meetings.models import Minutes
from meetings.queries.corrections import correction_sentences

TEMPLATE = settings.BASE_DIR / "templates" / "meetings" / "documents" / "minutes.docx"


def minutes_as_word(minutes: Minutes) -> bytes:
    """The text as it stands, with what was corrected after the lock at its end."""
    title, *lines = minutes.text.splitlines() or [""]
    document = DocxTemplate(TEMPLATE)
    document.render({"title": title, "lines": lines, "corrections": _corrections(minutes)}, autoescape=True)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def _corrections(minutes: Minutes) -> list[str]:
    sentence = _("Corrected on %(day)s: %(text)s (%(reason)s)")
    lines = [
        sentence % {"day": one.at.date().isoformat(), "text": one.text, "reason": one.reason}
        for one in minutes.corrections.all()
    ]
    return [*lines, *correction_sentences(minutes.meeting)]
