"""Read a corpus folder: data/raw to the table of documents, and the tables built from it."""

import hashlib
import os
from pathlib import Path

import pandas as pd

from fentanyl_study.schema import ARTICLES, CODINGS, SENTENCES, InputError, check_table

REPOSITORY = Path(__file__).resolve().parents[2]


def get_data_dir():
    """Give the corpus folder: $FENTANYL_STUDY_DATA, else the repository's own data/."""
    return Path(os.environ.get("FENTANYL_STUDY_DATA") or REPOSITORY / "data")


def get_out_dir():
    """Give the folder for figures and reports: $FENTANYL_STUDY_OUT, else the repository."""
    return Path(os.environ.get("FENTANYL_STUDY_OUT") or REPOSITORY)


def read_csv(path):
    """Read a CSV file as text cells, empty ones as empty strings."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def read_sentences(data_dir=None):
    """Read the built sentences. One row per sentence; offsets and numbers as integers.

    Returns
    -------
    DataFrame
        The columns of ``schema.SENTENCES``; empty cells are empty strings.
    """
    path = Path(data_dir or get_data_dir()) / SENTENCES.path
    sentences = read_csv(path)
    check_table(sentences, SENTENCES, name=str(path))
    whole = [column.name for column in SENTENCES.columns if column.kind == "int"]
    return sentences.astype({name: int for name in whole})
