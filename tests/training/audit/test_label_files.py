"""Label files: one line for each film."""

import pytest

from tests.training.audit.makers import labelled
from training.audit.label_files import label_files, label_line
from training.data.splits import Split

LABELS = ("Mass", "Nodule")


@pytest.mark.parametrize(
    ("film", "line"),
    [
        pytest.param(labelled("train/a.png", 1), "train/a.png\tNodule\n", id="one label"),
        pytest.param(labelled("a.png", 0, 1), "a.png\tMass|Nodule\n", id="several labels"),
        pytest.param(labelled("a.png"), "a.png\t\n", id="no label leaves the place empty"),
        pytest.param(labelled("ein Übel.png", 0), "ein Übel.png\tMass\n", id="letters stay"),
        pytest.param(labelled("a\tb.png", 0), "a\\tb.png\tMass\n", id="a tab is written out"),
        pytest.param(labelled("a\nb.png", 0), "a\\nb.png\tMass\n", id="so is a line feed"),
        pytest.param(labelled("a\u2028b", 0), "a\\u2028b\tMass\n", id="and Unicode's own"),
        pytest.param(labelled("a\\nb.png", 0), "a\\\\nb.png\tMass\n", id="a backslash is doubled"),
        pytest.param(labelled("a\udcff.png", 0), "a\\udcff.png\tMass\n", id="half a character"),
    ],
)
def test_a_line_is_path_tab_labels(film, line):
    assert label_line(film, LABELS) == line


def test_each_part_has_its_file_and_train_holds_the_fit_films_alone():
    films = [labelled(name, 0) for name in "abc"] + [labelled("d", 1, subset="test")]
    split = Split(fit=(films[0],), validation=(films[1],), calibration=(films[2],))

    assert label_files(tuple(films), split, LABELS) == {
        "train.txt": "a\tMass\n",
        "validation.txt": "b\tMass\n",
        "calibration.txt": "c\tMass\n",
        "test.txt": "d\tNodule\n",
    }


def test_without_a_split_there_is_the_test_file_alone():
    films = (labelled("a", 0), labelled("d", 1, subset="test"))

    assert label_files(films, None, LABELS) == {"test.txt": "d\tNodule\n"}
