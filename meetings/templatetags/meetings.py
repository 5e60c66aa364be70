"""What the templates of meetings need besides `look`."""

import uuid

from django import template

register = template.Library()


@register.simple_tag
def new_key() -> str:
    """A key for one form of the page: sent twice, it is done once."""
    return str(uuid.uuid4())
