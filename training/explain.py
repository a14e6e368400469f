"""Explain: where in a film the evidence for a label lies, whatever the network's head."""

import io
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import keras
import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cxr_app.bundle import Bundle, open_bundle
from cxr_app.codes import Code
from cxr_app.decision import decide
from cxr_app.errors import TrainingError
from cxr_app.imaging.decode import decode
from cxr_app.imaging.film import Film
from cxr_app.imaging.quality import examine
from cxr_app.imaging.to_input import to_input
from cxr_app.limits import Limits
from cxr_app.sources import FileSource
from cxr_app.spec import Task
from training.calibrate import calibrated
from training.served import load_served

__all__ = ["Inquiry", "draw_map", "explain", "gradient_map"]

HALF: Final = 0.5  # of the highest cell: where the line runs
MOST_OPAQUE: Final = 0.75  # the film stays visible under the highest cell
COLUMNS: Final = 110  # letters in a line below the picture

RAMP: Final = LinearSegmentedColormap.from_list("evidence", ["#3b1500", "#e8760a", "#ffe3c2"])
"""One hue that rises in lightness, so that it is read without color vision too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What is asked for.

    Attributes
    ----------
    model : Path
        A bundle's folder, of any task.
    film : Path
    label : str or None
        One of the bundle's; None asks for the one that the model gives.
    output : Path
        The picture to be written, a .png that is not there yet.
    """

    model: Path
    film: Path
    label: str | None
    output: Path


def gradient_map(
    network: keras.Model, film: NDArray[np.uint8], label: int, *, task: Task = Task.BINARY
) -> NDArray[np.float32]:
    """Compute where the evidence for a label lies, by gradients.

    It is what `cxr_app.heatmap.activation_map` computes in closed form for heads that pool, for
    any head: Grad-CAM of the label's lead in logits, negative values cut off. Grad-CAM weighs a
    channel by the mean over the cells of the lead's derivative; here it is their sum, so this map
    is Grad-CAM's times the number of cells. The derivatives of a pooled value sum to 1 over the
    cells, 1 / (h w) each for a mean and a softmax for log-sum-exp, so the sum is the lead's
    derivative by the pooled vector, which is the closed form's weight. A head that flattens has no
    such vector; there the sum is what the lead gains where a whole channel rises.

    Parameters
    ----------
    network : keras.Model
        From `training.networks.build_fitted` or `build_served`, or loaded from a bundle.
    film : ndarray, uint8 [side, side, 1] or [N, side, side, 1]
        As the network takes it.
    label : int
        Place among the logits.
    task : Task
        Of classes that exclude each other the lead is the label's logit less the mean of the
        others'. Findings do not: there it is the logit itself, since evidence for one is none
        against another. (The closed form always subtracts; no bundle of findings is shown by it.)

    Returns
    -------
    ndarray, float32 [h, w] or [N, h, w]
        In logits per cell, 0 or more; all 0 where nothing speaks for the label.

    Raises
    ------
    TrainingError
        `usage` where Keras computes with anything but TensorFlow.

    References
    ----------
    Selvaraju et al. 2017, arXiv:1610.02391, equations 1 and 2.
    """
    batch = film[np.newaxis] if film.ndim == 3 else film
    expected = tuple(network.input.shape[1:])
    if batch.dtype != np.uint8 or batch.shape[1:] != expected:
        raise ValueError(
            f"film must be uint8 {list(expected)}. Got {film.dtype} {list(film.shape)} instead."
        )
    last_map, logits = _ends(network)
    lead = _lead(label, int(logits.shape[-1]), task)
    features, slopes = _slopes(
        keras.Model(network.input, last_map), keras.Model(last_map, logits), batch, lead
    )
    weights = slopes.sum(axis=(1, 2))
    signed = np.einsum("nhwk,nk->nhw", features, weights)
    evidence: NDArray[np.float32] = np.maximum(signed, 0).astype(np.float32)
    return evidence[0] if film.ndim == 3 else evidence


def _ends(network: keras.Model) -> tuple[Any, Any]:
    """Find the last map and the logits, symbolic tensors of the network's own graph."""
    if isinstance(network.output, dict):
        return network.output["features"], network.output["logits"]
    # The backbone ends in a layer, and heads begin with the one called "pooled"; what
    # log-sum-exp does in between are operations, no layers.
    names = [layer.name for layer in network.layers]
    return network.layers[names.index("pooled") - 1].output, network.output


def _lead(label: int, n_classes: int, task: Task) -> NDArray[np.float32]:
    """Write the lead as weights of the logits, float32 [n_classes]."""
    if not 0 <= label < n_classes:
        raise ValueError(f"label must be 0 to {n_classes - 1}. Got {label} instead.")
    others = 0.0 if task is Task.MULTILABEL else -1 / (n_classes - 1)
    lead = np.full(n_classes, others, np.float32)
    lead[label] = 1
    return lead


def _slopes(
    trunk: keras.Model, head: keras.Model, batch: NDArray[np.uint8], lead: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Compute the last map and the lead's derivative by each of its values, [N, h, w, k] each."""
    if keras.backend.backend() != "tensorflow":
        reason = "gradients are taken with TensorFlow; set KERAS_BACKEND=tensorflow"
        raise TrainingError(Code.USAGE, reason=reason)
    import tensorflow as tf  # noqa: PLC0415  # only where it is the backend

    features = trunk(batch, training=False)
    with tf.GradientTape() as tape:
        # The tape follows weights by itself, but those of a frozen trunk do not lead here.
        tape.watch(features)
        gained = tf.reduce_sum(head(features, training=False) * lead)
    slopes = tape.gradient(gained, features)
    return np.asarray(features, np.float32), np.asarray(slopes, np.float32)


def explain(inquiry: Inquiry) -> Path:
    """Draw a film and what in it spoke for a label, as a model's network sees it.

    Returns
    -------
    Path
        The picture.

    Raises
    ------
    TrainingError
        `usage` for a label that the model does not have, or an output that would lie over a file,
        among the films or in the model.
    Rejected
        As the app would reject the film.
    BundleError
        Where the model does not verify.
    """
    _check_output(inquiry)
    film = _read(inquiry.film)
    bundle = open_bundle(inquiry.model)
    asked = None if inquiry.label is None else _place(inquiry.label, bundle)
    network, seen = load_served(bundle), to_input(film)
    label = _given(network, seen, bundle) if asked is None else asked
    evidence = gradient_map(network, seen, label, task=bundle.spec.task)
    picture = draw_map(film, evidence, bundle.spec.labels[label], notice=bundle.spec.notice)
    with inquiry.output.open("xb") as file:
        file.write(picture)
    return inquiry.output


def _check_output(inquiry: Inquiry) -> None:
    """Refuse, before a film is read, to write where something else lies."""
    output, place = inquiry.output, inquiry.output.resolve()
    films = {inquiry.film.resolve().parent, inquiry.film.parent.resolve()}
    if output.suffix.lower() != ".png":
        raise _unusable(f"--output {output.name} must end in .png")
    if output.exists() or output.is_symlink():
        raise _unusable(f"{output.name} is there already; name another --output")
    if films & set(place.parents):
        raise _unusable("--output must lie apart from the films")
    if inquiry.model.resolve() in place.parents:
        raise _unusable("--output must lie apart from the model, whose files are all accounted for")
    if not place.parent.is_dir():
        raise _unusable(f"there is no folder {place.parent.name} for --output; make it first")


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


def draw_map(film: Film, evidence: NDArray[np.float32], label: str, *, notice: str) -> bytes:
    """Draw a film alone and under its map, with a color scale, the label and the notice.

    Parameters
    ----------
    film : Film
    evidence : ndarray, float32 [h, w]
        From `gradient_map`.
    label : str
        That it speaks for.
    notice : str
        What must stand beside it.

    Returns
    -------
    bytes
        A PNG. Its text `Description` says the same in words; neither names the file or a person.
    """
    matplotlib.use("agg")
    figure = Figure(figsize=(10, 5.6), layout="constrained")
    alone, under = figure.subplots(1, 2)
    for axes, title in ((alone, "Film"), (under, f"What spoke for {label}")):
        axes.imshow(film.pixels, cmap="gray", vmin=0, vmax=255, extent=_extent(film))
        axes.set_axis_off()
        # Labels and notices are a bundle's: a dollar sign in one is no formula.
        axes.set_title(textwrap.fill(title, COLUMNS // 2), parse_math=False)
    if evidence.any():
        _lay_over(under, film, evidence)
    words = _words(evidence, label)
    lines = [textwrap.fill(text, COLUMNS) for text in (words, notice)]
    figure.supxlabel("\n".join(lines), fontsize="small", parse_math=False)
    drawn = io.BytesIO()
    text = {"Title": f"What spoke for {label}", "Description": f"{words} {notice}"}
    figure.savefig(drawn, format="png", dpi=120, metadata=text)
    return drawn.getvalue()


def _extent(film: Film) -> tuple[float, float, float, float]:
    """Edges of the picture in pixels of the film: left, right, bottom, top."""
    height, width = film.pixels.shape
    return 0, width, height, 0


def _lay_over(axes: Axes, film: Film, evidence: NDArray[np.float32]) -> None:
    height, width = film.pixels.shape
    highest = float(evidence.max())
    scale = ScalarMappable(Normalize(0, highest), RAMP)
    color = scale.to_rgba(evidence)
    color[..., 3] = MOST_OPAQUE * evidence / highest
    axes.imshow(color, interpolation="bilinear", extent=_extent(film))
    line = HALF * highest
    if min(evidence.shape) > 1 and evidence.min() < line:  # it needs cells on either side
        down, across = ((np.arange(n) + 0.5) / n for n in evidence.shape)
        axes.contour(across * width, down * height, evidence, [line], colors="white")
    axes.figure.colorbar(scale, ax=axes, label="logits per cell", shrink=0.8)


def _words(evidence: NDArray[np.float32], label: str) -> str:
    """Say what the picture shows, and how finely."""
    height, width = evidence.shape
    cells = f"The map has {width} x {height} cells and is no finer than they are."
    if not evidence.any():
        return f"Nothing in this film spoke for {label}. {cells}"
    return (
        f"The line runs at half of the highest value. {cells} "
        "It shows what moved the answer, not where a disease is."
    )


def _unusable(reason: str) -> TrainingError:
    return TrainingError(Code.USAGE, reason=reason)
