"""From pictures of all kinds to a model that knows chest films from others: the whole way, small.

Films are drawn: a child's with two large dark lungs on a bright ground, an adult's the other way
round, so that even an untrained network sees a difference.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cxr_app import Prediction, load_bundle
from cxr_app.bundle import Bundle, open_bundle
from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.imaging.drawing import draw_film
from tests.bundles import make_gated_bundle, without_gate
from tests.makers import film, saved
from training.cli import main
from training.errors import TrainingError
from training.examination import drawn_pictures, pipeline
from training.examination.pipeline import GateRequest, make_gate
from training.export.parts import add_parts

RECIPE = """
name = "smoke"
candidates = ["mobilenetv2"]
[data]
fit = 0.25
validation = 0.25
calibration = 0.5
[fit]
epochs = 1
learning_rate = 0.02
"""
HEADER = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Sex,View Position\n"
DRAWN = ("noise", "gradient", "checks", "blobs", "text", "chart", "several_films")


def child(seed: int) -> np.ndarray:
    return draw_film(seed, size=(160, 160), consolidation=0.5 * (seed % 2), marked=False).pixels


def adult(seed: int) -> np.ndarray:
    """A bright film of little contrast, broader than the children's."""
    return (150 + film(seed, (200, 160)) / 3).astype(np.uint8)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 32 children, 16 adults of which 6 are tested, and 3 each of 3 other kinds."""
    folder = tmp_path_factory.mktemp("data")
    for seed in range(32):
        put(folder / "own" / ("NORMAL", "PNEUMONIA")[seed % 2] / f"{seed}.png", child(seed))
    rows, test = HEADER, []
    for seed in range(16):
        name = f"{seed:08d}_000.png"
        put(folder / "adults" / "images" / name, adult(seed))
        # One is five years old, and so one of the model's own.
        rows += f"{name},No Finding,0,{seed},{5 if seed == 0 else 30 + seed},F,PA\n"
        test += [name] if seed >= 10 else []
    (folder / "adults" / "Data_Entry_2017.csv").write_text(rows)
    (folder / "adults" / "test_list.txt").write_text("\n".join(test))
    everyone = [f"{seed:08d}_000.png" for seed in range(10)]
    (folder / "adults" / "train_val_list.txt").write_text("\n".join(everyone))
    for detail in ("hand", "brain_mri", "photo", "lateral_chest"):
        for number in range(6):
            rng = np.random.default_rng(number)
            put(folder / "others" / detail / f"s{number % 3}-{number}.png", other(detail, rng))
    (folder / "smoke.toml").write_text(RECIPE)
    return folder


def put(place: Path, pixels: np.ndarray) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(saved(pixels, "PNG"))


def other(detail: str, rng: np.random.Generator) -> np.ndarray:
    """Draw bright bars, a bright disc, a slope, or a bright column on black, never twice alike."""
    y, x = np.mgrid[-1:1:150j, -1:1:150j] + rng.uniform(-0.1, 0.1)
    drawn = {
        "hand": 200 * (np.sin(12 * x) > 0.3) * (y > -0.6),
        "brain_mri": 230 * (np.hypot(x, y) < 0.5),
        "photo": 120 + 100 * x * y,
        "lateral_chest": 180 * (np.abs(x) < 0.3),
    }[detail]
    return np.clip(drawn + rng.normal(0, 5, x.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module", autouse=True)
def fewer_drawings() -> Iterator[None]:
    """Eight of each kind in place of 24."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn_pictures, "EACH", 8)
        yield


@pytest.fixture(scope="module")
def with_lungs(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lungs") / "own"
    make_gated_bundle(tiny_bundle, folder)
    without_gate(folder)
    return folder


def request_for(bundle: Bundle, data: Path, **changes: Path) -> GateRequest:
    values = {"data": data / "own", "recipe": data / "smoke.toml", "adults": data / "adults"}
    others = (changes.pop("others", data / "others"),)
    return GateRequest(bundle=bundle, others=others, seed=7, **{**values, **changes})


@pytest.fixture(scope="module")
def made(with_lungs: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fit a gate as the command does."""
    folder = tmp_path_factory.mktemp("made") / "own"
    shutil.copytree(with_lungs, folder)
    options = {
        "--model": folder,
        "--data": data / "own",
        "--recipe": data / "smoke.toml",
        "--adults": data / "adults",
        "--others": data / "others",
    }
    arguments = [str(part) for option in options.items() for part in option]
    assert main(["gate", *arguments]) == 0
    return folder


def test_a_model_with_lungs_gets_a_gate_and_serves(made: Path, with_lungs: Path):
    bundle, before = load_bundle(made), open_bundle(with_lungs)

    assert bundle.examiner is not None
    assert bundle.spec.gate is not None
    assert bundle.spec.gate.files == ("gate.npz", "orientation.npz")
    assert set(bundle.spec.gate.limits) == {
        *("chest", "distance", "adult", "lateral", "turn", "negative")
    }
    assert bundle.spec.lungs == before.spec.lungs
    kept = before.spec.files.items()
    assert kept <= bundle.spec.files.items()  # nothing else has changed
    assert bundle.spec.files.keys() - before.spec.files.keys() == {"gate.npz", "orientation.npz"}


def test_the_report_tells_what_was_measured_on_what(made: Path):
    report = json.loads((made / "report" / "gate.json").read_text("utf-8"))
    table, found = report["figures"], report["summary"]

    assert list(table[0]) == ["what", "kind", "detail", "form", "pictures", "sources", "share"]
    plain = {(row["what"], row["detail"]): row for row in table if row["form"] == "plain"}
    children, adults = (row for (what, _), row in list(plain.items()) if what == "refused" and
                        row["kind"] in ("child", "adult"))  # fmt: skip
    assert (children["kind"], children["pictures"]) == ("child", 8)  # the validation films
    assert (adults["kind"], adults["pictures"]) == ("adult", 6)  # those of the test list
    assert {row["detail"] for row in table} >= {*DRAWN, "hand", "brain_mri", "photo"}
    assert set(found) == {
        "others_refused",
        "children_refused",
        "children_warned_adult",
        "adults_warned_or_refused",
    }
    assert all(0 <= share <= 1 for share in found.values())
    assert found["others_refused"] > 0.9
    assert found["adults_warned_or_refused"] == 1


@pytest.mark.parametrize("seed", range(3))
def test_noise_that_was_not_fitted_on_is_refused(made: Path, seed: int):
    noise = np.random.default_rng(1000 + seed).integers(0, 256, (300, 300)).astype(np.uint8)

    with pytest.raises(Rejected) as caught:
        Prediction(load_bundle(made)).classify_image(noise)

    assert caught.value.code is Code.NOT_A_CHEST_FILM


def test_children_that_were_not_fitted_on_pass_and_an_adult_does_not_without_a_word(made: Path):
    prediction = Prediction(load_bundle(made))

    passed = [is_passed(prediction, child(seed)) for seed in range(100, 108)]

    assert sum(passed) >= 6
    assert not is_passed(prediction, adult(200))


def is_passed(prediction: Prediction, pixels: np.ndarray) -> bool:
    try:
        return Code.OUTSIDE_POPULATION not in prediction.classify_image(pixels).warnings
    except Rejected:
        return False


def test_the_films_of_small_children_are_no_adults(data: Path, with_lungs: Path):
    request = request_for(open_bundle(with_lungs), data)

    examples = list(pipeline._examples(request))

    adults = [one for one in examples if one.kind == "adult"]
    assert len(adults) == 15  # of 16, one of whom is five
    assert sum(one.is_held_out for one in adults) == 6
    children = [one for one in examples if one.kind == "child"]
    assert (len(children), sum(one.is_held_out for one in children)) == (24, 8)
    own = {one.source for one in children if one.is_held_out}
    assert own.isdisjoint(one.source for one in children if not one.is_held_out)


@pytest.fixture
def bundle(with_lungs: Path, tmp_path: Path) -> Bundle:
    return open_bundle(Path(shutil.copytree(with_lungs, tmp_path / "models" / "own")))


def test_a_model_without_lungs_is_told_to_get_them_first(tiny_bundle: Path, data: Path):
    with pytest.raises(TrainingError, match="python -m training lungs") as caught:
        make_gate(request_for(open_bundle(tiny_bundle), data))

    assert caught.value.code == "usage"


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def cats(folder: Path) -> Path:
    put(folder / "cats" / "a-1.png", child(0))
    return folder


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(("others", empty, "no folder of pictures"), id="no other pictures"),
        pytest.param(("others", cats, "named one of"), id="pictures of an unknown kind"),
        pytest.param(("adults", empty, "Data_Entry"), id="no adults"),
    ],
)
@pytest.mark.usefixtures("nothing_is_asked")
def test_data_that_cannot_be_used_leave_the_model_as_it_was(
    bundle: Bundle, data: Path, bad: tuple[str, Callable[[Path], Path], str]
):
    option, make, sentence = bad
    given = make(bundle.folder.parent.with_name("given"))

    with pytest.raises(TrainingError, match=sentence):
        make_gate(request_for(bundle, data, **{option: given}))

    assert open_bundle(bundle.folder).sha256 == bundle.sha256


@pytest.fixture
def nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the pictures without asking the engine about them."""
    monkeypatch.setattr(pipeline, "gather", lambda engine, examples, *_, **__: list(examples))


class Killed(BaseException):
    """Stands for a kill."""


def test_an_interrupted_write_leaves_the_old_model(
    bundle: Bundle, made: Path, monkeypatch: pytest.MonkeyPatch
):
    """The last step, of which all that is written beforehand is real."""

    def kill(*arguments: object, **options: object) -> None:
        raise Killed

    monkeypatch.setattr("training.export.parts.put", kill)
    files = {name: (made / name).read_bytes() for name in ("gate.npz", "orientation.npz")}
    with pytest.raises(Killed):
        add_parts(bundle, files, lambda spec: open_bundle(made).spec)

    assert open_bundle(bundle.folder).sha256 == bundle.sha256
    assert [path.name for path in bundle.folder.parent.iterdir()] == ["own"]
