"""What every page of the letter box shares: no log-in, cookie or token, nothing kept; see `branchweb.middleware`."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from members.pages.navigation import language_switch, valid
from supervision.letters.rate_limit import MINUTE, TooMany

View = Callable[..., HttpResponse]


def anonymous_form(view: View) -> View:
    """A page that knows its visitor by nothing. A form that another site sends is refused.

    Without the token against forged posts: there is no cookie and no person that another site could borrow, and a
    token would need a cookie. What was posted is left out of every report of an error. The language stands in the
    address, for the same reason.
    """

    @csrf_exempt
    @sensitive_post_parameters()
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        language = valid({"language": request.GET.get("language", "")}).get("language", settings.LANGUAGE_CODE)
        with translation.override(language):
            response = _answer(view, request, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return guarded


def _answer(view: View, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    if request.method == "POST" and is_from_elsewhere(request):
        return page(request, "supervision/letterbox/elsewhere.html", status=403)
    if not is_readable(request):
        return page(request, "supervision/letterbox/too_large.html", status=400)
    try:
        return view(request, *args, **kwargs)
    except TooMany:
        answer = page(request, "supervision/letterbox/busy.html", status=429, kept=list(request.POST.items()))
        answer.headers["Retry-After"] = str(MINUTE)
        return answer


def is_readable(request: HttpRequest) -> bool:
    """Django writes a line, or a mail, of what it refuses to read; here nothing may."""
    try:
        return request.POST is not None
    except (SuspiciousOperation, BadRequest, MultiPartParserError, OSError):
        return False


def visitor_of(request: HttpRequest) -> str:
    """A mark of who asks that means nothing after a minute; `branchweb.middleware` puts it in the address's place."""
    return str(getattr(request, "visitor", ""))


def is_from_elsewhere(request: HttpRequest) -> bool:
    """Browsers say where a form comes from; of old ones, and without TLS, only what Origin tells.

    Our own pages have “null” there, because they send no referrer.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin != "null" and urlsplit(origin).netloc != request.get_host()


def page(request: HttpRequest, template: str, *, status: int = 200, **context: object) -> HttpResponse:
    """Without the frame of the other pages: it speaks of a person. `spoken`: what links to other pages end in.

    What a form has shown isn't shown again in another language: the receipt stands there once.
    """
    language = translation.get_language() or settings.LANGUAGE_CODE
    shared = {
        "frame": None,
        "spoken": "" if language == settings.LANGUAGE_CODE else f"?language={language}",
        "switches": [] if request.method == "POST" else [language_switch(language)],
    }
    return render(request, template, shared | context, status=status)
