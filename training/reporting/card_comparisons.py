"""The model card's section on other models, measured on the very same films."""

from typing import Any

from training.reporting.markdown import interval, signed, table

__all__ = ["comparisons"]


def comparisons(metrics: dict[str, Any]) -> list[str]:
    """Write the section of what was compared; nothing where nothing was.

    Parameters
    ----------
    metrics : dict
        As `report/metrics.json` holds them.
    """
    bundles, rivals = metrics.get("comparisons", []), metrics.get("rivals", [])
    if not bundles and not rivals:
        return []
    rows = [_row(one) for one in (*bundles, *rivals)]
    head = (
        "other model",
        "films",
        "AUC, this one less the other",
        "accuracy, this one less the other",
        "times faster per film",
    )
    told = (
        "In pairs, on the very same films; an interval that holds 0 means that the two cannot be "
        "told apart."
    )
    if any("labels" in one for one in (*bundles, *rivals)):
        told += " Where models look for several findings, these are means over those of both."
    if rivals:
        told += (
            " A model of somebody else's was calibrated on this one's calibration films, so that "
            "networks are compared and not the choice of a threshold."
        )
    each = [part for one in (*bundles, *rivals) if "labels" in one for part in _each(one)]
    return ["## Compared", told, table(head, rows), *_of_shares((*bundles, *rivals)), *each]


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    is_bundle = "backbone" in one
    what = one["backbone"] if is_bundle else "somebody else's"
    return (
        f"{one['other']} {one['version']} ({what})",
        f"{one['part']}, {one['films']}",
        signed(one["auc"]),
        signed(one["accuracy"]),
        f"{one['times_faster']:.1f}" if is_bundle else "not timed",
    )


def _of_shares(every: tuple[dict[str, Any], ...]) -> list[str]:
    """Write precision, recall and F1; what was compared before they were thought of has none."""
    rows = [
        (
            f"{one['other']} {one['version']}, {one['part']}",
            *(signed(one[name]) for name in ("precision", "recall", "f1")),
            interval(one["theirs"]["f1"]),
        )
        for one in every
        if "f1" in one
    ]
    if not rows:
        return []
    head = ("other model, films", "precision", "recall", "F1", "F1 of the other by itself")
    title = (
        "Precision, recall and F1 at the threshold, this one less the other, as means over the "
        "classes (macro); of two classes both count:"
    )
    return [title, table(head, rows)]


def _each(one: dict[str, Any]) -> list[str]:
    names = {"auc": "AUC", "accuracy": "accuracy", "f1": "F1"}
    # What was compared before a figure was thought of does not have it.
    known = [name for name in names if all(name in label for label in one["labels"])]
    rows = [(label["label"], *(signed(label[name]) for name in known)) for label in one["labels"]]
    head = ("label", *(f"{names[name]}, this one less the other" for name in known))
    return [f"Each label, against {one['other']} on the {one['part']} films:", table(head, rows)]
