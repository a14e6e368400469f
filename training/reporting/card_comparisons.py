"""The model card's section on other models, measured on the very same films."""

from typing import Any

from training.reporting.markdown import signed, table

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
    return ["## Compared", told, table(head, rows), *each]


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


def _each(one: dict[str, Any]) -> list[str]:
    rows = [
        (label["label"], signed(label["auc"]), signed(label["accuracy"])) for label in one["labels"]
    ]
    head = ("label", "AUC, this one less the other", "accuracy, this one less the other")
    return [f"Each label, against {one['other']} on the {one['part']} films:", table(head, rows)]
