"""The request as pages know it."""

from datetime import date

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from members.models import User

FORM_METHODS = ["GET", "HEAD", "POST"]
"""Of a view that shows a form and takes it."""


class PageRequest(HttpRequest):
    """A request behind log-in: `PolicyMiddleware` has set the day and the user's standing."""

    user: User
    today: date
    htmx: HtmxDetails
