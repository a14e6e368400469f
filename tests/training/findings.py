"""An archive of findings and a bundle that answers them, made by code: drawn films, no training."""

import csv
from pathlib import Path

import numpy as np

from cxr_app.bundle import Bundle
from cxr_app.spec import CalibrationFigures, DataFacts, DecisionSpec, Interval, Task, TrainingFacts
from tests.bundles import drawn_inputs, tiny_network, tiny_spec
from tests.makers import film, saved
from tests.training.reports import write_metrics
from training.data.archive import split_of
from training.data.sources import data_sha256
from training.export.bundle import export
from training.recipes.recipe import read_recipe

LABELS = ("Effusion", "Mass")

# Half of the films are fitted, a quarter each is for validation and calibration.
RECIPE = """
name = "{name}"
candidates = ["densenet121"]
[data]
{data}
fit = 0.5
validation = 0.25
calibration = 0.25
[fit]
epochs = 1
learning_rate = 0.01
"""

DATA = """source = "nih-findings"
labels = ["Effusion", "Mass"]"""

FINDINGS = ("No Finding", "Effusion", "Mass", "Effusion|Mass")


def make_archive(
    folder: Path, *, findings: tuple[str, ...] = FINDINGS, train: int = 16, test: int = 8
) -> Path:
    """Draw films with the findings in turn, a patient for each film."""
    (folder / "images").mkdir(parents=True)
    lists: dict[str, list[str]] = {"train_val_list.txt": [], "test_list.txt": []}
    with (folder / "Data_Entry.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            ["Image Index", "Finding Labels", "Patient ID", "Patient Age", "Patient Sex",
             "View Position"]
        )  # fmt: skip
        for place in range(train + test):
            name = f"{place:08d}_000.png"
            its_findings = findings[place % len(findings)]
            pixels = film(place, (160, 128)) // (1 + ("Effusion" in its_findings))
            (folder / "images" / name).write_bytes(saved(pixels, "PNG"))
            lists["train_val_list.txt" if place < train else "test_list.txt"].append(name)
            sex, view = "MF"[place % 2], ("PA", "AP")[place // 2 % 2]
            writer.writerow([name, its_findings, place, 30 + place, sex, view])
    for name, lines in lists.items():
        (folder / name).write_text("\n".join(lines))
    return folder


def facts_of(archive: Path, recipe: Path) -> TrainingFacts:
    """Describe a training on the archive by the recipe."""
    own, sha256 = read_recipe(recipe)
    split = split_of(archive, own)
    used = split.fit + split.validation + split.calibration
    return TrainingFacts(
        recipe=own.name,
        recipe_sha256=sha256,
        data=DataFacts(name="drawn", films=len(used), sha256=data_sha256(used)),
        seed=own.seed,
        versions={},
    )


def make_bundle(target: Path, archive: Path, recipe: Path) -> Bundle:
    """Export an untrained network as if it had been made from the archive by the recipe."""
    network, inputs = tiny_network(), drawn_inputs(5)
    logits = network.predict(inputs, verbose=0)["logits"]
    half = Interval(value=0.5, low=0.25, high=0.75)
    spec = tiny_spec(
        name=target.name,
        task=Task.MULTILABEL,
        labels=LABELS,
        decision=DecisionSpec(
            # The untrained network's logits lie close together; this spreads them over 0..1.
            temperature=0.005,
            bias=tuple(float(-share / 0.005) for share in np.median(logits, axis=0)),
            threshold=0.5,
            zone=(0.5, 0.5),
            aim="each finding by itself",
            measured=CalibrationFigures(sensitivity=half, specificity=half),
            films=4,
        ),
        training=facts_of(archive, recipe),
    )
    return export(network, spec, films=inputs, target=target, report=lambda bundle: None)


def write_recipe(folder: Path, *, name: str = "findings", data: str = DATA) -> Path:
    """Write the recipe of `make_bundle`, or of the same split of other data."""
    place = folder / f"{name}.toml"
    place.write_text(RECIPE.format(name=name, data=data))
    return place


def make_all(folder: Path) -> Path:
    """Make `films/`, `findings.toml` and `models/two`, a bundle that has a fresh report."""
    archive = make_archive(folder / "films")
    write_metrics(make_bundle(folder / "models" / "two", archive, write_recipe(folder)))
    return folder
