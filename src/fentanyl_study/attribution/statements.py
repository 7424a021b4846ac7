"""Statements: from one sentence and its attributed content to its code (codebook, part 2)."""

import functools
import re
from typing import NamedTuple

from fentanyl_study.attribution.names import split_name
from fentanyl_study.attribution.pieces import Piece, is_outlet
from fentanyl_study.attribution.sides import (
    OTHER,
    find_entries,
    judge_source,
    read_group,
    read_words,
)
from fentanyl_study.wordlists import read_wordlist

MIN_CREDITED = 0.5  # below this share of the letters outside the attribution clause, the narrator speaks
_WORD = re.compile(r"\w+(?:[’'.,-]\w+)*")


class Code(NamedTuple):
    """What is decided about one sentence."""

    side: str
    speaker: str
    mode: str
    cue: str


NARRATOR = Code("narrator", "", "none", "")


def _letters(text, start, end):
    return sum(map(str.isalnum, text[start:end]))


def code_statement(text, start, end, pieces, quoted, cast, page=None):
    """Code a sentence of running news: who is reported, what he rejects or claims, whom he cites."""
    if text.find(" asked", start, end) >= 0 and _ASKED.search(text, start, end):
        return NARRATOR
    claim, at = (NARRATOR, 0) if page else _code_claim(text, start, end, cast, quoted)  # a page's own claims
    tagged = _code_tag(text, start, end, pieces, quoted, cast)
    if tagged:
        return tagged
    reported = _code_reported(text, start, end, pieces, quoted)
    within = claim.cue in _read_claims()["rejection"] and all(
        (p.clause_start or 0) > at and p.cue.lower() not in read_group("speech cues") for p in pieces
    )
    code = claim if within or not reported else reported
    code = code if code != NARRATOR else _code_finding(text, start, end, cast)
    code = code if code != NARRATOR else _code_speech(text, start, end, cast, quoted)
    return _code_citation(text, start, end, cast, code)


_ASKED = re.compile(r"\b(?:reporters?|journalists?)(?: \w+){0,3} asked\b")
# '“…,” Liu, deputy director of the commission, | said'; "Two officials familiar with it said"
_SPEECH = re.compile(
    r"(?:^|[,?!.]?[”\"] |^On \w+, )(?P<subject>(?:[A-Z]|an? |one |the )[^;:“”\"?!]{1,170}?),? "
    r"(?:(?:has|have|had) )?(?:(?:since|also|then|later|earlier|\w+ly) )?"
    r"(?P<verb>said|says|told|tells|added|wrote|argued|noted|stressed|fired back)\b"
)
# "Senator Lee had a word for it: “No.”"
_COLON = re.compile(
    r"^(?P<subject>(?:(?:[A-Z][\w.’'-]*|of|the|\([A-Z][\w.-]+\)) ?){1,9})[^:“”\"]{3,120}(?P<verb>:)\s*[“\"]"
)


# "…, | it adds."
_CLOSING = re.compile(
    r", (?P<subject>it|he|she|they|one of them|the \w+|[A-Z][\w’'-]+) "
    r"(?P<verb>says?|said|adds|added|cautioned|recalled|point(?:s|ed) out|went on|continued|note[sd]|conceded?s?|argue[sd]|warn(?:s|ed)|claim(?:s|ed))(?:\W*$|, )"
)


_QUOTED_AS = re.compile(
    r"(?:^|[,”\"] )(?P<subject>he|she|(?:[A-Z][\w’'-]+ ){0,5}[A-Z][\w’'-]+) (?:was|"
    r"were) (?P<verb>quoted)\b.{0,60}\bas saying"
)


def _code_tag(text, start, end, pieces, quoted, cast):
    """Code a sentence that a short clause of speech closes; all of it is that source's."""
    sentence = text[start:end]
    match = (
        " quoted" in sentence
        and _QUOTED_AS.search(sentence)
        or ", " in sentence
        and _CLOSING.search(sentence)
    )
    if not match:
        return None
    at = start + match.start("subject")
    if match.re is _CLOSING and any((piece.clause_start or 0) >= at - 1 for piece in pieces):
        return None
    source = cast.resolve(match["subject"], at)
    piece = Piece(start, at, source, "indirect", match["verb"], at)
    return source and Code(
        source.side, source.name, _find_mode(text, start, end, [piece], quoted), match["verb"]
    )


_SPEECH_VERB = re.compile(
    r"\b(?:said|says|told|tells|added|wrote|argued|noted|stressed|fired back)\b|:\s*[“\"]"
)


def _code_speech(text, start, end, cast, quoted):
    """Code a plain clause of speech with a long subject."""
    match = _SPEECH_VERB.search(text, start, end) and (
        _SPEECH.search(text[start:end]) or _COLON.search(text[start:end])
    )
    subject = match["subject"] if match else ""
    subject = subject.strip()
    pronoun = subject.lower() in ("he", "she", "it", "they", "one of them")
    if not subject or not pronoun and (_FINITE.search(subject) or len(subject.split()) > 26):
        return NARRATOR
    at = start + match.start("subject")
    if not (pronoun or split_name(subject)[0] or judge_source(subject, cast.home).side):
        return NARRATOR
    source = cast.resolve(subject.strip(), at)
    piece = (
        Piece(start, at, source, "indirect", match["verb"], at)
        if match.start("subject")
        else Piece(start + match.end(), end, source, "indirect", match["verb"], at)
    )
    if not source:
        return NARRATOR
    return Code(source.side, source.name, _find_mode(text, start, end, [piece], quoted), match["verb"])


_FINITE = re.compile(
    r"\b(?:was|were|is|are|has|have|had|will|would|can|could|may|should|did|does|they|he|she|it|we)\b|"
    r", (?:and|but) "
)


# "provisional figures from the CDC show", "in the view of Zhang Yong'an, dean of the College,"
_FINDING = re.compile(
    r"\b(?:data|figures|statistics|numbers|estimates|records)(?: \w+){0,3}? (?:from|of|by|"
    r"at) (?P<body>[^,;.\n]{3,90}?),? "
    r"(?P<cue>shows?|showed|indicates?|indicated|suggests?|suggested|reveal(?:s|ed)?)\b|"
    r"^\W*According to (?P<by>[^,;\n]{3,90}),|"
    r"\bin the (?P<view>view|words|opinion|eyes) of (?P<person>[^,;.\n]{3,90}),"
)


def _code_finding(text, start, end, cast):
    """Code figures that a body's data show, and what is so in somebody's view."""
    match = _FINDING.search(text[start:end])
    group = match and next(name for name in ("body", "by", "person") if match[name])
    source = match and cast.resolve(match[group], start + match.start(group))
    cue = match and (match["cue"] or match["view"] or "according to")
    return Code(source.side, source.name, "indirect", cue) if source else NARRATOR


def _code_reported(text, start, end, pieces, quoted):
    """Code a sentence by the source of most of its letters; None if it is the narrator's."""
    tally = {}
    for piece in pieces:
        n = _letters(text, max(start, piece.start), min(end, piece.end))
        tally[piece.source[:2]] = tally.get(piece.source[:2], 0) + n
    if not tally or not max(tally.values()):
        return None
    best = max(tally, key=lambda source: tally[source])  # a tie goes to the first in the sentence
    passed = [source for source in tally if tally[source] and not is_outlet(source[0])]
    if is_outlet(best[0]) and best[1] == OTHER and passed:  # the last in the chain, codebook part 2
        best, tally[passed[0]] = passed[0], tally[best]
    mine = [piece for piece in pieces if piece.source[:2] == best]
    if tally[best] < MIN_CREDITED * (sum(tally.values()) + _count_own_words(text, start, end, mine)):
        return None
    return Code(
        best[1], best[0], _find_mode(text, start, end, mine, quoted, is_only=len(tally) == 1), mine[0].cue
    )


_JOINT = re.compile(r",? (?:and|but|while|as|after|before) ")


def _count_own_words(text, start, end, mine):
    """Count the narrator's letters before the clause: "It fell 3 percent, and | experts said"."""
    clause = min((p.clause_start for p in mine if p.clause_start and p.clause_start >= start), default=start)
    first = min(p.start for p in mine)
    if clause >= first or clause - start < 20:
        return 0
    joints = list(_JOINT.finditer(text, start, clause))
    return _letters(text, start, joints[-1].start()) if joints and joints[-1].end() > clause - 25 else 0


def _find_mode(text, start, end, mine, quoted, *, is_only=False):
    """Give the mode by the share of the sentence's words that stand in quotation marks."""
    spans = set()
    for piece in mine:
        a, b = max(start, piece.start), min(end, piece.end)
        if is_only and piece.kind == "indirect":
            a, b = start, end  # 'spoke of "a good deal", which he said would hold'
        spans |= {(a, b)} if piece.kind == "direct" else {
            (max(a, s), min(b, e)) for s, e in quoted
            if s < b and a < e and (" " in text[s:e] or text[s].islower() and piece.kind != "claim")
        }  # fmt: skip
    words, inside, at = len(_WORD.findall(text, start, end)), 0, start
    for a, b in sorted(spans):
        inside += len(_WORD.findall(text, max(a, at), b)) if b > at else 0
        at = max(at, b)
    if 2 * inside > words:
        return "direct"
    return "mixed" if inside else "indirect"


# -- claims: what a side denies, blames, promises, without a clause of speech -----------------


@functools.cache
def _read_claims():
    """Give {kind: forms} of the verbs that report a position."""
    claims = {}
    for row in read_wordlist("claim_verbs"):
        claims.setdefault(row["kind"], set()).update(row["forms"].split())
    return claims


@functools.cache
def _read_claim_forms():
    return frozenset().union(*_read_claims().values())


_LEAD = re.compile(r"(?:(?:On|In|Last|Earlier|But|And|Yet|Meanwhile|However|Despite|During|For|At|After|"
                   r"By)\b[^,;]{0,80}, "
                   r"|(?:But|And|Yet|Meanwhile|However),? )")  # fmt: skip
_TRAIL = re.compile(r"(?:\s(?:on|in|last|this|earlier|late) \w+(?: \w+)?,?)?(?:\s(?:has|have|had|also|"
                    r"again|then|later|long|"
                    r"since|does not|do not|did not|\w+ly))*\s*$")  # fmt: skip
_LOWER_WORD = re.compile(r"(?<=[\s,])[a-z]+\b")


def _code_claim(text, start, end, cast, quoted):
    """Code a sentence whose subject denies, blames, promises; and where its verb ends."""
    forms = _read_claim_forms()
    stop = min(end, start + 220)
    verb = next((m for m in _LOWER_WORD.finditer(text, start, stop) if m.group() in forms), None)
    if not verb:
        return NARRATOR, 0
    lead = _LEAD.match(text, start, verb.start())
    at = lead.end() if lead else start
    subject = text[at : _TRAIL.search(text, at, verb.start()).start()]
    words = read_words(subject)
    if not words or len(words) > 14 or _NO_SUBJECT.search(subject):
        return NARRATOR, 0
    name, last = split_name(subject)[0], find_entries(words[-3:])
    is_listed = last and last[-1].last == len(words[-3:]) and last[-1].entry.kind != "outsider"
    if not (name and subject.endswith(name) or is_listed):
        return NARRATOR, 0
    source = cast.resolve(subject, at)
    if not source or source.side == OTHER and not name:
        return NARRATOR, 0
    piece = Piece(verb.end(), end, source, "claim", verb.group(), at)
    return Code(
        source.side, source.name, _find_mode(text, start, end, [piece], quoted), verb.group()
    ), verb.end()


_NO_SUBJECT = re.compile(
    r"[;:“”\"]|\b(?:was|were|is|are|be|been|being|which|that|who|to|and its|said|says)\b"
)
_CITED = re.compile(
    r"\b(?P<cue>citing|quoting|quoted|cited)\s+(?P<source>(?:[^,;.\n]|\.(?=\w))+?)(?:\s+as\s+\w+ing\b|"
    r"(?=[,;.\n]|$))"
)


_HAS_CITED = re.compile(r" (?:citing|cited|quoting|quoted) ")


def _code_citation(text, start, end, cast, code):
    """Give what an outlet or report passes on to the party it cites (codebook, part 2)."""
    match = _HAS_CITED.search(text, start, end) and _CITED.search(text, start, end)
    if (
        not match
        or code.side in ("china_official", "us_official")
        and " report" not in text[start : match.start()]
    ):
        return code
    head = read_words(re.split(r"\b(?:of|from|in|for|with)\b", match["source"])[0])
    if (
        not head
        or not any(m.last == len(head) for m in find_entries(head))
        and not split_name(match["source"])[0]
    ):
        return code
    source = cast.resolve(match["source"], match.start("source"))
    if not source or code.side not in ("narrator", OTHER) and _is_bare(match["source"]):
        return code
    citing = judge_source(text[start : match.start()].split(",")[0], None)
    vague = not judge_source(match["source"], None).is_certain and not source.is_person
    side = citing.side if vague and citing.is_certain and citing.side != OTHER else source.side
    return Code(side, source.name, code.mode if code.mode != "none" else "indirect", match["cue"])


def _is_bare(phrase):
    return len(phrase.split()) == 1 and phrase.islower()
