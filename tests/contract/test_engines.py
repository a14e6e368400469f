"""One suite for every engine: same answers, alone or in company, from one thread or many."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cxr_app.bundle import load_bundle
from cxr_app.engine.base import Engine
from cxr_app.engine.choose import open_engine
from cxr_app.errors import BundleError, UsageError
from cxr_app.settings import EngineName, Settings
from tests.bundles import drawn_inputs

FILMS = drawn_inputs(5)


@pytest.fixture(scope="module", params=list(EngineName))
def engine(request: pytest.FixtureRequest, tiny_bundle: Path) -> Engine:
    return open_engine(load_bundle(tiny_bundle), Settings(engine=request.param))


def test_shapes_and_types_are_those_of_the_contract(engine: Engine):
    outputs = engine.run(FILMS)

    assert (outputs.logits.dtype, outputs.logits.shape) == (np.float32, (5, 2))
    assert (outputs.features.dtype, outputs.features.shape) == (np.float32, (5, 8, 8, 16))


def test_answers_equal_the_trained_networks_predict(engine: Engine, tiny_bundle: Path):
    import keras

    network = keras.saving.load_model(tiny_bundle / "model.keras", compile=False)
    expected = network.predict(FILMS, verbose=0)

    outputs = engine.run(FILMS)

    assert outputs.logits == pytest.approx(expected["logits"], abs=1e-4)
    assert outputs.features == pytest.approx(expected["features"], abs=1e-4)


def test_an_answer_does_not_depend_on_its_company(engine: Engine):
    together = engine.run(FILMS).logits
    alone = np.concatenate([engine.run(film[np.newaxis]).logits for film in FILMS])

    assert alone == pytest.approx(together, abs=1e-5)


def test_features_and_head_make_the_logits(engine: Engine, tiny_bundle: Path):
    head = load_bundle(tiny_bundle).head
    assert head is not None

    outputs = engine.run(FILMS)

    for features, logits in zip(outputs.features, outputs.logits, strict=True):
        assert head.logits(features) == pytest.approx(logits, abs=1e-4)


def test_several_threads_may_ask_at_once(engine: Engine):
    expected = [engine.run(film[np.newaxis]).logits for film in FILMS]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda i: engine.run(FILMS[[i % 5]]).logits, range(40)))

    for place, logits in enumerate(found):
        assert logits == pytest.approx(expected[place % 5], abs=1e-6)


def test_outputs_are_not_overwritten_by_the_next_call(engine: Engine):
    first = engine.run(FILMS[:1]).logits
    kept = first.copy()

    engine.run(FILMS[1:2])

    assert np.array_equal(first, kept)


def test_name_and_precision_are_stated(engine: Engine):
    assert engine.name.split()[0] in {"openvino", "keras"}
    assert engine.precision == "f32"


def test_bf16_is_used_only_when_asked_for_and_is_named(tiny_bundle: Path):
    settings = Settings(precision="bf16")

    assert open_engine(load_bundle(tiny_bundle), settings).precision == "bf16"


def test_keras_has_no_other_precision(tiny_bundle: Path):
    with pytest.raises(UsageError, match="f32 alone"):
        open_engine(load_bundle(tiny_bundle), Settings(engine="keras", precision="bf16"))


class TestKerasFile:
    """What would run code is refused before Keras opens the file."""

    @staticmethod
    def packed(**parts: bytes) -> bytes:
        import io
        import zipfile

        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in parts.items():
                archive.writestr(name.replace("__", "."), data)
        return out.getvalue()

    @pytest.mark.parametrize(
        "config",
        [
            pytest.param(b'{"class_name": "Lambda", "module": "keras.layers"}', id="a Lambda"),
            pytest.param(b'{"class_name": "system", "module": "os"}', id="another module"),
            pytest.param(
                b'{"a": [{"class_name": "X", "module": "keras.src.saving", "b": 1}]}',
                id="a part of Keras that is no layer",
            ),
            pytest.param(
                b'{"class_name": "Dense", "module": "keras.layers", "registered_name": "p>Dense"}',
                id="a registered class of somebody else",
            ),
            pytest.param(b"{", id="no JSON"),
        ],
    )
    def test_code_is_refused(self, config: bytes):
        from cxr_app.engine.keras import refuse_code

        data = self.packed(config__json=config, metadata__json=b"{}", model__weights__h5=b"")

        with pytest.raises(BundleError, match="could run code"):
            refuse_code(data)

    @pytest.mark.parametrize("data", [b"", b"PK", b"\x89HDF\r\n"], ids=["empty", "zip", "hdf5"])
    def test_what_is_no_such_file_is_refused(self, data: bytes):
        from cxr_app.engine.keras import refuse_code

        with pytest.raises(BundleError, match=r"model\.keras"):
            refuse_code(data)

    def test_another_part_is_refused(self):
        from cxr_app.engine.keras import refuse_code

        data = self.packed(
            config__json=b"{}", metadata__json=b"{}", model__weights__h5=b"", assets=b"x"
        )

        with pytest.raises(BundleError, match="could run code"):
            refuse_code(data)
