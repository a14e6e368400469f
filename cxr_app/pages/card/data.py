"""Which films and which networks the model comes from."""

import streamlit as st

from cxr_app.pages.card import tables
from cxr_app.pages.card.card import Card
from cxr_app.pages.parts.wording import plain

__all__ = ["show"]


def show(card: Card) -> None:
    """Draw it."""
    _films(card)
    _network(card)


def _films(card: Card) -> None:
    data, metrics = card.spec.training.data, card.metrics
    st.markdown(f"{plain(data.name)}: {data.films:,} films, split by patient.")
    if metrics is None:
        return
    purposes = {
        "training": "the weights were fitted on them",
        "validation": "the epoch and the network were chosen on them",
        "calibration": "temperature, threshold and indeterminate zone were fitted on them",
    }
    tables.show(
        "Parts of the films",
        ("Part", "Films", "What for"),
        [
            (part, f"{count:,}", purposes.get(part, ""))
            for name, count in metrics.films.items()
            for part in ("training" if name == "fit" else name,)
        ],
        kinds="-nw",
    )
    if metrics.sharp_copies:
        st.markdown(
            f"For {metrics.sharp_copies:,} training films a larger copy was used, at the same rate "
            "in both classes."
        )


def _network(card: Card) -> None:
    network, metrics = card.spec.network, card.metrics
    rows = [
        ("Network", f"{network.backbone}, {network.head} head"),
        ("Input", f"{network.size} x {network.size} pixels, made from one of 512 x 512"),
        ("Parameters", f"{network.parameters:,}, of which {network.trainable:,} were fitted"),
    ]
    if card.spec.input.standardise is not None:
        rows.append(("Before the network", "the film is cut to its lungs"))
    if metrics is not None:
        rows += [
            ("First weights", _first_weights(one.first_weights))
            for one in metrics.candidates
            if one.backbone == metrics.winner
        ]
        rows += [
            (
                "Taught by",
                f"{one.name} {one.version} ({one.backbone} at {one.size} pixels): this network "
                "learned to reproduce its answers, without the films' labels",
            )
            for one in metrics.teachers
        ]
    tables.show("The network", ("What", "Which"), rows, kinds="-w")
    if metrics is not None and len(metrics.candidates) > 1:
        tables.show(
            "Candidates, on the validation films; the best was chosen by these figures, so they "
            "are better than new films would give",
            ("Network", "Accuracy at 50%, before calibration", "AUC"),
            [
                (one.backbone, f"{one.validation.accuracy:.1%}", f"{one.validation.auc:.3f}")
                for one in metrics.candidates
            ],
            kinds="-nn",
        )


def _first_weights(name: str) -> str:
    return "random" if name == "none" else name
