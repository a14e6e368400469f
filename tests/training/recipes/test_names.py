"""The names that a recipe may use are those that the registries can build."""

from training.data.sampling import SAMPLERS
from training.data.sources import SOURCES
from training.learning.losses import LOSSES
from training.learning.optimizers import OPTIMIZERS
from training.learning.schedules import SCHEDULES
from training.networks.backbones import BACKBONES
from training.networks.heads import HEADS
from training.recipes import names


def test_every_name_has_its_entry_and_every_entry_its_name():
    assert tuple(BACKBONES) == names.BACKBONE_NAMES
    assert tuple(HEADS) == names.HEAD_NAMES
    assert tuple(LOSSES) == names.LOSS_NAMES
    assert tuple(OPTIMIZERS) == names.OPTIMIZER_NAMES
    assert tuple(SCHEDULES) == names.SCHEDULE_NAMES
    assert tuple(SAMPLERS) == names.SAMPLER_NAMES
    assert tuple(SOURCES) == tuple(names.SOURCE_TASKS)
    finer = tuple(name for name, entry in BACKBONES.items() if entry.last_reduction)
    assert finer == names.FINER_NAMES


def test_the_recipes_know_which_heads_pool_by_the_mean_and_which_hold_layers():
    pools_by_mean = [name for name, head in HEADS.items() if head.pooling == "mean"]
    holds_layers = [name for name, head in HEADS.items() if head.held]
    assert pools_by_mean == list(names.MEAN_HEADS)
    assert holds_layers == [names.VGG16_HEAD]
