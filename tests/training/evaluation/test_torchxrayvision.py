"""The package is optional and is not needed here."""

import pytest

from cxr_app.errors import TrainingError
from training.evaluation import torchxrayvision
from training.evaluation.torchxrayvision import open_torchxrayvision


def test_without_the_package_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(torchxrayvision, "PACKAGE", "a_package_that_nobody_has")

    with pytest.raises(TrainingError, match="pip install 'a_package_that_nobody_has"):
        open_torchxrayvision("densenet121-res224-all")
