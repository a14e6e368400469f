"""A student learns from its teacher alone."""

from pathlib import Path

import keras
import numpy as np
import pytest

from training.errors import TrainingError
from training.learning.distillation import area_matrix, by_teachers
from training.learning.fit import FitRun, Labelled, fit
from training.learning.progress import Progress, by_recency
from training.networks.teacher import hold_still, teacher_of
from training.recipes.fitting import DistillRecipe, FitRecipe

RECIPE = FitRecipe(epochs=12, batch=4, learning_rate=0.03, patience=12, balance_classes=False)


def small(name: str, *, channels: int, stride: int, seed: int, dropped: float = 0.0) -> keras.Model:
    """Pictures to logits, with a map under `pooled` as every network here has."""
    keras.utils.set_random_seed(seed)
    film = keras.Input((16, 16, 1), dtype="uint8")
    grey = keras.ops.cast(film, "float32") / 255.0
    look = keras.layers.Conv2D(channels, 3, stride, padding="same", activation="gelu", name="look")
    maps = look(grey)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(maps)
    kept = keras.layers.Dropout(dropped)(pooled)
    return keras.Model(film, keras.layers.Dense(2, name="logits")(kept), name=name)


def written() -> keras.Model:
    """Bright is 1, dark is 0: written by hand, not learned."""
    network = small("teacher", channels=6, stride=3, seed=5, dropped=0.5)
    network.get_layer("look").set_weights([np.full((3, 3, 1, 6), 1 / 9), np.zeros(6)])
    kernel = np.zeros((6, 2))
    kernel[:, 1] = 1.4
    network.get_layer("logits").set_weights([kernel, np.array([2.0, -2.0])])
    return hold_still(network)


@pytest.fixture(scope="module")
def teacher() -> keras.Model:
    return written()


def views(seed: int, count: int = 48) -> np.ndarray:
    draw = np.random.default_rng(seed)
    level = draw.integers(20, 236, (count, 1, 1, 1))
    return np.clip(level + draw.integers(-20, 20, (count, 16, 16, 1)), 0, 255).astype(np.uint8)


def taught(teacher: keras.Model, folder: Path, labels: np.ndarray) -> keras.Model:
    def build():
        student = small("student", channels=4, stride=4, seed=1)
        return by_teachers(student, (teacher,), DistillRecipe(side=32))

    _, weights = fit(
        build,
        Labelled(items=views(0), truth=np.eye(2, dtype=np.uint8)[labels]),
        Labelled(items=views(1), truth=np.eye(2, dtype=np.uint8)[np.arange(48) % 2]),
        recipe=RECIPE,
        change=lambda view, _draw: view,
        run=FitRun(folder=folder, seed=1, score=by_recency),
    )
    student = small("student", channels=4, stride=4, seed=1)
    student.load_weights(weights)
    return student


def margin(network: keras.Model) -> np.ndarray:
    logits = network.predict(views(2), verbose=0)
    return logits[:, 1] - logits[:, 0]


@pytest.fixture(scope="module")
def answers(teacher: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """What a student says after a whole distillation."""
    return margin(taught(teacher, tmp_path_factory.mktemp("whole"), np.arange(48) % 2))


def test_a_student_comes_to_answer_as_its_teacher_does(teacher, answers):
    right = margin(teacher)
    before = margin(small("student", channels=4, stride=4, seed=1))

    assert np.abs(answers - right).mean() < 0.25 * np.abs(before - right).mean()
    assert np.corrcoef(answers, right)[0, 1] > 0.95


def test_the_labels_are_not_looked_at(teacher, answers, tmp_path: Path):
    others = margin(taught(teacher, tmp_path, (np.arange(48) + 1) % 2))

    np.testing.assert_array_equal(others, answers)


@pytest.mark.usefixtures("answers")
def test_the_teacher_learns_nothing(teacher):
    for weight, first in zip(teacher.get_weights(), written().get_weights(), strict=True):
        np.testing.assert_array_equal(weight, first)


def test_an_interrupted_distillation_ends_where_a_whole_one_does(
    teacher, answers, tmp_path: Path, monkeypatch
):
    """The student, its projections and the optimizer go on where they were."""

    def interrupt(progress: Progress) -> bool:
        if len(progress.curves) == 3:
            raise KeyboardInterrupt
        return False

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "is_over", property(interrupt))
        with pytest.raises(KeyboardInterrupt):
            taught(teacher, tmp_path, np.arange(48) % 2)

    np.testing.assert_array_equal(margin(taught(teacher, tmp_path, np.arange(48) % 2)), answers)


def test_a_teacher_answers_without_its_dropout(teacher):
    """The same view twice is the same distance: nothing of the teacher is drawn."""
    student = small("student", channels=4, stride=4, seed=1)
    setup = by_teachers(student, (teacher,), DistillRecipe(side=32))
    student.layers[-2].rate = 0.0

    once, twice = (
        keras.ops.convert_to_numpy(setup.trained(views(0), training=True)) for _ in range(2)
    )

    np.testing.assert_array_equal(once, twice)


def test_cells_are_weighed_by_the_area_they_share():
    np.testing.assert_allclose(area_matrix(3, 2), [[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]], atol=1e-6)
    np.testing.assert_allclose(area_matrix(2, 4), [[1, 0], [1, 0], [0, 1], [0, 1]], atol=1e-6)
    np.testing.assert_array_equal(area_matrix(4, 4), np.eye(4))


def test_a_teacher_that_sees_more_than_the_views_hold_is_refused(tiny_bundle: Path):
    with pytest.raises(TrainingError, match="sees 32 pixels"):
        teacher_of(tiny_bundle, ("NORMAL", "PNEUMONIA"), side=31)
