"""Charts of a card; their colours stand out from the light page and from the dark one."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import altair as alt
import pandas as pd

from cxr_app.report.curves import Bin, Roc
from cxr_app.report.threshold import AtThreshold
from cxr_app.report.values import Figure

__all__ = ["intervals", "over_thresholds", "reliability", "roc"]

Drawn: TypeAlias = alt.LayerChart | alt.FacetChart

BLUE: Final = "#3a8bbb"  # 3 : 1 or more against either background
ORANGE: Final = "#c8741f"
GREY: Final = "#7b8a93"
SHARE: Final = alt.Scale(domain=[0, 1], nice=False)
SIDE: Final = 400  # pixels, axes included


def roc(curve: Roc, at: AtThreshold, labels: tuple[str, str]) -> Drawn:
    """Draw the ROC curve and the operating point on it."""
    other, looked_for = labels
    points = pd.DataFrame({"wrong": curve.false_positive_rate, "right": curve.sensitivity})
    x = alt.X(
        "wrong:Q",
        scale=SHARE,
        title=f"1 \N{MINUS SIGN} specificity ({other} called {looked_for})",
        axis=_axis(),
    )
    y = alt.Y("right:Q", scale=SHARE, title=f"Sensitivity ({looked_for} recognised)", axis=_axis())
    here = pd.DataFrame(
        {
            "wrong": [1 - (at.specificity.value or 0)],
            "right": [at.sensitivity.value],
            "name": [f"threshold {at.threshold:.1%}"],
        }
    )
    point = alt.Chart(here).encode(x=x, y=y)
    return _layered(
        _chance(x, y, ("wrong", "right")),
        alt.Chart(points)
        .mark_line(color=BLUE, strokeWidth=2, interpolate="linear")
        .encode(x=x, y=y),
        point.mark_point(color=ORANGE, filled=True, size=110, opacity=1),
        point.mark_text(color=ORANGE, align="left", dx=10, dy=12, fontSize=13).encode(text="name"),
    )


def reliability(bins: Sequence[Bin], looked_for: str) -> Drawn:
    """Draw stated against found probability; a larger point stands for more films."""
    known = pd.DataFrame(
        [
            {"stated": one.claimed, "found": one.found, "films": one.films}
            for one in bins
            if one.films
        ]
    )
    x = alt.X("stated:Q", scale=SHARE, title=f"Stated probability of {looked_for}", axis=_axis())
    y = alt.Y("found:Q", scale=SHARE, title=f"Share with {looked_for}", axis=_axis())
    found = alt.Chart(known).encode(x=x, y=y)
    size = alt.Size("films:Q", scale=alt.Scale(range=[50, 400]), legend=None)
    return _layered(
        _chance(x, y, ("stated", "found")),
        found.mark_line(color=BLUE, strokeWidth=1.5),
        found.mark_point(color=BLUE, filled=True, opacity=1).encode(size=size),
    )


def over_thresholds(rows: Sequence[tuple[float, float, float]], own: float, chosen: float) -> Drawn:
    """Draw sensitivity and specificity over the threshold; upright lines mark two of them.

    It is drawn again and again while a reader moves the threshold, so its data are few: see
    `pages.parts.watch`.

    Parameters
    ----------
    rows : sequence of (float, float, float)
        Threshold, sensitivity, specificity.
    own, chosen : float
    """
    names = ["Sensitivity", "Specificity"]
    shares = pd.DataFrame(rows, columns=["threshold", *names])
    x = alt.X("threshold:Q", scale=SHARE, title="Threshold", axis=_axis())
    y = alt.Y("share:Q", scale=SHARE, title="Share of films called right", axis=_axis())
    color = alt.Color(
        "figure:N",
        scale=alt.Scale(domain=names, range=[BLUE, ORANGE]),
        legend=alt.Legend(title=None, orient="top"),
    )
    dash = alt.StrokeDash("figure:N", legend=alt.Legend(title=None, orient="top"))
    marks = pd.DataFrame({"threshold": [own, chosen], "which": ["the model's own", "chosen"]})
    return _layered(
        alt.Chart(shares)
        .transform_fold([*names], as_=["figure", "share"])
        .mark_line(strokeWidth=2)
        .encode(x=x, y=y, color=color, strokeDash=dash),
        alt.Chart(marks)
        .mark_rule(color=GREY, strokeWidth=1.5)
        .encode(
            x=alt.X("threshold:Q", scale=SHARE, title="Threshold", axis=_axis()),
            strokeDash=alt.condition(
                "datum.which == 'chosen'", alt.value([1, 0]), alt.value([5, 4])
            ),
        ),
        height=320,
    )


def intervals(
    rows: Sequence[tuple[str, Figure]], title: str, *, even: float, domain: Sequence[float]
) -> Drawn:
    """Draw figures with their intervals one below the other, and a line at what is no effect.

    Parameters
    ----------
    rows : sequence of (str, Figure)
    title : str
        Of the axis.
    even : float
        Where the line stands.
    domain : sequence of two floats
        Ends of the axis.
    """
    known = pd.DataFrame(
        [{"name": name, "value": one.value, "low": one.low, "high": one.high} for name, one in rows]
    )
    scale = alt.Scale(domain=list(domain), nice=False)

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=scale, title=title, axis=alt.Axis(tickCount=6))

    names = alt.Axis(labelLimit=220, title=None, ticks=False, domain=False)
    drawn = alt.Chart(known).encode(y=alt.Y("name:N", sort=[name for name, _ in rows], axis=names))
    line = alt.Chart(pd.DataFrame({"even": [even]})).mark_rule(color=GREY, strokeDash=[5, 4])
    return _layered(
        line.encode(x=x("even")),
        drawn.mark_rule(color=BLUE, strokeWidth=2).encode(x=x("low"), x2="high:Q"),
        drawn.mark_point(color=BLUE, filled=True, size=70, opacity=1).encode(x=x("value")),
        height=26 * len(rows) + 60,
    )


def _chance(x: alt.X, y: alt.Y, columns: tuple[str, str]) -> alt.Chart:
    """Draw the diagonal."""
    ends = pd.DataFrame({column: [0, 1] for column in columns})
    drawn: alt.Chart = alt.Chart(ends).mark_line(color=GREY, strokeDash=[5, 4], strokeWidth=1.5)
    return drawn.encode(x=x, y=y)


def _axis() -> alt.Axis:
    return alt.Axis(format=".0%", tickCount=5)


def _layered(*parts: Any, height: int = SIDE) -> Drawn:
    # A reader cannot hover with a finger or a key: what a tooltip says stands in the table.
    return alt.layer(*parts).properties(height=height)
