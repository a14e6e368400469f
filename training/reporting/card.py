"""The model card: `metrics.json` told in words, every figure with its command and interval."""

import re
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from cxr_app.spec import Spec

__all__ = ["card"]

WORTH_SAYING: Final = 0.05
"""A loss of sensitivity or specificity that the limitations name."""

FIGURES: Final = {
    "auc": "AUC",
    "average_precision": "average precision",
    "accuracy": "accuracy",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "brier": "Brier score, classes weighted equally",
    "ece": "ECE, classes weighted equally",
}

PLOTS: Final = {
    "roc": "ROC curve",
    "precision-recall": "Precision and recall",
    "confusion": "Confusion matrix",
    "reliability": "Reliability",
}


def card(spec: Spec, sha256: str, metrics: dict[str, Any]) -> str:
    """Write the card, in Markdown, by `card.md.j2`.

    Parameters
    ----------
    spec : Spec
        Of the bundle.
    sha256 : str
        Its identity.
    metrics : dict
        As `report/metrics.json` holds them; what an older one lacks is left out.
    """
    text = (
        _environment()
        .get_template("card.md.j2")
        .render(spec=spec, sha256=sha256, metrics=metrics, figure_names=FIGURES, plots=PLOTS)
    )
    return re.sub(r"\n{3,}", "\n\n", text)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(),  # of HTML; names in Markdown go through `md`
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "fmt": format,
        "interval": _interval,
        "md": _escaped,
        "per_thousand": _per_thousand,
        "signed": _signed,
    }
    environment.tests["harmful"] = _is_harmful
    return environment


def _escaped(text: str) -> str:
    """Keep what stands for a name from being read as Markdown, or from ending a table's row."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text.replace("\n", " "))


def _interval(one: dict[str, Any]) -> str:
    """Write a figure with its interval; it may have no value."""
    if one["value"] is None:
        return "not measurable"
    return f"{one['value']:.3f} ({one['low']:.3f}-{one['high']:.3f})"


def _signed(one: dict[str, Any]) -> str:
    """Write a difference with its interval."""
    return f"{one['value']:+.4f} ({one['low']:+.4f} to {one['high']:+.4f})"


def _per_thousand(npv: dict[str, Any]) -> str:
    """Write how many of 1,000 negative answers are wrong, with the interval."""
    if npv["value"] is None:
        return "not measurable"
    value, low, high = (1000 * (1 - npv[end]) for end in ("value", "high", "low"))
    return f"{value:.1f} ({low:.1f}-{high:.1f})"


def _is_harmful(form: dict[str, Any]) -> bool:
    """Whether altering films this way costs more than a reader would put up with."""
    return "auc_change" in form and any(
        form[f"{name}_before"] - form[name] > WORTH_SAYING
        for name in ("sensitivity", "specificity")
    )
