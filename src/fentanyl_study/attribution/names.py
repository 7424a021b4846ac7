"""Names: from a source as the text has it to its canonical name and its side.

Short mentions ("Liu", "he", "the commission", "the report") are joined to what they
stand for in the same article.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from fentanyl_study.attribution.sides import (
    CHINA, OTHER, US, find_entries, find_speaker, judge_source, read_words,
)  # fmt: skip

_CAPITAL = r"(?:[^\W\d_a-zß-öø-ÿ][\w’'-]*[\w]|[A-Z]\.)"
_LINK = r"(?: (?:de|del|la|van|von|bin|al) | ?[-‑] ?| )"
# One syllable of a Chinese name in pinyin: "Yuejin" is two, "Trump" none
_SYLLABLE = (r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
             r"(?:i?ang|i?ong|eng|ing|uan|uai|iao|u?an|i?an|en|in|un|ai|ei|ao|ou|iu|ia|ie|ua|uo|ui|ue|er|[aeiouü])")
_PINYIN = re.compile(rf"{_SYLLABLE}(?:['’]?{_SYLLABLE}){{0,2}}", re.I)
_HONORIFIC = re.compile(r"^(?:(?:Dr|Mr|Mrs|Ms|Prof|Hon|Sir|Madam)\.? )+")
# What closes a person's introduction, before and after the name
_BEFORE = re.compile(r"[,;:!?\n\r“”\"()—]|[a-z]{3}[.] |\d[.] ")
_AFTER = re.compile(r"(?:\s*\([^()\n]{1,60}\))?(?:\s*(?:,|\(|\bof\b|\bfrom\b|\bwith\b|\bat\b)\s*"
                    r"(?:[^.,;:!?\n\r“”\"—()]|\.(?=[^\s“”\"]|$)|(?<=[A-Z])\.){2,110})?")
_WHO = re.compile(r"\s*,?\s*who (?!is|was|chair|head|lead|direct|serve|work|stud|represent|run|co-)")
_SMALL = frozenset("of for and on in to at with general national the special senior top deputy vice chief".split())
_DOCUMENTS = frozenset(
    "report paper statement document study probe investigation findings notice note survey data figures indictment "
    "post tweet statistics analysis filing complaint order review letter bulletin communique readout text".split()
)  # fmt: skip
_BODY_WORDS = frozenset(
    "ministry commission committee subcommittee department bureau agency embassy consulate administration office court "
    "panel laboratory lab board council service center government party institute group company firm association "
    "police customs campaign mission delegation authority".split()
)  # fmt: skip
_OPENERS = frozenset(
    "And But Yet Later Earlier Then Still Also Meanwhile However Yesterday Today On In At By For From After Before When "
    "While As If Since Although Though Despite Because Both Neither Instead According Asked Speaking Like Unlike With "
    "The That This Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July "
    "August September October November December Even Only Last Next What Why How Where Mr Ms Mrs Dr Now So To Of A An One "
    "Two Three Four Five Several Some Many Most All No Any Other Another Each Every Few More Such Our His Her Its Their "
    "These Those Top Senior Local Federal Back Here There Over Under Among About Against During Not Nor".split()
)  # fmt: skip
_AFTER_NAME = frozenset("of from with at in for on said himself herself then now jr sr of and speaking citing".split())
_PRONOUNS = {"he": 1, "she": 1, "him": 1, "her": 1, "it": 2, "they": 3, "them": 3, "who": 4, "which": 4, "that": 4}
_VOICELESS = re.compile(
    r"(?:I|we|you|us|me|one|everyone|nobody|(?:the|both|these|all) (?:two |other )?"
    r"(?:sides|countries|leaders|presidents|parties|nations|governments)|there|this|what)$", re.I)  # fmt: skip


class Source(NamedTuple):
    """Who a mention stands for: canonical name, side, and the words it was known by."""

    name: str
    side: str
    known_as: str = ""
    is_person: bool = False


@dataclass
class Cast:
    """The sources of one article; remembers who has spoken, for pronouns and short mentions."""

    text: str
    home: str | None = None
    background: str = ""  # headline and captions: may name, never speak
    heard: list = field(default_factory=list)  # (position, Source), in reading order
    _persons: dict = field(default_factory=dict)
    _bodies: list | None = None
    _issuer: tuple | None = None  # (position, Source) of the last document spoken of

    def resolve(self, phrase, start):
        """Give the Source that a phrase at ``start`` of the text stands for; None if it speaks for nobody."""
        phrase, start = self._widen(re.sub(r"\s+", " ", phrase).strip(" ,;:—–-“”\"'’()[]"), start)
        if not phrase or _VOICELESS.match(phrase):
            return None
        source = self._resolve_pronoun(phrase, start) if phrase.lower() in _PRONOUNS else self._name(phrase, start)
        if source:
            self.heard.append((start, source))
        return source

    def _widen(self, phrase, start):
        """Add what the phrase's own words leave out: "US" before, the name it stands in apposition to."""
        if phrase.lower() in _PRONOUNS or self.text[start : start + 1] != phrase[:1]:
            return phrase, start
        before = _BEFORE.split(self.text[max(0, start - 120) : start])[-1]
        title = _keep_title(before) if before.endswith(" ") else ""
        owner = _OWNER.search(self.text[max(0, start - 160) : start - len(title)])
        if owner and not split_name(phrase)[0] and self.text[start + len(phrase) : start + len(phrase) + 20].lstrip()[:1] in (",", "("):
            name = split_name(owner[1])[0]
            if name:
                return f"{name}, {owner[2]}{title}{phrase}", start - len(title) - len(owner[0])
        return (title + phrase).strip(), start - len(title)

    def _name(self, phrase, start):
        name, _ = split_name(phrase)
        if name:
            return self._resolve_person(name, phrase, start)
        return self._resolve_nominal(phrase, start)

    # -- persons ---------------------------------------------------------------------------

    def _resolve_person(self, name, phrase, start):
        full = self._find_full_name(name, start)
        if full not in self._persons:
            self._persons[full] = self._meet(full, phrase, start)
        return self._persons[full]

    def _find_full_name(self, name, start):
        """Give the fullest form of a name in the article: "Liu" is Liu Yuejin, "Ho" Lance Ho."""
        if " " in name:
            known = find_speaker(name)
            return known["name"] if known else name
        found = None
        for text in (self.text, self.background):
            for match in re.finditer(rf"\b{re.escape(name)}\b", text):
                full = _read_full_name(text, *match.span())
                if full and (not found or match.start() <= start):
                    found = full
            if found:
                break
        known = find_speaker(found or name)
        return known["name"] if known else found or name

    def _meet(self, name, phrase, start):
        """Give a person's Source from what the article says of him, else from the list of persons."""
        introductions = [phrase + _read_after(self.text, start + len(phrase))]
        known = find_speaker(name)
        aliases = [name] if not known else [name, *filter(None, known["aliases"].split(";"))]
        for alias in aliases:
            introductions += _find_introductions(self.text, alias) + _find_introductions(self.background, alias)
        if " " in name:
            introductions += _find_introductions(self.text, name.split()[0 if _is_chinese(name) else -1])
        verdicts = [judge_source(words, self.home) for words in introductions]
        certain = [verdict.side for verdict in verdicts if verdict.is_certain]
        guessed = [verdict.side for verdict in verdicts if verdict.side]
        side = certain[0] if certain else known["side"] if known else guessed[0] if guessed else OTHER
        known_as = " ".join([*introductions, known["office"] if known else ""]).lower()
        return Source(name, side, known_as, True)

    # -- bodies, documents, offices --------------------------------------------------------

    def _resolve_nominal(self, phrase, start):
        verdict = judge_source(phrase, self.home)
        head, sure = _find_head(phrase), verdict.side if verdict.is_certain else None
        if sure and verdict.entry.kind == "body":
            return Source(verdict.entry.name, sure, phrase.lower())
        if sure and verdict.entry and (verdict.entry.kind == "country" or head == "side"):
            return Source(_name_country(phrase, verdict), sure, phrase.lower())
        body = self._find_body_in(phrase)
        if sure and body and body.side == sure:
            return Source(body.name, sure, phrase.lower())
        chief = _COMPLEMENT.search(phrase)
        if chief and not sure and (name := split_name(chief[2])[0]):
            person = self._resolve_person(name, chief[2], start)
            return Source(_tidy(chief[1] + person.name), person.side, phrase.lower())
        if _is_bare(phrase) and (earlier := self._find_earlier(head, start)) and sure in (None, earlier.side):
            return earlier
        one = head not in _BODY_WORDS | _DOCUMENTS and not head.endswith("s")
        return Source(_tidy(phrase), sure or verdict.side or OTHER, phrase.lower(), one)

    def _find_body_in(self, phrase):
        found = [m.entry for m in find_entries(read_words(phrase)) if m.entry.kind == "body"]
        return Source(found[0].name, found[0].side) if found and found[0].side != OTHER else None

    def _find_earlier(self, head, start):
        """Find what a bare mention ("the report", "the ministry", "the official") was before."""
        if head in _DOCUMENTS:
            return self._find_issuer(head, start)
        if head in _BODY_WORDS:
            return self._find_body_called(head, start)
        for _, source in reversed(self.heard):
            if source.is_person and re.search(rf"\b{re.escape(head)}\b", source.known_as):
                return source
        return None

    def _find_issuer(self, head, start):
        """Find whose report "the report" is: who was named beside its first mention."""
        for match in reversed(list(re.finditer(_ANY_DOCUMENT, self.text[:start]))[-6:]):
            begin = max(self.text.rfind("\n", 0, match.start()), self.text.rfind(". ", 0, match.start())) + 1
            if re.search(r"\b(?:the|this)\s(?:\w+\s)?$", self.text[max(0, match.start() - 20) : match.start()], re.I):
                if self._issuer and self._issuer[0] >= match.start() - 40:
                    return self._issuer[1]
            named = [b for b in self._list_bodies() if begin <= b[0] < match.start()]
            named += [b for b in self._list_bodies() if match.end() <= b[0] < match.end() + 30]
            named += [h for h in self.heard if begin <= h[0] < match.end() + 250 and h[1].side != OTHER]
            if named:
                self._issuer = (start, named[0][1])
                return named[0][1]
        return self._issuer[1] if self._issuer else None

    def _find_body_called(self, head, start):
        for place, source in reversed(self._list_bodies()):
            if place < start and re.search(rf"\b{head}\b", source.known_as):
                return source
        return None

    def _list_bodies(self):
        """Give (position, Source) of every body of the two states that the text names; made once."""
        if self._bodies is None:
            words = read_words(self.text)
            self._bodies = [
                (words[m.first].start, Source(m.entry.name, m.entry.side, _join(words, m) + " " + m.entry.name.lower()))
                for m in find_entries(words)
                if m.entry.kind == "body" and m.entry.side in (CHINA, US)
            ]
        return self._bodies

    # -- pronouns --------------------------------------------------------------------------

    def _resolve_pronoun(self, phrase, start):
        kind = _PRONOUNS[phrase.lower()]
        if kind == 4:
            return self._name(_read_antecedent(self.text, start), start)
        for place, source in reversed(self.heard):
            if source.is_person == (kind == 1) and place <= start:
                return source
        return self._find_subject(start) if kind == 1 else None

    def _find_subject(self, start):
        """Find the last person named before a pronoun, if none has spoken yet."""
        for match in reversed(list(_NAME_RUN.finditer(self.text, max(0, start - 600), start))):
            name, _ = split_name(match.group())
            if name and " " in name:
                return self._resolve_person(name, match.group(), match.start())
        return None


_ANY_DOCUMENT = re.compile(rf"\b(?:{'|'.join(sorted(_DOCUMENTS))})\b")
_COMPLEMENT = re.compile(r"^(.*\b(?:to|of|for|with|by) )((?:[A-Z][\w.’'-]+ ?)+)$")  # "aides to Blinken"
_OWNER = re.compile(rf"({_CAPITAL}(?:{_LINK}{_CAPITAL}){{1,3}}), ([^,;:.!?“”\"\n]{{0,90}})$")
_NAME_RUN = re.compile(rf"{_CAPITAL}(?:{_LINK}{_CAPITAL}){{1,3}}")


def split_name(phrase):
    """Split a source into the person's name, if it is a person, and all of it as title.

    >>> split_name("US Secretary of State Rex Tillerson")[0]
    'Rex Tillerson'
    >>> split_name("a spokesperson for Amarvel Chemical")[0]
    ''
    """
    head = re.split(r",|\(|\bwho\b", phrase)[0].rstrip()
    words = read_words(head)
    listed = _find_listed(words)
    name, words_before = [], []
    for i, word in enumerate(words):
        if i not in listed and word.raw[0].isupper() and word.norm not in _SMALL and (i or word.raw not in _OPENERS):
            name.append(word)
        elif name:
            break
        else:
            words_before.append((i, word))
    rest = words[words.index(name[-1]) + 1 :] if name else []
    if not name or len(name) > 4 or _is_complement(words_before, listed) or rest and rest[0].norm not in _AFTER_NAME:
        return "", phrase
    text = re.sub(r"['’]s$", "", head[name[0].start : name[-1].end])
    return _HONORIFIC.sub("", re.sub(r"^(?:Dr|Mr|Mrs|Ms|Prof) ", "", text)), phrase


def _find_listed(words):
    """Give the positions of listed words, but not of those that are part of a name ("Lloyd Austin")."""
    listed = set()
    for m in find_entries(words):
        before = words[m.first - 1] if m.first else None
        after = words[m.last] if m.last < len(words) else None
        single = m.last - m.first == 1 and m.entry.kind not in ("body", "country") and words[m.first].raw[0].isupper()
        ends_name = before and m.first - 1 not in listed and before.raw[0].isupper() and not after
        begins_name = m.first == 0 and len(words) == 2 and m.entry.kind == "place" and after.raw[0].isupper()
        if not (single and (ends_name or begins_name)):
            listed.update(range(m.first, m.last))
    return listed


def _is_complement(words_before, listed):
    """Tell "aides to Blinken": the name is not the speaker's."""
    loose = [word for i, word in words_before if i not in listed]
    return bool(loose) and loose[-1].norm in ("of", "for", "to", "at", "from", "with", "in", "by", "near") and (
        words_before[-1][1] is loose[-1]
    )


def _is_chinese(name):
    words = name.split()
    return 2 <= len(words) <= 3 and all(_PINYIN.fullmatch(word) for word in words)


def _read_full_name(text, start, end):
    """Give the full name that a surname at start:end is part of, or "": "Rob Portman", "Liu Yuejin"."""
    after = re.compile(r" ([A-Z][a-z]+(?:['’-][A-Za-z]+)?)\b").match(text, end)
    if after and _PINYIN.fullmatch(after[1]) and _PINYIN.fullmatch(text[start:end]) and not _is_listed(after[1]):
        return text[start : after.end()]
    begin = max(0, start - 60)
    words = read_words(re.split(r"[\n,;:()“”]", text[begin:start])[-1] + text[start:end])
    listed, first = _find_listed(words), []
    for i in range(len(words) - 2, max(-1, len(words) - 5), -1):
        if i in listed or not words[i].raw[0].isupper() or words[i].raw in _OPENERS:
            break
        first.insert(0, words[i].raw)
    return " ".join([*first, text[start:end]]) if first and not first[0].endswith(("'s", "’s")) else ""


def _is_listed(word):
    return word.strip(".,") in _OPENERS or bool(find_entries(read_words(word)))


def _find_introductions(text, name):
    """Give what stands around the first mentions of a name: title before, apposition after."""
    found = []
    for match in list(re.finditer(rf"\b{re.escape(name)}\b", text))[:4]:
        before = text[max(0, match.start() - 120) : match.start()]
        title = _BEFORE.split(before)[-1]
        found.append(_keep_title(title) + match.group() + _read_after(text, match.end()))
    return found


def _keep_title(before):
    """Cut what stands before a name down to its title: "met with | US Senator "."""
    words = list(re.finditer(r"\S+", before))
    begin = len(before)
    for word in reversed(words):
        raw = word.group().strip("'’")
        if not (raw[0].isupper() or raw in _SMALL or _is_listed(raw.lower())):
            break
        begin = word.start()
    return before[begin:]


def _read_after(text, end):
    """Read the apposition after a name: ", deputy director of the commission"."""
    if _WHO.match(text, end):
        return ""
    match = _AFTER.match(text, end)
    return match.group() if match else ""


def _read_antecedent(text, start):
    """Read the noun phrase before "who": "Li, a professor at Renmin University, | who"."""
    before = re.split(r"[;:.!?\n“”\"]", text[max(0, start - 120) : start])[-1]
    return before.strip(" ,")


def _find_head(phrase):
    """Give the noun of a bare phrase: "report" of "the new report"; "" for a name."""
    words = [word.norm for word in read_words(re.split(r"\b(?:of|for|on|in|by|from)\b|,", phrase)[0])]
    return words[-1] if words else ""


def _is_bare(phrase):
    """Tell "the senator", which an earlier mention explains, from "a US senator"."""
    return bool(re.match(r"(?:the|this|that|his|her|its|one of|another)\b", phrase, re.I)) and len(phrase.split()) < 5


def _name_country(phrase, verdict):
    return {CHINA: "China", US: "United States"}.get(verdict.side, _tidy(phrase))


def _tidy(phrase):
    """Give a nominal source as a name: "the U.S. law-enforcement officials" is US law enforcement officials."""
    phrase = re.sub(r"^(?:the|an?)\s+", "", phrase, flags=re.I).split(",")[0]
    phrase = re.sub(r"\bU\.S\.(?:A\.)?", "US", phrase).replace("-", " ")
    return phrase[:1].upper() + phrase[1:]


def _join(words, match):
    return " ".join(word.norm for word in words[match.first : match.last])
