"""What changed forms of the films do to an answer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.metrics.figures import Called, change_of_auc

__all__ = ["changed_form"]


def changed_form(name: str, after: NDArray[np.float64], called: Called) -> dict[str, Any]:
    """Compare the answers to changed films with those to the films themselves.

    Parameters
    ----------
    name : str
        Of the form.
    after : ndarray, float64 [N]
        Probability of the changed films; NaN where one was refused.
    called : Called
        The films unchanged.

    Returns
    -------
    dict
        The form's name and how many were refused; and, where films of both classes got an answer,
        the figures before and after, and how far the probability moved.
    """
    both = np.isfinite(after)
    before, changed = called.only(both), after[both]
    if not before.has_both:
        return {"form": name, "refused": int((~both).sum())}
    now = Called(
        labels=before.labels,
        probability=changed,
        patients=before.patients,
        threshold=called.threshold,
    )
    places = np.arange(len(changed))
    return {
        "form": name,
        "refused": int((~both).sum()),
        "auc_change": change_of_auc(before, changed),
        "sensitivity_before": before.share_right(places, 1),
        "specificity_before": before.share_right(places, 0),
        "sensitivity": now.share_right(places, 1),
        "specificity": now.share_right(places, 0),
        **_moved(changed - before.probability, before.labels),
    }


def _moved(move: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, Any]:
    """Say how far the probability moved, and where to in each class."""
    return {
        "mean_change": float(np.abs(move).mean()),
        "mean_shift": {
            "looked_for": float(move[labels == 1].mean()),
            "other": float(move[labels == 0].mean()),
        },
    }
