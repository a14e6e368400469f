"""What hangs on a network is fitted first and measured then."""

import argparse

import pytest

from training.cli import main
from training.commands import evaluate, gate


def test_the_gate_is_fitted_and_then_the_validation_films_are_measured(
    monkeypatch: pytest.MonkeyPatch,
):
    done: list[tuple[str, argparse.Namespace]] = []
    monkeypatch.setattr(gate, "run", lambda options: done.append(("gate", options)))
    monkeypatch.setattr(evaluate, "run", lambda options: done.append(("evaluate", options)))
    options = ["--model", "M", "--data", "D", "--recipe", "R", "--adults", "A", "--others", "O"]

    assert main(["refit", *options]) == 0

    assert [name for name, _ in done] == ["gate", "evaluate"]
    asked = done[1][1]
    assert (asked.part, asked.perturb, asked.copies, asked.errors) == (
        "validation",
        True,
        None,
        None,
    )
    assert str(asked.recipe) == "R"
    assert evaluate.evaluation_command(asked) == (
        "python -m training evaluate --model M --data DIR --part validation --recipe R --perturb"
    )
