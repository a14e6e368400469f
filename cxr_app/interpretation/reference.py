"""What a film's number is read against: the official test, made ready once for a model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cxr_app.bundle import Bundle
from cxr_app.interpretation.official_test import Absence, OfficialTest, read_official_test
from cxr_app.interpretation.predictive_values import (
    PredictiveValues,
    find_rates,
    predictive_values,
)
from cxr_app.interpretation.prevalence import STEPS
from cxr_app.interpretation.resampling import Resampled, resample

__all__ = ["Reference", "open_reference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The official test of a model.

    Attributes
    ----------
    drawn : Resampled
        The test with its draws.
    at : mapping of float to PredictiveValues
        For every prevalence of `STEPS`, in their order.
    """

    drawn: Resampled = field(repr=False)
    at: Mapping[float, PredictiveValues] = field(repr=False)

    @property
    def test(self) -> OfficialTest:
        """The test itself."""
        return self.drawn.test


def open_reference(bundle: Bundle) -> Reference | Absence:
    """Make ready what does not depend on a film, or say why there is nothing."""
    test = read_official_test(bundle)
    if isinstance(test, Absence):
        return test
    drawn = resample(test)
    rates = find_rates(drawn)
    at = {prevalence: predictive_values(rates, prevalence) for prevalence in STEPS}
    return Reference(drawn=drawn, at=MappingProxyType(at))
