"""Two charts: what the prevalence does to a number, and what small changes to the film do to it."""

from typing import Any, Final

import altair as alt
import pandas as pd

from cxr_app.interpretation.changes import Kind
from cxr_app.interpretation.prevalence import HIGHEST, LOWEST, STEPS, at_prevalence
from cxr_app.interpretation.reference import Reference
from cxr_app.interpretation.stability import Stability
from cxr_app.spec import Interval

__all__ = ["curves", "strip"]

# Each has a contrast of 3 to 1 or more with the light and with the dark page; the dashes tell the
# lines apart without colour.
FILM, PPV, NPV = "#2e86b5", "#c2620f", "#2f8a5b"
MARK: Final = "#7a8a94"
DASHES: Final = ([1, 0], [7, 3], [2, 3])
TICKS: Final = [0.001, 0.01, 0.05, 0.15, 0.5, 0.9]
HIGH: Final = 220  # pixels
ROW: Final = 30


def curves(probability: float, reference: Reference, prevalence: float) -> alt.LayerChart:
    """Draw the film's probability, PPV and NPV over the prevalence, with the chosen one marked."""
    table = pd.DataFrame(
        [
            {
                "prevalence": step,
                "film": at_prevalence(probability, step),
                **_columns("ppv", reference.at[step].positive),
                **_columns("npv", reference.at[step].negative),
            }
            for step in STEPS
        ],
        dtype="float32",  # half as much to send
    )
    names = ["This film", "PPV", "NPV"]
    base = alt.Chart(table).encode(
        x=alt.X("prevalence:Q", title="Prevalence (logarithmic)")
        .scale(type="log", domain=[LOWEST, HIGHEST])
        .axis(values=TICKS, format="~%", grid=False, labelOverlap=False)
    )
    colours = alt.Scale(domain=names, range=[FILM, PPV, NPV])
    dashes = alt.Scale(domain=names, range=[list(dash) for dash in DASHES])
    layers: list[Any] = [
        base.mark_area(color=colour, opacity=0.18).encode(
            y=alt.Y(f"{column}_low:Q"), y2=f"{column}_high:Q"
        )
        for column, colour in (("ppv", PPV), ("npv", NPV))
    ]
    layers += [
        base.mark_line(strokeWidth=2).encode(
            y=alt.Y(f"{column}:Q", title=None)
            .scale(domain=[0, 1])
            .axis(format="~%", values=[0, 0.25, 0.5, 0.75, 1]),
            color=alt.ColorDatum(name, scale=colours, legend=alt.Legend(title=None, orient="top")),
            strokeDash=alt.StrokeDashDatum(name, scale=dashes),
        )
        for name, column in zip(names, ("film", "ppv", "npv"), strict=True)
    ]
    chosen = alt.Chart().mark_rule(color=MARK, strokeWidth=2).encode(x=alt.datum(prevalence))
    return alt.layer(*layers, chosen).properties(height=HIGH)


def strip(found: Stability, label: str) -> alt.LayerChart:
    """Draw every answer as a mark, by kind of change, with the film as it is marked."""
    table = pd.DataFrame(
        [
            {
                "kind": answer.change.kind.value,
                "change": answer.change.name,
                "probability": answer.probability,
            }
            for answer in found.answers
            if answer.probability is not None
        ],
        columns=["kind", "change", "probability"],
    )
    kinds = [kind.value for kind in Kind]
    x = alt.X("probability:Q", title=f"Probability of {label}")
    x = x.scale(domain=[0, 1]).axis(format="~%", values=[0, 0.25, 0.5, 0.75, 1])
    marks = (
        alt.Chart(table)
        .mark_point(filled=True, size=70, opacity=0.7, color=FILM)
        .encode(
            x=x,
            y=alt.Y("kind:N", title=None, sort=kinds).scale(domain=kinds),
            tooltip=[
                alt.Tooltip("change:N", title="Film"),
                alt.Tooltip("probability:Q", title=label, format=".1%"),
            ],
        )
    )
    lines = alt.Chart(
        pd.DataFrame(
            {
                "probability": [found.plain, found.threshold],
                "line": ["Film as it is", "Operating point"],
            }
        )
    )
    names = ["Film as it is", "Operating point"]
    rules = lines.mark_rule(strokeWidth=2).encode(
        x=x,
        color=alt.Color(
            "line:N",
            scale=alt.Scale(domain=names, range=[PPV, MARK]),
            legend=alt.Legend(title=None, orient="top"),
        ),
        strokeDash=alt.StrokeDash("line:N", scale=alt.Scale(domain=names, range=[[1, 0], [4, 4]])),
    )
    return alt.layer(rules, marks).properties(height=ROW * len(kinds))


def _columns(name: str, share: Interval | None) -> dict[str, float | None]:
    if share is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}
