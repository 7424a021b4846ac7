"""Every marker matches its example and not its counter-example; codes follow the codebook's rules."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fentanyl_study.coding import code_frames, code_sentences, code_stance, find_hits
from fentanyl_study.coding.markers import (
    MIN_CONFIDENCE,
    STEM,
    compile_markers,
    compile_pattern,
    normalise_words,
    read_list,
)
from fentanyl_study.schema import FRAMES, SIDES, STANCES, TARGETS, InputError

LISTS = ("stance_markers.csv", "frame_markers.csv")
ROWS = [(name, number, row) for name in LISTS for number, row in enumerate(read_list(name).itertuples())]


def get_side(row):
    sides = row.sides.split("|") if row.sides else ["narrator"]
    return "narrator" if "narrator" in sides else sides[0]


def get_marker(name, number, row):
    side = get_side(row)
    earlier = read_list(name)["sides"][:number]
    return compile_markers(name)[side][sum(not sides or side in sides.split("|") for sides in earlier)]


@pytest.mark.parametrize(("name", "number", "row"), ROWS, ids=[f"{n[:5]}-{i + 2}-{r.target}" for n, i, r in ROWS])
def test_row_matches_its_example_and_not_its_counter_example(name, number, row):
    marker = get_marker(name, number, row)
    example, counter = (normalise_words(text, get_side(row)) for text in (row.example, row.counter_example))
    assert marker.find(example) == row.direction
    assert marker.find(counter) is None
    stems = {word[:STEM] for word in example.split()}
    assert not any(anchor.isdisjoint(stems) for anchor in marker.anchors), "the look-up would pass it over"


@pytest.mark.parametrize("name", LISTS)
def test_lists_hold_only_known_values(name):
    rows = read_list(name)
    targets, directions = (TARGETS, STANCES) if name == LISTS[0] else (FRAMES, ("carries",))
    assert set(rows["target"]) == set(targets)
    assert set(rows["direction"]) <= set(directions)
    assert set("|".join(rows["sides"]).split("|")) <= {*SIDES, ""}
    assert (rows[["why", "example", "counter_example"]] != "").all(axis=None)
    assert not rows["pattern"].duplicated().any()


@pytest.mark.parametrize(
    ("text", "side", "target", "stance"),
    [
        ("China remains the main source of illicit fentanyl.", "us_official", "china_source", "favor"),
        ("The ministry denied that China is the main source of fentanyl.", "other", "china_source", "against"),
        ("China is a main market for our cars.", "us_official", "china_source", "none"),
        ("The US side claims that China is the main source of fentanyl.", "china_official", "china_source", "none"),
        ("We have scheduled the whole class of fentanyl substances.", "china_official", "china_control", "favor"),
        ("We have scheduled the whole class of fentanyl substances.", "us_official", "china_control", "none"),
        ("China has failed to stop the flow of precursors.", "us_official", "china_control", "against"),
        ("The US should put its own house in order.", "china_official", "us_roots", "favor"),
        ("The two sides held talks on counternarcotics.", "narrator", "cooperation", "favor"),
        ("We stand ready to work with the US side.", "china_official", "cooperation", "favor"),
        ("The US must stop shifting the blame to China.", "china_official", "us_pressure", "against"),
        ("China is to blame for this crisis and its fentanyl.", "us_official", "us_pressure", "favor"),
        ("Is China the main source of fentanyl?", "narrator", "china_source", "none"),
    ],
)
def test_codebook_rules(text, side, target, stance):
    assert code_stance(text, side)[target][0] == stance


def test_hints_add_up_and_contradiction_lowers_confidence():
    sure = code_stance("The ministry rejected the accusations.", "china_official")["us_pressure"]
    assert sure == ("against", pytest.approx(1 - (1 - 0.9) * (1 - 0.9)))  # two explicit markers
    hits = find_hits("The ministry rejected the accusations.", "china_official")["us_pressure"]
    assert [strength for _, strength in hits] == [0.9, 0.9]


def test_near_looks_back_two_sentences_of_the_same_article_only():
    told = pd.DataFrame(
        {"doc_id": ["a", "a", "a", "a", "b"], "side": "us_official",
         "text": ["Beijing lies in the north.", "It was cold.", "They are not doing enough.",
                  "They are not doing enough.", "They are not doing enough."]}
    )  # fmt: skip
    assert code_sentences(told)["china_control"].tolist() == ["none", "none", "against", "none", "none"]


def test_coding_an_article_alone_gives_the_same_codes_and_leaves_the_table_be():
    told = pd.DataFrame(
        {"doc_id": ["a", "b", "a"], "side": ["us_official", "china_official", "us_official"],
         "text": ["China has failed to stop the flow of precursors.", "This is groundless.", "They must do more."]},
        index=[7, 3, 5],
    )  # fmt: skip
    before = told.copy()
    together = code_sentences(told)
    assert told.equals(before)
    alone = pd.concat([code_sentences(told[told["doc_id"] == name]) for name in ("a", "b")]).loc[told.index]
    pd.testing.assert_frame_equal(together, alone)


def test_words_are_read_as_the_codebook_reads_them():
    assert normalise_words("The U.S. isn’t “told us” of the PRC’s anti-drug law") == (
        "the usa is not told us of the china anti drug law"
    )
    assert normalise_words("We fear our past", "china_official") == "china fear china past"
    assert normalise_words("We fear our past", "narrator") == "we fear our past"


def test_unknown_name_in_a_pattern_is_refused():
    with pytest.raises(InputError, match="marker_terms.csv"):
        compile_pattern("{NOBODY} said")


def test_gap_stays_in_its_clause_and_is_bounded():
    pattern = compile_pattern("china .. source")
    assert pattern.search("china is a source")
    assert not pattern.search("china ; a source")
    assert not pattern.search("china " + "x" * 71 + " source")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.sampled_from(SIDES))
def test_any_text_gets_allowed_codes(text, side):
    codes = code_stance(text, side)
    assert set(codes) == set(TARGETS)
    assert all(stance in STANCES and 0 <= sure <= 1 for stance, sure in codes.values())
    assert all(sure >= MIN_CONFIDENCE for stance, sure in codes.values() if stance != "none")
    assert set(code_frames(text, side)) <= set(FRAMES)


WORDS = sorted(set(re.findall(r"[a-z]{2,}", " ".join(read_list("marker_terms.csv")["words"]))))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.sampled_from(SIDES))
def test_look_up_by_first_letters_changes_nothing(text, side):
    words = normalise_words(text, side)
    for name in LISTS:
        every = [m for m in compile_markers(name)[side] if m.find(words, words)]
        stems = {word[:STEM] for word in words.split()}
        assert all(not anchor.isdisjoint(stems) for m in every for anchor in m.anchors)
