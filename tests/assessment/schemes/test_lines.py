"""The order of a scheme's lines. Without a database."""

import pytest

from assessment.schemes.rules import moved, placed_last, subtree_of, tree_order

TREE = {"1": None, "1.1": "1", "1.2": "1", "2": None, "2.1": "2"}


def test_lines_below_another_stand_behind_it():
    assert tree_order({"2": None, "1.1": "1", "1": None, "2.1": "2"}) == ["2", "2.1", "1", "1.1"]


@pytest.mark.parametrize(
    ("key", "step", "order"),
    [
        ("1", 1, ["2", "2.1", "1", "1.1", "1.2"]),
        ("2", -1, ["2", "2.1", "1", "1.1", "1.2"]),
        ("1.2", -1, ["1", "1.2", "1.1", "2", "2.1"]),
        ("1.1", 1, ["1", "1.2", "1.1", "2", "2.1"]),
        ("1.1", -1, list(TREE)),
        ("2", 1, list(TREE)),
        ("2.1", 1, list(TREE)),
    ],
)
def test_a_line_changes_places_with_its_neighbour_and_takes_along_what_is_below(key, step, order):
    assert tree_order(moved(TREE, key, step)) == order


def test_a_line_that_goes_elsewhere_is_the_last_there():
    assert tree_order(placed_last(TREE, "2", "1")) == ["1", "1.1", "1.2", "2", "2.1"]
    assert tree_order(placed_last(TREE, "1.1", None)) == ["1", "1.2", "2", "2.1", "1.1"]
    assert tree_order(placed_last(TREE, "1.3", "1")) == ["1", "1.1", "1.2", "1.3", "2", "2.1"]


def test_what_is_below_a_line_belongs_to_it():
    assert subtree_of(TREE, "1") == {"1", "1.1", "1.2"}
    assert subtree_of(TREE, "2.1") == {"2.1"}
