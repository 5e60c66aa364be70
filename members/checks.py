from typing import Any

from django.core.checks import Error, Tags, register

from members.policy import undeclared_views


@register(Tags.security)
def every_view_declares_a_policy(app_configs: Any, **options: Any) -> list[Error]:
    """No page is public by accident."""
    return [
        Error(
            f"The view at /{route} declares no policy.",
            hint="Decorate it with @public, @signed_in or @requires(Capability…) from members.policy.",
            id="members.E001",
        )
        for route in undeclared_views()
    ]
