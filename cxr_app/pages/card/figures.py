"""Figures as a card writes them, each with its interval."""

from cxr_app.report.values import Figure

__all__ = ["NAMES", "change", "decimal", "figure", "per_thousand", "percent"]

NAMES = {
    "auc": "AUC",
    "average_precision": "Average precision",
    "accuracy": "Accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "brier": "Brier score, classes weighted equally",
    "ece": "Calibration error (ECE), classes weighted equally",
}
"""Of the figures that `metrics.json` may hold, in the order in which they are shown."""

_SHARES = ("accuracy", "sensitivity", "specificity")
NONE = "not measurable"


def figure(name: str, one: Figure) -> str:
    """Write a figure: shares of films as percentages, areas and errors as decimals."""
    return percent(one) if name in _SHARES else decimal(one)


def percent(one: Figure) -> str:
    """Write a share with its interval."""
    if one.value is None or one.low is None or one.high is None:
        return NONE
    return f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%})"


def decimal(one: Figure) -> str:
    """Write a figure between 0 and 1 with its interval."""
    if one.value is None or one.low is None or one.high is None:
        return NONE
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


def change(one: Figure) -> str:
    """Write a difference with its interval."""
    if one.value is None or one.low is None or one.high is None:
        return NONE
    return f"{one.value:+.4f} ({one.low:+.4f} to {one.high:+.4f})".replace("-", "\N{MINUS SIGN}")


def per_thousand(npv: Figure) -> str:
    """Write how many of 1,000 negative answers are wrong."""
    if npv.value is None or npv.low is None or npv.high is None:
        return NONE
    value, low, high = (1000 * (1 - end) for end in (npv.value, npv.high, npv.low))
    return f"{value:.1f} ({low:.1f} to {high:.1f})"
