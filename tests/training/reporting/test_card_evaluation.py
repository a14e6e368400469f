"""The card's sections on an evaluation and on other models, from figures written by hand."""

from tests.bundles import tiny_spec
from training.reporting.card_comparisons import comparisons
from training.reporting.card_evaluation import evaluation
from training.reporting.card_labels import class_table, group_tables

HALF = {"value": 0.5, "low": 0.25, "high": 0.75}
GAIN = {"value": 0.01, "low": -0.02, "high": 0.04}

# As `metrics.json` of a model that was measured before there were reports and groups.
OLD = {
    "command": "python -m training evaluate",
    "films": 10,
    "patients": 9,
    "refused": {},
    "engine": "openvino",
    "figures": dict.fromkeys(
        ("auc", "accuracy", "sensitivity", "specificity", "brier", "ece"), HALF
    ),
    "predictive": [{"prevalence": 0.1, "ppv": HALF, "npv": HALF}],
    "confusion": {
        "true_positive": 1,
        "false_negative": 2,
        "false_positive": 3,
        "true_negative": 4,
    },
    "zone": {"share_inside": 0.1, "right_outside": 0.9},
    "kinds": {},
    "forms": [],
    "shared_patients": None,
}
RETRAINED = {"epochs": 0, "with_validation_films": False}


def written(**more: object) -> str:
    return evaluation(tiny_spec(), "test", {**OLD, **more}, RETRAINED)


def test_what_was_measured_before_the_new_figures_is_still_told():
    card = written()

    assert "| AUC | 0.500 (0.250-0.750) |" in card
    assert "| PNEUMONIA | 1 | 2 |" in card
    assert "average precision" not in card
    assert "precision-recall-test.png" not in card  # it was not drawn then


def test_what_a_number_alone_tells_stands_beside_the_changed_forms():
    card = written(
        shortcuts=[{"name": "file size", "auc": HALF, "higher_in": "NORMAL", "label": "PNEUMONIA"}]
    )

    assert "| number | AUC (95 %) | higher in |" in card
    assert "| file size | 0.500 (0.250-0.750) | NORMAL |" in card


def test_a_share_that_cannot_be_formed_is_said_to_be_so():
    nothing = {"precision": None, "recall": None, "f1": None}
    row = {"label": "Mass", "precision": 0.5, "recall": 1.0, "f1": 2 / 3, "support": 3}

    _, table = class_table({"report": {"classes": [row], "averages": {"samples": nothing}}})

    assert "| Mass | 0.500 | 1.000 | 0.667 | 3 |" in table
    assert "| *samples average* | not measurable | not measurable | not measurable |  |" in table


def test_shares_stand_with_their_intervals_where_they_were_found():
    row = {"label": "Mass", "precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 3}
    row["intervals"] = dict.fromkeys(("precision", "recall", "f1"), HALF)

    _, table = class_table({"report": {"classes": [row], "averages": {}}})

    half = "0.500 (0.250-0.750)"
    assert f"| Mass | {half} | {half} | {half} | 3 |" in table


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

    _, table = group_tables({"groups": groups})

    half = "0.500 (0.250-0.750)"
    assert f"| F | 40, 5 | {half} | {half} | {half} |" in table
    assert "| M | 40, 5 | too few | too few | too few |" in table


def test_of_many_labels_a_group_is_a_column():
    groups = [
        group(value, label, is_measured=value == "F")
        for value in "FM"
        for label in ("Mass", "Edema")
    ]

    _, table = group_tables({"groups": groups})

    assert "| label | F, 40 films | M, 40 films |" in table
    assert "| Edema | 0.500 (0.250-0.750) | too few (5) |" in table


def test_groups_that_are_all_too_small_are_a_sentence():
    groups = [group(value, "Mass", is_measured=False) for value in "FM"]

    (sentence,) = group_tables({"groups": groups})

    assert "too few films for figures: F 40, M 40" in sentence


def test_a_rival_stands_beside_other_bundles_with_each_label_below():
    one = {"part": "test", "films": 10, "auc": GAIN, "accuracy": GAIN}
    other = {**one, "other": "ours", "version": "2.0", "backbone": "tiny", "times_faster": 2.0}
    rival = {**one, "other": "theirs", "version": "1.2"}
    rival["labels"] = [{"label": "Mass", "auc": GAIN, "accuracy": GAIN}]

    text = "\n".join(comparisons({"comparisons": [other], "rivals": [rival]}))

    gain = "+0.0100 (-0.0200 to +0.0400)"
    assert f"| ours 2.0 (tiny) | test, 10 | {gain} | {gain} | 2.0 |" in text
    assert f"| theirs 1.2 (somebody else's) | test, 10 | {gain} | {gain} | not timed |" in text
    assert f"| Mass | {gain} | {gain} |" in text
    assert "calibrated on this one's calibration films" in text
    assert comparisons({}) == []


def test_precision_recall_and_f1_are_told_where_they_were_compared():
    shares = dict.fromkeys(("precision", "recall", "f1"), GAIN)
    one = {"part": "test", "films": 10, "auc": GAIN, "accuracy": GAIN, **shares}
    rival = {**one, "other": "theirs", "version": "1.2", "theirs": {"f1": HALF}}
    rival["labels"] = [{"label": "Mass", "auc": GAIN, "accuracy": GAIN, **shares}]

    text = "\n".join(comparisons({"rivals": [rival]}))

    gain = "+0.0100 (-0.0200 to +0.0400)"
    half = "0.500 (0.250-0.750)"
    assert f"| theirs 1.2, test | {gain} | {gain} | {gain} | {half} |" in text
    assert f"| Mass | {gain} | {gain} | {gain} |" in text
