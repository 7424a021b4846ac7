"""Code sentences by machine: what the markers find and what the words make likely, in one decision.

A marker is read where it stands and can be looked up; the weighted words see what nobody listed. Each is wrong in
its own way, so they are added: ``HIT`` for a marker, and the probability by the words. A marker's code stands unless
the words all but rule it out, and the words alone must be fairly sure.
"""

import bisect

import numpy as np
import pandas as pd

from fentanyl_study.coding.markers import find_hits_in, is_question, name_drug, read_words, weigh_hits
from fentanyl_study.coding.weights import OUTCOMES, weigh_words
from fentanyl_study.schema import FRAMES, TARGETS

HIT = 0.6  # a marker's weight beside a probability
LINES = {"both": 0.7, "markers": HIT, "words": 0.5}  # support that is enough for a code
PASSAGE = 10  # sentences before and after in which a drug must be named: a press conference has many subjects

# stances that are of themselves a way of framing: working together, and reproach between the two countries
IMPLIED = (
    ({"cooperation": "favor"}, "cooperation"),
    ({"china_control": "against", "us_pressure": "favor"}, "blame"),
)
_PLACES = {outcome: place for place, outcome in enumerate(OUTCOMES)}
_OFF_SUBJECT = [*["none"] * len(TARGETS), "", 1.0]  # the codes where no drug is near


def code_sentences(sentences, *, by="both"):
    """Code sentences by machine: five stances, the frames, and how sure the least sure code is.

    One row per sentence, as given, with new columns: the five targets (favor,
    against, none), frames (joined by ";", sorted), confidence (0.5: a code
    could as well be another, to 1). The support for a code is the probability
    by its words (``weights.weigh_words``) plus ``HIT`` if markers find it; the
    best supported one is taken from ``LINES`` on. Each article is coded by
    itself, so articles may be handed over one by one. A passage in which no
    drug is named (``PASSAGE``) has no stance and no frame, a question of the
    article's own voice no stance. Does not look at hand codes; ``build`` lets
    those prevail.

    Parameters
    ----------
    sentences : DataFrame
        doc_id, text, side; each article's sentences in reading order.
    by : str
        both (what ``build`` uses), or markers or words, to compare.

    Examples
    --------
    >>> told = pd.DataFrame({"doc_id": ["a"], "text": ["Police seized fentanyl pills."], "side": ["narrator"]})
    >>> code_sentences(told)["frames"].tolist()
    ['enforcement']
    """
    columns = (sentences[name].tolist() for name in ("doc_id", "text", "side"))
    articles = {}  # doc_id -> [(place in the table, text, side)]
    for place, (doc_id, text, side) in enumerate(zip(*columns, strict=True)):
        articles.setdefault(doc_id, []).append((place, text, side))
    rows = [_OFF_SUBJECT] * len(sentences)
    for article in articles.values():
        for place, codes in _code_article(article, by):
            rows[place] = codes
    coded = pd.DataFrame(rows, columns=[*TARGETS, "frames", "confidence"], index=sentences.index)
    return sentences.drop(columns=coded.columns, errors="ignore").join(coded)


def _code_article(article, by):
    """Give (place, codes) of an article's sentences near a drug's name, each with the two before it in view."""
    last = last_but_one = 0
    read = []
    for _, text, side in article:
        read.append(read_words(text, side, last | last_but_one))
        last, last_but_one = read[-1].named, last
    named = [number for number, words in enumerate(read) if words.present & name_drug()]
    on_subject = []
    for number in range(len(read)):
        nearest = bisect.bisect_left(named, number - PASSAGE)
        if nearest < len(named) and named[nearest] <= number + PASSAGE:
            on_subject.append(number)
    support = np.zeros((len(on_subject), len(OUTCOMES)))
    if by != "markers":
        support += weigh_words([article[number][1] for number in on_subject])
    for number, supported in zip(on_subject, support, strict=True):
        place, text, side = article[number]
        asks = is_question(text, side)
        if by != "words":
            _add_hits(supported, read[number], side)
        yield place, _choose_codes(supported.tolist(), LINES[by], asks)


def _add_hits(supported, words, side):
    """Add to the support of each code what the markers found for it."""
    for target, hits in find_hits_in(words, side, "stance_markers.csv").items():
        direction, _ = weigh_hits(hits)
        if direction != "none":
            supported[_PLACES[f"{target}={direction}"]] += HIT
    for frame, hits in find_hits_in(words, side, "frame_markers.csv").items():
        if weigh_hits(hits)[0] != "none":
            supported[_PLACES[frame]] += HIT


def _choose_codes(supported, line, asks):
    """Give the five stances, the frames and the confidence that the support of all codes leads to."""
    stances = {}
    for place, target in enumerate(TARGETS):
        favor, against = supported[2 * place : 2 * place + 2]
        taken = "favor" if favor > against else "against"  # a tie goes to the denial: it has to name what it denies
        stances[target] = taken if max(favor, against) >= line and not asks else "none"
    frames = {frame for frame in FRAMES if supported[_PLACES[frame]] >= line}
    for held, frame in IMPLIED:
        if all(stances[target] == stance for target, stance in held.items()):
            frames.add(frame)
    doubt = min(abs(each - line) for each in supported[: 2 * len(TARGETS)])
    return [*stances.values(), ";".join(sorted(frames)), round(min(1.0, 0.5 + doubt), 3)]
