"""Draw where groups stand: favor to the right, against to the left."""

from matplotlib.ticker import FuncFormatter

from fentanyl_study.plots import SIDE_COLORS, SIDE_LABELS, make_axes


def plot_stances(shares, *, by="side"):
    """Draw for each target and group the share that favors (right) and that is against (left).

    Parameters
    ----------
    shares : DataFrame
        From ``coding.summary.compute_stance_shares``: target, stance, the group, share, low, high.

    Returns
    -------
    Axes
        Bars with the interval as a thin line; what is missing to 100 % takes no side.
    """
    targets, groups = list(dict.fromkeys(shares["target"])), list(dict.fromkeys(shares[by]))
    axes = make_axes(height=1.1 + 0.24 * max(len(targets) * (len(groups) + 0.6), 2))
    step = len(groups) + 0.8
    for position, group in enumerate(groups):
        for stance, sign in (("favor", 1), ("against", -1)):
            part = shares[(shares[by] == group) & (shares["stance"] == stance)]
            places = [-(targets.index(target) * step + position) for target in part["target"]]
            label = SIDE_LABELS.get(group, str(group)) if sign == 1 else None
            color = SIDE_COLORS.get(group, "#777777")
            axes.barh(places, sign * part["share"], color=color, height=0.8, label=label)
            axes.hlines(places, sign * part["low"], sign * part["high"], color="black", linewidth=0.8)
    middle = (len(groups) - 1) / 2
    names = [target.replace("_", " ") for target in targets]
    axes.set_yticks([-(i * step + middle) for i in range(len(targets))], names)
    highest = shares.loc[shares["stance"] != "none", "high"].max() if len(shares) else 1.0
    reach = min(1.0, 0.05 + float(highest))
    axes.set(xlim=(-reach, reach), xlabel="share of the sentences: against  |  favor")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{abs(100 * share):.0f} %"))
    axes.axvline(0, color="black", linewidth=0.6)
    axes.tick_params(axis="y", length=0)
    if groups:
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(groups), frameon=False)
    return axes
