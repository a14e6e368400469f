"""Class `Prediction`: a film in, a result out. Composes imaging, engine, decision and heat map."""

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_app.bundle import Bundle
from cxr_app.codes import Code, in_order
from cxr_app.decision import decide
from cxr_app.engine.base import Engine, Outputs, Workload
from cxr_app.engine.choose import open_engine
from cxr_app.engine.lungs import open_lungs
from cxr_app.errors import Rejected
from cxr_app.examination.evidence import Evidence
from cxr_app.heatmap import activation_map
from cxr_app.imaging.borders import without_borders
from cxr_app.imaging.film import Facts, Film
from cxr_app.imaging.film_input import FilmInput, make_input
from cxr_app.imaging.from_memory import film_from_array, film_from_picture
from cxr_app.imaging.standardise import WHOLE, Box, standardise, stretched
from cxr_app.limits import Limits
from cxr_app.settings import read_settings

__all__ = ["Prediction", "Result", "Seen"]

FULL_RANGE: Final = MappingProxyType({"low": 0.5, "high": 99.5})  # percentiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The model's answer for one film; unpacks into label, confidence and confidences.

    Attributes
    ----------
    label : str
        The predicted class.
    confidence : float
        Calibrated probability of that class, 0..1.
    confidences : mapping of str to float
        Calibrated probability of every class; they sum to 1.
    logits : tuple of float
        Of every class, before calibration.
    threshold : float
        The last class is predicted from this probability on.
    zone : tuple of two floats
        Lowest and highest probability of the last class at which the answer is "not sure".
    warnings : tuple of Code
        Caveats, in the order of `Code`.
    seconds : float
        From the decoded film to the answer.
    precision : str
        Number format of the computation.
    """

    label: str
    confidence: float
    confidences: Mapping[str, float]
    logits: tuple[float, ...]
    threshold: float
    zone: tuple[float, float]
    warnings: tuple[Code, ...]
    seconds: float
    precision: str
    _features: NDArray[np.float32] = field(repr=False, compare=False)
    _bundle: Bundle = field(repr=False, compare=False)

    def __iter__(self) -> Iterator[str | float | Mapping[str, float]]:
        """Unpack: ``label, confidence, confidences = result``."""
        yield self.label
        yield self.confidence
        yield self.confidences

    def heatmap(self, label: str | None = None) -> NDArray[np.float32]:
        """Compute which cells of the network's last map spoke for a label.

        It shows influence, not a lesion, and is as coarse as the map.

        Parameters
        ----------
        label : str, optional
            One of the bundle's labels; without it the predicted one.

        Returns
        -------
        ndarray, float32 [h, w]
            In logits per cell, 0 or more; all 0 where nothing spoke for the label.

        Raises
        ------
        ValueError
            For a label that the bundle does not have, or a bundle without a pooled head.
        """
        labels = self._bundle.spec.labels
        chosen = self.label if label is None else label
        if chosen not in labels:
            raise ValueError(f"label must be one of {', '.join(labels)}. Got {chosen!r} instead.")
        if self._bundle.head is None:
            raise ValueError("this bundle's head has no closed form, so there is no heat map")
        return activation_map(self._features, self._bundle.head, labels.index(chosen))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a bundle's networks make of one film.

    Attributes
    ----------
    outputs : Outputs
        Of the classifier, for one film.
    evidence : Evidence or None
        For the gate; None where the bundle does not find lungs.
    box : Box or None
        The part of the film without borders that the classifier saw; `WHOLE` where no lungs were
        found, None in a bundle that does not standardise.
    """

    outputs: Outputs
    evidence: Evidence | None = None
    box: Box | None = None


class Prediction:
    """Classifies films with one bundle. May be used from several threads at once.

    Parameters
    ----------
    bundle : Bundle
        From `load_bundle`.
    engine : Engine, optional
        A running engine for that bundle; without it the one that CXR_ENGINE names is started.
    limits : Limits, optional
        Caps on pictures handed over; without it those of the CXR_ settings.
    workload : Workload
        What networks that are started here are got ready for.
    """

    def __init__(
        self,
        bundle: Bundle,
        engine: Engine | None = None,
        *,
        limits: Limits | None = None,
        workload: Workload = Workload.ONE_FILM,
    ) -> None:
        settings = read_settings()
        self.bundle = bundle
        self.engine = engine or open_engine(bundle, settings, workload)
        self._lungs = open_lungs(bundle, threads=settings.threads, workload=workload)
        self._limits = limits or settings.limits

    def classify_image(self, image: Film | FilmInput | Image.Image | NDArray[np.generic]) -> Result:
        """Classify one film.

        Parameters
        ----------
        image : Film, FilmInput, PIL.Image.Image or ndarray
            An array is [H, W], [H, W, 1], [H, W, 3] or [H, W, 4], bone white.

        Raises
        ------
        Rejected
            Where the film cannot be judged; no number exists then.
        """
        started = time.perf_counter()
        if not isinstance(image, FilmInput):
            image = make_input(self._film(image), self._limits)
        spec = self.bundle.spec
        seen = self.see(image.pixels[:, :, 0])
        outputs = seen.outputs
        examined = () if image.facts.is_drawing else self._examine(self._legible(seen, image))
        decision = decide(outputs.logits[0], spec.decision)
        if not np.isfinite(decision.confidences).all():
            raise _failed()
        unsure = () if decision.is_sure else (Code.NEAR_THRESHOLD,)
        confidences = dict(zip(spec.labels, decision.confidences, strict=True))
        label = spec.labels[decision.label]
        return Result(
            label=label,
            confidence=confidences[label],
            confidences=MappingProxyType(confidences),
            logits=tuple(float(value) for value in outputs.logits[0]),
            threshold=spec.decision.threshold,
            zone=spec.decision.zone,
            warnings=in_order(*image.warnings, *examined, *self._of_age(image.facts), *unsure),
            seconds=time.perf_counter() - started,
            precision=self.engine.precision,
            _features=outputs.features[0],
            _bundle=self.bundle,
        )

    def _film(self, image: Film | Image.Image | NDArray[np.generic]) -> Film:
        if isinstance(image, Film):
            return image
        if isinstance(image, Image.Image):
            return film_from_picture(image, self._limits)
        if not isinstance(image, np.ndarray):
            raise TypeError(
                "image must be a Film, a Pillow picture or an array. "
                f"Got {type(image).__name__} instead."
            )
        return film_from_array(image, self._limits)

    def see(self, grey: NDArray[np.uint8]) -> Seen:
        """Show a film to the bundle's networks, standardised where the bundle asks for it.

        Parameters
        ----------
        grey : ndarray, uint8 [512, 512]
            From `cxr_app.imaging.to_input`.

        Raises
        ------
        Rejected
            `engine_failed`.
        """
        if self._lungs is None:
            return Seen(outputs=self._run(grey))
        how = self.bundle.spec.input.standardise
        if how is not None:
            found = standardise(grey, self._lungs.find, how)
            outputs = self._run(found.pixels)
            evidence = _evidence(outputs, found.lungs, found.framed)
            return Seen(outputs=outputs, evidence=evidence, box=found.box or WHOLE)
        outputs = self._run(grey)
        # A film that is small within borders is still a film: it is examined without them.
        framed = without_borders(grey)
        features = outputs if framed is grey else self._run(framed)
        evidence = _evidence(features, self._lungs.find(framed), framed)
        return Seen(outputs=outputs, evidence=evidence)

    def _legible(self, seen: Seen, image: FilmInput) -> Seen:
        """See a film of hardly any contrast once more, stretched: the gate knows no such films."""
        if Code.LOW_CONTRAST not in image.warnings or seen.evidence is None:
            return seen
        clear = self.see(stretched(image.pixels[:, :, 0], **FULL_RANGE))
        return replace(seen, evidence=clear.evidence)

    def _examine(self, seen: Seen) -> tuple[Code, ...]:
        whole = (Code.LUNGS_NOT_FOUND,) if seen.box is WHOLE else ()
        if self.bundle.examiner is None or seen.evidence is None:
            return whole

        def see(other: NDArray[np.uint8]) -> Evidence:
            evidence = self.see(other).evidence
            if evidence is None:
                raise Rejected(Code.GATE_FAILED, id=secrets.token_hex(4))
            return evidence

        return (*self.bundle.examiner.examine(seen.evidence, see), *whole)

    def _of_age(self, facts: Facts) -> tuple[Code, ...]:
        """Warn where the age that the file or the user states is not one of the model's."""
        ages, age = self.bundle.spec.population.age_years, facts.age_years
        if ages is None or age is None or ages[0] <= age < ages[1] + 1:  # 5 until the 6th birthday
            return ()
        return (Code.OUTSIDE_POPULATION,)

    def _run(self, grey: NDArray[np.uint8]) -> Outputs:
        # One film at a time: an answer must not depend, even in its last digit, on its company.
        try:
            outputs = self.engine.run(grey[np.newaxis, :, :, np.newaxis])
        except RuntimeError as error:
            raise _failed() from error
        is_fit = outputs.logits.shape == (1, len(self.bundle.spec.labels))
        if not is_fit or not np.isfinite(outputs.logits).all():
            raise _failed()
        return outputs


def _evidence(outputs: Outputs, lungs: NDArray[np.float32], grey: NDArray[np.uint8]) -> Evidence:
    return Evidence(features=outputs.features[0], lungs=lungs, grey=grey)


def _failed() -> Rejected:
    return Rejected(Code.ENGINE_FAILED, id=secrets.token_hex(4))
