"""Assignment: from sentences to the side, speaker, mode and cue of each (codebook, part 2)."""

import functools
import re
from typing import NamedTuple

import pandas as pd

from fentanyl_study.attribution.find import find_attributions
from fentanyl_study.attribution.names import Cast, Source, split_name
from fentanyl_study.attribution.quotations import find_quotations
from fentanyl_study.attribution.sides import HOMES, OTHER, find_entries, find_speaker, judge_source, read_words
from fentanyl_study.attribution.transcripts import UNNAMED, find_turns
from fentanyl_study.cleaning import mask_text
from fentanyl_study.wordlists import read_wordlist

MAX_CARRIED = 3  # a longer stretch between two sentences of one speaker is mostly the narrator's own
MIN_CREDITED = 0.5  # below this share of the letters outside the attribution clause, the narrator speaks
# Verbs of doing and wanting: what they report is no statement ("the leaders agreed to meet")
_ACTS = frozenset("prefer preferred prefers know knows knew learn learned hear heard hears talks talk decide decided "
                  "decides expect expected plan planned sought try tried agree agreed agrees agreeing want wanted issued released "
                  "published launched unveiled imposed backed removed signed broke answered seem seems seemed appear".split())
_CORE = frozenset("said says say told tell tells added adds stated states noted notes wrote writes testified according "
                  "reported found finds estimates estimated explained remarked".split())
_CITING = frozenset("cite cites cited citing quote quotes quoted quoting".split())
_GENRE = r"(?:[Rr]emarks|[Ss]tatement|[Ss]peech|[Aa]ddress|[Ll]etter|[Tt]estimony|[Mm]essage|[Cc]omments|[Ii]nterview)"
# "Remarks by President Biden at …"; "Spokesperson Mao Ning's Remarks on …"
_REMARKS_BY = re.compile(rf"\b{_GENRE}(?: \w+)? (?:by|from|of|with) (?:the )?(?P<who>[A-Z].*?)(?= (?:on|at|in|to|before|after|regarding|and|for|during|[–—-]) |,|$)")
_OWN_REMARKS = re.compile(rf"^(?P<who>(?:[A-Z][\w’'.-]* ){{1,8}}?[A-Z][\w.-]*?)['’]s? (?:[A-Z]\w+ ){{0,2}}(?:{_GENRE}|Press Conference|Press Briefing)")
_WORD = re.compile(r"\w+(?:[’'.,-]\w+)*")


class Code(NamedTuple):
    """What is decided about one sentence."""

    side: str
    speaker: str
    mode: str
    cue: str


NARRATOR = Code("narrator", "", "none", "")


class Piece(NamedTuple):
    """Attributed content with its source resolved."""

    start: int
    end: int
    source: Source
    kind: str
    cue: str
    clause_start: int | None  # of the source's mention


def attribute_sentences(sentences, documents, *, removed=None):
    """Say of every sentence who says it.

    One row per sentence, as given, with four columns more.

    Parameters
    ----------
    sentences : DataFrame
        doc_id, start, end: offsets into the raw text.
    documents : DataFrame
        The columns of articles.csv and ``text`` (raw).
    removed : DataFrame, optional
        doc_id, start, end of what is not running text: headlines and captions are not
        attributed, but may introduce a person.

    Returns
    -------
    DataFrame
        The sentences with side (``schema.SIDES``), speaker (canonical name, empty for the
        narrator), mode (``schema.MODES``) and cue. Does not apply hand codings or corrections.
    """
    codes = {}
    articles = {document["doc_id"]: document for document in documents.to_dict("records")}
    cut = {} if removed is None else dict(tuple(removed.groupby("doc_id")))
    for doc_id, group in sentences.groupby("doc_id", sort=False):
        spans = list(zip(group["start"], group["end"], strict=True))
        others = cut[doc_id][["start", "end"]].itertuples(index=False, name=None) if doc_id in cut else ()
        found = attribute_article(articles[doc_id]["text"], spans, articles[doc_id], removed=list(others))
        codes.update(zip(group.index, found, strict=True))
    ordered = pd.DataFrame([codes[i] for i in sentences.index], columns=Code._fields, index=sentences.index)
    return sentences.assign(**{name: ordered[name] for name in Code._fields})


def attribute_article(text, spans, document, *, removed=()):
    """Say of every sentence of one article who says it: a pure function of the article.

    Parameters
    ----------
    text : str
        The raw text.
    spans : list of (int, int)
        The kept sentences, in order.
    document : dict
        voice, title, outlet, outlet_country; others are ignored, missing ones taken as empty.
    removed : list of (int, int), optional
        Headlines, captions and the like.

    Returns
    -------
    list of Code
        One a sentence. Does not read the removed text as anybody's statement.

    Examples
    --------
    >>> text = "China said no. Wang Fei of the Ministry of Public Security met reporters."
    >>> attribute_article(text, [(0, 14), (15, 73)], {"outlet_country": "US"})[0]
    Code(side='china_official', speaker='China', mode='indirect', cue='said')
    """
    masked = mask_text(text, spans)
    voice, title = document.get("voice") or "narrator", document.get("title") or ""
    background = "\n".join([title, *(text[start:end] for start, end, *_ in removed)])
    cast = Cast(masked, _find_home(document, text), (document.get("published") or "")[:4], background)
    turns = [] if not spans else find_turns(masked, title=title, voice=voice)
    page = _find_page_source(document, cast)
    if page and page.is_person and not turns:
        return [Code(page.side, page.name, "direct", "") for _ in spans]
    owners = _resolve_turns(turns, cast, page)
    waiting = _list_attributions(find_attributions(masked), turns, masked)
    pieces = []
    quoted = [(q.start, q.end) for q in find_quotations(masked)]
    codes = []
    for start, end in spans:
        turn = next((k for k, t in enumerate(turns) if t.start < end and start < t.end and (start + end) / 2 < t.end), None)
        while waiting and min(waiting[-1].start, waiting[-1].speaker_start) < end:
            pieces += _resolve(waiting.pop(), cast, voice)
        mine = [piece for piece in pieces if piece.start < end and start < piece.end]
        if turn is not None and (turns[turn].is_quoted_whole or not mine):
            codes.append(_code_turn(owners[turn]))
        else:
            codes.append(_code_plain(masked, start, end, mine, quoted, cast, page))
    codes = _credit_tagged(codes, spans, masked, quoted)
    codes = _carry(codes, spans, masked)
    return [_speak_for_page(code, page, turns, span) for code, span in zip(codes, spans, strict=True)]


# -- the document --------------------------------------------------------------------------


_DATELINE = re.compile(r"\b(?:BEIJING|SHANGHAI|Beijing|Shanghai|XINGTAI|HONG KONG)\b[^\n]{0,30}(?:\(|—|–|--| - )")


def _find_home(document, text):
    """Give the side that an office without a country stands for: the outlet's, or the dateline's."""
    if _DATELINE.search(text, 0, 600):
        return HOMES["CN"]
    return HOMES.get(document.get("outlet_country", ""), None)


def _find_page_source(document, cast):
    """Give the body that published an official page, or the person whose remarks it is; None for the press."""
    voice = document.get("voice") or "narrator"
    if voice == "narrator":
        return None
    title, outlet = document.get("title") or "", document.get("outlet") or ""
    match = _REMARKS_BY.search(title) or _OWN_REMARKS.search(title)
    if match:
        source = cast.resolve(match["who"], -1)
        if source and source.is_person:
            return source._replace(side=voice)
    verdict = judge_source(outlet, voice)
    name = verdict.entry.name if verdict.entry and verdict.entry.kind == "body" else split_name(outlet)[0] or outlet
    return Source(name, voice, outlet.lower())


def _speak_for_page(code, page, turns, span):
    """Give an official page's own sentences to the body that published it."""
    asked = any(t.start < span[1] and span[0] < t.end for t in turns)
    if code.side != "narrator" or not page or asked:
        return code
    return Code(page.side, page.name, "direct", "")


def _resolve_turns(turns, cast, page):
    seen, owners = {"": None} | ({UNNAMED: page} if page else {}), []
    for turn in turns:
        if turn.phrase not in seen:
            source = cast.resolve(turn.phrase, -1)
            known = source and (find_speaker(source.name) or _LABELLED_QUOTE.match(cast.text, turn.start))
            if page and source and not known and not judge_source(" ".join([turn.phrase, source.known_as]), None).is_certain:
                source = source._replace(side=page.side)  # on a government's page its own people answer
            seen[turn.phrase] = source
        owners.append(seen[turn.phrase])
    cast.heard.clear()  # labels are no antecedents of a pronoun elsewhere
    return owners


_LABELLED_QUOTE = re.compile(r"[^:\n]*:\s*[“\"]")


def _code_turn(source):
    return Code(source.side, source.name, "direct", "") if source else NARRATOR


# -- reported speech -----------------------------------------------------------------------


def _list_attributions(attributions, turns, text):
    """Give what may count, the first last: not what lies in a turn or has no source."""
    found = [
        a for a in _drop_nested(_close_clauses(attributions, text))
        if a.speaker and not any(t.is_quoted_whole and t.start <= a.start < t.end for t in turns)
    ]  # fmt: skip
    return sorted(found, key=lambda a: (min(a.start, a.speaker_start), a.start), reverse=True)


def _resolve(found, cast, voice):
    """Give the Piece of an attribution, or nothing if it is no statement; its source is remembered all the same."""
    counts = not _is_no_statement(found, cast.text, voice)
    if not counts and found.cue.lower() not in _CORE and voice == "narrator":
        return []
    source = cast.resolve(found.speaker, found.speaker_start)
    if not (counts and source and re.search(r"[^\W\d_]", source.name)):
        return []
    return [Piece(found.start, found.end, source, found.kind, found.cue, found.speaker_start)]


_SENTENCE_END = re.compile(r"[a-z0-9)”\"][.!?][”\"]?\s+[A-Z“\"]|\n")
_COORDINATE = re.compile(r"[,;] (?:and|but|while|whereas|as) (?:\w+ ){0,4}$")


def _close_clauses(attributions, text):
    """Let "said that …" run on over verbs inside it: "wrote that while China had pledged to stop, …"."""
    found = sorted((a for a in attributions if a.speaker), key=lambda a: a.speaker_start)
    closed, i = [], 0
    while i < len(found):
        outer, j = found[i], i + 1
        if outer.cue.lower() in _CORE and text.startswith("that", outer.start) and outer.speaker_start < outer.start:
            while j < len(found) and outer.start <= found[j].speaker_start and _runs_on(outer, found[j], text):
                kind = "indirect" if outer.kind == found[j].kind == "indirect" else "mixed"
                outer = outer._replace(end=max(outer.end, found[j].end), kind=kind)
                j += 1
        closed.append(outer)
        i = j
    return closed


def _runs_on(outer, inner, text):
    begin, at = outer.start, inner.speaker_start
    if at - begin > 600 or inner.speaker_start == outer.speaker_start or _SENTENCE_END.search(text, begin, at + 1):
        return False
    return inner.start >= at and not _COORDINATE.search(text[begin:at]) and not _SENTENCE_END.search(text, at, inner.end)


def _drop_nested(attributions):
    """Keep of nested content the outer piece: who is reported first answers for what he says of others.

    What an outlet passes on stays, since the last in the chain is the source (codebook, part 2).
    """
    kept, clauses = [], []
    for found in sorted(attributions, key=lambda a: (min(a.start, a.speaker_start or a.start), -a.end)):
        inside = any(
            begin <= (found.speaker_start or found.start) < end and found.start > begin
            and (found.end <= end or is_core and found.cue.lower() not in _CORE)
            for begin, end, is_core in clauses
        )
        if not inside:
            kept.append(found)
            if found.speaker and not _is_outlet(found.speaker) and found.cue.lower() not in _ACTS:
                clauses.append((found.start, found.end, found.cue.lower() in _CORE))
    return kept


def _is_no_statement(found, text, voice):
    """Tell what reports an act, a question or nothing: codebook, part 2."""
    cue, speaker = found.cue.lower(), found.speaker.lower()
    if cue == "according" and not (judge_source(found.speaker, None).side or _PROPER.search(found.speaker)):
        return not find_entries(read_words(found.speaker))
    if _ADVERBIAL.match(found.speaker):
        return True
    if cue in "-–—" and cue and "\n" in text[found.end : found.speaker_start]:
        return True
    if found.kind != "indirect":
        return False
    if cue in ("found", "finds") and not text.startswith("that", found.start) and not judge_source(found.speaker, None).side:
        return not _PROPER.search(found.speaker[1:])
    if cue in _ACTS and not (cue.startswith("agree") and not _TO_DO.match(text, found.start)):
        return True
    if cue in _CITING or _NUMBER.match(speaker) or cue.startswith("ask") and _ASKER.search(speaker):
        return True
    return voice != "narrator" and cue not in _CORE


_ADVERBIAL = re.compile(r"(?:Despite|During|While|Although|Because|When|Since|Instead of|Given)\b")
_TO_DO = re.compile(r"(?:(?:on|in|last|this) \w+ )?to \w")
_PROPER = re.compile(r"\b[A-Z]")
_ASKER = re.compile(r"\b(?:reporters?|journalists?|host|correspondent|interviewer)\b")
_NUMBER = re.compile(r"(?:(?:more|less|fewer) than |about |some )?[\d,.%]+(?: million| billion)?$|"
                     r"(?:one|two|three|four|five|six|seven|eight|nine|ten|hundreds|thousands)$", re.I)


def _is_outlet(phrase):
    found = [m.entry for m in find_entries(read_words(phrase))]
    return bool(found) and found[0].side == OTHER and found[0].kind == "body"


def _letters(text, start, end):
    return sum(map(str.isalnum, text[start:end]))


_IDLE = re.compile(r"(?:at|in|on|during|after|before|to|by|via|with|a press|reporters|the media)\b|that\W*$|\W*$")


def _stretch(piece, text, start):
    """Give a clause at the sentence's end what stands before it: "A and B, | Li, an official, said at a briefing"."""
    clause = piece.clause_start
    if clause and clause - start > 40 and piece.start > clause and _IDLE.match(text, piece.start):
        if piece.kind == "indirect" and clause - start > piece.end - piece.start and text[clause - 2 : clause] in (", ", "” ", "\" "):
            return piece._replace(start=start, end=clause)
    return piece


def _code_plain(text, start, end, pieces, quoted, cast, page=None):
    """Code a sentence of running news: who is reported, what he rejects or claims, whom he cites."""
    if _ASKED.search(text, start, end):
        return NARRATOR
    claim, at = (NARRATOR, 0) if page else _code_claim(text, start, end, cast, quoted)  # a page's own claims
    tagged = _code_tag(text, start, end, pieces, quoted, cast)
    if tagged:
        return tagged
    pieces = [_stretch(piece, text, start) for piece in pieces]
    reported = _code_reported(text, start, end, pieces, quoted)
    within = claim.cue in _read_claims()["rejection"] and all(
        (p.clause_start or 0) > at and p.cue.lower() not in _CORE for p in pieces
    )
    code = claim if within or not reported else reported
    code = code if code != NARRATOR else _code_finding(text, start, end, cast)
    code = code if code != NARRATOR else _code_speech(text, start, end, cast, quoted)
    return _code_citation(text, start, end, cast, code)


_ASKED = re.compile(r"\b(?:reporters?|journalists?)(?: \w+){0,3} asked\b")
# What no pattern on words finds: '“…,” Liu, deputy director of the commission, | said', "Two officials familiar with it said"
_SPEECH = re.compile(
    r"(?:^|[,?!.]?[”\"] |^On \w+, )(?P<subject>(?:[A-Z]|an? |one |the )[^;:“”\"?!]{1,170}?),? "
    r"(?P<verb>said|says|told|tells|added|wrote|argued|noted|stressed|fired back)\b")


# "…, | it adds."
_CLOSING = re.compile(r", (?P<subject>it|he|she|they|one of them|the \w+|[A-Z][\w’'-]+) (?P<verb>says?|said|adds|added|noted)(?:\W*$|, )")


def _code_tag(text, start, end, pieces, quoted, cast):
    """Code a sentence that a short clause of speech closes; all of it is that source's."""
    match = _CLOSING.search(text[start:end])
    at = match and start + match.start("subject")
    if not match or any(piece.clause_start and piece.clause_start >= at - 1 for piece in pieces):
        return None
    source = cast.resolve(match["subject"], at)
    piece = Piece(start, at, source, "indirect", match["verb"], at)
    return source and Code(source.side, source.name, _find_mode(text, start, end, [piece], quoted), match["verb"])


_SPEECH_VERB = re.compile(r"\b(?:said|says|told|tells|added|wrote|argued|noted|stressed|fired back)\b")


def _code_speech(text, start, end, cast, quoted):
    """Code a plain clause of speech with a long subject."""
    match = _SPEECH_VERB.search(text, start, end) and _SPEECH.search(text[start:end])
    subject = match["subject"] if match else ""
    pronoun = subject.lower() in ("he", "she", "it", "they", "one of them")
    if not subject or not pronoun and (_FINITE.search(subject) or len(subject.split()) > 26):
        return NARRATOR
    at = start + match.start("subject")
    if not (pronoun or split_name(subject)[0] or judge_source(subject, cast.home).side):
        return NARRATOR
    source = cast.resolve(match["subject"], at)
    piece = Piece(start, at, source, "indirect", match["verb"], at) if match.start("subject") else Piece(
        start + match.end(), end, source, "indirect", match["verb"], at)
    if not source:
        return NARRATOR
    return Code(source.side, source.name, _find_mode(text, start, end, [piece], quoted), match["verb"])


_FINITE = re.compile(r"\b(?:was|were|is|are|has|have|had|will|would|can|could|may|should|did|does|they|he|she|it|we)\b|, (?:and|but) ")


# "provisional figures from the CDC show", "in the view of Zhang Yong'an, dean of the College,"
_FINDING = re.compile(
    r"\b(?:data|figures|statistics|numbers|estimates|records)(?: \w+){0,3}? (?:from|of|by|at) (?P<body>[^,;.\n]{3,90}?),? "
    r"(?P<cue>shows?|showed|indicates?|indicated|suggests?|suggested|reveal(?:s|ed)?)\b|"
    r"^\W*According to (?P<by>[^,;\n]{3,90}),|"
    r"\bin the (?P<view>view|words|opinion|eyes) of (?P<person>[^,;.\n]{3,90}),")


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
    mine = [piece for piece in pieces if piece.source[:2] == best]
    if tally[best] < MIN_CREDITED * (sum(tally.values()) + _count_own_words(text, start, end, mine)):
        return None
    return Code(best[1], best[0], _find_mode(text, start, end, mine, quoted), mine[0].cue)


_JOINT = re.compile(r",? (?:and|but|while|as|after|before) ")


def _count_own_words(text, start, end, mine):
    """Count the narrator's letters before the clause of attribution: "It fell 3 percent, and | experts said"."""
    clause = min((p.clause_start for p in mine if p.clause_start and p.clause_start >= start), default=start)
    first = min(p.start for p in mine)
    if clause >= first or clause - start < 20:
        return 0
    joints = list(_JOINT.finditer(text, start, clause))
    return _letters(text, start, joints[-1].start()) if joints and joints[-1].end() > clause - 25 else 0


def _find_mode(text, start, end, mine, quoted):
    """Give the mode by the share of the sentence's words that stand in quotation marks."""
    spans = set()
    for piece in mine:
        a, b = max(start, piece.start), min(end, piece.end)
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


_LEAD = re.compile(r"(?:(?:On|In|Last|Earlier|But|And|Yet|Meanwhile|However|Despite|During|For|At|After|By)\b[^,;]{0,80}, "
                   r"|(?:But|And|Yet|Meanwhile|However),? )")  # fmt: skip
_TRAIL = re.compile(r"(?:\s(?:on|in|last|this|earlier|late) \w+(?: \w+)?,?)?(?:\s(?:has|have|had|also|again|then|later|long|"
                    r"since|does not|do not|did not|\w+ly))*\s*$")  # fmt: skip
_LOWER_WORD = re.compile(r"(?<=[\s,])[a-z]+\b")


def _code_claim(text, start, end, cast, quoted):
    """Code a sentence whose subject speaks for a state and denies, blames, promises; and where its verb ends."""
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
    if not source or source.side == OTHER:
        return NARRATOR, 0
    piece = Piece(verb.end(), end, source, "claim", verb.group(), at)
    return Code(source.side, source.name, _find_mode(text, start, end, [piece], quoted), verb.group()), verb.end()


_NO_SUBJECT = re.compile(r"[;:“”\"]|\b(?:was|were|is|are|be|been|being|which|that|who|to|and its|said|says)\b")
_CITED = re.compile(r"\b(?P<cue>citing|quoting|quoted|cited)\s+(?P<source>(?:[^,;.\n]|\.(?=\w))+?)(?:\s+as\s+\w+ing\b|(?=[,;.\n]|$))")


def _code_citation(text, start, end, cast, code):
    """Give what an outlet or report passes on to the party it cites: the last in the chain (codebook, part 2)."""
    match = _CITED.search(text, start, end)
    if not match or code.side in ("china_official", "us_official") and " report" not in text[start : match.start()]:
        return code
    head = read_words(re.split(r"\b(?:of|from|in|for|with)\b", match["source"])[0])
    if not head or not any(m.last == len(head) for m in find_entries(head)) and not split_name(match["source"])[0]:
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


# -- sentences that neighbours explain -----------------------------------------------------


_BARE_TAG = re.compile(r"(?:said|says|told|wrote|tweeted|posted|added|declared|warned)\b[^,;:“”\"]{0,80}$")


def _credit_tagged(codes, spans, text, quoted):
    """Give a quotation to whom the next sentence names and no more: '"…!" | Trump tweeted on August 21.'"""
    codes = list(codes)
    for i in range(1, len(codes)):
        start, end = spans[i]
        before = [q for q in quoted if spans[i - 1][0] < q[1] <= spans[i - 1][1] + 1]
        bare = len(text[start:end].split()) < 14 and _BARE_TAG.search(text[start:end].rstrip(" ."))
        if bare and before and codes[i].side != "narrator" and codes[i - 1].side == "narrator":
            codes[i], tag, j = NARRATOR, codes[i], i - 1
            while j >= 0 and spans[j][1] > before[-1][0] and codes[j].side == "narrator":
                codes[j] = tag._replace(mode="direct")
                j -= 1
    return codes


def _carry(codes, spans, text):
    """Give a speaker the few sentences between two of his that plainly continue his report."""
    codes, i = list(codes), 0
    while i < len(codes):
        j = i
        while j < len(codes) and codes[j] == NARRATOR:
            j += 1
        if 0 < i < j < len(codes) and j - i <= MAX_CARRIED and _is_same_report(codes[i - 1], codes[j]):
            between = text[spans[i][0] : spans[j - 1][1]]
            if _is_joined(text, spans, i, j, codes[j].speaker) and not _names(between, codes[j].speaker):
                codes[i:j] = [codes[j]._replace(mode="indirect", cue="")] * (j - i)
        i = max(j, i + 1)
    return codes


def _is_same_report(before, after):
    return before[:2] == after[:2] and before.side != "narrator" and "indirect" in (before.mode, after.mode)


def _is_joined(text, spans, i, j, speaker):
    """Tell whether sentences i to j share a paragraph with one side, or are a body's and not a person's."""
    before = "\n" not in text[spans[i - 1][1] : spans[j - 1][0]]
    verdict = judge_source(speaker, None)
    is_body = verdict.entry and verdict.entry.kind == "body" or re.search(
        r"\b(?:report|document|paper|statement|indictment)\b", text[spans[i - 1][0] : spans[i - 1][1]])
    return before or "\n" not in text[spans[i][1] : spans[j][0]] or bool(is_body)


def _names(text, speaker):
    words = speaker.split()
    return any(re.search(rf"\b{re.escape(word)}\b", text) for word in words[:1] + words[-1:])
