"""python -m training crossvalidate: how a design does on films that its trainings left out."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from training.commands.training_options import add_path, add_verb
from training.output_paths import keep_apart

if TYPE_CHECKING:
    from cxr_app.bundle import Bundle
    from training.crossvalidation.design import Stage

__all__ = ["add", "run"]

_EPILOG: Final = """\
examples:
  python -m training crossvalidate --data DIR --recipe training/recipes/bundled.toml
      --lungs models/pediatric-pneumonia --weights none --short --run runs/bundled
  python -m training crossvalidate --run runs/mine --against runs/bundled

With [distill] in the recipe, the teacher is trained anew in each fold by --teacher-recipe.
An interrupted run is resumed by typing the same command.

exit status:
  0  figures are printed and kept in RUN/crossvalidation.json
  2  wrong usage, or a recipe, data or weights that cannot be used
  130  stopped by Ctrl-C
"""


def add(verbs: Any) -> Any:
    """Describe the options."""
    verb = add_verb(
        verbs,
        "crossvalidate",
        short="train a recipe in folds and measure it on what each left out",
        long="Train the first candidate of a recipe in folds, two of which leave out a whole "
        "series of normal films, and measure it on the films left out, as they are and with the "
        "classes' shapes swapped. The archive's test films are not opened.",
        epilog=_EPILOG,
    )
    add_path(verb, "--data", "the films, in a folder for each class", required=False)
    add_path(verb, "--recipe", "how to train, a TOML file", kind="FILE", required=False)
    add_path(verb, "--teacher-recipe", "how to train its teacher", kind="FILE", required=False)
    add_path(verb, "--lungs", "a model that finds lungs", required=False)
    for option in ("--weights", "--teacher-weights"):
        verb.add_argument(
            option, default="imagenet", metavar="SOURCE", help="initial weights, as for select"
        )
    verb.add_argument(
        "--seeds", type=int, default=1, metavar="N", help="trainings of each fold (default 1)"
    )
    verb.add_argument("--short", action="store_true", help="four folds, 1,500 films and two epochs")
    add_path(verb, "--run", "keeps results and progress")
    add_path(verb, "--against", "the run of another design, to compare with", required=False)
    return verb


def run(options: argparse.Namespace) -> None:
    """Cross-validate, or compare two runs; print figures as JSON."""
    from cxr_app.codes import Code
    from training.crossvalidation.pipeline import difference
    from training.errors import TrainingError

    if options.recipe is not None:
        if options.data is None or options.lungs is None:
            reason = "--recipe needs --data DIR and --lungs DIR"
            raise TrainingError(Code.USAGE, reason=reason)
        print(json.dumps(_crossvalidate(options), indent=1))
    elif options.against is None:
        raise TrainingError(Code.USAGE, reason="give --recipe FILE, or --against DIR")
    if options.against is not None:
        print(json.dumps(difference(options.run, options.against), indent=1))


def _crossvalidate(options: argparse.Namespace) -> dict[str, Any]:
    from cxr_app.codes import Code
    from training.crossvalidation.design import Design
    from training.crossvalidation.pipeline import CrossValidation, crossvalidate
    from training.data.film_reader import finder_of, lungs_of
    from training.errors import TrainingError

    keep_apart(options.run, [options.data], option="--run")
    bundle = lungs_of(options.lungs)
    lungs = finder_of(bundle)
    judged = _stage(options.recipe, options.weights, bundle)
    teachers: tuple[Stage, ...] = ()
    if options.teacher_recipe is not None:
        teachers = (_stage(options.teacher_recipe, options.teacher_weights, bundle),)
    if (judged.recipe.distill is not None) is not bool(teachers):
        reason = "--teacher-recipe FILE goes with a recipe that has [distill], and with no other"
        raise TrainingError(Code.USAGE, reason=reason)
    found = crossvalidate(
        CrossValidation(
            design=Design(judged=judged, teachers=teachers),
            data=options.data,
            lungs=lungs,
            seeds=tuple(range(judged.recipe.seed, judged.recipe.seed + options.seeds)),
            is_short=options.short,
            run=options.run,
        )
    )
    return {key: found[key] for key in ("score", "score_of_series")}


def _stage(recipe: Path, weights: str, lungs: "Bundle") -> "Stage":
    from training.crossvalidation.design import Stage
    from training.data.film_reader import reader_with
    from training.networks.weights import FirstWeights
    from training.recipes.recipe import read_recipe

    found, _ = read_recipe(recipe)
    reader = reader_with(lungs, found.standardise)
    return Stage(recipe=found, first=FirstWeights(weights), reader=reader)
