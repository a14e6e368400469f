"""A teacher: the network of a finished bundle, held still."""

from dataclasses import dataclass
from pathlib import Path

import keras

from cxr_app.bundle import Bundle, load_bundle
from cxr_app.codes import Code
from cxr_app.spec import StandardiseSpec
from training.errors import TrainingError
from training.networks.backbones import BACKBONES
from training.networks.graphs import Shape, build_fitted, shape_of
from training.networks.heads import HEADS
from training.networks.loading import load_served
from training.recipes.recipe import Recipe

__all__ = ["FittedTeacher", "Teacher", "hold_still", "teacher_of"]


@dataclass(frozen=True, slots=True)
class Teacher:
    """Who teaches.

    Attributes
    ----------
    bundle : Bundle
        Verified.
    """

    bundle: Bundle

    def check_input(self, standardise: StandardiseSpec | None) -> None:
        """Refuse a teacher that sees films otherwise than its students.

        Raises
        ------
        TrainingError
            `usage`.
        """
        if self.bundle.spec.input.standardise != standardise:
            reason = "the teacher's input is standardised otherwise than [standardise] says"
            raise TrainingError(Code.USAGE, reason=reason)

    def check_split(self, data_sha256: str, *, seed: int) -> None:
        """Refuse a teacher that may have been fitted on what judges its students.

        Raises
        ------
        TrainingError
            `usage` where its films or the seed of its split are others.
        """
        training = self.bundle.spec.training
        if (training.data.sha256, training.seed) != (data_sha256, seed):
            reason = "the teacher was made from other films, or with another seed of the split"
            raise TrainingError(Code.USAGE, reason=reason)

    def network(self, *, side: int) -> keras.Model:
        """Build its network for pictures of a side; nothing in it is trained.

        Returns
        -------
        keras.Model
            uint8 (batch, side, side, 1) to logits float32 (batch, 2).
        """
        spec = self.bundle.spec
        network = build_fitted(
            BACKBONES[spec.network.backbone],
            HEADS[spec.network.head],
            Shape(size=spec.network.size, stride=spec.network.stride),
            side=side,
        )
        network.set_weights(load_served(self.bundle).get_weights())
        return hold_still(network)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedTeacher:
    """A teacher that was just trained, and is in no bundle.

    Attributes
    ----------
    backbone : str
    recipe : Recipe
        Of its training.
    weights : Path
        As `build_fitted` has them.
    """

    backbone: str
    recipe: Recipe
    weights: Path

    def network(self, *, side: int) -> keras.Model:
        """Build its network for pictures of a side; nothing in it is trained."""
        head, shape = HEADS[self.recipe.network.head], shape_of(self.recipe)
        network = build_fitted(BACKBONES[self.backbone], head, shape, side=side)
        network.load_weights(self.weights)
        return hold_still(network)


def hold_still(network: keras.Model) -> keras.Model:
    """Keep a network from learning and from chance, whatever is trained around it.

    A call with ``training=False`` would not do: the model around it passes its own ``training`` on.
    """
    network.trainable = False  # which is also what makes a batch-norm infer
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    return network


def teacher_of(folder: Path, labels: tuple[str, ...], *, side: int) -> Teacher:
    """Open a bundle as a teacher, for views of a side in pixels.

    Raises
    ------
    BundleError
        Where it does not verify.
    TrainingError
        `usage` where it answers with other labels, sees more than the views hold, or is built of
        what this program cannot build.
    """
    bundle = load_bundle(folder)
    spec = bundle.spec
    if spec.labels != labels:
        reason = f"the teacher says {', '.join(spec.labels)}, the recipe {', '.join(labels)}"
        raise TrainingError(Code.USAGE, reason=reason)
    if spec.network.size > side:
        reason = f"the teacher sees {spec.network.size} pixels, distill.side gives it {side}"
        raise TrainingError(Code.USAGE, reason=reason)
    if spec.network.backbone not in BACKBONES or spec.network.head not in HEADS:
        reason = f"nothing here builds the teacher's network, {spec.network.backbone}"
        raise TrainingError(Code.USAGE, reason=reason)
    return Teacher(bundle)
