"""One suite for every head: its size, its vector, and its way into a bundle."""

import math
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from cxr_app.bundle import load_bundle, open_bundle
from cxr_app.errors import BundleError
from cxr_app.spec import Task
from tests.bundles import drawn_inputs, tiny_spec
from tests.networks import SMALL
from training.export.bundle import export
from training.networks.backbones import BACKBONES
from training.networks.freezing import hold, trainable_count
from training.networks.graphs import Shape, build_fitted, build_served
from training.networks.heads import HEADS
from training.recipes.fitting import FitRecipe
from training.recipes.network import Freeze, NetworkRecipe
from training.recipes.recipe import Recipe

# On a map of 2 x 2 cells with 16 channels, for two classes.
OWN = {
    "linear": 17 * 2,
    "dropout": 17 * 2,
    "dense-128": 17 * 128 + 129,  # one sigmoid tells both
    "dense-128-l2": 17 * 128 + 129,
    "log-sum-exp": 17 * 2,
    "vgg16-dense": 65 * 4096 + 4097 * 4096 + 4097 * 256 + 257 * 2,
}
# For three findings, each with a logit of its own.
FINDINGS = {
    "linear": 17 * 3,
    "dropout": 17 * 3,
    "dense-128": 17 * 128 + 129 * 3,
    "dense-128-l2": 17 * 128 + 129 * 3,
    "log-sum-exp": 17 * 3,
    "vgg16-dense": 65 * 4096 + 4097 * 4096 + 4097 * 256 + 257 * 3,
}
MAPS = np.random.default_rng(0).uniform(0, 2, (5, 2, 2, 16)).astype(np.float32)


def alone(name: str, n_classes: int = 2, task: Task = Task.BINARY) -> keras.Model:
    """Build a head on maps."""
    keras.utils.set_random_seed(1)
    maps = keras.Input((2, 2, 16))
    return keras.Model(maps, HEADS[name].build(maps, n_classes, task))


def written(name: str, target: Path, *, shape: Shape | None = None, **changes: object):
    keras.utils.set_random_seed(1)
    served = build_served(SMALL, HEADS[name], shape or Shape(size=32))
    spec = tiny_spec()
    network = replace(spec.network, backbone="small", head=name, pooling=HEADS[name].pooling)
    spec = replace(spec, network=network, **changes)  # type: ignore[arg-type]
    return export(served, spec, films=drawn_inputs(2), target=target, report=lambda _: None)


def test_every_head_is_in_the_tables():
    assert sorted(OWN) == sorted(FINDINGS) == sorted(HEADS)


@pytest.mark.parametrize(
    ("name", "rate"),
    [("dropout", 0.3), ("dense-128", 0.5), ("dense-128-l2", 0.5), ("vgg16-dense", 0.4)],
)
def test_a_head_drops_its_share_of_the_units(name: str, rate: float):
    layers = alone(name).layers

    assert [la.rate for la in layers if isinstance(la, keras.layers.Dropout)] == [rate]


@pytest.mark.parametrize("name", sorted(HEADS))
class TestEveryHead:
    def test_it_has_its_size(self, name: str):
        assert alone(name).count_params() == OWN[name]
        assert alone(name, 3, Task.MULTILABEL).count_params() == FINDINGS[name]

    def test_an_answer_does_not_depend_on_chance_or_on_company(self, name: str):
        head = alone(name)

        together, again = (np.asarray(head(MAPS, training=False)) for _ in range(2))

        assert np.array_equal(together, again)
        assert np.ptp(together, axis=0).max() > 1e-3
        assert np.asarray(head(MAPS[:1], training=False)) == pytest.approx(together[:1], abs=1e-5)

    def test_the_layers_from_pooled_on_are_its_own(self, name: str):
        network = build_fitted(SMALL, HEADS[name], Shape(size=32))
        names = [layer.name for layer in network.layers]

        assert names[names.index("pooled") - 1] == "only"
        assert sum(la.count_params() for la in network.layers[names.index("pooled") :]) == OWN[name]
        assert names[-1] == "logits"

    def test_it_is_exported_and_proven(self, name: str, tmp_path: Path):
        bundle = written(name, tmp_path / name)

        assert load_bundle(bundle.folder).sha256 == bundle.sha256
        # A head that flattens has no closed form, and so no file for one.
        assert (bundle.head is None) == (HEADS[name].pooling == "flatten")
        assert (bundle.folder / "head.npz").exists() == (bundle.head is not None)


def test_one_sigmoid_gives_the_first_class_a_logit_of_0():
    logits = np.asarray(alone("dense-128")(MAPS))

    assert not logits[:, 0].any()
    assert logits[:, 1].any()


def test_log_sum_exp_lies_between_the_mean_and_the_highest():
    head = alone("log-sum-exp")
    pooled = keras.Model(head.input, head.get_layer("pooled").output)
    maps = np.zeros((1, 2, 2, 16), np.float32)
    maps[0, 0, 0] = 1.0

    # Of the cells 1, 0, 0, 0 at a sharpness of 10: log((e^10 + 3) / 4) / 10.
    expected = math.log((math.exp(10) + 3) / 4) / 10
    assert np.asarray(pooled(maps)) == pytest.approx(np.full((1, 16), expected), abs=1e-5)


def test_log_sum_exp_of_huge_values_is_a_number():
    assert np.isfinite(np.asarray(alone("log-sum-exp")(1e4 * MAPS))).all()


def test_the_penalty_is_a_hundredth_of_the_squares_of_the_hidden_weights():
    head = alone("dense-128-l2")
    kernel = head.get_layer("hidden").get_weights()[0]

    assert [float(loss) for loss in head.losses] == pytest.approx([0.01 * (kernel**2).sum()])
    assert not alone("dense-128").losses


@pytest.mark.slow
def test_vgg16_and_its_dense_layers_at_224():
    """0.5 GB of weights, built once."""
    network = build_fitted(BACKBONES["vgg16"], HEADS["vgg16-dense"], Shape(size=224))
    # 14,714,688 and 25,089 x 4,096 + 4,097 x 4,096 + 4,097 x 256 + 257 x 2
    assert network.count_params() == 135_309_890

    recipe = Recipe(
        name="own",
        candidates=("vgg16",),
        network=NetworkRecipe(size=224, head="vgg16-dense", freeze=Freeze.ALL),
        fit=FitRecipe(epochs=1, learning_rate=0.1),
    )
    # ImageNet's two layers stay still with the rest: 4,097 x 256 + 257 x 2.
    assert trainable_count(hold(network, recipe)) == 1_049_346


def test_a_bundle_of_findings_verifies_and_is_not_shown(tmp_path: Path):
    bundle = written(
        "linear",
        tmp_path / "findings",
        shape=Shape(size=32, n_classes=3, task=Task.MULTILABEL),
        task=Task.MULTILABEL,
        labels=("EDEMA", "EFFUSION", "NODULE"),
        decision=replace(tiny_spec().decision, bias=(0.0, 0.0, 0.0)),
    )

    assert open_bundle(bundle.folder).spec.labels == ("EDEMA", "EFFUSION", "NODULE")
    with pytest.raises(BundleError, match="it answers a multilabel task"):
        load_bundle(bundle.folder)
