"""What kind of answer a question asks for. The set was written by hand; careless spelling is part of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.kinds import kind, wanted

LIST = """
Which countries opposed the plan?
wich countries opposed the plan
In which cities does the company have offices?
Which of the ministers were present?
which ones were closed
What reasons did she give?
what kinds of fish are sold there
Which two eastern members hinted at it?
which 3 firms won contracts
What are the parts of the plan?
what are her demands
Who are the two presidents in the photo?
Who were the winners?
who all signed
Name the islands that were evacuated
name all the members
List every country they wrote to
List what they sent
Please list the stolen objects.
Could you tell me which trade unions called the strike?
According to the police, which suspects fled?
To which people did they turn?
Which women spoke?
Which opposition parties will vote no?
Which party leaders resigned?
What five things were found?
Give me the names of the ports
lsit the sponsors
all airlines that cancelled flights
"""
ONE = """
Which country opposed the plan?
Which country backs the plan?
which company makes cars
Which bank expects more closures?
Which arms manufacturer builds it?
Which news agency's report is it?
Which Russian town the army hit first
Which of the two candidates won?
Which of the ministers is the oldest?
which one of the ships sank
Who is the president?
who's the mayor
what's his post?
What is the name of the ministers' adviser?
What sort of weapons was it?
How many countries signed?
how many ports were hit
How are the ministers getting on?
When did the countries sign?
Why did the ministers resign?
Whose soldiers were they?
Where is the museum?
As of late May, when was France likely to decide?
Which series was cancelled?
Which 2024 candidate won?
Name the president of the bank
Which minister demanded an explanation?
Could you tell me how many partners have agreed, please?
In which month will they meet?
What day was it?
Which head of state turned it down?
"""
OPEN = """
What gear do the rescuers carry?
which military aid did they send
Who sent the letters?
who came
Whom did she thank?
To whom did France write?
Who is being trained?
Who was convicted of fraud?
What did the mayor ask the army for?
what was seized by the police
Where did fires break out?
macron quote on sovereignty
What else did he call it?
"""
YESNO = """
Did the countries agree?
Is France at war?
May they use American weapons?
has the coalition been agreed yet or is it still to be formed
According to officials, does it matter what they do?
Washington had ruled it out, so did it still get a letter?
"""


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (line, name)
        for name, lines in (("list", LIST), ("one", ONE), ("open", OPEN), ("yesno", YESNO))
        for line in lines.strip().splitlines()
    ],
)
def test_what_a_question_asks_for(question, expected):
    assert kind(question) == expected


@pytest.mark.parametrize("lines", [LIST, ONE, YESNO])
def test_case_and_a_missing_mark_do_not_matter(lines):
    for line in lines.strip().splitlines():
        assert kind(line) == kind(line.lower().rstrip("?.")) == kind(f"  {line}  ")


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("Which two countries signed?", 2),
        ("who are the 3 suspects", 3),
        ("Name ten islands", 10),
        ("Which countries signed in two days?", None),
        ("Which 2024 candidates won?", None),
        ("", None),
    ],
)
def test_how_many_things_are_asked_for(question, number):
    assert wanted(question) == number


@given(
    st.text(max_size=80) | st.lists(st.sampled_from("which who the ² countries's s' , . are of".split())).map(" ".join)
)
def test_any_text_is_of_some_kind(text):
    assert kind(text) in ("list", "open", "one", "yesno")
    assert wanted(text) is None or wanted(text) > 1


def test_courtesies_without_end_are_read_in_linear_time():
    assert kind("can you please tell me " * 10_000) in ("list", "open", "one", "yesno")
