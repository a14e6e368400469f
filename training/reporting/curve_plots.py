"""The pictures of a training."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["draw_curves"]

MARKS = ("o", "s", "^", "d")
"""Of the candidates: told apart by mark, not by color alone."""


PANELS = (
    ("loss", {"loss": "training", "cross_entropy": "validation"}),
    ("accuracy", {"training_accuracy": "training", "accuracy": "validation"}),
    ("AUC", {"auc": "validation"}),
    ("learning rate", {"learning_rate": ""}),
)
"""Title of the axes, and for each of their lines its key in `metrics.json` and its name."""


def draw_curves(candidates: list[dict[str, Any]], place: Path) -> None:
    """Draw loss, accuracy, AUC and learning rate of every candidate over the epochs.

    Training is dashed with hollow marks. What an older `metrics.json` lacks is left out.
    """
    rows = [row for candidate in candidates for row in candidate["curves"]]
    known = {key for row in rows for key, value in row.items() if value is not None}
    panels = [(title, lines) for title, lines in PANELS if known & set(lines)]
    figure = _figure(width=3.7 * len(panels))
    for axes, (title, lines) in zip(np.ravel(figure.subplots(1, len(panels))), panels, strict=True):
        for key in lines:
            if key in known:
                _draw_lines(axes, candidates, key, lines[key])
        axes.set(title=title, xlabel="epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")
    figure.savefig(place, dpi=110)


def _draw_lines(axes: Axes, candidates: list[dict[str, Any]], key: str, part: str) -> None:
    is_training = part == "training"
    for number, (candidate, mark) in enumerate(zip(candidates, MARKS * 4, strict=False)):
        rows = [row for row in candidate["curves"] if row.get(key) is not None]
        if not rows:
            continue
        axes.plot(
            [row["epoch"] for row in rows],
            [row[key] for row in rows],
            ("--" if is_training else "-") + mark,
            color=f"C{number}",
            fillstyle="none" if is_training else "full",
            label=", ".join(filter(None, (candidate["backbone"], part))),
        )


def _figure(*, width: float) -> Figure:
    return Figure(figsize=(width, 3.4 if width > 5 else 4.6), layout="constrained")
