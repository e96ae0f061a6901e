"""Enumerations of names are given whole; other words are left as the reader gave them."""

import pytest

from qa.lists import complete, holds, names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the United States, Germany, Italy and Spain", ("United States", "Germany", "Italy", "Spain")),
        ("Lithuania and Estonia", ("Lithuania", "Estonia")),
        ("Denmark, and Sweden", ("Denmark", "Sweden")),
        ("Germany", ()),
        ("military officials or mercenaries", ()),
        ("Macron, who spoke", ()),
        ("", ()),
    ],
)
def test_names_of_an_enumeration(text, found):
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        (
            "However, the United States, Germany, Italy and Spain opposed it.",
            "Germany, Italy and Spain",
            "the United States, Germany, Italy and Spain",
        ),
        ("However, Germany, Italy and Spain opposed it.", "Italy and Spain", "Germany, Italy and Spain"),
        ("Poland, Denmark and Sweden wrote.", "Poland, Denmark", "Poland, Denmark and Sweden"),
        (
            "the ministers of Germany, Italy and Spain, for example",
            "Germany, Italy and Spain",
            "Germany, Italy and Spain",
        ),
        ("He met Macron and Zelensky. Kirby left.", "Macron and Zelensky", "Macron and Zelensky"),
        ("Paris, France and its allies", "France", "France"),
        ("On Friday, Macron and Zelensky met", "Macron and Zelensky", "Macron and Zelensky"),
    ],
)
def test_a_part_of_an_enumeration_becomes_all_of_it(text, part, whole):
    start = text.index(part)
    begin, end = complete(text, start, start + len(part))
    assert text[begin:end] == whole


def test_a_list_holds_a_shorter_one_and_a_single_name_but_not_itself():
    assert holds("the United States, Germany and Spain", "Germany and Spain")
    assert holds("the United States, Germany and Spain", "the United States")
    assert not holds("Germany and Spain", "Germany and Spain")
    assert not holds("Germany and Spain", "Germany and Italy")
    assert not holds("Germany", "Germany")
