"""Adding fitted parts to a finished bundle: written beside it, verified, then put in its place."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from cxr_app.bundle import Bundle, open_bundle
from cxr_app.spec import Spec, spec_bytes
from training.export.bundle import aside_of, bring_back
from training.output_paths import check_room, put

__all__ = ["add_parts"]


def add_parts(
    bundle: Bundle,
    files: Mapping[str, bytes],
    change: Callable[[Spec], Spec],
    *,
    without: Collection[str] = (),
    report: Callable[[Bundle], None] = lambda _: None,
) -> Bundle:
    """Write files into a bundle and describe them; a killed write leaves the old bundle whole.

    Parameters
    ----------
    bundle : Bundle
        To be replaced by one with these parts.
    files : mapping of str to bytes
        The model's new files by name; those of the same name are replaced.
    change : callable (Spec) -> Spec
        What else changes in the description; the hashes of the files are put in here.
    without : collection of str
        Files that are taken out.
    report : callable (Bundle) -> None
        Writes into the new bundle's `report/`, which lies elsewhere until it is put in its place.

    Raises
    ------
    TrainingError
        `output_failed` where the disk has no room for it.
    BundleError
        Where the parts do not fit; the old bundle stays.
    """
    folder = bundle.folder.resolve()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    check_room(folder, n_bytes=size + sum(map(len, files.values())))
    bring_back(folder)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        shutil.copytree(folder, new, dirs_exist_ok=True)
        new.chmod(0o755)
        for name, data in files.items():
            (new / name).write_bytes(data)
        for name in without:
            (new / name).unlink(missing_ok=True)
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        spec = change(bundle.spec)
        kept = {name: sha256 for name, sha256 in spec.files.items() if name not in without}
        spec = replace(spec, files={**kept, **hashes})
        (new / "spec.json").write_bytes(spec_bytes(spec))
        (new / "report").mkdir(exist_ok=True)
        report(open_bundle(new))
        put(new, folder, aside=aside_of(folder))
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return open_bundle(bundle.folder)
