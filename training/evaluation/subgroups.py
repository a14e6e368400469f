"""Figures of groups of films apart: kinds of infection, sex, age, view."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.data.sources import LabelledFilm
from training.metrics.figures import Called, main_figures

__all__ = ["FEWEST", "groups_apart", "kinds_apart"]

FEWEST: Final = 10  # films with the label, and without it, for a figure within a group

_KIND: Final = "kind"


def kinds_apart(films: tuple[LabelledFilm, ...], called: Called) -> dict[str, Any]:
    """Measure films of each kind of infection, against all films of the other class.

    Only films of the looked-for class have a kind, so there is no other class within one, and
    specificity is not repeated: its films are the same for each kind.

    Returns
    -------
    dict of str to dict
        By kind: `films`, `auc`, `sensitivity`.
    """
    kinds = _values(films, _KIND)
    found = {}
    for kind in sorted(set(kinds[called.labels == 1].tolist()) - {""}):
        figures = main_figures(called.only((called.labels == 0) | (kinds == kind)))
        found[kind] = {
            "films": int((kinds == kind).sum()),
            "auc": figures["auc"],
            "sensitivity": figures["sensitivity"],
        }
    return found


def groups_apart(
    films: tuple[LabelledFilm, ...], calls: tuple[Called, ...], labels: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Measure each label within each group that the archive names.

    Parameters
    ----------
    films : tuple of LabelledFilm
        N.
    calls : tuple of Called
        Of these films, one for each of the labels.
    labels : tuple of str
        Their names.

    Returns
    -------
    list of dict
        `group`, `value`, `label`, `films`, `with_label`; and `figures` with `auc`, `sensitivity`
        and `specificity`, None where either class has fewer than `FEWEST` films in the group.
    """
    names = dict.fromkeys(name for film in films for name, _ in film.groups if name != _KIND)
    found = []
    for name in names:
        values = _values(films, name)
        for value in sorted(set(values.tolist()) - {""}):
            for called, label in zip(calls, labels, strict=True):
                inside = called.only(values == value)
                found.append(
                    {
                        "group": name,
                        "value": value,
                        "label": label,
                        "films": len(inside.labels),
                        "with_label": int(inside.labels.sum()),
                        "figures": _figures(inside),
                    }
                )
    return found


def _figures(inside: Called) -> dict[str, Any] | None:
    if np.bincount(inside.labels, minlength=2).min() < FEWEST:
        return None
    figures = main_figures(inside)
    return {name: figures[name] for name in ("auc", "sensitivity", "specificity")}


def _values(films: tuple[LabelledFilm, ...], name: str) -> NDArray[np.str_]:
    return np.array([dict(film.groups).get(name, "") for film in films], np.str_)
