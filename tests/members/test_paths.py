"""Subtrees as ranges of paths: nothing beside the subtree gets in, and no paths let nothing in."""

import pytest

from members.models import Organization
from members.paths import common, contains, outermost, subtree


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([], []),
        (["0001"], ["0001"]),
        (["0001", "0001"], ["0001"]),
        (["00010002", "0001"], ["0001"]),
        (["0001", "00010002", "000100020003"], ["0001"]),
        (["00010002", "00010003"], ["00010002", "00010003"]),
        (["0002", "00010002"], ["00010002", "0002"]),
        (["0001", "0002", "00020001", "00010001"], ["0001", "0002"]),
    ],
)
def test_only_the_outermost_paths_are_kept(given, kept):
    assert outermost(given) == kept


@pytest.mark.parametrize(
    ("path", "other", "inside"),
    [
        ("0001", "0001", True),
        ("0001", "00010002", True),
        ("00010002", "0001", False),
        ("00010002", "00010003", False),
        ("0001", "0002", False),
        ("0001", "", False),
        ("", "0001", False),
        ("", "", False),
    ],
)
def test_a_path_contains_itself_and_what_is_below_it(path, other, inside):
    assert contains(path, other) is inside


def found_below(*paths):
    return set(Organization.objects.filter(subtree("path", paths)).values_list("code", flat=True))


def test_no_paths_find_no_rows(cast):
    assert found_below() == set()


def test_a_subtree_has_its_root_and_nothing_beside_it(cast):
    assert found_below(cast.district.path) == {"district", "branch", "group", "next-branch"}


def test_several_subtrees_are_put_together(cast):
    assert found_below(cast.group.path, cast.other_branch.path) == {"group", "other-branch"}


def test_the_last_child_that_a_path_can_name_is_inside(cast):
    """Steps are digits and capitals: the range must end after ZZZZ, and before the next sibling."""
    last = Organization(
        path=cast.branch.path + "ZZZZ", depth=cast.branch.depth + 1, code="last", name="末组", kind="group"
    )
    last.save()

    assert "last" in found_below(cast.branch.path)
    assert "last" not in found_below(cast.next_branch.path)


@pytest.mark.parametrize(
    ("paths", "above"),
    [
        ([], ""),
        (["00010002"], "00010002"),
        (["00010002", "00010002"], "00010002"),
        (["000100020001", "000100020003"], "00010002"),
        (["00010002", "000100020003"], "00010002"),
        (["00010002", "00010012"], "0001"),
        (["0001", "0002"], ""),
    ],
)
def test_the_common_path_is_that_of_the_nearest_place_above_all(paths, above):
    assert common(paths) == above
