"""A real bundle, small enough to be made in a test run: a drawn network, nothing of it trained."""

import io
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from cxr_app.bundle import GATE_FILE, ORIENTATION_FILE, Bundle, open_bundle
from cxr_app.examination.gate import ADULT, CHILD, OTHERS
from cxr_app.examination.linear import LinearClassifier
from cxr_app.examination.orientation import NEGATIVE, POSITIVE, TURNS
from cxr_app.imaging.drawing import draw_film
from cxr_app.imaging.to_input import to_input
from cxr_app.patches import import_openvino
from cxr_app.spec import (
    CalibrationFigures,
    DataFacts,
    DecisionSpec,
    GateSpec,
    InputSpec,
    Interval,
    LungsSpec,
    NetworkSpec,
    Population,
    Spec,
    Task,
    TrainingFacts,
)
from training.export.bundle import export
from training.export.parts import add_parts

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


# What a gate reads of the tiny network: 16 features, 78 numbers of the lungs, 268 of the greys.
N_OF_GATE, N_OF_ORIENTATION = 16 + 78 + 268, 78 + 268
MEDIAN = 16 + 78 + 256 + 3  # where the median grey stands in it, as 4 x median / 255
LIMITS = {
    "chest": 0.5,
    "distance": 10.0,
    "adult": 0.5,
    "lateral": 0.5,
    "turn": 0.5,
    "negative": 0.5,
}


def drawn_lungs() -> np.ndarray:
    """Draw two ellipses away from every edge: float32 [128, 128], 0 and 1; 22 % of the picture."""
    y, x = np.mgrid[:128, :128]
    sides = [((x - middle) / 18) ** 2 + ((y - 64) / 32) ** 2 <= 1 for middle in (37, 90)]
    return np.logical_or(*sides).astype(np.float32)


def lungs_graph(lungs: np.ndarray) -> dict[str, bytes]:
    """Write a graph that finds these lungs on every film."""
    openvino = import_openvino()
    ops = openvino.opset13
    film = ops.parameter([-1, 512, 512, 1], np.uint8, name="film")
    nothing = ops.multiply(
        ops.reduce_mean(ops.convert(film, "f32"), np.array([1, 2, 3])), np.float32(0)
    )
    found = ops.add(ops.unsqueeze(nothing, np.array([1, 2])), lungs[np.newaxis])
    found.output(0).set_names({"lungs"})
    with tempfile.TemporaryDirectory() as place:
        graph = openvino.Model([found], [film], "lungs")
        openvino.save_model(graph, Path(place, "lungs.xml"), compress_to_fp16=False)
        return {name: Path(place, name).read_bytes() for name in ("lungs.xml", "lungs.bin")}


def gate_arrays(says: str = CHILD) -> dict[str, np.ndarray]:
    """Write a gate that says one thing of all pictures but dark ones, whose median grey is < 10."""
    names = (CHILD, ADULT, *OTHERS)
    weights, bias = (np.zeros(shape, np.float32) for shape in ((N_OF_GATE, len(names)), len(names)))
    bias[names.index(CHILD)], bias[names.index(says)] = 10, 20
    weights[MEDIAN, names.index("photo")] = -1000
    bias[names.index("photo")] = 20 + 1000 * 4 * 10 / 255
    kinds = LinearClassifier(
        names=names,
        mean=np.zeros(N_OF_GATE, np.float32),
        scale=np.ones(N_OF_GATE, np.float32),
        weights=weights,
        bias=bias,
    )
    return {
        **kinds.arrays("kinds"),
        "centre": np.zeros(N_OF_GATE, np.float32),
        "whitening": np.zeros((N_OF_GATE, 1), np.float32),
    }


def orientation_arrays(turn: str = "0", tone: str = POSITIVE) -> dict[str, np.ndarray]:
    """Write what says the same of how every film stands."""

    def constant(names: tuple[str, ...], says: str) -> LinearClassifier:
        return LinearClassifier(
            names=names,
            mean=np.zeros(N_OF_ORIENTATION, np.float32),
            scale=np.ones(N_OF_ORIENTATION, np.float32),
            weights=np.zeros((N_OF_ORIENTATION, len(names)), np.float32),
            bias=np.array([20.0 * (name == says) for name in names], np.float32),
        )

    return {
        **constant(TURNS, turn).arrays("turn"),
        **constant((POSITIVE, NEGATIVE), tone).arrays("tone"),
    }


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """Write an `.npz` file."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def make_gated_bundle(
    tiny: Path,
    folder: Path,
    *,
    lungs: np.ndarray | None = None,
    gate: dict[str, np.ndarray] | None = None,
    orientation: dict[str, np.ndarray] | None = None,
) -> Bundle:
    """Give a copy of the tiny bundle lungs, gate and orientation made by hand.

    Unless told otherwise, every film is a child's and stands upright, but dark pictures are no
    films.
    """
    shutil.copytree(tiny, folder)
    files = {
        **lungs_graph(drawn_lungs() if lungs is None else lungs),
        GATE_FILE: packed(gate or gate_arrays()),
        ORIENTATION_FILE: packed(orientation or orientation_arrays()),
    }

    def change(spec: Spec) -> Spec:
        return replace(
            spec,
            format=2,
            lungs=LungsSpec(side=128, films=1, dice={"children": 1.0}),
            gate=GateSpec(files=(GATE_FILE, ORIENTATION_FILE), limits=LIMITS),
        )

    return add_parts(open_bundle(folder), files, change)


def without_gate(folder: Path) -> Bundle:
    """Take the gate out of a bundle: what a training leaves before `python -m training gate`."""
    return add_parts(
        open_bundle(folder),
        {},
        lambda spec: replace(spec, gate=None),
        without=(GATE_FILE, ORIENTATION_FILE),
    )
