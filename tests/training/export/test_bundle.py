"""Export: proven, and never half."""

import shutil
from pathlib import Path

import keras
import pytest

from cxr_app.bundle import load_bundle
from tests.bundles import drawn_inputs, tiny_network, tiny_spec
from training.export import bundle as module
from training.export.bundle import ExportNotProven, export

FILMS = drawn_inputs(4)


class Killed(BaseException):
    """Stands for a kill."""


def put(target: Path, network: keras.Model | None = None, **options: object):
    network = network or tiny_network(seed=9)
    values = {"films": FILMS, "target": target, "report": lambda bundle: None, **options}
    return export(network, tiny_spec(), **values)


@pytest.fixture
def target(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "models" / "own"))


@pytest.mark.parametrize("step", ["write_ir", "_head_bytes", "_prove", "put"])
def test_a_kill_at_any_step_leaves_the_old_bundle_whole(target, monkeypatch, step):
    before = load_bundle(target).sha256

    def kill(*arguments: object, **options: object) -> None:
        raise Killed

    monkeypatch.setattr(module, step, kill)
    with pytest.raises(Killed):
        put(target)

    assert load_bundle(target).sha256 == before
    assert [path.name for path in target.parent.iterdir()] == ["own"]


def test_a_kill_between_the_renames_is_undone_by_the_next_export(target):
    before = load_bundle(target).sha256
    target.rename(target.with_name(".own.old"))

    def refuse(bundle: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        put(target, report=refuse)

    assert load_bundle(target).sha256 == before


def test_a_new_bundle_takes_the_old_ones_place_with_its_report(target):
    before = load_bundle(target).sha256

    def report(bundle):
        (bundle.folder / "report").mkdir()
        (bundle.folder / "report" / "card.md").write_text(bundle.sha256)

    bundle = put(target, report=report)

    assert bundle.sha256 != before
    assert (target / "report" / "card.md").read_text() == bundle.sha256
    assert [path.name for path in target.parent.iterdir()] == ["own"]


def test_a_graph_that_answers_otherwise_is_not_released(tmp_path, monkeypatch):
    """What a layer in training mode would do: the exported graph is another network's."""
    write = module.write_ir
    monkeypatch.setattr(module, "write_ir", lambda served, folder: write(tiny_network(4), folder))

    with pytest.raises(ExportNotProven, match="logits differ"):
        put(tmp_path / "own", tiny_network(5))

    assert list(tmp_path.iterdir()) == []
