"""Compare ways of coding with the hand coding, an article left out at a time, and choose among them."""

import pandas as pd

from fentanyl_study.agreement import score_codings
from fentanyl_study.coding.classifier import fit_features, fit_learner
from fentanyl_study.coding.machine import code_sentences
from fentanyl_study.schema import FRAMES, TARGETS, InputError

MACHINES = ("build", "markers", "words", "classifier")
SHIPPED = {"build": "both", "markers": "markers", "words": "words"}  # coder -> how code_sentences goes about
BASELINES = ("majority", "side only", "article only")
ABSENT = {"none", "0"}  # the code of a variable that says: nothing taken, nothing carried


def spread_codes(sentences):
    """Give each target's stance and each frame ("1" or "0") a column. One row per sentence, as given."""
    frames = sentences["frames"].str.split(";")
    carried = {f"frame: {frame}": frames.map(lambda names, f=frame: str(int(f in names))) for frame in FRAMES}
    return pd.concat([sentences[list(TARGETS)], pd.DataFrame(carried, index=sentences.index)], axis=1)


def code_left_out(sentences, *, variables=None):
    """Code every hand-coded sentence by each machine and baseline, from the other articles alone.

    One row per sentence, variable (target or frame) and coder: doc_id,
    variable, coder, first (hand), second (that coder). The coders:

    - build: what ``build`` uses, markers and weighted words together;
    - markers, words: each of the two alone; neither learns from the articles;
    - classifier: ``make_stance_classifier`` fitted on the other articles;
    - majority: the commonest code of the other articles;
    - side only: for each side the commonest stance taken in the other
      articles (all Chinese officials deny, all US officials accuse);
    - article only: the commonest stance taken in the article itself, which
      only somebody who has coded it can know.

    Parameters
    ----------
    sentences : DataFrame
        Hand-coded sentences: doc_id, text, side, the targets, frames.
    variables : sequence of str, optional
        Targets or "frame: NAME"; all by default.

    Raises
    ------
    InputError
        Fewer than two articles: none can be left out.
    """
    documents = sentences["doc_id"].unique()
    if len(documents) < 2:
        raise InputError(f"{len(documents)} hand-coded article(s); leaving one out needs 2 or more: code more")
    hand = spread_codes(sentences)
    shipped = {coder: spread_codes(code_sentences(sentences, by=by)) for coder, by in SHIPPED.items()}
    pieces = []
    for doc_id in documents:
        left_out = sentences["doc_id"] == doc_id
        features, taught = fit_features(sentences["text"][~left_out].tolist())
        vectors = taught, features.transform(sentences["text"][left_out].tolist())  # the same for all variables
        for variable in variables or hand.columns:
            codes = _code_one(sentences["side"], hand[variable], left_out, vectors)
            codes |= {coder: coded.loc[left_out, variable] for coder, coded in shipped.items()}
            pieces += [
                pd.DataFrame({"doc_id": doc_id, "variable": variable, "coder": coder,
                              "first": hand.loc[left_out, variable], "second": second})
                for coder, second in codes.items()
            ]  # fmt: skip
    return pd.concat(pieces, ignore_index=True)


def _code_one(side, hand, left_out, vectors):
    """Code the sentences left out by the classifier and the baselines."""
    taught, own = hand[~left_out], hand[left_out]
    learner = fit_learner(vectors[0], taught)
    by_side = taught.groupby(side[~left_out]).agg(_find_commonest_taken)
    common = taught.mode().iloc[0]
    return {
        "classifier": pd.Series(learner.predict(vectors[1]), index=own.index),
        "majority": pd.Series(common, index=own.index),
        "side only": side[left_out].map(by_side).fillna(common),
        "article only": pd.Series(_find_commonest_taken(own), index=own.index),
    }


def _find_commonest_taken(codes):
    """Give the commonest code other than none; none where no other stands."""
    taken = codes[~codes.isin(ABSENT)]
    return (taken if len(taken) else codes).mode().iloc[0]


def compare_coders(left_out):
    """Score each coder on each variable: the mean F1 of the codes that take a side.

    One row per variable and coder, in that order: variable, coder, n (hand
    codes other than none), f1 (mean over favor and against where either
    occurs; for a frame, of its presence; 0 to 1), is_chosen (the machine with
    the greatest f1; the first of ``MACHINES`` where they tie), beats_side (more than
    "side only").

    Parameters
    ----------
    left_out : DataFrame
        From ``code_left_out``.
    """
    rows = []
    for (variable, coder), group in left_out.groupby(["variable", "coder"], sort=False):
        scores = score_codings(group)
        scores = scores[~scores["value"].isin(ABSENT)]
        rows.append((variable, coder, int(scores["n_gold"].sum()), scores["f1"].mean() if len(scores) else 0.0))
    compared = pd.DataFrame(rows, columns=["variable", "coder", "n", "f1"])
    order = [*MACHINES, *BASELINES]
    compared["rank"] = compared["coder"].map(order.index)
    variables = {name: number for number, name in enumerate(compared["variable"].unique())}
    compared["place"] = compared["variable"].map(variables)
    compared = compared.sort_values(["place", "rank"])
    machines = compared[compared["coder"].isin(MACHINES)]
    best = machines.sort_values(["f1", "rank"], ascending=[False, True]).drop_duplicates("variable").index
    side = compared[compared["coder"] == "side only"].set_index("variable")["f1"]
    compared = compared.assign(
        is_chosen=compared.index.isin(best), beats_side=compared["f1"] > compared["variable"].map(side)
    )
    return compared.drop(columns=["place", "rank"]).reset_index(drop=True)
