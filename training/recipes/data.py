"""Which films a recipe is about: the tables `data`, `also` and `population`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from cxr_app.spec import Task
from cxr_app.strict_parsing import STRICT
from training.recipes.names import FINDINGS, SOURCE_TASKS
from training.recipes.values import Share, Text, known

__all__ = ["AlsoRecipe", "DataRecipe", "PopulationRecipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRecipe:
    """Where films come from, what they are called, and how they are split."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Text = "own films"
    source: str = "class-folders"
    labels: Annotated[tuple[Text, ...], Field(min_length=2, max_length=64)] = (
        "NORMAL",
        "PNEUMONIA",
    )
    left_out: tuple[str, ...] = ()
    normals_per_case: Annotated[float, Field(gt=0, le=1000)] | None = None
    fit: Share = 0.8
    validation: Share = 0.1
    calibration: Share = 0.1

    def __post_init__(self) -> None:
        """Check that the shares are a whole, and that labels and source fit each other."""
        known("source", self.source, SOURCE_TASKS)
        if abs(self.fit + self.validation + self.calibration - 1) > 1e-9:
            raise ValueError("fit, validation and calibration must sum to 1")
        if len({label.lower() for label in self.labels}) < len(self.labels):
            raise ValueError("labels: must differ")
        if self.task is Task.BINARY:
            if len(self.labels) != 2:
                raise ValueError(f"labels: {self.source} has two, got {len(self.labels)}")
            if self.left_out:
                raise ValueError("left_out: belongs to source = 'nih-findings'")
            return
        if self.normals_per_case is not None:
            raise ValueError("normals_per_case: belongs to two classes that exclude each other")
        for key in ("labels", "left_out"):
            for finding in getattr(self, key):
                known(key, finding, FINDINGS)
        if set(self.labels) & set(self.left_out):
            raise ValueError("left_out: must not hold a label")

    @property
    def task(self) -> Task:
        """What the labels mean."""
        return SOURCE_TASKS[self.source]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoRecipe:
    """Films of a second archive that are fitted too; they never choose, calibrate or measure."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    name: Text
    source: str
    only: tuple[Text, ...] = ()
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0

    def __post_init__(self) -> None:
        """Check that its labels can be those of the first archive."""
        known("source", self.source, SOURCE_TASKS)
        if SOURCE_TASKS[self.source] is not Task.BINARY:
            raise ValueError("source: must have two classes that exclude each other")


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationRecipe:
    """Whose films these are; it goes into the bundle, and the notice beside every number."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    view: Text = "front"
    age_years: tuple[float, float] | None = None
    source: Text = "not stated"
    notice: Annotated[str, Field(min_length=20, max_length=500)] = (
        "Research and education only, not a medical device, not for diagnosis."
    )
    limits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the order of the ages."""
        if self.age_years is not None and not 0 <= self.age_years[0] <= self.age_years[1]:
            raise ValueError("age_years: the youngest comes first, and nobody is younger than 0")
