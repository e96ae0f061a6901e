"""Near-copies: found with their edits, kept apart from reports of one template, and counted as one source."""

import random

import numpy as np
import pytest

from eval.copies import edited, measure
from index.build import build
from index.copies import BANDS, ROWS, copies, groups, signature
from index.library import Library

WORDS = [
    f"{a}{b}{c}"
    for a in ("ka", "re", "mi", "tol", "vas")
    for b in ("n", "rd", "st", "ll")
    for c in ("a", "in", "os", "ert")
]


def article(rng, words=120):
    """Made-up sentences with names and numbers."""
    out = []
    for _ in range(words // 10):
        sentence = [rng.choice(WORDS) for _ in range(8)] + [rng.choice(WORDS).title(), str(rng.randrange(10_000))]
        rng.shuffle(sentence)
        out.append(" ".join(sentence).capitalize() + ".")
    return " ".join(out)


def grouped(texts):
    return groups(np.stack([signature(text) for text in texts]), texts.__getitem__).tolist()


def test_planted_copies_are_grouped_and_nothing_else():
    rng = random.Random(0)
    texts = [article(rng, rng.randint(60, 600)) for _ in range(150)]
    truth = list(range(150))
    for n in range(40):
        for _ in range(rng.randint(1, 6)):
            texts.append(edited(texts[n], texts, rng))
            truth.append(n)
    figures = measure(texts, truth, 40)
    assert figures["precision_if_none"] >= 0.98 and figures["recall"] >= 0.98 and figures["other_pairs"] == 0


def test_a_group_bears_the_number_of_its_first_article_whatever_the_order():
    rng = random.Random(1)
    one, other = article(rng), article(rng)
    copy, copy_of_copy = one + " More was said.", "Agency. " + one + " More was said later."
    assert grouped([one, other, copy, copy_of_copy]) == [0, 1, 0, 0]
    assert grouped([copy_of_copy, other, one, copy]) == [0, 1, 0, 0]
    assert groups(np.zeros((0, BANDS * ROWS), np.uint32), str).tolist() == []


def test_what_was_grouped_before_is_not_compared_again():
    rng, looked = random.Random(4), []
    one, other = article(rng), article(rng)
    texts = [one, other, one + " More.", other + " More.", "Agency. " + other]

    def text(n):
        looked.append(n)
        return texts[n]

    signatures = np.stack([signature(text) for text in texts])
    assert groups(signatures, text, ["b", "c", "b", "c", None]).tolist() == [0, 1, 0, 1, 1] and 0 not in looked
    looked.clear()
    assert groups(signatures, text, ["a", "b", "c", "d", "e"]).tolist() == [0, 1, 2, 3, 4] and looked == []


EARNINGS = "{} said its net profit for the quarter rose to {} mln dlrs, or {} cts a share, from {} mln dlrs a year ago."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (EARNINGS.format("Acme Inc", 12.5, 31, 11.2), EARNINGS.format("Bolt Corp", 44.1, 82, 40.9), False),
        ("Spain said no.", "spain said NO", True),
        ("Spain said no.", "Spain said yes.", False),
        ("", "", True),
        ("马克龙抵达基辅", "马克龙抵达基辅", True),
    ],
)
def test_templates_and_short_texts(one, other, same):
    assert copies(one, other) is copies(other, one) is same
    assert (grouped([one, other]) == [0, 0]) is same


def test_a_part_that_two_long_articles_share_does_not_make_them_copies():
    rng = random.Random(2)
    background = article(rng, 100)
    assert not copies(article(rng, 300) + background, article(rng, 300) + background)
    assert not copies(background, article(rng, 500) + background)


def test_a_library_knows_its_copies_through_changes(write, tmp_path):
    rng, place = random.Random(3), tmp_path / "library"
    text = article(rng)
    folder = write({"a.txt": article(rng), "b.txt": text, "c/d.txt": edited(text, [article(rng)], rng)})
    build(folder, place, "hashed")

    def copied():
        library = Library.open(place)
        return {source: library.article(source).copy_of for source in library.sources}

    assert copied() == {"a.txt": None, "b.txt": None, "c/d.txt": "b.txt"}
    write({"a.txt": text + " Nothing more is known."})
    assert build(folder, place).changed and copied() == {"a.txt": None, "b.txt": "a.txt", "c/d.txt": "a.txt"}
    (folder / "a.txt").unlink()
    (folder / "b.txt").unlink()
    build(folder, place)
    assert copied() == {"c/d.txt": None}


def test_equal_passages_are_embedded_once(write, tmp_path):
    long = "Spain said no. " * 60
    folder = write({"a.txt": long + "Twice.", "b.txt": long + "Again.", "c.txt": "Germany agreed."})
    told: list[tuple[int, int]] = []
    build(folder, tmp_path / "library", "hashed", progress=lambda done, of: told.append((done, of)))
    library = Library.open(tmp_path / "library")
    texts = [a.text[p.start : p.end] for a, p in map(library.passage, range(len(library.vectors)))]
    assert len(set(texts)) < len(texts) and told[-1] == (len(set(texts)),) * 2


def test_a_signature_is_computed_piece_by_piece(monkeypatch):
    text = " ".join(f"word{n}" for n in range(500))
    whole = signature(text)
    monkeypatch.setattr("index.copies._AT_ONCE", 7)
    assert (signature(text) == whole).all()
