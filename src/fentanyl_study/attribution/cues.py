"""Cues: from a sentence to a string with one letter a word, on which patterns can run.

The letters are the classes of wordlists/word_classes.csv, and these:

====  ==========================================================================
n, w  a capitalised word; any other word
s     a noun that can be a source (wordlists/source_nouns.csv)
P     a possessive, "China's"
S     a cue verb, third person; D past; B base form; G -ing; N participle only
e, g  another word in -ed, in -ing; Q a quotation; A "according"; , : ; - ( ) as they stand
====  ==========================================================================
"""

import functools
import re
from typing import NamedTuple

from fentanyl_study.wordlists import read_wordlist

FILLER = "\ue000"  # stands for every character of a quotation while its sentence is read
MAX_TOKENS = 300  # a longer "sentence" is a list or no prose; patterns stay fast on pieces of this length

# "U.S.-led", "Clinton’s", "AT&T", "12,000"; a run of fillers is one word
_TOKEN = re.compile(
    FILLER + r"+|[^\W\d_](?:\w|[-’'./&](?=\w))*(?:(?<=s)[’'](?!\w))?|[$€£¥]?\d(?:[\d,.]*\d)?%?(?:-\w+)*|[^\w\s]"
)
_PUNCTUATION = {",": ",", ";": ";", ":": ":", "-": "-", "–": "-", "—": "-", "―": "-", "(": "(", ")": ")",
                "[": "(", "]": ")", "…": ";"}  # fmt: skip
VERBS = "SDBGN"
HEADLINE = 0.6  # share of capitalised words; running text stays far below it


class Sentence(NamedTuple):
    """The words of one sentence: a letter each, and their offsets in the text."""

    letters: str
    words: tuple  # lower case, straight apostrophes
    starts: tuple
    ends: tuple


@functools.cache
def _read_classes():
    """Give the letter of every listed word."""
    letters = {}
    for row in read_wordlist("word_classes"):
        letters |= dict.fromkeys(row["words"].split(), row["class"])
    for row in read_wordlist("source_nouns"):
        letters |= dict.fromkeys(row["noun"].split(), "s")
    return letters | {"according": "A"}


@functools.cache
def read_verbs():
    """Give {form: (letter, lemma)} for every inflection of the cue verbs."""
    forms = {}
    rows = read_wordlist("cue_verbs")
    for row in rows:
        verb, stem = row["verb"], row["stem"] or re.sub("e$", "", row["verb"])
        past, participle = row["past"] or (verb + "d" if verb.endswith("e") else _add_ed(stem)), row["participle"]
        for form, letter in ((verb, "B"), (_add_s(verb), "S"), (stem + "ing", "G"), (participle, "N"), (past, "D")):
            forms[form] = (letter, verb)
    forms.pop("", None)
    return forms


def _add_s(verb):
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(?:s|sh|ch|x|z|o)$", verb) else "s")


def _add_ed(stem):
    return stem[:-1] + "ied" if re.search(r"[^aeiou]y$", stem) else stem + "ed"


class _Letters(dict):
    """The letter of each word met so far."""

    def __missing__(self, word):
        letter = self[word] = _classify(word)
        return letter


def _classify(word):
    low = word.lower().replace("’", "'")
    listed = _read_classes().get(low)
    if word[0] == FILLER:
        return "Q"
    if word[0].isdigit() or word[0] in "$€£¥":
        return "q"
    if not word[0].isalpha():
        return _PUNCTUATION.get(word[0], "")
    shouted = len(word) > 1 and word.isupper()  # "US" is no pronoun, "WHO" no relative
    if word[0].isupper() and (shouted or not (listed and listed in "pdqmTWthxbyA")):
        return "P" if low.endswith(("'s", "s'")) else "n"
    if listed:
        return listed
    if low in read_verbs():
        return read_verbs()[low][0]
    return _guess(low)


def _guess(low):
    """Give the letter of a word in no list, by its ending."""
    if low.endswith(("'s", "s'")):
        return "P"
    if low.endswith("ly"):
        return "r"
    if low.endswith("ing") and len(low) > 5:
        return "g"
    return "e" if low.endswith("ed") and len(low) > 4 else "w"


@functools.cache
def _get_letters():
    return _Letters()


def read_sentence(text, start, end):
    """Read text[start:end] into Sentences of at most MAX_TOKENS words.

    >>> read_sentence("Mr. Li also said that it fell.", 0, 30)[0].letters
    'nnrDTpe'
    """
    letters_of = _get_letters()
    tokens = [(match.group(), *match.span()) for match in _TOKEN.finditer(text, start, end)]
    found = []
    for begin in range(0, len(tokens), MAX_TOKENS):
        piece = [token for token in tokens[begin : begin + MAX_TOKENS] if letters_of[token[0]]]
        if piece:
            words, starts, ends = zip(*piece, strict=True)
            found.append(_make_sentence(words, starts, ends))
    return found


def _make_sentence(words, starts, ends):
    letters_of = _get_letters()
    letters = [letters_of[word] for word in words]
    low = tuple(word.lower().replace("’", "'") for word in words)
    first = 1 if letters[0] in "-(" and len(letters) > 1 else 0
    if letters[first] == "n" and not (len(words[first]) > 1 and words[first].isupper()):
        letter = letters_of[low[first]]
        guessed = "" if low[first] in _read_classes() else "egr"
        guessed += "y"  # "Day said"
        after = letters[first + 1] if first + 1 < len(letters) else "."
        is_name = after in "xbSDP" or letter == "r" and after in "n:"
        letters[first] = "n" if letter in "wP" or letter in guessed and is_name else letter
    if letters.count("n") > HEADLINE * len(letters):
        _lower_verbs(letters, low)
    _settle_verbs(letters, low)
    return Sentence("".join(letters), low, starts, ends)


def _lower_verbs(letters, low):
    """Find the verbs of a headline in capitals: "Li Says Price Fell"."""
    for i in range(1, len(letters)):
        verb = read_verbs().get(low[i])
        if letters[i] == "n" and letters[i - 1] in "ns" and verb and verb[0] == "S":
            letters[i] = "S"


def _settle_verbs(letters, low):
    """Turn what has the form of a cue verb but stands as a noun or an adjective into one."""
    before = ";"
    for i, letter in enumerate(letters):
        if letter in "SB":
            if before in "dPoiaeSDBG" or before == "w" and low[i - 1].endswith("s") == (letter == "S"):
                letters[i] = _read_classes().get(low[i], "w")
        elif letter == "G" and (before in "dP" or before == "q" and letters[i + 1 : i + 2] and letters[i + 1] in "SDBxb"):
            letters[i] = "w"
        elif letter in "DN" and before in "dPoi" and letters[i + 1 : i + 2] and letters[i + 1] in "wsnSB":
            letters[i] = "e"
        before = letters[i]


@functools.cache
def read_takes():
    """Give {lemma: complements it may take}, letters as in find._COMPLEMENTS."""
    return {row["verb"]: frozenset(row["takes"]) for row in read_wordlist("cue_verbs")}


@functools.cache
def read_cue_nouns():
    """Give the nouns that a content clause may follow: "his claim that …"."""
    return frozenset(row["noun"] for row in read_wordlist("cue_nouns"))
