"""Walks in Parquet and Arrow, counted to the last micrometre by the program `milequest progress`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings
from typing import TYPE_CHECKING, Any, Iterable, Iterator, List, Optional, Sequence, Tuple

from ._errors import MileQuestError, OptionError

if TYPE_CHECKING:
    import pyarrow as _pyarrow

# What the program finds walks by; --team-column and its sisters name others.
COLUMNS = frozenset([
    "team_id", "team", "distance_meters", "distance_km", "distance_miles", "distance", "started_at", "time",
    "activity_id", "quest_id", "route", "person_id", "person",
])
_PARQUET = (".parquet", ".pq")
_ARROW = (".arrow", ".feather", ".ipc")


class ProgressError(MileQuestError):
    """The program refused the walks. `status` is its exit code, as `milequest --help` lists them."""

    def __init__(self, message: str, status: int):
        super().__init__(message)
        self.status = status


def progress(walks: Any, *options: str, program: Optional[str] = None) -> "_pyarrow.Table":
    """One row a team, by `milequest progress`: the same totals to the micrometre, the same positions to the bit.

    `walks` is a table or a stream of batches (pyarrow.Table, pyarrow.RecordBatchReader), or a path or paths of Parquet
    or Arrow. `options` are those of the program: ``progress(table, "--route", "trail.gpx", "--zone", "UTC")``. Walks go
    through in batches, so they may be more than fit into memory.

    Raises ProgressError with the program's words, OptionError where something is missing; warns of rows that were left
    out. O(rows).
    """
    table, notes = _counted(walks, options, program)
    if notes:
        warnings.warn(notes, stacklevel=2)
    return table


def _counted(walks: Any, options: Sequence[str], program: Optional[str]) -> Tuple["_pyarrow.Table", str]:
    import pyarrow as pa
    import pyarrow.csv as csv

    _require_no_output(options)
    with tempfile.TemporaryDirectory(prefix="milequest-") as folder:
        path = os.path.join(folder, "teams.csv")
        notes = _run(walks, [*options, "--format", "csv", "-o", path], program)
        kinds = {
            "team_id": pa.string(), "route": pa.string(), "activities": pa.int64(),
            # Exact: whole micrometres.
            "distance_meters": pa.decimal128(19, 6), "percent": pa.float64(), "longitude": pa.float64(),
            "latitude": pa.float64(), "bearing": pa.float64(), "finished": pa.bool_(),
        }
        table = csv.read_csv(path, convert_options=csv.ConvertOptions(
            column_types=kinds, strings_can_be_null=False, true_values=["true"], false_values=["false"]))
        return table, notes


def command(words: Sequence[str]) -> int:
    """What `python -m milequest progress` does with the words after it; the exit code."""
    paths, options, output, program = _split(words)
    if not paths:
        raise OptionError("name the walks first: python -m milequest progress walks.parquet --route trail.gpx")
    ending = os.path.splitext(output or "")[1].lower()
    try:
        if ending not in _PARQUET + _ARROW:
            notes = _run(paths, options + (["-o", output] if output else []), program)
        else:
            table, notes = _counted(paths, options, program)
            _write(table, output, ending)
    except ProgressError as error:
        print(error, file=sys.stderr)
        return error.status
    if notes:
        print(notes, file=sys.stderr)
    return 0


def _split(words: Sequence[str]) -> Tuple[List[str], List[str], Optional[str], Optional[str]]:
    paths: List[str] = []
    options: List[str] = []
    own = {"-o": None, "--output": None, "--program": None}
    rest = list(words)
    while rest and not rest[0].startswith("-"):
        paths.append(rest.pop(0))
    while rest:
        name, separator, value = rest.pop(0).partition("=")
        if name in own:
            if not separator:
                if not rest:
                    raise OptionError(f"{name} needs a value")
                value = rest.pop(0)
            own[name] = value
        else:
            options.append(name + separator + value)
    return paths, options, own["-o"] or own["--output"], own["--program"]


def _require_no_output(options: Iterable[str]) -> None:
    for option in options:
        name = option.split("=")[0]
        if name in ("-o", "--output", "--format", "--partial", "--merge", "--activities"):
            raise OptionError(f"{name}: the table is the output; leave this out, or run milequest progress itself")


def _write(table: "_pyarrow.Table", output: str, ending: str) -> None:
    """Writes beside the output and renames, so that there is never half a file."""
    partial = f"{output}.{os.getpid()}.partial"
    try:
        if ending in _PARQUET:
            import pyarrow.parquet as parquet
            parquet.write_table(table, partial)
        else:
            import pyarrow.feather as feather
            feather.write_feather(table, partial)
        os.replace(partial, output)
    except OSError as error:
        raise OptionError(f"{output}: {error.strerror or error}") from error
    finally:
        if os.path.exists(partial):
            os.remove(partial)


def _program(named: Optional[str]) -> str:
    path = named or os.environ.get("MILEQUEST_BIN") or shutil.which("milequest")
    if path is None or not os.path.exists(path):
        raise OptionError(
            f"the program milequest is not {'at ' + path if path else 'in PATH'}: install it, or name it with --program "
            "or MILEQUEST_BIN")
    return path


def _run(walks: Any, options: Sequence[str], program: Optional[str]) -> str:
    """Sends the walks as rows to the program, and waits for it; what it says besides."""
    import pyarrow as pa
    import pyarrow.csv as csv

    renamed = [
        following for option, following in zip(options, [*options[1:], ""]) if option.endswith("-column")
    ] + [option.partition("=")[2] for option in options if "-column=" in option]
    schema, batches = _batches(walks, COLUMNS.union(name.strip().lower() for name in renamed))
    with subprocess.Popen([_program(program), "progress", "--activities", "-", *options], stdin=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        said: List[bytes] = []
        # Read meanwhile, or the program would wait for whoever waits for it.
        listener = threading.Thread(target=lambda: said.append(process.stderr.read()))
        listener.start()
        try:
            with csv.CSVWriter(process.stdin, schema) as writer:
                for batch in batches:
                    writer.write_batch(batch)
            process.stdin.close()
        except (BrokenPipeError, OSError, pa.ArrowInvalid) as error:
            if isinstance(error, pa.ArrowInvalid):
                process.kill()
                raise OptionError(f"the walks cannot be read: {error}") from error
            # The program ended first, and says why.
        except BaseException:
            process.kill()
            raise
        status = process.wait()
        listener.join()
    text = b"".join(said).decode("utf-8", "replace").rstrip("\n")
    if status != 0:
        raise ProgressError(text or f"milequest progress ended with {status}", status)
    return text


def _batches(walks: Any, names: Iterable[str]) -> Tuple["_pyarrow.Schema", Iterator["_pyarrow.RecordBatch"]]:
    """The columns that matter, each as a kind that is written exactly."""
    import pyarrow as pa
    import pyarrow.dataset as dataset

    if isinstance(walks, (str, os.PathLike)):
        walks = [walks]
    if isinstance(walks, (list, tuple)):
        paths = [os.fspath(path) for path in walks]
        for path in paths:
            if not os.path.exists(path):
                raise OptionError(f"{path}: there is no such file")
        is_arrow = all(path.lower().endswith(_ARROW) for path in paths)
        try:
            found = [dataset.dataset(path, format="ipc" if is_arrow else "parquet") for path in paths]
        except (pa.ArrowInvalid, OSError) as error:
            raise OptionError(f"{paths[0] if len(paths) == 1 else 'a file'}: neither Parquet nor Arrow: {error}") from error
        first = found[0].schema
        for path, one in zip(paths, found):
            if one.schema.names != first.names:
                raise OptionError(f"{path}: its columns are not those of {paths[0]}: {', '.join(one.schema.names)}")
        kept = [name for name in first.names if name.strip().lower() in set(names)]
        source: Iterable[Any] = (
            batch for one in found for batch in one.to_batches(columns=kept, batch_size=1 << 17))
    elif isinstance(walks, pa.Table):
        first, source = walks.schema, walks.to_batches(max_chunksize=1 << 17)
        kept = [name for name in first.names if name.strip().lower() in set(names)]
    elif isinstance(walks, pa.RecordBatchReader):
        first, source = walks.schema, walks
        kept = [name for name in first.names if name.strip().lower() in set(names)]
    else:
        raise OptionError("walks are a pyarrow.Table, a pyarrow.RecordBatchReader, or paths of Parquet or Arrow")
    if not kept:
        raise OptionError(f"there is no column of walks among {', '.join(first.names)}; the names are those of a CSV")
    schema = pa.schema([(name, _written(first.field(name).type, name)) for name in kept])
    # Two files may have one column in two kinds.
    return schema, (
        pa.RecordBatch.from_arrays([batch.column(name).cast(schema.field(name).type) for name in kept], schema=schema)
        for batch in source)


def _written(kind: "_pyarrow.DataType", name: str) -> "_pyarrow.DataType":
    import pyarrow as pa

    if pa.types.is_timestamp(kind):
        # In UTC; a time without a zone stays one, and --zone says what it means.
        return pa.timestamp(kind.unit, "UTC") if kind.tz else pa.timestamp(kind.unit)
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return kind
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_boolean(kind):
        raise OptionError(f"the column {name} is of {kind}, which is no text, number or time")
    # Texts, decimals, and dictionaries of them.
    return pa.string()
