"""Photo credits answer who took a picture, for whom, and when; other questions do not meet them."""

import pytest

from qa.credits import credited
from qa.reader import Reading, Span

GATE = (
    "Two men wait at the gate in Lund on May 4, 2021, and in Malmo, June 6, 2024. (Ann Lee/Old Gazette)\n\n"
    "LUND - It rained."
)
READ = Reading(0.2, (Span("Two men", 0, 0, 7, -3.0, -1.0),), -3.0)


def told(question: str, text: str = GATE) -> list[str]:
    found = credited(question, ["Nothing here.", text], READ)
    assert found.spans[-1:] == READ.spans
    for span in found.spans[:-1]:
        assert text[span.start : span.end] == span.text and span.passage == 1 and span.score > 0
    return [span.text for span in found.spans[:-1]]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who took the picture at the gate?", "Ann Lee"),
        ("who photographed the two men in lund", "Ann Lee"),
        ("What is the name of the photographer in Malmo?", "Ann Lee"),
        ("Which newspaper does the photographer of the gate work for?", "Old Gazette"),
        ("When was the photo of the gate taken?", "June 6, 2024"),
        ("Who waits at the gate?", None),
        ("Who is in the picture at the gate?", None),
        ("Who took the picture of the bridge?", None),
        ("When did it rain in Lund?", None),
    ],
)
def test_a_credit_answers_for_its_picture(question, expected):
    assert told(question) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "who", "outlet"),
    [
        ("A gate. (Photo by Ann B. Lee/Getty Images)", "Ann B. Lee", "Getty Images"),
        ("A gate in Lund.\nPhoto: Ann Lee", "Ann Lee", None),
        ("A gate, Image credit: Ann Lee/AFP via Getty Images", "Ann Lee", "AFP via Getty Images"),
        ("A gate (ANN LEE / AFP)", "ANN LEE", "AFP"),
        ("A gate (AP Photo/Ann Lee)", "Ann Lee", "AP"),
        ("A gate (AP Photo/Ann Lee, File)", "Ann Lee", "AP"),
        ("A gate (Getty Images/Ann Lee)", "Ann Lee", "Getty Images"),
        ("A gate (Lund/Sweden)", None, None),
        ("A gate (and/or a door)", None, None),
        ("A gate (9 p.m. ET/4 PT)", None, None),
    ],
)
def test_the_forms_of_credits(text, who, outlet):
    assert told("Who took the picture of the gate?", text) == ([who] if who else [])
    assert told("Which agency is the photo of the gate from?", text) == ([outlet] if outlet else [])


def test_the_reading_says_that_there_is_an_answer():
    found = credited("Who took the picture at the gate?", [GATE], READ)
    assert found.answerable >= 0.9 and found.score == found.spans[0].score > READ.spans[0].score


@pytest.mark.parametrize("unit", ["(", "(A B", "Photo by A ", "A ", "\n", "(A B/C"])
def test_time_grows_with_the_length_of_the_text(unit, growth):
    def work(count: int) -> None:
        credited("Who took the picture of A?", [unit * count], READ)

    assert growth(work, 1_000, 8_000, below=30) < 30  # quadratic would be 64
