"""Rivals: a model of somebody else's on the films of one of ours, kept so that both are compared.

`training.evaluation.torchxrayvision` opens the ones that are known here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_app.bundle import Bundle
from cxr_app.codes import Code
from cxr_app.errors import Rejected, TrainingError
from cxr_app.imaging.decode import decode
from cxr_app.imaging.quality import examine
from cxr_app.limits import Limits
from training.calibration.temperature import fit_temperature
from training.data.preparation import truth_of
from training.data.sources import LabelledFilm
from training.evaluation import ledger
from training.evaluation.answer_file import Owner, keep_answers
from training.evaluation.answers import Answers, looked_for
from training.evaluation.subsets import find_part, own_split
from training.metrics.figures import mean_figures
from training.output_paths import apart_from, reachable
from training.recipes.recipe import read_recipe

__all__ = [
    "Network",
    "Rival",
    "RivalInquiry",
    "measure_rival",
    "read_rival",
]

FACTS: Final = "rival.json"
EVEN: Final = 0.5  # calibrated, a label is said from here on

Scores: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A rival that is ready to answer.

    Attributes
    ----------
    name, version : str
        Of its weights, and of the package.
    sha256 : str
        Of the file of its weights.
    labels : tuple of str
        That it knows, in the order of its answers; "" for one that it never learned.
    score : callable (uint8 [H, W]) -> float64 [labels]
        Film, bone white, to scores in 0..1 that rise with the label. They are no probabilities.
    """

    name: str
    version: str
    sha256: str
    labels: tuple[str, ...]
    score: Callable[[NDArray[np.uint8]], Scores]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A folder with a rival's answers, as `measure_rival` wrote it.

    Attributes
    ----------
    name, version, sha256 : str
        As of `Network`.
    owner : Owner
        Of the answers.
    """

    name: str
    version: str
    sha256: str
    owner: Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class RivalInquiry:
    """What is asked for.

    Attributes
    ----------
    bundle : Bundle
        Whose films and labels they are.
    data : Path
        Its archive.
    part : str
        As of `training.evaluation.subsets.find_part`.
    recipe : Path
        The model's own: its calibration films calibrate the rival.
    output : Path
        Folder for the answers.
    """

    bundle: Bundle
    data: Path
    part: str
    recipe: Path
    output: Path


def measure_rival(inquiry: RivalInquiry, network: Network) -> Rival:
    """Let a rival answer the films of a part, and keep its answers for `compare`.

    Its scores are calibrated on the model's own calibration films, as the model's were: a threshold
    of its makers' would compare the choice of thresholds instead of the networks. On the test films
    it is an opening like any other, with its line in the ledger.

    Raises
    ------
    TrainingError
        `usage` where the two share no label, or the folder holds something else or another rival's
        answers; `data_invalid` as `find_part`, and where the calibration films do not tell a shared
        label.
    """
    bundle, folder = inquiry.bundle, inquiry.output
    labels = _shared(bundle, network)
    rival = _rival(network, labels, folder)
    _check_output(rival, inquiry)
    part = find_part(bundle, inquiry.data, part=inquiry.part, recipe=inquiry.recipe)
    recipe, _ = read_recipe(inquiry.recipe)
    own = own_split(bundle, inquiry.data, part.every, recipe)
    calibration = _ask(network, own.calibration, bundle, labels)
    lines = _lines(calibration, labels)
    opening = _open(network, part.films) if inquiry.part == "test" else None
    raw = _ask(network, part.films, bundle, labels)
    answers = replace(raw, probability=_calibrated(raw.probability, lines))
    if opening is not None:
        refused = sum(answers.refused.values())
        ledger.finish(opening, refused=refused, figures=mean_figures(answers.calls(EVEN)))
    keep_answers(rival.owner, inquiry.part, answers)
    facts = {"name": rival.name, "version": rival.version, "sha256": rival.sha256}
    text = json.dumps({**facts, "labels": labels}, indent=2)
    (folder / FACTS).write_text(text + "\n", "utf-8")
    return rival


def _check_output(rival: Rival, inquiry: RivalInquiry) -> None:
    """Refuse, before a film is read, to write where something else lies.

    A folder is of one rival and one set of labels: its facts speak for the answers to every part.
    """
    folder = inquiry.output
    apart_from(folder, inquiry.data)
    apart_from(folder, inquiry.bundle.folder, what="the model, whose files are all accounted for")
    reachable(folder)
    if not folder.exists():
        return
    there = read_rival(folder)
    if there is None:
        reason = f"{folder.name} is there and holds no rival, so it is not written over"
        raise TrainingError(Code.USAGE, reason=reason)
    if there != rival:
        reason = (
            f"{folder.name} holds other answers: of {there.name} {there.version}, weights "
            f"{there.sha256[:8]}, on {', '.join(there.owner.labels)}; name another --output"
        )
        raise TrainingError(Code.USAGE, reason=reason)


def _open(network: Network, films: tuple[LabelledFilm, ...]) -> ledger.Opening:
    return ledger.begin(
        films,
        name=network.name,
        version=network.version,
        sha256=network.sha256,
        with_forms=False,
    )


def read_rival(folder: Path) -> Rival | None:
    """Read a rival's folder; None where it is none.

    Raises
    ------
    TrainingError
        `data_invalid` where its facts are damaged.
    """
    if not (folder / FACTS).is_file():
        return None
    try:
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        named = {name: str(facts[name]) for name in ("name", "version", "sha256")}
        labels = tuple(str(label) for label in facts["labels"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            Code.DATA_INVALID, place=folder.name, reason=f"{FACTS} is damaged"
        ) from error
    owner = Owner(
        folder=folder, name=named["name"], sha256=named["sha256"], labels=labels, threshold=EVEN
    )
    return Rival(**named, owner=owner)


def _shared(bundle: Bundle, network: Network) -> tuple[str, ...]:
    known = {label.lower() for label in network.labels if label}
    labels = tuple(label for label in looked_for(bundle.spec) if label.lower() in known)
    if not labels:
        reason = f"{network.name} knows none of the labels that {bundle.spec.name} looks for"
        raise TrainingError(Code.USAGE, reason=reason)
    return labels


def _rival(network: Network, labels: tuple[str, ...], folder: Path) -> Rival:
    owner = Owner(
        folder=folder, name=network.name, sha256=network.sha256, labels=labels, threshold=EVEN
    )
    return Rival(name=network.name, version=network.version, sha256=network.sha256, owner=owner)


def _ask(
    network: Network, films: tuple[LabelledFilm, ...], bundle: Bundle, labels: tuple[str, ...]
) -> Answers:
    """Ask for the raw scores of the shared labels; films that the app refuses get none."""
    places = [[label.lower() for label in network.labels].index(own.lower()) for own in labels]
    answered: list[LabelledFilm] = []
    rows: list[Scores] = []
    refused: dict[Code, int] = {}
    for film in tqdm(films, desc="films", unit="film", leave=False):
        try:
            decoded = decode(film.path.read_bytes(), Limits())
            examine(decoded, Limits())
        except Rejected as error:
            refused[error.code] = refused.get(error.code, 0) + 1
            continue
        rows.append(network.score(decoded.pixels)[places])
        answered.append(film)
    truth = truth_of(tuple(film.classes for film in answered), len(bundle.spec.labels))
    columns = [bundle.spec.labels.index(label) for label in labels]
    return Answers(
        films=tuple(answered),
        truth=truth[:, columns],
        probability=np.array(rows, np.float64).reshape(len(rows), len(labels)),
        refused=refused,
    )


def _lines(calibration: Answers, labels: tuple[str, ...]) -> tuple[tuple[float, float], ...]:
    """Fit temperature and bias of each label."""
    lines = []
    for called, label in zip(calibration.calls(EVEN), labels, strict=True):
        if not called.has_both:
            reason = f"the rival got no films of both kinds for {label}"
            raise TrainingError(Code.DATA_INVALID, place="calibration", reason=reason)
        lines.append(fit_temperature(_margin(called.probability), called.labels))
    return tuple(lines)


def _calibrated(scores: Scores, lines: tuple[tuple[float, float], ...]) -> Scores:
    temperatures, biases = (np.array(part) for part in zip(*lines, strict=True))
    probability: Scores = 0.5 * (1 + np.tanh((_margin(scores) / temperatures + biases) / 2))
    return probability


def _margin(scores: Scores) -> Scores:
    inside = np.clip(scores, 1e-6, 1 - 1e-6)
    margin: Scores = np.log(inside / (1 - inside))
    return margin
