"""Two charts: what the prevalence does to a number, and what small changes to the film do to it.

Altair takes 50 ms to put a chart together, too long for each step of a slider. So a chart is made
once, without data, and a film brings a table.
"""

import json
from functools import lru_cache
from typing import Any, Final

import altair as alt
import pandas as pd

from cxr_app.interpretation.changes import Kind
from cxr_app.interpretation.prevalence import HIGHEST, LOWEST, STEPS, at_prevalence
from cxr_app.interpretation.reference import Reference
from cxr_app.interpretation.stability import Stability
from cxr_app.spec import Interval

__all__ = ["curves", "curves_table", "strip", "strip_table"]

Spec = dict[str, Any]

# Each has a contrast of 3 to 1 or more with the light and with the dark page; the dashes tell the
# lines apart without colour.
FILM, PPV, NPV = "#2e86b5", "#c2620f", "#2f8a5b"
MARK: Final = "#7a8a94"
DASHES: Final = [[1, 0], [7, 3], [2, 3]]
QUARTERS: Final = [0.0, 0.25, 0.5, 0.75, 1]
TICKS: Final = [0.001, 0.01, 0.05, 0.15, 0.5]
INK, INK_ON_DARK = "#1c2930", "#e6edf0"  # as in .streamlit/config.toml
HIGH: Final = 320  # pixels, with axes and legend
HIGH_STRIP: Final = 290
IT, POINT = "Film as it is", "Operating point"


def curves(*, is_dark: bool) -> Spec:
    """Give the chart of a film's probability, PPV and NPV over the prevalence."""
    return _inked(_curves(), is_dark=is_dark)


@lru_cache(maxsize=1)
def _curves() -> str:
    x = alt.X("prevalence:Q", title="Prevalence (logarithmic)")
    x = x.scale(type="log", domain=[LOWEST, HIGHEST])
    x = x.axis(values=TICKS, format="~%", grid=False, labelOverlap=False)
    base = alt.Chart().encode(x=x)
    bands = [
        base.mark_area(color=colour, opacity=0.18).encode(
            y=alt.Y(f"{name} low:Q"), y2=f"{name} high:Q"
        )
        for name, colour in (("PPV", PPV), ("NPV", NPV))
    ]
    names: list[Any] = ["This film", "PPV", "NPV"]
    lines = (
        base.transform_fold(names, as_=["line", "share"])
        .mark_line(strokeWidth=2)
        .encode(
            y=alt.Y("share:Q", title=None).scale(domain=[0, 1]).axis(format="~%", values=QUARTERS),
            **_legend(names, [FILM, PPV, NPV], DASHES),
        )
    )
    rule = base.transform_filter("datum.chosen").mark_rule(color=MARK, strokeWidth=2)
    return alt.layer(*bands, lines, rule).properties(height=HIGH).to_json()


def curves_table(probability: float, reference: Reference, prevalence: float) -> pd.DataFrame:
    """Tabulate what `curves` draws; the chosen prevalence is marked."""
    table = pd.DataFrame(
        [
            {
                "prevalence": step,
                "This film": at_prevalence(probability, step),
                **_columns("PPV", reference.at[step].positive),
                **_columns("NPV", reference.at[step].negative),
            }
            for step in STEPS
        ],
        dtype="float32",  # half as much to send
    )
    table["chosen"] = [step == prevalence for step in STEPS]
    return table


def strip(label: str, *, is_dark: bool) -> Spec:
    """Give the chart of all answers as marks, by kind of change, with the film as it is."""
    return _inked(_strip(label), is_dark=is_dark)


@lru_cache(maxsize=8)
def _strip(label: str) -> str:
    kinds = [kind.value for kind in Kind]
    x = alt.X("probability:Q", title=f"Probability of {label}")
    x = x.scale(domain=[0, 1]).axis(format="~%", values=QUARTERS)
    base = alt.Chart().encode(x=x)
    marks = (
        base.transform_filter("isValid(datum.kind)")
        .mark_point(filled=True, size=70, opacity=0.7, color=FILM)
        .encode(
            y=alt.Y("kind:N", title=None, sort=kinds).scale(domain=kinds),
            tooltip=[
                alt.Tooltip("change:N", title="Film"),
                alt.Tooltip("probability:Q", title=label, format=".1%"),
            ],
        )
    )
    rules = (
        base.transform_filter("isValid(datum.line)")
        .mark_rule(strokeWidth=2)
        .encode(**_legend([IT, POINT], [PPV, MARK], [[1, 0], [4, 4]]))
    )
    return alt.layer(rules, marks).properties(height=HIGH_STRIP).to_json()


def strip_table(found: Stability) -> pd.DataFrame:
    """Tabulate what `strip` draws: the answers, then the two lines."""
    rows = [
        (answer.change.kind.value, answer.change.name, None, answer.probability)
        for answer in found.answers
        if answer.probability is not None
    ]
    lines = [(None, None, IT, found.plain), (None, None, POINT, found.threshold)]
    return pd.DataFrame([*rows, *lines], columns=["kind", "change", "line", "probability"])


def _legend(names: list[str], colours: list[str], dashes: list[list[int]]) -> dict[str, Any]:
    """Tell lines apart by colour and by dashes, named above the chart."""
    above = alt.Legend(title=None, orient="top")
    return {
        "color": alt.Color("line:N", legend=above, scale=alt.Scale(domain=names, range=colours)),
        "strokeDash": alt.StrokeDash("line:N", scale=alt.Scale(domain=names, range=dashes)),
    }


def _inked(made: str, *, is_dark: bool) -> Spec:
    """Give the page a chart of its own, in the colour of its text: Streamlit's grey is too pale."""
    copied: Spec = json.loads(made)
    ink = INK_ON_DARK if is_dark else INK
    names = {"labelColor": ink, "titleColor": ink}
    copied["config"] = {**copied.get("config", {}), "axis": names, "legend": names}
    return copied


def _columns(name: str, share: Interval | None) -> dict[str, float | None]:
    if share is None:
        return {name: None, f"{name} low": None, f"{name} high": None}
    return {name: share.value, f"{name} low": share.low, f"{name} high": share.high}
