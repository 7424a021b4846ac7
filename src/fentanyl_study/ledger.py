"""Write down what was found: reports/claims.csv, reports/methods.md, and the findings in the README."""

import re
from pathlib import Path

import nbformat
import pandas as pd

from fentanyl_study.agreement import FIRM, TENTATIVE, measure_coders
from fentanyl_study.claims import FAIRLY_ROBUST, FOCUS, LATER, NAMES, PROPOSITIONS, REFERENCE, find_claims, judge_claims, score_net
from fentanyl_study.concordance import find_concordance
from fentanyl_study.corpus import REPOSITORY, get_data_dir, get_out_dir, read_codings, read_study
from fentanyl_study.robustness import run_choices
from fentanyl_study.schema import TARGETS, InputError
from fentanyl_study.uncertainty import INTERVAL_WORDS, MIN_ARTICLES, N_PERMUTATIONS, N_RESAMPLES, SEED

BEGIN, END = "<!-- findings: begin -->", "<!-- findings: end -->"
# Where each kind of claim is shown: the notebook, and words of the cell that computes it
PLACES = {
    "abroad": ("01-corpus.ipynb", "compute_shares(official"),
    "stance": ("05-stance.ipynb", "compute_stance_shares(official)"),
    "frame": ("06-frames.ipynb", "compute_frame_shares(official"),
    "term": ("03-keyness.ipynb", "pick_leading_terms(keyness"),
    "topic": ("04-topics.ipynb", "compare_topic_shares(topics, FOCUS, REFERENCE)"),
    "change": ("06-frames.ipynb", "by=\"year\""),
}
COLUMNS = ["id", "claim", "verdict", "estimate", "low", "high", "interval_kind", "p_adjusted", "n_focus", "n_reference",
           "docs_focus", "docs_reference", "method", "variable", "alpha", "n_runs", "share_agreeing",
           "notebook", "cell"]  # fmt: skip


def update_ledger(data_dir=None, *, n_jobs=2):
    """Compute all claims and write claims.csv, methods.md and, for the repository's own corpus, the README's findings."""
    sentences, documents = read_study(data_dir)
    claims = find_claims(sentences, documents)
    runs = run_choices(claims, sentences, documents, data_dir=data_dir, n_jobs=n_jobs)
    claims = locate_claims(judge_claims(claims, measure_coders(data_dir), runs))
    folder = get_out_dir() / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    claims.to_csv(folder / "claims.csv", index=False, lineterminator="\n", float_format="%.6g")
    (folder / "methods.md").write_text(describe_methods(sentences, documents, data_dir), encoding="utf-8", newline="\n")
    if get_out_dir() == REPOSITORY:
        write_findings(REPOSITORY / "README.md", claims, documents)


def locate_claims(claims):
    """Add to each claim the notebook that shows it and the id of the cell there.

    Raises
    ------
    ValueError
        No cell of the notebook holds the words that ``PLACES`` names.
    """
    cells = {kind: _find_cell(*place) for kind, place in PLACES.items()}
    kinds = claims["id"].str.partition(":")[0]
    located = claims.assign(notebook=kinds.map({k: v[0] for k, v in PLACES.items()}), cell=kinds.map(cells))
    return located[COLUMNS]


def _find_cell(name, words):
    notebook = nbformat.read(REPOSITORY / "notebooks" / name, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and words in cell.source:
            return cell.id
    raise ValueError(f"{name}: no cell holds {words!r}; PLACES in ledger.py must name one")


def write_findings(path, claims, documents):
    """Put the findings between their two marks in a Markdown file, leaving the rest as it is."""
    text = Path(path).read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise InputError(f"{path}: expected the marks {BEGIN} and {END}, each once; put them back")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    found = format_findings(claims, documents)
    Path(path).write_text(f"{before}{BEGIN}\n\n{found}\n{END}{after}", encoding="utf-8", newline="\n")


def format_findings(claims, documents):
    """Give the findings as Markdown: how many and how sure, a figure, what is supported, and the names of the rest."""
    n = claims["verdict"].value_counts()
    counted = ", ".join(f"{n.get(verdict, 0)} {verdict}" for verdict in ("firm", "tentative", "not supported"))
    lines = [
        f"{len(claims)} claims were tried on {len(documents)} articles of {documents['published'].min()[:4]} to "
        f"{documents['published'].max()[:4]}: {counted}. {_describe_basis(documents)}", "",
        "![Share of each side's sentences for and against the five propositions](figures/stances.png)", "",
    ]  # fmt: skip
    for verdict in ("firm", "tentative"):
        mine = claims[claims["verdict"] == verdict]
        if len(mine):
            lines += [f"**{verdict.capitalize()}**", "", *(f"- {_format_claim(row)}" for row in mine.itertuples()), ""]
    rest = claims.loc[claims["verdict"] == "not supported", "id"].str.replace(r":\s*", ": ", regex=True).str.split(", ").str[:2].str.join(", ")
    lines += [f"**Not supported**, which is not to say false: {'; '.join(rest)}." if len(rest) else "All are supported.", "",
              f"*Tentative* is what holds whichever article is left out, passes a test corrected for all of its kind, and "
              f"points the same way in {100 * FAIRLY_ROBUST:.0f} % of the runs with other choices; *firm* asks for "
              f"{MIN_ARTICLES} articles on each side and more. Each claim is a row of [reports/claims.csv](reports/claims.csv), "
              "with its figures and the notebook cell that shows it; [reports/methods.md](reports/methods.md) states the rule.", ""]  # fmt: skip
    return "\n".join(lines)


def _describe_basis(documents):
    """Say what the corpus rests on: how many articles, from where, and how much of it is one outlet's."""
    countries = documents["outlet_country"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    words = documents.groupby("outlet")["n_words"].sum().sort_values(ascending=False, kind="stable")
    return (f"{countries.iloc[0]} of the articles are from outlets of {countries.index[0]}, and {words.index[0]} holds "
            f"{100 * words.iloc[0] / words.sum():.0f} % of the words: read every result as a description of these texts.")  # fmt: skip


def _format_claim(row):
    interval = "in one article only" if row.interval_kind == "one article" else f"{row.low:.2f} to {row.high:.2f}"
    return f"{row.claim} *{row.method.capitalize()} {row.estimate:.2f} ({interval}); {100 * row.share_agreeing:.0f} % of runs agree.*"


def trace_claim(claim_id, sentences):
    """Give the sentences behind a claim.

    One row per sentence, in reading order: doc_id, sentence_id, side, group (what the sentence counts as:
    favor, against, a frame, a term, abroad), text. Sentences that count as nothing (stance none) are left out.

    Parameters
    ----------
    claim_id : str
        As in claims.csv.
    sentences : DataFrame
        From ``corpus.read_study``.
    """
    kind, _, item = claim_id.partition(":")
    mine = sentences[sentences["side"].isin([FOCUS, REFERENCE])]
    if kind == "abroad":
        home = {"china_official": "CN", "us_official": "US"}[item]
        return _give_rows(mine[(mine["side"] == item) & (mine["outlet_country"] != home)], "abroad")
    if kind in ("term", "topic"):
        terms = item.split(", ")[:3]
        found = pd.concat([find_concordance(mine, term).assign(group=term) for term in terms])
        keys = ["doc_id", "sentence_id"]
        return mine.merge(found[[*keys, "group"]].drop_duplicates(keys), on=keys)[[*keys, "side", "group", "text"]]
    variable = item if item in TARGETS or item.startswith("frame") else f"frame: {item}"
    if kind == "change":
        mine = mine[mine["side"] == FOCUS]
    mine = mine[score_net(mine, variable) != 0]
    return _give_rows(mine, mine[variable] if variable in TARGETS else item)


def _give_rows(rows, group):
    return rows.assign(group=group)[["doc_id", "sentence_id", "side", "group", "text"]].reset_index(drop=True)


def read_pins():
    """Read the pinned versions of the packages the study uses: a dict by name."""
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^ \\;]+)", lock, re.MULTILINE))


def describe_methods(sentences, documents, data_dir=None):
    """Describe data, coding, measures, versions and seeds as a methods section needs them, all figures computed."""
    agreement = measure_coders(data_dir)
    pins = read_pins()
    template = (Path(__file__).parent / "templates" / "methods.md").read_text(encoding="utf-8")
    sides = sentences["side"].value_counts()
    outlets = ", ".join(dict.fromkeys(documents.sort_values("published")["outlet"]))
    used = ("numpy", "pandas", "scipy", "scikit-learn", "matplotlib", "krippendorff", "nbval")
    return template.format(
        articles=_count_articles(documents), coding=_describe_coding(sentences, data_dir), outlets=outlets, first=documents["published"].min(), last=documents["published"].max(),
        n_sentences=len(sentences), n_words=documents["n_words"].sum(), n_removed=documents["n_removed"].sum(),
        n_focus=sides.get(FOCUS, 0), n_reference=sides.get(REFERENCE, 0), n_other=sides.get("other", 0),
        n_narrator=sides.get("narrator", 0),
        reliability=_describe_reliability(agreement), firm=FIRM, tentative=TENTATIVE, min_articles=MIN_ARTICLES,
        n_resamples=N_RESAMPLES, n_permutations=N_PERMUTATIONS, seed=SEED, later=LATER,
        propositions="; ".join(f"`{k}`: {v}" for k, v in PROPOSITIONS.items()),
        versions=", ".join(f"{name} {pins[name]}" for name in used),
    )  # fmt: skip


def _count_articles(documents):
    n_english = int(documents["language"].str.startswith("en").sum())
    return f"{n_english} English articles" if n_english == len(documents) else f"{len(documents)} articles, {n_english} of them English"


def _describe_coding(sentences, data_dir):
    """Say how sentences were coded by hand; how the codings that ship were made is known."""
    n_hand = int((sentences["coded_by"] == "hand").sum())
    if Path(data_dir or get_data_dir()) != REPOSITORY / "data":
        return f"{n_hand} sentences carry codes given by hand."
    return (f"{n_hand} sentences carry codes settled from two independent codings by the codebook and a third reading of\n"
            "their differences. The coders were two passes of a large language model; no trained person has coded.")  # fmt: skip


def _describe_reliability(agreement):
    if agreement.empty:
        return "No article of this corpus was coded by two coders; nothing is known of its reliability."
    worst = agreement.sort_values(["alpha", "variable"]).iloc[0]
    return (f"Krippendorff's alpha (nominal) for {len(agreement)} variables on up to {agreement['n'].max()} sentences: "
            f"median {agreement['alpha'].median():.2f}, least {worst['alpha']:.2f} ({worst['variable']}).")  # fmt: skip
