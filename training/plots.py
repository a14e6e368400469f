"""The report's pictures."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from training.figures import Called
from training.metrics import balanced_weights

__all__ = ["draw_curves", "draw_reliability", "draw_roc"]

STYLES = ("-o", "--s", ":^", "-.d")
"""Told apart by mark and dash, not by colour alone."""


def draw_curves(candidates: list[dict[str, Any]], place: Path) -> None:
    """Draw loss, validation accuracy and validation AUC of every candidate over the epochs."""
    figure = _figure(width=11)
    axes = figure.subplots(1, 3)
    columns = (
        ("loss", "training loss"),
        ("accuracy", "validation accuracy"),
        ("auc", "validation AUC"),
    )
    for one, (key, title) in zip(axes, columns, strict=True):
        for candidate, style in zip(candidates, STYLES * 4, strict=False):
            rows = candidate["curves"]
            epochs = [row["epoch"] for row in rows]
            one.plot(epochs, [row[key] for row in rows], style, label=candidate["backbone"])
        one.set(title=title, xlabel="epoch")
        one.xaxis.get_major_locator().set_params(integer=True)
        one.grid(alpha=0.3)
        one.legend()
    figure.savefig(place, dpi=110)


def draw_roc(called: Called, place: Path, *, part: str) -> None:
    """Draw the ROC curve with the operating point on it."""
    figure = _figure(width=4.6)
    axes = figure.subplots()
    wrong, right, _ = roc_curve(called.labels, called.probability)
    axes.plot(wrong, right, "-", label=f"{part} films")
    everything = np.arange(len(called.labels))
    axes.plot(
        1 - called.share_right(everything, 0),
        called.share_right(everything, 1),
        "ok",
        label=f"threshold {called.threshold:.2f}",
    )
    axes.plot([0, 1], [0, 1], ":", color="grey", label="chance")
    axes.set(xlabel="1 - specificity", ylabel="sensitivity", title=f"ROC, {part}", aspect="equal")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    figure.savefig(place, dpi=110)


def draw_reliability(called: Called, place: Path, *, part: str) -> None:
    """Draw found over claimed probability, both classes weighing alike, with the films below."""
    figure = _figure(width=4.6)
    axes, counts = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    weights = balanced_weights(called.labels)
    bins = np.minimum((called.probability * 10).astype(np.int64), 9)
    claimed, found = [], []
    for current in range(10):
        inside = bins == current
        if inside.any():
            claimed.append(np.average(called.probability[inside], weights=weights[inside]))
            found.append(np.average(called.labels[inside], weights=weights[inside]))
    axes.plot([0, 1], [0, 1], ":", color="grey", label="claimed = found")
    axes.plot(claimed, found, "-o", label=f"{part} films")
    axes.set(ylabel="found", title=f"Reliability, {part}, classes alike", xlim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")
    counts.hist(called.probability, bins=np.linspace(0, 1, 11), color="grey")
    counts.set(xlabel="claimed probability", ylabel="films", yscale="log")
    figure.savefig(place, dpi=110)


def _figure(*, width: float) -> Figure:
    matplotlib.use("agg")
    return Figure(figsize=(width, 3.4 if width > 5 else 4.6), layout="constrained")
