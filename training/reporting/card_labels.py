"""The model card's tables of classes, labels and groups."""

from collections.abc import Callable
from typing import Any

from training.reporting.markdown import interval, table

__all__ = ["by_label", "class_table", "group_tables", "wrong_in_thousand"]


def class_table(found: dict[str, Any]) -> list[str]:
    """Write precision, recall and F1 of every class, with their averages."""
    report = found.get("report")
    if report is None:  # measured before there was a report
        return []
    rows = [(one["label"], *_shares(one), str(one["support"])) for one in report["classes"]]
    rows += [(f"*{name} average*", *_shares(one), "") for name, one in report["averages"].items()]
    head = ("class", "precision", "recall", "F1", "films (support)")
    title = (
        "Precision, recall and F1 at the threshold, with 95 % intervals of each class and of the "
        "macro average, and their averages: micro over all answers, "
        "macro over the classes, weighted by the films of each class, samples over the films. A "
        "class that is never said has precision 0. Precision and F1 hang on how many films of each "
        "class happen to be here."
    )
    return [title, table(head, rows)]


def _shares(one: dict[str, Any]) -> tuple[str, str, str]:
    precision, recall, f1 = (_share(one, name) for name in ("precision", "recall", "f1"))
    return precision, recall, f1


def _share(one: dict[str, Any], name: str) -> str:
    if "intervals" in one:
        return interval(one["intervals"][name])
    return "not measurable" if one[name] is None else f"{one[name]:.3f}"


def by_label(labels: list[dict[str, Any]]) -> list[str]:
    """Write what each of many labels got, a subject to a table, so that none grows too wide."""
    return [
        "Each label by itself, with 95 % intervals. Guessing has an average precision of the share "
        "of films with the label:",
        _table(
            labels,
            {
                "films with it": lambda one: str(one["with_label"]),
                "AUC": _figure("auc"),
                "average precision": _figure("average_precision"),
                "Brier score, classes alike": _figure("brier"),
                "ECE, classes alike": _figure("ece"),
            },
        ),
        "At the threshold:",
        _table(
            labels,
            {
                "sensitivity": _figure("sensitivity"),
                "specificity": _figure("specificity"),
                "found": _count("true_positive"),
                "missed": _count("false_negative"),
                "said wrongly": _count("false_positive"),
                "rightly not said": _count("true_negative"),
            },
        ),
        *_worth(labels),
    ]


def _worth(labels: list[dict[str, Any]]) -> list[str]:
    shares = [row["prevalence"] for row in labels[0]["predictive"]]
    right, wrong = (
        _table(labels, {f"{share:.0%}": write(place) for place, share in enumerate(shares)})
        for write in (_ppv, _npv)
    )
    return [
        "What a label is worth where it is rarer or more common, by Bayes' rule from the "
        "sensitivity and specificity above. An end of 0 or 1 comes from draws without one wrong, "
        "or one right, film: there were few films. When a label is said, it is right (PPV), by "
        "prevalence:",
        right,
        "When it is not said, that is wrong in so many of 1,000 such answers, by prevalence:",
        wrong,
    ]


def _ppv(place: int) -> Callable[[dict[str, Any]], str]:
    return lambda one: interval(one["predictive"][place]["ppv"])


def _npv(place: int) -> Callable[[dict[str, Any]], str]:
    return lambda one: wrong_in_thousand(one["predictive"][place]["npv"])


def wrong_in_thousand(npv: dict[str, Any]) -> str:
    """Write how many of 1,000 answers "not there" are wrong, with the interval."""
    if npv["value"] is None:
        return "not measurable"
    value, low, high = (1000 * (1 - npv[end]) for end in ("value", "high", "low"))
    return f"{value:.1f} ({low:.1f}-{high:.1f})"


def group_tables(found: dict[str, Any]) -> list[str]:
    """Write a table for each kind of group: of one label all figures, of many labels the AUC."""
    groups = found.get("groups", [])
    parts = []
    for name in dict.fromkeys(one["group"] for one in groups):
        mine = [one for one in groups if one["group"] == name]
        if not any(one["figures"] for one in mine):
            parts.append(_too_few(name, mine))
            continue
        of_many = len({one["label"] for one in mine}) > 1
        parts += [_group_title(name, of_many=of_many), (_many if of_many else _one)(mine)]
    return parts


def _too_few(name: str, groups: list[dict[str, Any]]) -> str:
    films = {one["value"]: one["films"] for one in groups}
    counts = ", ".join(f"{value} {count}" for value, count in films.items())
    return (
        f"By {name} there are too few films for figures: {counts}; ten with a label and ten "
        "without it are needed in a group."
    )


def _group_title(name: str, *, of_many: bool) -> str:
    what = "AUC of each label within each group" if of_many else "Within each group"
    rest = " Sensitivity and specificity are in `metrics.json`." if of_many else ""
    return (
        f"By {name}. {what}, where at least ten films have the label and ten do not; the figures "
        f"of small groups move a lot by chance.{rest}"
    )


def _one(groups: list[dict[str, Any]]) -> str:
    names = ("auc", "sensitivity", "specificity")
    rows = [
        (
            one["value"],
            f"{one['films']}, {one['with_label']}",
            *(interval(one["figures"][name]) if one["figures"] else "too few" for name in names),
        )
        for one in groups
    ]
    label = groups[0]["label"]
    return table(("group", f"films, {label} of them", "AUC", "sensitivity", "specificity"), rows)


def _many(groups: list[dict[str, Any]]) -> str:
    films = {one["value"]: one["films"] for one in groups}
    cells = {(one["label"], one["value"]): one for one in groups}
    rows = [
        (label, *(_cell(cells[label, value]) for value in films))
        for label in dict.fromkeys(one["label"] for one in groups)
    ]
    return table(("label", *(f"{value}, {count} films" for value, count in films.items())), rows)


def _cell(one: dict[str, Any]) -> str:
    if one["figures"] is None:
        return f"too few ({one['with_label']})"
    return interval(one["figures"]["auc"])


def _figure(name: str) -> Callable[[dict[str, Any]], str]:
    return lambda one: interval(one["figures"][name])


def _count(name: str) -> Callable[[dict[str, Any]], str]:
    return lambda one: str(one["confusion"][name])


def _table(
    labels: list[dict[str, Any]], columns: dict[str, Callable[[dict[str, Any]], str]]
) -> str:
    rows = [(one["label"], *(write(one) for write in columns.values())) for one in labels]
    return table(("label", *columns), rows)
