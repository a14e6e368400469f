"""The model card's section on one part of the films."""

from typing import Any, Final

from cxr_app.spec import Spec
from training.reporting.card_labels import by_label, class_table, group_tables, wrong_in_thousand
from training.reporting.markdown import interval, signed, table

__all__ = ["evaluation", "is_harmful"]

WORTH_SAYING: Final = 0.05


def evaluation(spec: Spec, part: str, found: dict[str, Any], retrained: dict[str, Any]) -> str:
    """Write the section of one evaluation, as `training.evaluation.measurement` found it."""
    is_of_findings = "labels" in found
    return "\n\n".join(
        [
            f"## Measured on the {part} films",
            f"```\n{found['command']}\n```",
            _circumstances(part, found, retrained),
            *_main(spec, found),
            *class_table(found),
            *([] if is_of_findings else _worth(spec, found)),
            *_kinds(found),
            *group_tables(found),
            *_shared(found),
            *_forms(spec, found),
            *_shortcuts(found),
            *_copies(found),
            *_pictures(part, found),
        ]
    )


def _circumstances(part: str, found: dict[str, Any], retrained: dict[str, Any]) -> str:
    refused = sum(found["refused"].values())
    reasons = "".join(f", {count} {code}" for code, count in found["refused"].items())
    opened = (
        f" The official test has been opened {found['openings']} time"
        f"{'s' if found['openings'] > 1 else ''} for this model (`docs/test-ledger.csv`)."
        if "openings" in found
        else ""
    )
    caveat = (
        " These films chose the epoch, the candidate and, by their changed forms, the recipe, so "
        "the figures are kind."
        if part == "validation"
        else ""
    )
    if part == "validation" and retrained["epochs"] and retrained["with_validation_films"]:
        caveat += " The winner has since been trained on them too: they are kinder still."
    return (
        f"{found['films']} films of {found['patients']} patients; {refused} refused{reasons}. "
        "95 % intervals by drawing patients again; that alone raises an ECE, so its interval leans "
        f"upward. Computed by {found['engine']}.{opened}{caveat}"
    )


def _main(spec: Spec, found: dict[str, Any]) -> list[str]:
    names = {
        "auc": "AUC",
        "average_precision": "average precision",
        "accuracy": "accuracy",
        "sensitivity": "sensitivity",
        "specificity": "specificity",
        "brier": "Brier score, classes alike",
        "ece": "ECE, classes alike",
    }
    figures = found["figures"]
    # What was measured before a figure was thought of does not have it.
    rows = [(shown, interval(figures[name])) for name, shown in names.items() if name in figures]
    if "labels" not in found:
        return [table(("figure", "value (95 %)"), rows), *_of_two_classes(spec, found)]
    title = "Means over the labels, each weighing alike; a label without films is left out:"
    return [title, table(("mean figure", "value (95 %)"), rows), *by_label(found["labels"])]


def _of_two_classes(spec: Spec, found: dict[str, Any]) -> list[str]:
    zone, confusion = found["zone"], found["confusion"]
    positive, negative = spec.labels[-1], spec.labels[0]
    return [
        table(
            ("", f"called {positive}", f"called {negative}"),
            [
                (positive, str(confusion["true_positive"]), str(confusion["false_negative"])),
                (negative, str(confusion["false_positive"]), str(confusion["true_negative"])),
            ],
        ),
        f"{zone['share_inside']:.1%} of the films lie in the not-sure zone"
        + (
            f"; of the others {zone['right_outside']:.1%} are right (classes alike)."
            if zone["right_outside"] is not None
            else "."
        ),
    ]


def _worth(spec: Spec, found: dict[str, Any]) -> list[str]:
    positive, negative = spec.labels[-1], spec.labels[0]
    return [
        "What a label is worth where the disease is rarer or more common, by Bayes' rule from the "
        f"sensitivity and specificity above. Those were measured against {negative} films alone; "
        'among films with other findings a label is worth less. A film that is answered "not '
        'sure" counts by its nearer label. An end of 1.000 comes from draws without one wrong '
        "film, and means that there were few films, not that nothing can be wrong.",
        table(
            (
                "prevalence",
                f"{positive} is right (PPV)",
                f"{negative} is wrong, in 1,000 such answers",
            ),
            [
                (f"{row['prevalence']:.0%}", interval(row["ppv"]), wrong_in_thousand(row["npv"]))
                for row in found["predictive"]
            ],
        ),
    ]


def _kinds(found: dict[str, Any]) -> list[str]:
    rows = [
        (kind, str(one["films"]), interval(one["sensitivity"]), interval(one["auc"]))
        for kind, one in found["kinds"].items()
    ]
    title = "By kind of infection, each against all films of the other class:"
    return [title, table(("kind", "films", "sensitivity", "AUC"), rows)] if rows else []


def _shared(found: dict[str, Any]) -> list[str]:
    shared = found["shared_patients"]
    if shared is None:
        return []
    figures = shared["figures_without"]
    return [
        f"{shared['films_left_out']} of the films bear a patient number that stands in another of "
        "the archive's folders too; whether it is the same child is not known. Without them: AUC "
        f"{interval(figures['auc'])}, accuracy {interval(figures['accuracy'])}, sensitivity "
        f"{interval(figures['sensitivity'])}, specificity {interval(figures['specificity'])}."
    ]


def _forms(spec: Spec, found: dict[str, Any]) -> list[str]:
    rows = [
        (
            form["form"],
            signed(form["auc_change"]),
            f"{form['mean_change']:.3f}",
            f"{form['mean_shift']['looked_for']:+.3f}",
            f"{form['mean_shift']['other']:+.3f}",
            f"{form['sensitivity']:.3f}",
            f"{form['specificity']:.3f}",
            str(form["refused"]),
        )
        if "auc_change" in form
        else (form["form"], *("not measurable",) * 6, str(form["refused"]))
        for form in found["forms"]
    ]
    head = (
        "changed form",
        "change of AUC (95 %)",
        "mean change of probability",
        f"mean shift, {spec.labels[-1]}",
        f"mean shift, {spec.labels[0]}",
        "sensitivity",
        "specificity",
        "refused",
    )
    title = (
        "Shortcuts: the same films in changed forms, each compared with itself unchanged. A film's "
        "shape, frame, size and compression say nothing of the lungs; where they move the answer, "
        "the network has learned them from its archive, whose classes differ in them. Augmentation "
        "works against that, and this is what is left:"
    )
    return [title, table(head, rows)] if rows else []


def _shortcuts(found: dict[str, Any]) -> list[str]:
    shortcuts = found.get("shortcuts", [])
    # Of two classes there is only one to tell, and its name need not stand in every row.
    has_labels = "labels" in found
    rows = [
        (
            *((one["label"],) if has_labels else ()),
            one["name"],
            interval(one["auc"]),
            one["higher_in"],
        )
        for one in shortcuts
    ]
    head = (*(("label",) if has_labels else ()), "number", "AUC (95 %)", "higher in")
    title = (
        "What a number that says nothing of the lungs tells of the class, alone, on these films "
        "(AUC; 0.5 is chance). A network could learn it instead of the disease:"
    )
    return [title, table(head, rows)] if rows else []


def _pictures(part: str, found: dict[str, Any]) -> list[str]:
    names = {
        "roc": "ROC curve",
        "precision-recall": "Precision and recall",
        "confusion": "Confusion matrix",
        "reliability": "Reliability",
    }
    if "report" not in found:  # from before the other two were drawn
        names = {name: names[name] for name in ("roc", "reliability")}
    pictures = [f"![{words}](plots/{name}-{part}.png)" for name, words in names.items()]
    return [("\n\n" if "labels" in found else " ").join(pictures)]


def _copies(found: dict[str, Any]) -> list[str]:
    copies = found.get("copies")
    if copies is None:
        return []
    return [
        f"{copies['films']} of the films in larger copies: AUC {signed(copies['auc_change'])} "
        f"from {interval(copies['auc'])}, mean change of probability {copies['mean_change']:.3f}."
    ]


def is_harmful(form: dict[str, Any]) -> bool:
    """Whether a change of the film costs more of a figure than a reader would put up with."""
    names = ("sensitivity", "specificity")
    return any(form[f"{name}_before"] - form[name] > WORTH_SAYING for name in names)
