"""From a bundle and a film to a picture of the evidence for a label."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from cxr_app.bundle import Bundle, open_bundle
from cxr_app.codes import Code
from cxr_app.decision import decide
from cxr_app.imaging.decode import decode
from cxr_app.imaging.film import Film
from cxr_app.imaging.quality import examine
from cxr_app.imaging.to_input import to_input
from cxr_app.limits import Limits
from cxr_app.sources import FileSource
from cxr_app.spec import Task
from training.calibration.decision import calibrated
from training.errors import TrainingError
from training.explanation.evidence_picture import draw_map
from training.explanation.gradient_map import gradient_map
from training.networks.loading import load_served
from training.output_paths import check_output

__all__ = ["explain"]


def explain(film: Path, *, model: Path, label: str | None, output: Path) -> Path:
    """Draw a film and the evidence in it for a label, as a model's network sees it.

    Parameters
    ----------
    film : Path
    model : Path
        A bundle's folder, of any task.
    label : str or None
        One of the bundle's; None asks for the one that the model gives.
    output : Path
        The picture to be written, a .png that is not there yet.

    Returns
    -------
    Path
        The picture.

    Raises
    ------
    TrainingError
        `usage` for a label that the model does not have, or an output that may not lie there, as
        `check_output` has it.
    Rejected
        As the app would reject the film.
    BundleError
        Where the model does not verify.
    """
    if output.suffix.lower() != ".png":
        raise _unusable(f"--output {output.name} must end in .png")
    # A film may be a link into an archive: neither folder is a place for a picture.
    inputs = (film.parent, film.resolve().parent, model)
    check_output(output, inputs=inputs, shows_films=True)
    decoded = _read(film)
    bundle = open_bundle(model)
    asked = None if label is None else _place(label, bundle)
    network, seen = load_served(bundle), to_input(decoded)
    place = _given(network, seen, bundle) if asked is None else asked
    evidence = gradient_map(network, seen, place, task=bundle.spec.task)
    picture = draw_map(decoded, evidence, bundle.spec.labels[place], notice=bundle.spec.notice)
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("xb") as file:
        file.write(picture)
    return output


def _read(path: Path) -> Film:
    film = decode(FileSource(path, path.name).read(Limits()), Limits())
    examine(film, Limits())
    return film


def _place(label: str, bundle: Bundle) -> int:
    labels = bundle.spec.labels
    if label not in labels:
        raise _unusable(f"the model has no label '{label}'; it has {', '.join(labels)}")
    return labels.index(label)


def _given(network: keras.Model, seen: NDArray[np.uint8], bundle: Bundle) -> int:
    """Give the label that the model gives; of several findings the most probable one."""
    logits = network.predict(seen[np.newaxis], verbose=0)["logits"]
    if bundle.spec.task is Task.BINARY:
        return decide(logits[0], bundle.spec.decision).label
    return int(calibrated(logits, bundle.spec.decision, bundle.spec.task)[0].argmax())


def _unusable(reason: str) -> TrainingError:
    return TrainingError(Code.USAGE, reason=reason)
