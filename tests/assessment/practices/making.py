"""Practices for tests: written, published and taken over by the services, as the pages do it."""

import uuid
from typing import Any

from assessment.models import Adoption, Practice
from assessment.practices.services import adopt_practice, publish_practice, write_practice
from members.models import Organization, User
from tests.cast import TODAY

TEXTS = {
    "kind": "dues",
    "title": "流动党员按季交纳",
    "problem": "外出党员常忘记交纳",
    "solution": "月初由联系人打一次电话",
    "needs": "每月半小时",
}


def write(place: Organization, by: User, key: uuid.UUID | None = None, **changes: Any) -> Practice:
    return write_practice(key=key or uuid.uuid4(), organization=place, values=TEXTS | changes, by=by)


def publish(place: Organization, by: User, on: Any = TODAY, **changes: Any) -> Practice:
    practice = write(place, by, **changes)
    publish_practice(practice=practice, on=on, by=by)
    return Practice.objects.get(pk=practice.pk)


def adopt(practice: Practice, place: Organization, by: User, words: str = "", key: uuid.UUID | None = None) -> Adoption:
    adopt_practice(key=key or uuid.uuid4(), practice=practice, organization=place, words=words, on=TODAY, by=by)
    return Adoption.objects.get(practice=practice, organization=place)
