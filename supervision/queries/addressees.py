"""Whom a letter can be about, for somebody who has not logged in: names of organizations, nothing of people."""

from members.models import Organization

MOST_FOUND = 20
FEWEST_LETTERS = 2


def found_places(text: str) -> list[tuple[str, str]]:
    """Codes and names of organizations that fit, with the organization above so that namesakes can be told apart."""
    found = Organization.objects.filter(dissolved_on__isnull=True).found_by(text)[: MOST_FOUND + 1]
    above = _names({place.path[: -Organization.steplen] for place in found})
    return [(place.code, _called(place, above)) for place in found]


def place_named(code: str) -> Organization | None:
    if not code or "\0" in code:  # PostgreSQL refuses even to look for it
        return None
    return Organization.objects.filter(code=code, dissolved_on__isnull=True).first()


def _names(paths: set[str]) -> dict[str, str]:
    return dict(Organization.objects.filter(path__in=paths).values_list("path", "name"))


def _called(place: Organization, above: dict[str, str]) -> str:
    over = above.get(place.path[: -Organization.steplen])
    return f"{place.name} · {over}" if over else place.name
