"""What a card is drawn from: a model, its report, and the films that were chosen on the page."""

from dataclasses import dataclass

from cxr_app.bundle import Bundle
from cxr_app.report.answers import Answers
from cxr_app.report.metrics import Metrics
from cxr_app.report.reader import Lack, Part, Report
from cxr_app.spec import Spec

__all__ = ["Card", "films_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One model's card.

    Attributes
    ----------
    bundle : Bundle
    report : Report
    part : Part or None
        The films whose figures are shown; None where nothing was measured.
    """

    bundle: Bundle
    report: Report
    part: Part | None

    @property
    def spec(self) -> Spec:
        """Return the bundle's description."""
        return self.bundle.spec

    @property
    def metrics(self) -> Metrics | None:
        """Return what the report holds, where it counts."""
        return None if isinstance(self.report.metrics, Lack) else self.report.metrics

    @property
    def answers(self) -> Answers | None:
        """Return the stored answers on the chosen films, where they count."""
        if self.part is None or isinstance(self.part.answers, Lack):
            return None
        return self.part.answers

    @property
    def labels(self) -> tuple[str, str]:
        """Return the other class and the one that is looked for."""
        return self.spec.labels[0], self.spec.labels[-1]


def films_of(part: Part) -> str:
    """Name the films of a part; whatever was measured on them before the gate is marked so."""
    kind = {"test": "official test", "all": "labelled"}.get(part.name, part.name)
    before = " (before the gate)" if part.is_before_gate else ""
    return f"{part.evaluation.films:,} {kind} films{before}"
