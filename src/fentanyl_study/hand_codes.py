"""Lay what people decided over what the program found: codings by hand, then corrections.

Both stand in data/coding. A coding file holds whole sentences with all their
codes; corrections.csv changes single codes and is applied last. coder_*.csv
hold the passes of single coders, kept for measuring agreement, and are not used here.
"""

from pathlib import Path

import pandas as pd

from fentanyl_study.corpus import read_codings, read_csv
from fentanyl_study.schema import CODINGS, CORRECTIONS, TARGETS, InputError, check_table

CODES = ("side", "speaker", "mode", *TARGETS, "frames")


def read_hand_codes(data_dir):
    """Read all settled codings of a corpus. One row per coded sentence, as ``schema.CODINGS``, and `file`.

    Raises
    ------
    InputError
        A file is not as the schema says, or two code the same place of an article.
    """
    folder = Path(data_dir) / "coding"
    names = [p.stem for p in sorted(folder.glob("*.csv")) if not p.stem.startswith(("coder_", "corrections"))]
    tables = [
        read_codings(name, data_dir=data_dir).assign(file=str(folder / f"{name}.csv"), row=lambda t: range(2, len(t) + 2))
        for name in names
    ]
    if not tables:
        return pd.DataFrame(columns=[*CODINGS.names, "file", "row"])
    codings = pd.concat(tables, ignore_index=True).sort_values(["doc_id", "start"], kind="stable", ignore_index=True)
    same = codings["doc_id"] == codings["doc_id"].shift()
    overlapping = codings[same & (codings["start"] < codings["end"].shift(fill_value=0))]
    for row in overlapping.head(1).itertuples():
        raise InputError(f"{row.file}, row {row.row}: {row.doc_id} {row.start}-{row.end} is coded twice; keep one row")
    return codings


def check_hand_codes(codings, texts):
    """Raise if a coding's offsets do not fit the text they point into, or its codes are not complete.

    Parameters
    ----------
    codings : DataFrame
        From ``read_hand_codes``.
    texts : dict
        Raw text by doc_id; codings of other articles are not looked at.

    Raises
    ------
    InputError
        Names the file and row.
    """
    for fault in find_coding_faults(codings, texts):
        raise InputError(fault)


def find_coding_faults(codings, texts):
    """Say which codings do not fit their texts, one line a fault: as ``check_hand_codes``."""
    for row in codings[codings["doc_id"].isin(list(texts))].itertuples():
        fault = _find_misfit(texts[row.doc_id], row)
        complete = row.side and row.mode and all(getattr(row, target) for target in TARGETS)
        if not fault and row.keep == "1" and not complete:
            fault = "keep is 1, but side, mode or a stance is empty; fill them in"
        if fault:
            yield f"{row.file}, row {row.row}: {row.doc_id} {row.start}-{row.end}: {fault}"


def _find_misfit(text, row):
    """Say why a coded span cannot be of the text; empty if it can."""
    start, end = row.start, row.end
    if not start < end <= len(text):
        return f"does not fit the text, which has {len(text)} characters; expected 0 <= start < end <= {len(text)}"
    if row.keep == "0":
        return ""
    if text[start].isspace() or text[end - 1].isspace():
        return "begins or ends on white space; was the text changed after coding? correct start and end"
    inside = [p for p in (start, end) if 0 < p < len(text) and text[p - 1].isalnum() and text[p].isalnum()]
    return "cuts a word in two; was the text changed after coding? correct start and end" if inside else ""


def apply_hand_codes(sentences, codings, *, texts):
    """Put hand codes in the place of the program's, sentence by sentence.

    A built sentence takes the codes of the coded one that holds most of its
    letters, if that is at least half of them and was kept.

    Parameters
    ----------
    sentences : DataFrame
        One row per built sentence, with the program's codes.
    codings : DataFrame
        From ``read_hand_codes``.
    texts : dict
        Raw text by doc_id.

    Returns
    -------
    DataFrame
        The same rows; `coded_by` is "hand" where hand codes were taken.
    """
    sentences = sentences.copy()
    codes = [code for code in CODES if code in sentences]
    by_document = {doc_id: group for doc_id, group in codings[codings["keep"] == "1"].groupby("doc_id")}
    for doc_id, group in sentences[sentences["doc_id"].isin(list(by_document))].groupby("doc_id"):
        coded = by_document[doc_id]
        found = {i: _find_coded(texts[doc_id], row, coded) for i, row in group.iterrows()}
        found = {i: j for i, j in found.items() if j is not None}
        sentences.loc[list(found), codes] = coded.loc[list(found.values()), codes].to_numpy()
        sentences.loc[list(found), "coded_by"] = "hand"
    return sentences


def _find_coded(text, sentence, coded):
    """Give the index of the coded row that holds at least half of a sentence's letters, if one does."""
    near = coded[(coded["start"] < sentence["end"]) & (coded["end"] > sentence["start"])]
    shares = {
        i: _count_letters(text[max(row.start, sentence["start"]) : min(row.end, sentence["end"])])
        for i, row in zip(near.index, near.itertuples(), strict=True)
    }
    best = max(shares, key=shares.get, default=None)
    half = _count_letters(text[sentence["start"] : sentence["end"]]) / 2
    return best if best is not None and shares[best] >= half else None


def _count_letters(text):
    return sum(character.isalnum() for character in text)


def read_corrections(data_dir):
    """Read data/coding/corrections.csv if there is one. One row per corrected code, as ``schema.CORRECTIONS``.

    Raises
    ------
    InputError
        A variable or value is unknown; the message names the row.
    """
    path = Path(data_dir) / "coding" / "corrections.csv"
    if not path.exists():
        return pd.DataFrame(columns=[*CORRECTIONS.names, "file", "row"])
    rows = read_csv(path)
    check_table(rows, CORRECTIONS, name=str(path))
    allowed = {column.name: column for column in CODINGS.columns}
    for i, row in enumerate(rows.itertuples(), start=2):
        column = allowed[row.variable]
        if not column.accepts(row.value) or (row.value == "" and column.allowed and column.kind != "set"):
            raise InputError(
                f"{path}, row {i}: value is {row.value!r} for {row.variable}; expected {column.describe_values()}"
            )
    return rows.astype({"start": int, "end": int}).assign(file=str(path), row=range(2, len(rows) + 2))


def apply_corrections(sentences, corrections):
    """Apply corrections of single codes, in the order of their file, after all else.

    Making `side` the narrator empties the speaker and sets the mode to none.
    Corrections of `keep` are not applied here but by cleaning.

    Raises
    ------
    InputError
        A correction's start and end are not those of a built sentence.
    """
    for fault in find_correction_faults(sentences, corrections):
        raise InputError(fault)
    sentences = sentences.copy()
    corrections = corrections[corrections["variable"] != "keep"]
    place = _place_sentences(sentences) if len(corrections) else {}
    for row in corrections.itertuples():
        index = place[(row.doc_id, row.start, row.end)]
        sentences.loc[index, [row.variable, "coded_by"]] = [row.value, "correction"]
        if (row.variable, row.value) == ("side", "narrator"):
            sentences.loc[index, ["speaker", "mode"]] = ["", "none"]
    return sentences


def find_correction_faults(sentences, corrections):
    """Say which corrections stand at no built sentence, one line a fault: as ``apply_corrections``."""
    corrections = corrections[corrections["variable"] != "keep"]
    place = _place_sentences(sentences) if len(corrections) else {}
    for row in corrections.itertuples():
        if (row.doc_id, row.start, row.end) not in place:
            yield (
                f"{row.file}, row {row.row}: no sentence of {row.doc_id} stands at {row.start}-{row.end}; "
                "look up start and end in processed/sentences.csv, or drop the row"
            )


def _place_sentences(sentences):
    keys = zip(sentences["doc_id"], sentences["start"], sentences["end"], strict=True)
    return dict(zip(keys, sentences.index, strict=True))
