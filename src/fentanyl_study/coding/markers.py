"""Code stances and frames by marker lists: from attributed sentences to codes that can be looked up.

A marker is one row of wordlists/stance_markers.csv or frame_markers.csv. Its pattern is read against the
sentence's words: lower case, hyphens and quotation marks gone, "the United States" as `usa`, "Beijing" as
`china`, and "we" as the country of the official who speaks (codebook, part 1: context resolves a pronoun).

    {NAME}   any of the words of that name in marker_terms.csv
    word*    the word with any ending
    ..       up to 70 characters of the same clause
    ^        the beginning of the sentence
    A & B    both, in any order;   A & not B   the one without the other
    near A   A here or in the two sentences before, to which a pronoun may refer
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import pandas as pd

from fentanyl_study.schema import SIDES, TARGETS, InputError

STRENGTH = {"1": 0.4, "2": 0.7, "3": 0.9}  # a hint, a plain word, an explicit statement: chance of being right
MIN_CONFIDENCE = 0.5  # one hint is not enough to take a side, two are (1 - 0.6 * 0.6 = 0.64)
GAP = r"[^;:.?]{0,70}?"  # `..`: bounded, so that no pattern takes more than linear time
STEM = 4  # letters by which a pattern is first looked up: enough to rule nine patterns in ten out
UNMARKED = 0.6  # confidence in "none" for a sentence on the topic without any marker
NEGATION_REACH = 45  # characters before a marker in which a negation still governs it: some seven words

# stances that are of themselves a way of framing: working together, and reproach between the two countries
IMPLIED = (
    ({"cooperation": "favor"}, "cooperation"),
    ({"china_control": "against", "us_pressure": "favor"}, "blame"),
)

_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|hardly|den(?:y|ied|ies|ying|ial)|dismiss\w*|reject\w*|refut\w*"
    r"|disput\w*|rebut\w*|groundless|baseless|unfounded|false|incorrect|untrue|so called|far from|brush\w* aside"
    r"|hit back|push\w* back|fantasi[sz]e\w*)\b"  # "denied that China is", not "deny entry"
)
# "the U.S. side", "US-China"; not "us" in "told us", which is lower case when this is read
_USA = re.compile(r"\bU\.\s?S\.(?:A\.)?|\bUSA?\b|\bUnited States(?: of America)?\b|\bAmerica\b")
_CHINA = re.compile(r"\b(?:the )?People['’]s Republic of China(?: \(PRC\))?|\bP\.?R\.?C\b\.?|\bBeijing\b|\bSino\b")
_CLAUSE = re.compile(r"[;:.?,]|\b(?:but|insisting|saying|adding|arguing|stressing|noting|while)\b")
_SPLIT_NOT = re.compile(r"n['’]t\b")  # "isn't" -> "is not"
_POSSESSIVE = re.compile(r"['’]s\b|(?<=s)['’](?=\s)")  # "China's", "dealers' "
_TOKEN = re.compile(r"[a-z0-9]+(?:[.,][0-9]+)*|[;:,.?]")  # "1,178" is one, "end." two
_WE = {
    "china_official": (re.compile(r"\b(?:we|our(?: country)?|ours)\b"), "china"),
    "us_official": (re.compile(r"\b(?:we|our(?: country)?|ours)\b"), "usa"),
}


@dataclass(frozen=True)
class Marker:
    """One row of a marker list, its pattern compiled."""

    target: str
    direction: str
    sides: frozenset
    strength: float
    if_negated: str
    wanted: tuple
    unwanted: tuple
    near: tuple
    anchors: tuple

    def find(self, words, before=""):
        """Give the direction it speaks for in these words, or None where it does not stand."""
        first = self.wanted[0].search(words)
        if not first or not all(part.search(words) for part in self.wanted[1:]):
            return None
        if not all(part.search(words) or part.search(before) for part in self.near):
            return None
        if any(part.search(words) for part in self.unwanted):
            return None
        if self.if_negated and _NEGATION.search(_get_clause(words, first)):
            return self.if_negated
        return self.direction


def _get_clause(words, match):
    """Give the match and what precedes it in its clause, as far as a negation reaches."""
    before = words[max(0, match.start() - NEGATION_REACH) : match.start()]
    return _CLAUSE.split(before)[-1] + match.group()


@lru_cache(maxsize=4096)  # a sentence is read once for stances, once for frames, twice as context
def normalise_words(text, side="narrator"):
    """Give the sentence as the marker patterns read it: plain words between single spaces.

    Parameters
    ----------
    text : str
        A sentence.
    side : str
        Whose it is; an official's "we" stands for that official's country.

    Examples
    --------
    >>> normalise_words("We don't think the U.S. side's claim is fair.", "china_official")
    'china do not think the usa side claim is fair .'
    """
    text = _CHINA.sub(" China ", _USA.sub(" USA ", text))
    text = _POSSESSIVE.sub("", _SPLIT_NOT.sub(" not", text)).lower()
    text = " ".join(_TOKEN.findall(text))
    if side in _WE:
        pattern, country = _WE[side]
        text = pattern.sub(country, text)
    return text


@cache
def read_list(name):
    """Read one of the package's word lists, cells as text."""
    with resources.files("fentanyl_study").joinpath("wordlists", name).open(encoding="utf-8", newline="") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


@cache
def _read_terms():
    terms = read_list("marker_terms.csv")
    return dict(zip(terms["name"], terms["words"], strict=True))


def _fill_names(pattern):
    """Put the words of marker_terms.csv in the place of their names."""
    for name, words in _read_terms().items():
        pattern = pattern.replace("{" + name + "}", f"({words})")
    if re.search(r"\{[A-Z]", pattern):
        raise InputError(f"marker pattern {pattern!r}: name in braces not in marker_terms.csv; add it there")
    return pattern


def _split_pieces(part):
    """Split a part at its gaps, but not at those within brackets."""
    pieces, depth = [""], 0
    for word in part.split(" "):
        if word == ".." and depth == 0:
            pieces.append("")
            continue
        pieces[-1] += " " + word
        depth += word.count("(") - word.count(")")
    return [piece[1:] for piece in pieces]


def _find_anchor(segment):
    """Give the stems one of which a text must have for this piece of a pattern to match; none if unknown."""
    segment = segment.strip("^ ")
    if not segment.startswith("("):
        word = re.match(r"[a-z0-9]{%d,}|[a-z0-9]+(?= |$)" % STEM, segment)
        return frozenset([word.group()[:STEM]]) if word else None
    depth, cuts = 0, [0]
    for i, sign in enumerate(segment):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 1 or depth == 0:
            cuts.append(i)
        if depth == 0:
            break
    if segment[cuts[-1] + 1 :].startswith(("?", "*", "{0")):
        return None  # may be absent
    inner = [_find_anchor(segment[a + 1 : b]) for a, b in zip(cuts, cuts[1:], strict=False)]
    return frozenset().union(*inner) if all(inner) else None


@cache
def compile_pattern(pattern):
    """Turn one part of a marker's pattern into a compiled regular expression.

    Examples
    --------
    >>> bool(compile_pattern("shift* .. blame").search("stop shifting all the blame"))
    True
    """
    pattern = _fill_names(pattern).replace(")*", "){0,4}").replace("(", "(?:").replace("(?:?", "(?").strip()
    pattern = pattern.replace(" .. ", _GAP_MARK).replace("*", r"\w*").replace(_GAP_MARK, rf"\b{GAP}\b")
    return re.compile(rf"\b(?:{pattern})\b" if not pattern.startswith("^") else rf"{pattern}\b")


_GAP_MARK = "\0"  # keeps the gap's own signs from being read as pattern signs


@cache
def compile_markers(name):
    """Compile a list: one tuple of markers for each side, so that no side is asked at match time."""
    markers = []
    for row in read_list(name).itertuples():
        parts = [part.strip() for part in row.pattern.split(" & ")]
        markers.append(
            Marker(
                target=row.target, direction=row.direction,
                sides=frozenset(row.sides.split("|") if row.sides else SIDES),
                strength=STRENGTH[row.weight], if_negated=row.if_negated,
                wanted=tuple(compile_pattern(p) for p in parts if not p.startswith(("not ", "near "))),
                unwanted=tuple(compile_pattern(p[4:]) for p in parts if p.startswith("not ")),
                near=tuple(compile_pattern(p[5:]) for p in parts if p.startswith("near ")),
                anchors=tuple(
                    anchor for part in parts if not part.startswith(("not ", "near "))
                    for anchor in map(_find_anchor, _split_pieces(_fill_names(part))) if anchor
                ),
            )
        )  # fmt: skip
    return {side: tuple(m for m in markers if side in m.sides) for side in SIDES}


@cache
def _index_markers(name):
    """Index each side's markers: stem -> the numbers of those whose rarest-looking piece has it; "" -> always."""
    indexes = {}
    for side, markers in compile_markers(name).items():
        index = indexes[side] = {"": set()}
        for number, marker in enumerate(markers):
            for stem in min(marker.anchors, key=len, default=[""]):
                index.setdefault(stem, set()).add(number)
    return indexes


def _weigh(hits):
    """Give the direction best supported by hits [(direction, strength)] and how sure it is."""
    doubt = {"against": 1.0, "none": 1.0, "favor": 1.0}
    for direction, strength in hits:
        doubt[direction] *= 1 - strength
    # a tie goes to the denial: it has to name what it denies, the assertion names no denial
    direction = min(doubt, key=doubt.get)
    rest = min(value for name, value in doubt.items() if name != direction)
    confidence = (1 - doubt[direction]) * (0.5 + 0.5 * rest)
    confidence = round(confidence, 6)
    return (direction, confidence) if confidence >= MIN_CONFIDENCE else ("none", 1 - confidence)


def find_hits(text, side="narrator", markers="stance_markers.csv", *, before=""):
    """Give for each target or frame the hits of its markers in one sentence.

    Parameters
    ----------
    text, side : str
        A sentence, and whose it is.
    markers : str
        The list: stance_markers.csv or frame_markers.csv.
    before : str
        The sentences before it, for markers with `near`.

    Returns
    -------
    dict
        target or frame -> list of (direction, strength), in the order of the list.

    Examples
    --------
    >>> find_hits("We reject the accusations.", "china_official")["us_pressure"]
    [('against', 0.9), ('against', 0.9)]
    """
    words, hits = normalise_words(text, side), {}
    before = normalise_words(before, side)
    stems = {word[:STEM] for word in words.split()}
    lookup = _index_markers(markers)[side]
    numbers = set().union(lookup[""], *(lookup[stem] for stem in stems if stem in lookup))
    for marker in map(compile_markers(markers)[side].__getitem__, sorted(numbers)):
        if any(anchor.isdisjoint(stems) for anchor in marker.anchors):
            continue
        direction = marker.find(words, before)
        if direction:
            hits.setdefault(marker.target, []).append((direction, marker.strength))
    return hits


def code_stance(text, side="narrator", *, before=""):
    """Code one sentence's stance towards the five targets by its markers.

    The strengths s of the hits of one direction add up to 1 - product of
    (1 - s); the stronger direction wins and is trusted less the more speaks
    for another one. Under ``MIN_CONFIDENCE`` the code is none. A question of
    the article's own voice takes no side.

    Returns
    -------
    dict
        target -> (favor, against or none; confidence 0 to 1).

    Examples
    --------
    >>> code_stance("We reject the accusations.", "china_official")["us_pressure"]
    ('against', 0.99)
    """
    hits = {} if _is_question(text, side) else find_hits(text, side, before=before)
    return {target: _weigh(hits[target]) if target in hits else ("none", 1.0) for target in TARGETS}


def code_frames(text, side="narrator", *, before=""):
    """Give the frames one sentence's words carry, in alphabetical order.

    >>> code_frames("Police seized the parcels.")
    ['enforcement']
    """
    return sorted(find_hits(text, side, "frame_markers.csv", before=before))


def _is_question(text, side):
    """Tell whether a sentence is a question put by the article's own voice (it takes no side)."""
    asks = text.rstrip(" ”\"'’").endswith("?") or text.startswith(("Q ", "Q:", "Question"))
    return side == "narrator" and asks


def code_sentences(sentences):
    """Code sentences by machine: five stances, the frames, and how sure the least sure code is.

    One row per sentence, as given, with new columns: the five targets (favor,
    against, none), frames (joined by ";", sorted), confidence (0 to 1). Each
    article is coded by itself, so articles may be handed over one by one.
    Does not look at hand codes; ``build`` lets those prevail.

    Parameters
    ----------
    sentences : DataFrame
        doc_id, text, side; each article's sentences in reading order.

    Examples
    --------
    >>> told = pd.DataFrame({"doc_id": ["a"], "text": ["Police seized it."], "side": ["narrator"]})
    >>> code_sentences(told)["frames"].tolist()
    ['enforcement']
    """
    previous = sentences.groupby("doc_id", sort=False)["text"]
    before = previous.shift(2, fill_value="") + " " + previous.shift(1, fill_value="")
    rows = [
        _code_sentence(text, side, context)
        for text, side, context in zip(sentences["text"], sentences["side"], before, strict=True)
    ]
    coded = pd.DataFrame(rows, columns=[*TARGETS, "frames", "confidence"], index=sentences.index)
    return sentences.drop(columns=coded.columns, errors="ignore").join(coded)


def _code_sentence(text, side, before):
    """Give the five stances, the frames and the confidence of one sentence."""
    stances = code_stance(text, side, before=before)
    frames = set(code_frames(text, side, before=before))
    frames |= {frame for held, frame in IMPLIED if all(stances[target][0] == held[target] for target in held)}
    confidence = min(sure for _, sure in stances.values())
    if confidence == 1 and _is_on_topic(text):
        confidence = UNMARKED  # about the drug and a country, and yet no marker: a wording nobody listed?
    return [*(stances[target][0] for target in TARGETS), ";".join(sorted(frames)), round(confidence, 3)]


def _is_on_topic(text):
    words = normalise_words(text)
    return all(compile_pattern("{" + name + "}").search(words) for name in ("CHINA", "DRUG"))
