"""How large a request may be. A body that is too large is refused before a byte of it is read."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from branchweb.middleware import PLACE, is_anonymous

MIB = 1 << 20
ANONYMOUS, ATTACHMENTS, SIGNED_IN = 5 * MIB, 21 * MIB, 32 * MIB
"""Bytes. Whoever is logged in sends workbooks of 24 MiB at most."""
ATTACHING = f"{PLACE}attach/"


class BodyLimitMiddleware:
    """Stands where the visitor is known and before anything reads what was sent.

    A file from a visitor who isn't logged in stays in memory: the temporary folder is for people with an account, and
    what belongs to a letter is never written anywhere but sealed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        most = SIGNED_IN
        if not request.user.is_authenticated:
            most = ATTACHMENTS if request.path_info == ATTACHING else ANONYMOUS
            request.upload_handlers = [InMemory(request)]
        if is_too_large(request, most):
            return too_large(request)
        return self.get_response(request)


class InMemory(MemoryFileUploadHandler):
    """Of any size that the limit lets through."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


def is_too_large(request: HttpRequest, most: int) -> bool:
    """Also a body in pieces, which doesn't say how large it is: Django reads nothing of it, however long it gets."""
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        return True
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not (length.isascii() and length.isdigit()) or int(length) > most


def too_large(request: HttpRequest) -> HttpResponseBase:
    if is_anonymous(request.path_info):
        return render(request, "supervision/letterbox/too_large.html", {"frame": None}, status=413)
    if request.path_info.startswith("/api/"):
        return JsonResponse({"detail": _("That is more than this program takes at once.")}, status=413)
    return render(request, "413.html", status=413)
