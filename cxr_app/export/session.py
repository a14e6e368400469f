"""A session as a file: each record with whose film it is and when its session was started."""

import json

from cxr_app.export import csv
from cxr_app.sessions import PatientSession

__all__ = ["to_csv", "to_jsonl"]


def to_csv(session: PatientSession) -> str:
    """Write CSV after RFC 4180.

    It begins with a byte order mark: without one a spreadsheet reads most of the world's names
    wrongly.
    """
    started = session.started.isoformat(timespec="seconds")
    head = csv.row(["patient", "session_started", "is_drawing", *csv.COLUMNS])
    lines = [
        csv.row([session.name, started, outcome.record.is_drawing, *csv.cells(outcome.record)])
        for outcome in session.outcomes
    ]
    return "\ufeff" + head + "".join(lines)


def to_jsonl(session: PatientSession) -> str:
    """Write one JSON object a line."""
    started = session.started.isoformat(timespec="seconds")
    lines = []
    for outcome in session.outcomes:
        whose = {
            "patient": session.name,
            "session_started": started,
            "is_drawing": outcome.record.is_drawing,
        }
        lines.append(json.dumps({**whose, **outcome.record.to_json()}, allow_nan=False) + "\n")
    return "".join(lines)
