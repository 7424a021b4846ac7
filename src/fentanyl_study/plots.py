"""Figures: one look for all, one colour a side, and each figure saved with the table it draws."""

import matplotlib
import matplotlib.pyplot as plt

from fentanyl_study.corpus import get_out_dir

# Okabe and Ito's colour-blind-safe hues, their lightness spread so that grey print keeps them apart
SIDE_COLORS = {"china_official": "#D55E00", "us_official": "#0B4F8A", "other": "#7FB8A4", "narrator": "#BDBDBD"}
SIDE_LABELS = {
    "china_official": "Chinese officials",
    "us_official": "US officials",
    "other": "others",
    "narrator": "narrator",
}
WIDTH, DPI = 7.2, 150  # inches and dots: a text column of A4, sharp on a screen


def make_axes(*, height=3.6, columns=1, **keywords):
    """Give a new figure's Axes in the study's look (a single Axes, or an array of `columns`)."""
    matplotlib.rcdefaults()
    plt.rcParams.update(
        {"font.family": "DejaVu Sans", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
         "figure.dpi": DPI, "savefig.dpi": DPI, "figure.constrained_layout.use": True}
    )  # fmt: skip
    _, axes = plt.subplots(1, columns, figsize=(WIDTH, height), **keywords)
    return axes


def save_figure(figure_table, axes, name):
    """Write figures/NAME.png and the table it draws beside it as NAME.csv.

    Parameters
    ----------
    figure_table : DataFrame
        What the figure shows; written without its index.
    axes : Axes
        Any Axes of the figure.
    name : str
        File name without ending.
    """
    folder = get_out_dir() / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    figure_table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", float_format="%.6g")
    axes.figure.savefig(folder / f"{name}.png", metadata={"Software": None})
