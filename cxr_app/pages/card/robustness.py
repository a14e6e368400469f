"""Where the figures differ or break: groups, changed forms, shortcuts."""

from itertools import groupby

import streamlit as st

from cxr_app.pages.card import charts, figures, plots, tables
from cxr_app.pages.card.card import Card, films_of
from cxr_app.report.evaluation import Evaluation, FormFigures

__all__ = ["show_forms", "show_groups", "show_shortcuts"]

NOT_MEASURED = "Not measured on these films."


def show_groups(card: Card) -> None:
    """Draw figures of groups of films apart."""
    found = card.part.evaluation if card.part else None
    if found is None or not (found.kinds or found.groups or found.shared_patients):
        st.markdown(NOT_MEASURED)
        return
    if card.part is not None:
        st.markdown(f"On the {films_of(card.part)}:")
    if found.kinds:
        tables.show(
            "By kind of infection, each against all films of the other class",
            ("Kind", "Films", "Sensitivity", "AUC"),
            [
                (
                    kind,
                    f"{one.films:,}",
                    figures.percent(one.sensitivity),
                    figures.decimal(one.auc),
                )
                for kind, one in found.kinds.items()
            ],
            kinds="-nnn",
        )
    _groups(found)
    if not found.groups:
        st.markdown(
            "Sex, exact age and view are not recorded for these films, so there are no figures by "
            "them."
        )
    _shared(found)


def _groups(found: Evaluation) -> None:
    for name, members in groupby(found.groups, key=lambda one: one.group):
        tables.show(
            f"By {name}, for groups in which at least ten films have the label and ten do not; "
            "figures of small groups vary a lot by chance",
            ("Group", "Films", "With the label", "AUC", "Sensitivity", "Specificity"),
            [
                (
                    one.value,
                    f"{one.films:,}",
                    f"{one.with_label:,}",
                    *(
                        figures.figure(key, one.figures[key])
                        if one.figures and key in one.figures
                        else "too few"
                        for key in ("auc", "sensitivity", "specificity")
                    ),
                )
                for one in members
            ],
            kinds="-nnnnn",
        )


def _shared(found: Evaluation) -> None:
    if found.shared_patients is None:
        return
    rest = found.shared_patients.figures_without
    tables.show(
        f"Without the {found.shared_patients.films_left_out:,} films whose patient number occurs "
        "in another folder of the archive, too; whether it is the same child is not known",
        ("Figure", "All films", "Without them"),
        [
            (figures.NAMES[name], figures.figure(name, one), figures.figure(name, rest[name]))
            for name, one in found.figures.items()
            if name in rest and name in figures.NAMES
        ],
        kinds="wnn",
    )


def show_forms(card: Card) -> None:
    """Draw what altered copies of the same films do to the answers."""
    known = [one for one in card.part.evaluation.forms if one.auc_change] if card.part else []
    if card.part is None or not known:
        st.markdown(NOT_MEASURED)
        return
    st.markdown(
        "Shape, border, size and compression of a film say nothing about the lungs. Where they "
        "change the answer, the network has learned them from its archive, whose classes differ in "
        "these respects. Altered copies of the same films, each compared with the film as it is; "
        "lines are 95% intervals:"
    )
    rows = [(one.form, one.auc_change) for one in known if one.auc_change]
    ends = [end for _, one in rows for end in (one.low or 0, one.high or 0)]
    plots.show(
        charts.intervals(
            rows,
            "Change in AUC",
            even=0,
            domain=(min(*ends, 0) - 0.005, max(*ends, 0) + 0.005),
        ),
        alt=f"Change in AUC of altered copies of the {films_of(card.part)}; the table has the "
        "figures.",
        key="card_forms",
    )
    tables.show(
        f"Altered copies of the {films_of(card.part)}; sensitivity and specificity are those on "
        "the altered films",
        ("Altered copy", "Change in AUC", "Sensitivity", "Specificity", "Mean change", "Refused"),
        [_form_row(one) for one in card.part.evaluation.forms],
        kinds="wnnnnn",
    )
    _copies(card.part.evaluation)


def _copies(found: Evaluation) -> None:
    if (copies := found.copies) is not None:
        st.markdown(
            f"{copies.films:,} of the films as larger copies: change in AUC "
            f"{figures.change(copies.auc_change)} from {figures.decimal(copies.auc)}; mean change "
            f"in probability {copies.mean_change:.3f}."
        )


def _form_row(one: FormFigures) -> tuple[str, ...]:
    if one.auc_change is None:
        return (one.form, *[figures.NONE] * 4, f"{one.refused:,}")
    shares = (one.sensitivity, one.specificity)
    return (
        one.form,
        figures.change(one.auc_change),
        *(figures.NONE if share is None else f"{share:.1%}" for share in shares),
        figures.NONE if one.mean_change is None else f"{one.mean_change:.3f}",
        f"{one.refused:,}",
    )


def show_shortcuts(card: Card) -> None:
    """Draw how well numbers that say nothing about the lungs do by themselves."""
    source = card.part
    if source is None or not source.evaluation.shortcuts:
        others = [one for one in card.report.parts.values() if one.evaluation.shortcuts]
        if not others:
            st.markdown("Not measured.")
            return
        source = others[0]
        st.markdown(f"Measured on the {films_of(source)} alone.")
    found = source.evaluation
    st.markdown(
        "How well a number that says nothing about the lungs tells the classes apart by itself, as "
        "an AUC; 0.5 is chance. A network could learn it instead of the disease. The model's own "
        "AUC on the same films stands first. Lines are 95% intervals."
    )
    rows = [(one.name, one.auc) for one in found.shortcuts]
    if "auc" in found.figures:
        rows.insert(0, ("the model", found.figures["auc"]))
    lowest = min(0.42, *(one.low for _, one in rows if one.low is not None))
    plots.show(
        charts.intervals(rows, "AUC", even=0.5, domain=(max(0, lowest - 0.02), 1)),
        alt=f"AUC of the model and of shortcuts on the {films_of(source)}; the table has them.",
        key="card_shortcuts",
    )
    higher = {one.name: one.higher_in for one in found.shortcuts}
    tables.show(
        f"AUC of shortcuts alone on the {films_of(source)}",
        ("Number", "AUC", "Higher in"),
        [(name, figures.decimal(one), higher.get(name, "")) for name, one in rows],
        kinds="wn-",
    )
