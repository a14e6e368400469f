"""python -m training explore: a data folder, and a report on what is in it."""

import html.parser
import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from cxr_app.codes import Code
from tests.makers import film, saved
from training import output_paths as outputs
from training.audit import AuditRequest, explore
from training.errors import TrainingCode, TrainingError
from training.recipes.data import DataRecipe
from training.recipes.recipe import Recipe, read_recipe

RECIPE = read_recipe(Path("training/recipes/bundled.toml"))[0]
NAMES = {
    "index.html", "audit.json", "counts.csv",
    "train.txt", "validation.txt", "calibration.txt", "test.txt",
}  # fmt: skip
NOTICE = "Research and education only, not a medical device, not for diagnosis."


def draw(folder: Path, stems: list[str], *, size: tuple[int, int], seed: int) -> None:
    folder.mkdir(parents=True)
    for place, stem in enumerate(stems):
        (folder / f"{stem}.png").write_bytes(saved(film(seed + place, size), "PNG"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten films of each class to train with, NORMAL ones wider; one is broken, one is in test."""
    root = tmp_path_factory.mktemp("place") / "films"
    normal = [f"IM-{n:04}-0001" for n in range(10)]
    cases = [f"person{n}_virus_1" for n in range(10)]
    draw(root / "train" / "NORMAL", normal, size=(160, 128), seed=0)
    draw(root / "train" / "PNEUMONIA", cases, size=(128, 128), seed=20)
    draw(root / "test" / "NORMAL", ["IM-0090-0001"], size=(128, 160), seed=40)
    draw(root / "test" / "PNEUMONIA", ["person3_virus_9"], size=(160, 128), seed=50)
    (root / "test" / "NORMAL" / "broken.png").write_bytes(b"no picture")
    twin = (root / "train" / "NORMAL" / "IM-0000-0001.png").read_bytes()
    (root / "train" / "PNEUMONIA" / "person0_virus_1.png").write_bytes(twin)
    return root


def ask(data: Path, output: Path, recipe: Recipe = RECIPE, *, is_replacing: bool = False) -> Path:
    request = AuditRequest(
        data=data,
        recipe=recipe,
        output=output,
        is_replacing=is_replacing,
        command="python -m training explore --data DIR <&>",
    )
    return explore(request)


@pytest.fixture(scope="module")
def report(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ask(archive, tmp_path_factory.mktemp("reports") / "new" / "report").parent


class Page(html.parser.HTMLParser):
    """Collects the elements of a page, and those that were left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"br", "img", "meta", "source"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def shown(report: Path) -> Page:
    return Page((report / "index.html").read_text("utf-8"))


def audit_of(report: Path) -> dict:
    return json.loads((report / "audit.json").read_text("utf-8"))


def test_a_report_and_its_files_are_written_and_nothing_besides(report: Path):
    assert {path.name for path in report.iterdir()} == NAMES
    assert [path.name for path in report.parent.iterdir()] == ["report"]


def test_label_files_hold_the_parts_of_the_split(report: Path):
    lines = {
        name: (report / f"{name}.txt").read_text("utf-8").splitlines()
        for name in ("train", "validation", "calibration", "test")
    }

    # Two numbers with one identical file are one patient, who counts to one of both classes.
    assert len(lines["train"]) + len(lines["validation"]) + len(lines["calibration"]) == 20
    assert lines["test"] == [
        "test/NORMAL/IM-0090-0001.png\tNORMAL",
        "test/NORMAL/broken.png\tNORMAL",
        "test/PNEUMONIA/person3_virus_9.png\tPNEUMONIA",
    ]


def test_the_audit_names_what_cannot_be_read_is_there_twice_or_shared(report: Path):
    audit = audit_of(report)

    assert audit["unreadable"] == [{"film": "test/NORMAL/broken.png", "code": "not_an_image"}]
    (twins,) = audit["identical"]
    assert twins["films"] == [
        "train/NORMAL/IM-0000-0001.png",
        "train/PNEUMONIA/person0_virus_1.png",
    ]
    assert (twins["across_labels"], twins["across_patients"]) == (True, True)
    assert twins["across_parts"] is False
    (shared,) = audit["patients"]["shared"]
    assert shared["names"] == [
        "test/PNEUMONIA/person3_virus_9.png",
        "train/PNEUMONIA/person3_virus_1.png",
    ]
    assert audit["patients"]["films_without_patient"] == 1  # the broken one


def test_a_shortcut_is_a_warning_in_the_audit_and_on_the_page(report: Path, shown: Page):
    # Widths: NORMAL 160 ten times; PNEUMONIA 128 nine times and the twin's 160. Of 100 pairs 90
    # are right and 10 are equal: (90 + 10 / 2) / 100.
    (width,) = [one for one in audit_of(report)["shortcuts"]["found"] if one["name"] == "width"]

    assert width["auc"]["value"] == pytest.approx(0.95)
    assert (width["higher_in"], width["is_warning"]) == ("NORMAL", True)
    warning = "the archive gives the label away: width alone predicts PNEUMONIA, AUC 0.950"
    assert any(text.startswith(warning) for text in audit_of(report)["warnings"])
    assert warning in shown.words


def test_a_warning_goes_to_the_log_without_a_film_name(archive, tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        ask(archive, tmp_path / "report")

    assert "the archive gives the label away" in caplog.text
    assert "person3" not in caplog.text


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(shown: Page):
    tags = [tag for tag, _ in shown.elements]
    links = [
        value
        for _, names in shown.elements
        for name in ("src", "srcset", "href")
        if (value := names.get(name))
    ]

    assert shown.open == []
    assert links
    assert all(link.startswith("data:image/") for link in links)
    assert not {"script", "link", "iframe"} & set(tags)


def test_every_picture_says_in_words_what_it_shows(shown: Page):
    texts = [names["alt"] for tag, names in shown.elements if tag == "img"]

    assert "Films in train. NORMAL 10 (50%); PNEUMONIA 10 (50%)." in texts
    assert "Chest film train/NORMAL/IM-0004-0001.png, labelled NORMAL" in texts
    assert all(texts)


def test_no_test_film_is_shown_and_none_stands_in_a_chart(shown: Page):
    texts = [names["alt"] for tag, names in shown.elements if tag == "img"]
    (widths,) = [text for text in texts if text.startswith("Width")]

    assert not any("Chest film test/" in text for text in texts)
    # With the test film of PNEUMONIA, which has 160, the third quartile would not be 128.
    assert "PNEUMONIA: median 128, half of the films within 128 to 128" in widths


def test_the_notice_and_the_command_are_on_the_page(shown: Page):
    assert NOTICE in shown.words
    assert "--data DIR <&>" in shown.words  # escaped, so that it reads as it was typed


def test_no_file_says_where_the_films_lie(report: Path, archive: Path):
    assert not any(
        str(archive.parent) in path.read_text("utf-8") or str(report) in path.read_text("utf-8")
        for path in report.iterdir()
    )


def test_a_label_is_text_and_never_markup(tmp_path):
    labels = ("<b>clear<b>", "cloudy & $x$")
    for seed, (label, stem) in enumerate(zip(labels, ("IM-1-1", "person1_virus_1"), strict=True)):
        draw(tmp_path / "films" / label, [stem], size=(128, 128), seed=seed)
    recipe = replace(RECIPE, data=DataRecipe(labels=labels))

    text = ask(tmp_path / "films", tmp_path / "report", recipe).read_text("utf-8")

    assert "b" not in {tag for tag, _ in Page(text).elements}
    assert "<b>clear<b>" in Page(text).words


def test_too_few_films_to_split_are_reported_all_the_same(tmp_path):
    for seed, (label, stem) in enumerate([("NORMAL", "IM-1-1"), ("PNEUMONIA", "person1_virus_1")]):
        draw(tmp_path / "films" / label, [stem], size=(128, 128), seed=seed)

    place = ask(tmp_path / "films", tmp_path / "report")

    assert {path.name for path in place.parent.iterdir()} == {
        "index.html", "audit.json", "counts.csv", "test.txt",
    }  # fmt: skip
    assert "The films cannot be split: Data split: " in Page(place.read_text("utf-8")).words


def test_a_folder_of_one_class_is_refused_and_nothing_is_written(tmp_path):
    draw(tmp_path / "films" / "NORMAL", ["IM-1-1"], size=(128, 128), seed=0)

    with pytest.raises(TrainingError, match="no film of class PNEUMONIA") as refused:
        ask(tmp_path / "films", tmp_path / "report")

    assert refused.value.code is TrainingCode.DATA_INVALID
    assert [path.name for path in tmp_path.iterdir()] == ["films"]


def test_films_that_all_cannot_be_read_are_counted_and_listed(tmp_path):
    for label in ("NORMAL", "PNEUMONIA"):
        (tmp_path / "films" / label).mkdir(parents=True)
        (tmp_path / "films" / label / "a.png").write_bytes(b"")

    place = ask(tmp_path / "films", tmp_path / "report")

    assert [one["code"] for one in audit_of(place.parent)["unreadable"]] == ["empty", "empty"]
    assert "Not measurable" in Page(place.read_text("utf-8")).words


def test_findings_that_exclude_no_other_are_told_one_by_one(tmp_path):
    films = tmp_path / "films"
    stems = [f"{n:08}_000" for n in range(1, 31)]
    draw(films / "images", stems, size=(128, 128), seed=0)
    found = ("Mass", "Nodule", "Mass|Nodule", "No Finding", "Edema")
    rows = [f"{stem}.png,{found[n % 5]},{n}" for n, stem in enumerate(stems)]
    (films / "Data_Entry.csv").write_text(
        "\n".join(["Image Index,Finding Labels,Patient ID", *rows])
    )
    recipe = replace(RECIPE, data=DataRecipe(source="nih-findings", labels=("Mass", "Nodule")))

    report = ask(films, tmp_path / "report", recipe).parent

    lines = "".join(
        (report / f"{part}.txt").read_text() for part in ("train", "validation", "calibration")
    ).splitlines()
    assert f"images/{stems[2]}.png\tMass|Nodule" in lines
    assert f"images/{stems[3]}.png\t" in lines
    assert {one["label"] for one in audit_of(report)["shortcuts"]["found"]} == {"Mass", "Nodule"}


def test_an_earlier_report_is_replaced_whole_where_that_is_asked_for(archive, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "audit.json").write_text("{}")
    (tmp_path / "report" / "validation.txt").write_text("old")

    place = ask(archive, tmp_path / "report", is_replacing=True)

    assert {path.name for path in place.parent.iterdir()} == NAMES
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_what_is_no_report_is_not_replaced(archive, tmp_path):
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "thesis.txt").write_text("years of work")

    with pytest.raises(TrainingError, match="not written by this command") as refused:
        ask(archive, tmp_path / "output", is_replacing=True)

    assert refused.value.code is Code.USAGE
    assert [path.name for path in tmp_path.rglob("*.*")] == ["thesis.txt"]


def test_a_report_does_not_lie_among_the_films(archive):
    with pytest.raises(TrainingError, match="apart from the films"):
        ask(archive, archive / "report")


def test_a_report_with_pictures_of_films_is_not_put_into_the_repository(
    archive, tmp_path, monkeypatch
):
    monkeypatch.setattr(outputs, "REPOSITORY", tmp_path)

    with pytest.raises(TrainingError, match="outside the repository"):
        ask(archive, tmp_path / "report")
    assert not list(tmp_path.iterdir())
