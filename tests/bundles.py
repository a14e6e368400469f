"""A real bundle, small enough to be made in a test run: a drawn network, nothing of it trained."""

from pathlib import Path

import keras
import numpy as np

from cxr_app.bundle import Bundle
from cxr_app.imaging.drawing import draw_film
from cxr_app.imaging.to_input import to_input
from cxr_app.spec import (
    CalibrationFigures,
    DataFacts,
    DecisionSpec,
    InputSpec,
    Interval,
    NetworkSpec,
    Population,
    Spec,
    Task,
    TrainingFacts,
)
from training.export.bundle import export

NOTICE = "Research and education only, not a medical device, not for diagnosis; a test model."


def tiny_network(seed: int = 3) -> keras.Model:
    """Build a network of two convolutions in the form of `graphs.build_served`."""
    keras.utils.set_random_seed(seed)
    film = keras.Input((512, 512, 1), dtype="uint8", name="film")
    grey = keras.layers.AveragePooling2D(16)(keras.ops.cast(film, "float32"))
    grey = keras.layers.Normalization(mean=[127.0], variance=[64.0**2])(grey)
    maps = keras.layers.Conv2D(8, 3, strides=2, activation="relu", padding="same")(grey)
    maps = keras.layers.BatchNormalization()(maps)
    features = keras.layers.Conv2D(16, 3, strides=2, activation="relu", padding="same")(maps)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(features)
    logits = keras.layers.Dense(2, name="logits")(pooled)
    return keras.Model(film, {"logits": logits, "features": features}, name="tiny")


def tiny_spec(**changes: object) -> Spec:
    """Write a spec by hand; `files` is filled in by the export."""
    half = Interval(value=0.5, low=0.25, high=0.75)
    values: dict[str, object] = {
        "format": 1,
        "name": "tiny",
        "version": "0.0.1",
        "created": "2026-01-01T00:00:00+00:00",
        "task": Task.BINARY,
        "labels": ("NORMAL", "PNEUMONIA"),
        "input": InputSpec(height=512, width=512, channels=1, dtype="uint8"),
        "network": NetworkSpec(
            backbone="tiny", head="linear", pooling="mean", size=32, parameters=1, trainable=1
        ),
        "decision": DecisionSpec(
            # The untrained network's logits lie close together; this spreads them over 0..1.
            temperature=0.005,
            bias=(0.0, -25.0),
            threshold=0.5,
            zone=(0.45, 0.55),
            aim="balanced",
            measured=CalibrationFigures(sensitivity=half, specificity=half),
            films=4,
        ),
        "gate": None,
        "population": Population(view="front", age_years=(1.0, 5.0), source="drawn"),
        "training": TrainingFacts(
            recipe="tiny",
            recipe_sha256="0" * 64,
            data=DataFacts(name="drawn", films=4, sha256="0" * 64),
            seed=3,
            versions={},
        ),
        "files": {"model.xml": "0" * 64},
        "notice": NOTICE,
    }
    return Spec(**{**values, **changes})  # type: ignore[arg-type]


def drawn_inputs(count: int) -> np.ndarray:
    """Draw films and make inputs of them: uint8 [count, 512, 512, 1]."""
    return np.stack(
        [
            to_input(draw_film(seed, size=(160, 128), consolidation=0.8 * (seed % 2)))
            for seed in range(count)
        ]
    )


def make_tiny_bundle(folder: Path) -> Bundle:
    """Export the tiny network."""
    return export(
        tiny_network(),
        tiny_spec(),
        films=drawn_inputs(5),
        target=folder,
        report=lambda bundle: None,
    )
