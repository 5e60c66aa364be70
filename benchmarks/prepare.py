"""python -m benchmarks.prepare MEMBERS BRANCHES [MONTHS]: a county in the database of DATABASE_URL.

Prints sessions and what there is to look for as JSON.
"""

import json
import sys
from collections import Counter
from importlib import import_module

import django
from django.conf import settings

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.databases import MEMBERS_A_BRANCH  # noqa: E402
from branchweb.demo.generator.dues import generate_dues  # noqa: E402
from branchweb.demo.generator.meetings import generate_meetings  # noqa: E402
from branchweb.demo.generator.members import generate_county  # noqa: E402
from members.choices import OfficeKind  # noqa: E402
from members.fields import opened  # noqa: E402
from members.models import Member, Office, Organization, User  # noqa: E402


def main() -> None:
    members, branches, months = [*map(int, sys.argv[1:]), 0][:3]
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not Organization.objects.exists():
        print(f"Making a county of {members:,} members …", file=sys.stderr)
        make(members, branches, months)
    analyze()
    print(json.dumps(county(branches) if members else {}))


def make(members: int, branches: int, months: int) -> None:
    today = timezone.localdate()
    made = generate_county(members=members, branches=branches, seed=1, on=today)
    generate_meetings(root=made.root, months=months, seed=1, on=today)
    generate_dues(root=made.root, months=months, seed=1, on=today)


def county(branches: int) -> dict[str, object]:
    root = Organization.objects.get(depth=1)
    staff = user("benchmark", OfficeKind.COMMITTEE_STAFF, root)
    branch = usual_branch(branches)
    somebody = Member.objects.filter(roster_path=branch.path).exclude(dues_category="").order_by("id")[0]
    person, _ = User.objects.get_or_create(username=f"member {somebody.pk}", defaults={"member": somebody})
    return {
        "cookie": session(staff),
        "floor_cookie": session(staff, "django.contrib.auth.backends.ModelBackend"),
        "branch_cookie": session(user(f"secretary of {branch.code}", OfficeKind.SECRETARY, branch)),
        "dues_cookie": session(user(f"officer of {branch.code}", OfficeKind.ORGANIZATION_OFFICER, branch)),
        "officer_cookie": session(user("officer", OfficeKind.ORGANIZATION_OFFICER, root)),
        "member_cookie": session(person),
        "names": {**searches(), "county": root.code, "branch": branch.code, "member": str(somebody.key)},
    }


def usual_branch(branches: int) -> Organization:
    """Of the usual size and without groups, so that counties can be compared; the nearest to the middle of the tree."""
    rows = Organization.objects.branches().in_tree_order()
    near = rows[max(0, branches // 2 - 200) : branches // 2 + 200]
    there = Member.objects.filter(roster_path__in=[one.path for one in near])
    sizes = Counter(there.values_list("roster_path", flat=True))
    return min(near, key=lambda one: abs(sizes[one.path] - MEMBERS_A_BRANCH))


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")


def user(name: str, kind: OfficeKind, organization: Organization) -> User:
    person, _ = User.objects.get_or_create(username=name)
    Office.objects.get_or_create(user=person, kind=kind, organization=organization)
    return person


def session(person: User, backend: str = "django.contrib.auth.backends.ModelBackend") -> str:
    """A session that is logged in, without the second that hashing a password takes."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = backend
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def searches() -> dict[str, str]:
    """The commonest names of two and three characters, the commonest initials, the end of somebody's number."""
    sample = list(Member.objects.order_by("id").only("name", "name_key", "phone")[:20_000])
    names = Counter(member.name for member in sample)
    initials = Counter("".join(syllable[0] for syllable in member.name_key.split()) for member in sample)
    return {
        "two": next(name for name, _ in names.most_common() if len(name) == 2),
        "three": next(name for name, _ in names.most_common() if len(name) == 3),
        "initials": next(letters for letters, _ in initials.most_common() if len(letters) == 3),
        "digits": opened(sample[len(sample) // 2].phone)[-6:],
    }


if __name__ == "__main__":
    main()
