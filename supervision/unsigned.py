"""What every page of the letter box shares: no log-in, no cookie, no token, nothing kept; see `branchweb.untraced`."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from supervision.floods import MINUTE, TooMany

View = Callable[..., HttpResponse]


def unsigned(view: View) -> View:
    """A page that knows its visitor by nothing. A form that another site sends is refused.

    Without the token against forged posts: there is no cookie and no person that another site could borrow, and a
    token would need a cookie. What was posted is left out of every report of an error.
    """

    @csrf_exempt
    @sensitive_post_parameters()
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST" and is_from_elsewhere(request):
            return page(request, "letters/elsewhere.html", status=403)
        if not is_readable(request):
            return page(request, "letters/too_large.html", status=400)
        try:
            return view(request, *args, **kwargs)
        except TooMany:
            answer = page(request, "letters/busy.html", status=429)
            answer.headers["Retry-After"] = str(MINUTE)
            return answer

    return guarded


def is_readable(request: HttpRequest) -> bool:
    """Django writes a line, or a mail, of what it refuses to read; here nothing may."""
    try:
        return request.POST is not None
    except (SuspiciousOperation, BadRequest, MultiPartParserError, OSError):
        return False


def visitor_of(request: HttpRequest) -> str:
    """A mark of who asks that means nothing after a minute; `branchweb.untraced` puts it in the address's place."""
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
    """Without the frame of the other pages: it speaks of a person."""
    return render(request, template, {"frame": None, **context}, status=status)
