"""Which child a film shows, from its name."""

import pytest

from training.data.sources.film_names import patient_of


@pytest.mark.parametrize(
    ("stem", "patient"),
    [
        pytest.param("person12_bacteria_34", "person12", id="Kaggle, bacterial"),
        pytest.param("person12_virus_7", "person12", id="the same child, viral"),
        pytest.param("IM-0115-0001", "im-0115", id="Kaggle, normal"),
        pytest.param("IM-0011-0001-0002", "im-0011", id="the second number is the film"),
        pytest.param("NORMAL2-IM-0115-0001", "normal2-im-0115", id="another child, same number"),
        pytest.param("BACTERIA-1049278-0001", "1049278", id="Mendeley, bacterial"),
        pytest.param("NORMAL-1049278-0001", "1049278", id="Mendeley, normal"),
        pytest.param("00000013_005", "00000013", id="NIH"),
        pytest.param("holiday", None, id="no scheme"),
        pytest.param("person12_bacteria_34 (copy)", None, id="almost a scheme"),
    ],
)
def test_each_naming_scheme_gives_its_patient(stem: str, patient: str | None):
    assert patient_of(stem) == patient
