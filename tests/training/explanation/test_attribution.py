"""python -m training explain: from a bundle and a file to a picture."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxr_app.bundle import load_bundle
from cxr_app.errors import BundleError, Rejected
from cxr_app.spec import Task
from tests.bundles import drawn_inputs, tiny_network, tiny_spec
from tests.makers import film, saved
from training import output_paths as outputs
from training.errors import TrainingError
from training.explanation.attribution import explain
from training.export.bundle import export


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that tells two findings apart."""
    spec = tiny_spec()
    spec = replace(
        spec,
        task=Task.MULTILABEL,
        labels=("EDEMA", "EFFUSION"),
        decision=replace(spec.decision, temperature=1.0, bias=(0.0, 9.0)),
    )
    target = tmp_path_factory.mktemp("models") / "findings"
    export(tiny_network(), spec, films=drawn_inputs(2), target=target, report=lambda bundle: None)
    return target


@pytest.fixture
def asked_for(tiny_bundle: Path, tmp_path: Path):
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "DOE JANE.png").write_bytes(saved(film(0, (200, 180)), "PNG"))

    def make(**changes: object) -> dict[str, object]:
        values = {
            "model": tiny_bundle,
            "film": tmp_path / "films" / "DOE JANE.png",
            "label": None,
            "output": tmp_path / "map.png",
        }
        return {**values, **changes}

    return make


def test_the_label_that_was_asked_for_is_explained(asked_for, tmp_path: Path):
    place = explain(**asked_for(label="NORMAL"))

    assert place == tmp_path / "map.png"
    text = Image.open(place).text
    assert text["Title"] == "Evidence for NORMAL"
    assert "8 x 8 cells" in text["Description"]
    assert b"DOE" not in place.read_bytes()


def test_without_one_it_is_the_label_that_the_app_gives(asked_for, tiny_bundle: Path):
    from cxr_app import Prediction

    asked = asked_for()
    label = Prediction(load_bundle(tiny_bundle)).classify_image(Image.open(asked["film"])).label

    assert Image.open(explain(**asked)).text["Title"] == f"Evidence for {label}"


@pytest.mark.parametrize("label", [None, "EDEMA"])
def test_a_bundle_of_findings_is_explained(asked_for, findings: Path, label: str | None):
    title = Image.open(explain(**asked_for(model=findings, label=label))).text["Title"]

    # Without one, EFFUSION: the biases are 0 and 9.
    assert title == f"Evidence for {label or 'EFFUSION'}"


def test_a_head_that_weighs_nothing_is_said(asked_for, tmp_path: Path):
    network = tiny_network()
    network.get_layer("logits").set_weights([np.zeros((16, 2)), np.zeros(2)])
    export(network, tiny_spec(), films=drawn_inputs(2), target=tmp_path / "empty",
           report=lambda bundle: None)  # fmt: skip

    place = explain(**asked_for(model=tmp_path / "empty", label="PNEUMONIA"))

    assert "no evidence for PNEUMONIA" in Image.open(place).text["Description"]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("old.png", "is there already"),
        ("films/map.png", "apart from the films"),
        ("map.jpeg", r"must end in \.png"),
    ],
)
def test_an_output_that_could_do_harm_is_refused(
    asked_for, tmp_path: Path, output: str, reason: str
):
    (tmp_path / "old.png").write_bytes(b"old")

    with pytest.raises(TrainingError, match=reason):
        explain(**asked_for(output=tmp_path / output))

    assert (tmp_path / "old.png").read_bytes() == b"old"
    assert len(list(tmp_path.rglob("*.*"))) == 2  # the film and the old file


def test_a_bundle_is_not_written_into(asked_for, tiny_bundle: Path):
    with pytest.raises(TrainingError, match="apart from the films and models"):
        explain(**asked_for(output=tiny_bundle / "map.png"))


def test_a_picture_of_a_film_is_not_put_into_the_repository(asked_for, tmp_path, monkeypatch):
    monkeypatch.setattr(outputs, "REPOSITORY", tmp_path)

    with pytest.raises(TrainingError, match="outside the repository"):
        explain(**asked_for())
    assert not (tmp_path / "map.png").exists()


def test_a_film_that_is_a_link_has_its_archive_kept_clean_too(asked_for, tmp_path):
    asked = asked_for()
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "link.png").symlink_to(asked["film"])

    for folder in ("desk", "films"):
        with pytest.raises(TrainingError, match="apart from the films"):
            explain(
                **asked_for(
                    film=tmp_path / "desk" / "link.png", output=tmp_path / folder / "map.png"
                )
            )


def test_a_label_of_another_model_is_refused(asked_for):
    with pytest.raises(TrainingError, match="no label 'EDEMA'; it has NORMAL, PNEUMONIA"):
        explain(**asked_for(label="EDEMA"))


def test_what_is_no_film_is_rejected_as_the_app_does(asked_for, tmp_path: Path):
    with pytest.raises(Rejected, match="No file was found"):
        explain(**asked_for(film=tmp_path / "films" / "none.png"))


def test_what_is_no_bundle_is_refused(asked_for, tmp_path: Path):
    with pytest.raises(BundleError, match=r"no spec\.json"):
        explain(**asked_for(model=tmp_path / "films"))
