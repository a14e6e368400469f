"""The command line: python -m cxr_app predict SOURCE..., and serve."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from types import FrameType, ModuleType
from typing import Final, TextIO

from tqdm import tqdm

from cxr_app.bundle import load_bundle
from cxr_app.codes import Code
from cxr_app.decoding.pool import DecoderPool
from cxr_app.discs import find_discs, is_beside_films, passed_over
from cxr_app.engine.base import Workload
from cxr_app.errors import CxrError, Rejected, UsageError
from cxr_app.export import csv, jsonl, table
from cxr_app.imaging.correction import Correction
from cxr_app.names import printable
from cxr_app.pipeline import classify_sources
from cxr_app.prediction import Prediction
from cxr_app.records import Record, Status
from cxr_app.serve import serve
from cxr_app.settings import Settings, read_settings
from cxr_app.sources import Fetches, Source, find_sources

__all__ = ["main"]

MAX_AGE = 130
FEW: Final = 3  # sources for which the first answer matters more than the last
_FORMATS = {"table": table, "jsonl": jsonl, "csv": csv}

_EPILOG = """\
examples:
  python -m cxr_app predict film.jpeg
  python -m cxr_app predict films/ --format csv --output results.csv
  python -m cxr_app predict https://example.org/film.png

exit status:
  0  every source got its record (with --strict: and none was rejected)
  1  only with --strict: a source was rejected
  2  wrong usage, an unusable model, or the output cannot be written
  130  stopped by Ctrl-C; sources not reached got the record 'cancelled'

Research and education only. Not a medical device, not for diagnostic use.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cxr_app",
        description="Classify frontal chest radiographs of children aged 1 to 5 years.",
        epilog="Research and education only. Not a medical device, not for diagnostic use.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    predict = verbs.add_parser(
        "predict",
        help="classify films: one record for each source",
        description="Classify films. Each source gets one record, in the order given.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    predict.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a file; a folder: every file below it, hidden ones aside, recognized by content; or "
        "the http:// or https:// address of a picture",
    )
    predict.add_argument(
        "--model", metavar="DIR", help="folder of a model (default: CXR_MODEL, else models/DEFAULT)"
    )
    predict.add_argument(
        "--format", choices=sorted(_FORMATS), default="table", help="default: table"
    )
    predict.add_argument(
        "--output", metavar="FILE", help="write there instead of to standard output"
    )
    predict.add_argument(
        "--strict", action="store_true", help="exit status 1 if any source is rejected"
    )
    predict.add_argument(
        "--age", type=_age, metavar="YEARS", help="the patient's age, where the files do not say"
    )
    predict.add_argument(
        "--turn",
        type=int,
        choices=(90, 180, 270),
        default=0,
        help="turn every film clockwise by so many degrees before it is classified",
    )
    predict.add_argument(
        "--invert", action="store_true", help="exchange black and white: the films are negatives"
    )
    page = verbs.add_parser(
        "serve",
        help="start the page",
        description="Serve the page until Ctrl-C.",
    )
    page.add_argument("--address", default="127.0.0.1", help="IP address (default: 127.0.0.1)")
    page.add_argument("--port", type=_port, default=8501, help="1 to 65535 (default: 8501)")
    return parser


def _age(text: str) -> float:
    try:
        years = float(text)
    except ValueError:
        years = -1.0
    if not 0 <= years <= MAX_AGE:
        raise argparse.ArgumentTypeError(f"must be a number of years from 0 to {MAX_AGE}")
    return years


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to 65535, not '{text}'")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; see `--help`.

    Returns
    -------
    int
        The exit status.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    options = _parser().parse_args(arguments)
    try:
        if options.verb == "serve":
            return serve(options.address, options.port, read_settings())
        return _predict(options)
    except CxrError as error:
        print(f"{error.code}: {printable(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read has seen enough.
        _close_stdout()
        return 0
    except OSError as error:
        failed = UsageError(Code.OUTPUT_FAILED, reason=_reason(error))
        print(f"{failed.code}: {failed}", file=sys.stderr)
        return 2


def _close_stdout() -> None:
    """Lead what Python still holds into nothing; it would complain when it closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _predict(options: argparse.Namespace) -> int:
    settings = read_settings()
    bundle = load_bundle(options.model)
    decoder = DecoderPool(settings.limits)  # its processes start while the engine does
    prediction = Prediction(bundle, limits=settings.limits, workload=_workload(options.sources))
    output = Path(options.output) if options.output else None
    _refuse_sources(output, options.sources)
    find = _finder(settings, output)
    with closing(decoder), _interrupt() as is_interrupted, _writer(output) as stream:
        sources = find(options.sources)
        records = classify_sources(
            sources,
            prediction,
            limits=settings.limits,
            decoder=decoder,
            correction=Correction(turned=options.turn, is_inverted=options.invert),
            age_years=options.age,
            is_cancelled=is_interrupted,
        )
        total = None
        if sys.stderr.isatty():
            total = sum(1 for _ in find(options.sources))
        beside: list[Record] = []
        films = _films(records, find_discs(options.sources), beside)
        count, is_any_rejected = _write(films, _FORMATS[options.format], stream, total)
        was_interrupted = is_interrupted()
    if beside:
        print(passed_over(len(beside)), file=sys.stderr)
    if count and options.format == "table":
        print(printable(bundle.spec.notice), file=sys.stderr if output else sys.stdout)
    if was_interrupted:
        return 130
    return 1 if options.strict and is_any_rejected else 0


def _workload(sources: list[str]) -> Workload:
    """Get ready for many films where there are many sources, or a folder."""
    is_many = len(sources) > FEW or any(os.path.isdir(source) for source in sources)  # noqa: PTH112
    return Workload.MANY_FILMS if is_many else Workload.ONE_FILM


def _films(
    records: Iterator[Record], discs: tuple[str, ...], beside: list[Record]
) -> Iterator[Record]:
    """Pass on what is about films, and set aside what lies beside them on a disc."""
    for record in records:
        if discs and is_beside_films(record, discs):
            beside.append(record)
        else:
            yield record


def _finder(settings: Settings, output: Path | None) -> Callable[[list[str]], Iterator[Source]]:
    @cache
    def fetcher() -> Fetches:
        # Only where there is an address: a run of files does not wait for it.
        from cxr_app.fetch.client import Fetcher

        return Fetcher(settings.fetch_rules)

    return partial(find_sources, leave_out=output, open_fetcher=fetcher)


def _refuse_sources(output: Path | None, sources: list[str]) -> None:
    """Never write over a film, nor over anything that is to be read."""
    for source in sources:
        # os.path: a name that no file can have is no error here; it gets its record later.
        if output and os.path.isfile(source) and output.exists() and output.samefile(source):  # noqa: PTH113
            raise UsageError(Code.OUTPUT_FAILED, reason="it is one of the sources")
    if output and os.path.isfile(output) and _is_picture(output):  # noqa: PTH113
        raise UsageError(Code.OUTPUT_FAILED, reason="it is a picture")


def _is_picture(path: Path) -> bool:
    from cxr_app.imaging.signature import sniff  # which waits for what knows DICOM

    try:
        with path.open("rb") as stream:
            sniff(stream.read(4096))
    except Rejected as error:
        return error.code is Code.UNSUPPORTED_FORMAT
    except OSError:
        return False
    return True


def _write(
    records: Iterator[Record], form: ModuleType, stream: TextIO, total: int | None
) -> tuple[int, bool]:
    count, is_any_rejected = 0, False
    stream.write(form.HEADER)
    bar = tqdm(records, total=total, unit="film", file=sys.stderr, disable=not sys.stderr.isatty())
    for record in bar:
        count += 1
        is_any_rejected |= record.status is Status.REJECTED
        stream.write(form.line(record))
        stream.flush()
    return count, is_any_rejected


@contextmanager
def _interrupt() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a wish to stop, so that what is left still gets its record."""
    wishes: list[int] = []

    def wish(number: int, _frame: FrameType | None) -> None:
        wishes.append(number)
        signal.signal(signal.SIGINT, before)  # a second one ends the program at once

    before = signal.signal(signal.SIGINT, wish)
    try:
        yield lambda: bool(wishes)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _writer(output: Path | None) -> Iterator[TextIO]:
    """Open the output; a file appears whole at the end, and an old one stays until then."""
    if output is None:
        if sys.stdout is None:
            raise UsageError(Code.OUTPUT_FAILED, reason="standard output is closed")
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        try:
            yield sys.stdout
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            _close_stdout()
            raise UsageError(Code.OUTPUT_FAILED, reason=_reason(error)) from error
        return
    if output.exists() and not output.is_file():
        raise UsageError(Code.OUTPUT_FAILED, reason="it is a folder or no plain file")
    unfinished = output.with_name(f".{output.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            yield out
        unfinished.replace(output)
    except OSError as error:
        raise UsageError(Code.OUTPUT_FAILED, reason=_reason(error)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown").lower()
