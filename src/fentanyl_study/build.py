"""Build data/processed from data/raw and data/coding: every stage in order, nothing half-written."""

import os
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from fentanyl_study.attribution import attribute_sentences
from fentanyl_study.cleaning import clean_documents
from fentanyl_study.coding import code_sentences
from fentanyl_study.corpus import get_data_dir, read_articles, read_text
from fentanyl_study.hand_codes import (
    CODES,
    apply_corrections,
    apply_hand_codes,
    check_hand_codes,
    read_corrections,
    read_hand_codes,
)
from fentanyl_study.schema import DOCUMENTS, REMOVED, SENTENCES, InputError, check_table
from fentanyl_study.sentences import split_sentences

CHUNK = 50  # articles worked on at a time: enough to spare overhead, few enough to keep memory flat


def build_corpus(data_dir=None):
    """Build documents.csv, sentences.csv and removed.csv of a corpus folder.

    Parameters
    ----------
    data_dir : Path, optional
        Folder with raw/ and, if there is one, coding/; the repository's data/ by default.

    Raises
    ------
    InputError
        The input has a fault; nothing is written then.
    """
    data_dir = Path(data_dir or get_data_dir())
    articles = read_articles(data_dir)
    people = read_hand_codes(data_dir), read_corrections(data_dir)
    for table in people:
        _check_documents_known(table, articles)
    chunks = [articles[i : i + CHUNK] for i in range(0, len(articles), CHUNK)]
    with tqdm(total=len(articles), desc="build", unit="article", disable=None) as progress:
        built = []
        for chunk in chunks:
            built.append(build_articles(chunk, *people, data_dir=data_dir))
            progress.update(len(chunk))
    tables = [pd.concat(parts, ignore_index=True) for parts in zip(*built, strict=True)]
    write_tables(dict(zip((DOCUMENTS, SENTENCES, REMOVED), tables, strict=True)), data_dir)


def _check_documents_known(table, articles):
    unknown = table[~table["doc_id"].isin(articles["doc_id"])]
    for row in unknown.head(1).itertuples():
        raise InputError(f"{row.file}, row {row.row}: {row.doc_id} has no row in raw/articles.csv; correct doc_id")


def build_articles(articles, codings, corrections, *, data_dir):
    """Build the tables of some articles; a pure function of their files and of what people decided.

    Returns
    -------
    (DataFrame, DataFrame, DataFrame)
        Documents, sentences and removed spans, as the schema has them.
    """
    texts = {row.doc_id: read_text(row.doc_id, row.sha256, data_dir=data_dir) for row in articles.itertuples()}
    mine = [table[table["doc_id"].isin(list(texts))] for table in (codings, corrections)]
    check_hand_codes(mine[0], texts)
    documents = articles.assign(text=articles["doc_id"].map(texts))
    spans, removed = clean_documents(documents, marked=_mark_kept(mine[1]))
    sentences = code_by_machine(split_sentences(spans, documents), documents, removed)
    sentences = apply_hand_codes(sentences, mine[0], texts=texts)
    sentences = apply_corrections(sentences, mine[1])
    return count_documents(documents, sentences, removed), sentences[SENTENCES.names], removed[REMOVED.names]


def code_by_machine(sentences, documents, removed):
    """Attribute and code sentences by the program, and keep a copy of its codes that hand codes do not touch."""
    sentences = code_sentences(attribute_sentences(sentences, documents, removed=removed)).assign(coded_by="machine")
    return sentences.assign(**{f"{code}_machine": sentences[code] for code in CODES})


def _mark_kept(corrections):
    """Give the spans that a person took out of the running text, or put back, as cleaning wants them."""
    marked = corrections[corrections["variable"] == "keep"]
    return marked.assign(reason=marked["value"].map({"0": "by_hand", "1": ""}))


def count_documents(documents, sentences, removed):
    """Count what was built of each article. One row per article, as ``schema.DOCUMENTS``."""
    n_words = sentences["text"].str.split().str.len().groupby(sentences["doc_id"]).sum()
    counts = {
        "n_characters": documents["text"].str.replace(r"\s", "", regex=True).str.len(),
        "n_sentences": documents["doc_id"].map(sentences["doc_id"].value_counts()),
        "n_words": documents["doc_id"].map(n_words),
        "n_removed": documents["doc_id"].map(removed["doc_id"].value_counts()),
    }
    counts = {name: values.fillna(0).astype(int) for name, values in counts.items()}
    return documents.assign(**counts)[DOCUMENTS.names]


def write_tables(tables, data_dir):
    """Write tables to their places in a corpus folder: all of them checked and written aside first, then moved.

    Parameters
    ----------
    tables : dict of Table to DataFrame
    data_dir : Path
    """
    partial = {}
    try:
        for table, rows in tables.items():
            path = Path(data_dir) / table.path
            check_table(rows, table, name=str(path))
            path.parent.mkdir(parents=True, exist_ok=True)
            partial[path] = path.with_suffix(".partial")
            rows.to_csv(partial[path], index=False, lineterminator="\n")
    except BaseException:
        for path in partial.values():
            path.unlink(missing_ok=True)
        raise
    for path, aside in partial.items():
        os.replace(aside, path)
