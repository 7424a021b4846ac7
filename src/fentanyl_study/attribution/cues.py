"""Cues: from a sentence to the verbs and nouns that credit content, each with its source."""

import functools
import re
from typing import NamedTuple

from fentanyl_study.attribution.words import VERBS, read_verbs
from fentanyl_study.wordlists import read_wordlist

# The complements of a verb, first match wins; positions are those of the content. The second column
# is a letter without which a pattern cannot match:
# q quotation, t that-clause, w question, i infinitive, e nothing more, z bare clause, n noun phrase;
# capital letters: the same after the one addressed ("told reporters that")
SIMPLE = r"(?:[pm]|[dqPr]{0,3}[nwsPdqyeJ]*[nws]|q)"
PLACE = r"(?:[pm]|[dqPr]{0,3}[nwsPdqyeQJ]*[nwsQ]|q)"  # "on “Meet the Press”"
MODIFIERS = rf"(?:[ioau]?[dqwe]{{0,2}}y(?:,?q)?|r|[ioau]{PLACE}|t(?=[dqPnmps]){SIMPLE}){{0,6}}"
_ADDRESSEE = rf"{SIMPLE}(?:o{SIMPLE})?"
_COMPLEMENTS = (
    ("q", "Q", rf"{MODIFIERS},?:?(?=Q)"),
    ("t", "T", rf"{MODIFIERS}(?:,?|,[^,T]*(?:,[^,T]*){{0,3}},)(?=T)"),
    ("z", ":", rf"{MODIFIERS}:(?=.)"),
    ("Q", "Q", rf"{_ADDRESSEE}{MODIFIERS},?:?(?=Q)"),
    ("T", "T", rf"{_ADDRESSEE}{MODIFIERS},?(?=T)"),
    ("w", "", r"r*(?=[Wh])"),
    ("W", "W", rf"{_ADDRESSEE}r*(?=W)"),
    ("i", "t", r"r*(?=tr*[Bvwbxre])"),
    ("I", "t", rf"{_ADDRESSEE}{MODIFIERS}(?=tr*[Bvwbxr])"),
    ("e", "", rf"{MODIFIERS}(?=[,.;-]|$)"),
    ("n", "", r"r*(?=[gG])"),
    ("z", "", rf"{MODIFIERS}(?=p|{PLACE}(?:[ioatu]{PLACE}|,[^,]*,|-[^-]*-)*r*[xbDSeB])"),
    ("E", "", rf"{_ADDRESSEE}{MODIFIERS}(?=[,;G-]|$)"),
    ("Z", "", rf"{_ADDRESSEE}{MODIFIERS}(?=p)"),
    ("n", "", rf"r*(?={PLACE})"),
    ("p", "", r"(?=[ioatu])"),
)
_CONTENT = re.compile(r"[QxbDSeB]")
_NAMED = re.compile(r"[nsdqp]")  # "officials", "two women"; not "tensions"
FINITE = re.compile(r"[xbDSeB]")
_ANY_MODIFIERS = re.compile(MODIFIERS)
_GROUP = "xrb"
_FLOATED = frozenset(("xw", "xq", "xu"))  # "have all said", "has long said", "has since said"
_POSSESSIVES = frozenset("his her their its my our your".split())


class Cue(NamedTuple):
    """A verb (or "according to") with its source and complement, as positions in a sentence."""

    first: int  # where the clause of the cue begins: its subject, or the verb
    verb: int
    subject: tuple | None
    code: str
    content: int  # where content to the right begins
    inverted: bool
    joined: bool  # shares the subject of a verb before it: ", adding that", "and said"


@functools.cache
def read_takes():
    """Give {lemma: complements it may take}, letters as in _COMPLEMENTS; every verb may take a quotation."""
    return {row["verb"]: frozenset(row["takes"] + "q") for row in read_wordlist("cue_verbs")}


@functools.cache
def read_cue_nouns():
    """Give the nouns that a content clause may follow: "his claim that …"."""
    return frozenset(row["noun"] for row in read_wordlist("cue_nouns"))


_PREDICATE = re.compile("r*[xbDSeB]")  # "a claim that made news" tells no claim
MAX_CANDIDATES = 25  # in the words of a sentence; prose has fewer than ten
# one class in front is searched for fast
_CANDIDATE = re.compile(f"[{VERBS}TAJ](?<!A(?!t))(?<!J(?![TtWiopdns]))")


def find_cues(sentence, phrases):
    """Find the cues of a sentence whose complement fits the verb, in order."""
    letters, cues = sentence.letters, []
    last = outer = None  # the subjects a verb without one may share
    candidates = [match.start() for match in _CANDIDATE.finditer(letters)]
    for i in candidates if len(candidates) <= MAX_CANDIDATES else ():
        letter = letters[i]
        if letter == "A":
            cue = _read_according(letters, phrases, i, i)
        elif letter == "J" and not _is_verb(sentence, i):
            cue = _read_adjective(letters, phrases, i)
        elif letter == "T":
            cue = _read_noun(sentence, phrases, i)
        else:
            cue = _read_verb(sentence, phrases, i, (last, outer))
        if not cue:
            continue
        cues.append(cue)
        if cue.subject and letter not in "TA" and (cue.inverted or cue.subject[0] < cue.verb):
            last = cue.subject
            if outer is None or not cue.joined and letters[max(0, cue.first - 1)] in ",;ck-":
                outer = last
    return cues


def _read_according(letters, phrases, verb, at):
    """Give the cue of "according to Li", "as reported by Li"."""
    source = phrases.extend_right(verb + 2)
    if not source:
        return None
    if at == 0 or letters[at - 1] in "ck:;":
        comma = re.compile("[,:Q]").search(letters, source[1])
        content = comma and comma.end() - (comma.group() == "Q")
        return Cue(at, verb, source, "z", content, False, False) if comma else None
    return Cue(at, verb, source, "e", _ANY_MODIFIERS.match(letters, source[1]).end(), True, False)


def _read_noun(sentence, phrases, at):
    """Give the cue of a noun of speech before "that": "Li's claim that", "the belief that"."""
    letters, chunk = sentence.letters, phrases.extend_left(at)
    is_cue = chunk is not None and sentence.get_word(at - 1) in read_cue_nouns()
    if not is_cue or _PREDICATE.match(letters, at + 1):
        return None
    owner = letters.rfind("P", chunk[0], at)
    subject = (chunk[0], owner + 1) if owner >= 0 else None
    if sentence.get_word(chunk[0]) in _POSSESSIVES:
        subject = chunk[0], chunk[0] + 1
    return Cue(chunk[0], at - 1, subject, "t", at, False, True)


def _is_verb(sentence, at):
    """Tell "Li worried that" from "Li is worried that"."""
    return sentence.letters[at - 1 : at] in ("n", "s", "w", "p") and sentence.get_word(at) in read_verbs()


def _read_adjective(letters, phrases, at):
    """Give the cue of "is confident that", "remain eager to"; None in "a certain"."""
    group = at
    while group and letters[group - 1] in _GROUP + "e":
        group -= 1
    subject = phrases.find_subject(group) if "b" in letters[group:at] else None
    return Cue(subject[0], at, subject, "t", at + 1, False, False) if subject else None


def _read_verb(sentence, phrases, verb, shared):
    """Give the cue that a verb makes, or None where subject or complement do not fit."""
    letters = sentence.letters
    last, outer = shared
    takes = read_takes()[read_verbs()[sentence.get_word(verb)][1]]
    group = verb
    while group and (letters[group - 1] in _GROUP or letters[group - 2 : group] in _FLOATED):
        group -= 1
    before = letters[group - 1] if group else "^"
    finite = letters[verb] != "G" or "b" in letters[group:verb]
    if "b" in letters[group:verb] and letters[verb] in "DN":
        return _read_passive(sentence, phrases, takes, verb, group)
    opening = group - (sentence.words[group - 1 : group] == ["first"])
    is_agent = letters[verb] in "DN" and sentence.words[verb + 1 : verb + 2] == ["by"]
    if is_agent and letters[opening - 1 : opening] == "a":
        return _read_according(letters, phrases, verb, opening - 1)  # "as first reported by Li"
    if letters[verb] in "DN" and group == verb and before in "^W":  # "Asked about it, …", "when asked"
        return _read_passive(sentence, phrases, takes, verb, group)
    if letters[verb] == "N" and group == verb:
        return None
    if "v" in takes and letters[verb] in "DSB" and group == verb and before in "Q,-":
        cue = _read_inverted(letters, phrases, takes, verb)
        if cue:
            return cue
    joined = before in "ct" or not finite and before in "iouk^,-Qry;:"
    if not joined and before in "^iouk(;:":
        return None
    subject_before = outer if before and before in ",c-" else last
    if before == "a":
        joined = True
        subject = _find_quoted(letters, phrases, group) or subject_before or phrases.find_main(group)
    elif before == "^":
        subject = None
    elif joined:
        subject = subject_before or phrases.find_main(group)
    else:
        subject = phrases.find_subject(group)
        if subject and not finite and set(letters[slice(*subject)]) <= {"w", "y"}:  # "stop blaming"
            joined, subject = True, subject_before or phrases.find_main(group)
    if joined and subject is None and not finite:  # "After saying no, the envoy left"
        comma = letters.find(",", verb)
        subject = phrases.extend_right(comma + 1) if comma >= 0 else None
    if subject is None:
        return None
    first = group if joined else subject[0]
    if not joined and first and letters[first - 1] == "a":  # "As the agency reported, ..."
        first -= 1
    if joined and subject[0] and letters[subject[0] - 1] == "Q" and letters[verb] == "B":
        first = subject[0]  # "Q," he went on to say
    # "“Q,” Li, who asked not to be named, said": the quotation is not what he asked
    quoted = first > 0 and before != "h" and (letters[first - 1] == "Q" or letters[first - 2 : first] == "Q,")
    code, content = _match_complement(letters, takes, verb)
    after = letters[verb + 1 : verb + 2]
    if joined and not finite and code == "e" and before == "," and after in ("t", "i", "o", "d"):
        code, content = ("p", verb + 1) if "p" in takes else ("", 0)  # ", adding to her lead"
    elif code == "e" and not joined and after == "t" and "p" in takes:
        if not _CONTENT.search(letters, 0, verb):
            code, content = "p", verb + 1  # "Li points to the treaty"
    if code == "n" and letters[content : content + 1] == "G" and first and letters[first - 1] == ",":
        code = "e"  # "..., the agency reported citing the police"
    if not code and not joined and "z" in takes and first and letters[first - 1] in "hW":
        code, content = "z", verb + 1  # "which he said were many"
    if code == "E" and "n" in takes and not joined and "Q" not in letters[:verb]:
        if not FINITE.search(letters, 0, first):
            code, content = "n", verb + 1  # "a poll showed support for Li", nobody is told
    if first == 1 and letters[0] == "W" and letters[content - 1 : content] == ":":
        return None  # "What they say:" is a heading
    if quoted and code not in ("q", "Q", "t", "T", "e", "E"):
        code, content = "e", _ANY_MODIFIERS.match(letters, verb + 1).end()
    return Cue(first, verb, subject, code, content, False, joined) if code else None


def _read_passive(sentence, phrases, takes, verb, group):
    """Give the cue of "is expected to", "was seen as": content that nobody is named for."""
    letters = sentence.letters
    by = verb + 1 + (letters[verb + 1 : verb + 2] == "r")
    if group < verb and sentence.words[by : by + 1] == ["by"]:
        source = phrases.extend_right(by + 1)
        if source and not letters.startswith("aG", source[1]):  # "quoted by Xinhua as saying"
            code = "p" if letters[source[1] : source[1] + 1] in tuple("aitTW") else "e"
            return Cue(group, verb, source, code, source[1], False, False)
        return None
    code, content = _match_complement(letters, takes, verb)
    if code == "e" and letters[verb + 1 : verb + 2] == ("i" if group == verb else "a"):
        code, content = "p", verb + 1
    if "b" not in takes or code not in ("t", "i", "w", "p"):
        return None
    return Cue(group, verb, None, code, content, False, False)


def _find_quoted(letters, phrases, group):
    """Give "staff" in "Reuters quoted staff as saying"; None in "Li was quoted as saying"."""
    chain = phrases.extend_left(group - 1)
    return chain if chain and chain[0] and letters[chain[0] - 1] in VERBS else None


def _read_inverted(letters, phrases, takes, verb):
    """Give the cue of a verb before its subject: "said Li"."""
    before = letters[verb - 1]
    source = phrases.extend_right(verb + 1)
    if not source or letters[verb + 1] == "m":
        return None
    if before != "Q" and letters[max(0, verb - 2)] != "Q":
        ends = letters[source[1] : source[1] + 1] in ",;-yihau"
        follows = before != "," or "a" in takes or _APPOSED.match(letters, 0, verb)
        follows = follows and phrases.find_subject(verb)
        clause = _CONTENT.search(letters, 0, verb) or letters[source[1] : source[1] + 2] in ("", ",h")
        if follows or not clause or not ends or not _NAMED.search(letters, *source):
            return None
    content = _ANY_MODIFIERS.match(letters, source[1]).end()
    return Cue(verb, verb, source, "e", content, True, False)


# "Li, a baker, | said the price fell", "Li, who bakes, | said"; not "Prices fell, | said Li"
_APPOSED = re.compile(r"[^,xbDSBe]*[nsq],(?:h[^,]*|[^,xbDSBe]*),\Z")


@functools.cache
def _compile_complements(simple):
    """Give the complements with compiled patterns; only those without an addressee if `simple`."""
    rows = [row for row in _COMPLEMENTS if not (simple and row[0].isupper())]
    return [(code, needed, re.compile(pattern)) for code, needed, pattern in rows]


def _match_complement(letters, takes, verb):
    """Give (code, start) of the verb's complement; ("", 0) if it takes none such."""
    following, match = letters[verb + 1 :], None
    for code, needed, pattern in _compile_complements("a" not in takes and "n" not in takes):
        if needed in following:
            match = pattern.match(letters, verb + 1)
            if match:
                break
    if match:
        if code.isupper() and "a" in takes or code in takes:
            return code, verb + 1 if code == "I" else match.end()
        if code in "QTWIEZz" and "n" in takes:
            return "n", verb + 1
        if "v" in takes and code == "n":
            return "z", verb + 1
        if "e" in takes and code not in "qtw":
            return "e", len(letters)
        return "", 0
    clause = "v" in takes and "z" in takes and letters[verb + 1 : verb + 2] not in ("i", "u", "o", "")
    return ("z", verb + 1) if clause else ("", 0)
