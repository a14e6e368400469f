"""The model card, from figures written by hand."""

import re
from pathlib import Path

import pytest

from cxr_app.bundle import open_bundle
from tests.bundles import tiny_spec
from tests.training.reports import METRICS
from training.export.metrics_file import read_metrics
from training.reporting.card import card

HALF = {"value": 0.5, "low": 0.25, "high": 0.75}
HALF_SAID = "0.500 (0.250-0.750)"
GAIN = {"value": 0.01, "low": -0.02, "high": 0.04}
GAIN_SAID = "+0.0100 (-0.0200 to +0.0400)"
NOTHING = {"value": None, "low": None, "high": None}
FIGURES = ("auc", "accuracy", "sensitivity", "specificity", "brier", "ece")
CONFUSION = {
    "true_positive": 1,
    "false_negative": 2,
    "false_positive": 3,
    "true_negative": 4,
}

# As `metrics.json` of a model that was measured before there were reports and groups.
OLD = {
    "command": "python -m training evaluate",
    "films": 10,
    "patients": 9,
    "refused": {},
    "engine": "openvino",
    "figures": dict.fromkeys(FIGURES, HALF),
    "predictive": [{"prevalence": 0.1, "ppv": HALF, "npv": HALF}],
    "confusion": CONFUSION,
    "zone": {"share_inside": 0.1, "right_outside": 0.9},
    "kinds": {},
    "forms": [],
    "shared_patients": None,
}
COMPARED = {"part": "test", "films": 10, "auc": GAIN, "accuracy": GAIN}
SHARES = ("precision", "recall", "f1")


def written(**more: object) -> str:
    return card(tiny_spec(), "0" * 64, {**METRICS, "evaluations": {"test": {**OLD, **more}}})


def compared(*others: dict[str, object]) -> str:
    return card(tiny_spec(), "0" * 64, {**METRICS, "comparisons": list(others)})


@pytest.mark.parametrize("name", ["pediatric-pneumonia", "pediatric-pneumonia-teacher"])
def test_every_figure_of_a_shipped_card_is_still_told(name):
    bundle = open_bundle(Path("models") / name)

    text = card(bundle.spec, bundle.sha256, read_metrics(bundle))

    shipped = (bundle.folder / "report" / "card.md").read_text("utf-8").splitlines()
    # Behind the first cell, whose words may be others now.
    rows = {row.split("|", 2)[2] for row in shipped if re.match(r"\| .*\.\d+ \(", row)}
    assert len(rows) > 10
    assert all(row in text for row in rows)


def test_what_was_measured_before_the_new_figures_is_still_told():
    text = written()

    assert f"| AUC | {HALF_SAID} |" in text
    assert "| PNEUMONIA | 1 | 2 |" in text
    assert "average precision" not in text
    assert "precision-recall-test.png" not in text  # it was not drawn then


def test_a_model_that_was_not_measured_says_so():
    text = card(tiny_spec(), "0" * 64, METRICS)

    assert "has not been measured for this model" in text
    assert "have not been opened for this model" in text


def test_a_name_is_text_and_never_markup():
    spec = tiny_spec(labels=("NORMAL", "a|b *c* <i>"))

    text = card(spec, "0" * 64, {**METRICS, "evaluations": {"test": OLD}})

    assert r"| a\|b \*c\* \<i\> | 1 | 2 |" in text


def test_what_a_figure_cannot_be_formed_of_is_said_to_be_not_measurable():
    rare = [{"prevalence": 0.1, "ppv": NOTHING, "npv": NOTHING}]

    assert "| 10% | not measurable | not measurable |" in written(predictive=rare)


def test_wrong_negative_answers_are_counted_in_a_thousand():
    rare = [{"prevalence": 0.1, "ppv": HALF, "npv": {"value": 0.99, "low": 0.9, "high": 1.0}}]

    assert f"| 10% | {HALF_SAID} | 10.0 (0.0-100.0) |" in written(predictive=rare)


def test_an_alteration_that_costs_more_than_five_points_is_a_limitation():
    form = {
        "form": "darker",
        "refused": 0,
        "auc_change": GAIN,
        "mean_change": 0.1,
        "mean_shift": {"looked_for": 0.1, "other": -0.1},
        "sensitivity_before": 0.9,
        "specificity_before": 0.9,
        "sensitivity": 0.86,
        "specificity": 0.9,
    }
    worse = {**form, "form": "brighter", "specificity": 0.84}

    text = written(forms=[form, worse])

    assert f"| darker | {GAIN_SAID} | 0.100 | +0.100 | -0.100 | 0.860 | 0.900 | 0 |" in text
    assert "- Brighter: on the test films sensitivity is then 0.860 and specificity 0.840." in text
    assert "- Darker" not in text


def test_what_a_number_alone_tells_is_a_table():
    one = {"name": "file size", "auc": HALF, "higher_in": "NORMAL", "label": "PNEUMONIA"}

    text = written(shortcuts=[one])

    assert "| number | AUC (95 %) | higher in |" in text
    assert f"| file size | {HALF_SAID} | NORMAL |" in text


def test_shares_stand_with_their_intervals_where_they_have_any():
    row = {"label": "Mass", "precision": 0.5, "recall": 1.0, "f1": 2 / 3, "support": 3}
    measured = {**row, "label": "Edema", "intervals": dict.fromkeys(SHARES, HALF)}
    averages = {"samples": dict.fromkeys(SHARES)}

    text = written(report={"classes": [row, measured], "averages": averages})

    assert "| Mass | 0.500 | 1.000 | 0.667 | 3 |" in text
    assert f"| Edema | {HALF_SAID} | {HALF_SAID} | {HALF_SAID} | 3 |" in text
    assert "| *samples average* | not measurable | not measurable | not measurable |  |" in text


def test_findings_are_told_one_by_one():
    figures = dict.fromkeys((*FIGURES, "average_precision"), HALF)
    finding = {"label": "Mass", "with_label": 3, "figures": figures, "confusion": CONFUSION}
    finding["predictive"] = [{"prevalence": 0.01, "ppv": HALF, "npv": HALF}]

    text = written(labels=[finding])

    assert f"| Mass | 3 | {HALF_SAID} |" in text
    assert f"| Mass | {HALF_SAID} | {HALF_SAID} | 1 | 2 | 3 | 4 |" in text
    assert "| label | 1% |\n| --- | --- |\n" in text
    assert f"| Mass | {HALF_SAID} |\n" in text
    assert "| Mass | 500.0 (250.0-750.0) |\n" in text


def group(value: str, label: str, *, is_measured: bool) -> dict[str, object]:
    figures = dict.fromkeys(("auc", "sensitivity", "specificity"), HALF)
    return {
        "group": "sex",
        "value": value,
        "label": label,
        "films": 40,
        "with_label": 5,
        "figures": figures if is_measured else None,
    }


def test_of_one_label_a_group_is_a_row_with_all_figures():
    groups = [group("F", "Mass", is_measured=True), group("M", "Mass", is_measured=False)]

    text = written(groups=groups)

    assert f"| F | 40, 5 | {HALF_SAID} | {HALF_SAID} | {HALF_SAID} |\n" in text
    assert "| M | 40, 5 | too few | too few | too few |\n" in text


def test_of_many_labels_a_group_is_a_column():
    groups = [
        group(value, label, is_measured=value == "F")
        for value in "FM"
        for label in ("Mass", "Edema")
    ]

    text = written(groups=groups)

    assert "| label | F, 40 films | M, 40 films |\n| --- | --- | --- |\n" in text
    assert f"| Edema | {HALF_SAID} | too few (5) |\n" in text


def test_groups_that_are_all_too_small_are_a_sentence():
    text = written(groups=[group(value, "Mass", is_measured=False) for value in "FM"])

    assert "too few films for figures by sex: F 40, M 40;" in text


def test_another_system_is_compared_beside_other_models_with_each_label_below():
    ours = {**COMPARED, "other": "ours", "version": "2.0", "backbone": "tiny", "times_faster": 2.0}
    theirs = {**COMPARED, "other": "theirs", "threshold": 0.4}
    theirs["labels"] = [{"label": "Mass", "auc": GAIN, "accuracy": GAIN}]

    text = compared(ours, theirs)

    gains = f"{GAIN_SAID} | {GAIN_SAID}"
    assert f"| ours 2.0 (tiny) | test, 10 | {gains} | 2.0 |" in text
    assert (
        f"| theirs (answers from a file, threshold 0.4) | test, 10 | {gains} | not timed |" in text
    )
    assert f"| Mass | {gains} |\n" in text
    assert "## Compared" not in compared()


def test_precision_recall_and_f1_are_told_where_they_were_compared():
    theirs = {**COMPARED, **dict.fromkeys(SHARES, GAIN), "other": "theirs", "threshold": 0.5}
    theirs["theirs"] = {"f1": HALF}
    theirs["labels"] = [{"label": "Mass", "auc": GAIN, "accuracy": GAIN, "f1": GAIN}]

    text = compared(theirs)

    gains = f"{GAIN_SAID} | {GAIN_SAID} | {GAIN_SAID}"
    assert f"| theirs, test | {gains} | {HALF_SAID} |" in text
    assert f"| Mass | {gains} |\n" in text
