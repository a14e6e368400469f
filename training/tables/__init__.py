"""The tables of a recipe, each a frozen dataclass that checks itself."""

from training.tables.changes import AugmentRecipe
from training.tables.data import AlsoRecipe, DataRecipe, PopulationRecipe
from training.tables.fitting import DistillRecipe, FitRecipe, Monitor, Precision, RetrainRecipe
from training.tables.network import Freeze, NetworkRecipe
from training.tables.outcome import DecisionRecipe, SearchRecipe
from training.tables.values import Text, known

__all__ = [
    "AlsoRecipe",
    "AugmentRecipe",
    "DataRecipe",
    "DecisionRecipe",
    "DistillRecipe",
    "FitRecipe",
    "Freeze",
    "Monitor",
    "NetworkRecipe",
    "PopulationRecipe",
    "Precision",
    "RetrainRecipe",
    "SearchRecipe",
    "Text",
    "known",
]
