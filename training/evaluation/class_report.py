"""Precision, recall and F1 of every class, and their four averages."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support

__all__ = ["AVERAGES", "class_report"]

AVERAGES = ("micro", "macro", "weighted", "samples")


def class_report(
    truth: NDArray[np.uint8], said: NDArray[np.bool_], labels: tuple[str, ...]
) -> dict[str, Any]:
    """Compute the report.

    A class that is never said has precision 0 here, and one that no film has has recall 0. In the
    average over films ("samples") a film counts only where a share can be formed: without a
    finding, found or said, there is nothing to be right about.

    Parameters
    ----------
    truth : ndarray, uint8 [N, C]
        1 where the film is of a class; of two classes that exclude each other both columns stand.
    said : ndarray, bool [N, C]
    labels : tuple of str
        Names of the C classes.

    Returns
    -------
    dict
        `classes`: for each `label, precision, recall, f1, support`, the last how many films have
        it. `averages`: the first three for each of `AVERAGES`.
    """
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, said.astype(np.uint8), average=None, zero_division=0.0
    )
    rows = zip(labels, precision, recall, f1, support, strict=True)
    return {
        "classes": [
            {
                "label": label,
                "precision": float(its_precision),
                "recall": float(its_recall),
                "f1": float(its_f1),
                "support": int(films),
            }
            for label, its_precision, its_recall, its_f1, films in rows
        ],
        "averages": {average: _average(truth, said, average) for average in AVERAGES},
    }


def _average(truth: NDArray[np.uint8], said: NDArray[np.bool_], average: str) -> dict[str, float]:
    shares = precision_recall_fscore_support(
        truth,
        said.astype(np.uint8),
        average=average,
        zero_division=np.nan if average == "samples" else 0.0,
    )
    return {
        name: float(share)
        for name, share in zip(("precision", "recall", "f1"), shares[:3], strict=True)
    }
