"""A run on disk: a record of what it is, one part for each block while it runs, one file at the end.

A part is written beside its place and moved there, so that a part that is there is whole, whenever the run was
stopped. At the end the parts are put together in their order, so that the file does not tell who made them when.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zinc_sbml.ensembles.cells import Question
from zinc_sbml.ensembles.samples import BLOCK, Samples
from zinc_sbml.errors import InvalidInputError
from zinc_sbml.files import write_atomically, write_bytes_atomically
from zinc_sbml.linear_algebra import Array

if TYPE_CHECKING:
    import pyarrow

__all__ = ["RESULT_FILE", "Part", "Store", "record_of"]

RECORD_FILE = "run.json"
RESULT_FILE = "ensemble.parquet"
_PARTS = "parts"

# Blocks put together into one row group: a file of a million cells then has 244 of them, whose descriptions take no
# memory worth mentioning.
_BLOCKS_PER_GROUP = 16

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One block of cells and what they answered.

    Attributes
    ----------
    block : int
        Number of the block.
    cells : numpy.ndarray
        Values of the parameters, shape (cells, parameters).
    values : numpy.ndarray
        Answers, shape (cells, times, readouts); NaN for a failed cell.
    failures : dict of int to str
        Reason by number of the cell within the block.
    """

    block: int
    cells: Array
    values: Array
    failures: Mapping[int, str]


def record_of(asked: Question, samples: Samples) -> dict[str, Any]:
    """Everything that decides the numbers of a run: a folder is continued only by a run with the same record."""
    return {
        "format": _FORMAT,
        "scenario": {
            "id": asked.scenario.id,
            "periods": [[period.start, dict(period.changes)] for period in asked.scenario.periods],
            "duration": asked.scenario.duration,
        },
        "model": {"id": asked.model.id, "mathematics": asked.model.mathematics_sha256},
        "parameters": list(asked.parameters),
        "readouts": list(asked.readouts),
        "units": {name: asked.model.quantities[name].unit for name in (*asked.parameters, *asked.readouts)},
        "times": list(asked.times),
        "tolerances": {"relative": asked.tolerances.relative, "absolute": asked.tolerances.absolute},
        "samples": {"cells": samples.size, **samples.identity()},
        "block": BLOCK,
    }


class Store:
    """Folder of one run.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
    record : dict
        From `record_of`.

    Raises
    ------
    InvalidInputError
        If the folder holds another run, or something that is no run, or cannot be written.
    """

    def __init__(self, folder: Path, record: dict[str, Any]) -> None:
        self.folder = folder
        self.record = json.loads(json.dumps(record))
        self._parts = folder / _PARTS
        try:
            if folder.is_dir() and any(folder.iterdir()):
                self._check_same()
            elif folder.exists() and not folder.is_dir():
                raise InvalidInputError(f"{folder} is a file, expected a folder for the run")
            self._parts.mkdir(parents=True, exist_ok=True)
            # A part that was being written when a run was killed.
            for leftover in self._parts.glob(".*"):
                leftover.unlink()
            if not (folder / RECORD_FILE).is_file():
                text = json.dumps(self.record, indent=1, allow_nan=True) + "\n"
                write_atomically({folder / RECORD_FILE: text})
        except OSError as error:
            raise InvalidInputError(f"cannot write to the folder {folder}: {error.strerror or error}") from error

    @property
    def result(self) -> Path:
        """The file at the end."""
        return self.folder / RESULT_FILE

    def missing(self) -> list[int]:
        """Numbers of the blocks that have no whole part yet; none once the result is there."""
        if self.result.is_file():
            return []
        blocks = -(-self.record["samples"]["cells"] // BLOCK)
        return [number for number in range(blocks) if not self._whole(number)]

    def add(self, part: Part) -> None:
        """Write the part of a block.

        Raises
        ------
        InvalidInputError
            If it cannot be written (disk full, no permission); what was written before stays.
        """
        import pyarrow.parquet as parquet
        from pyarrow import BufferOutputStream

        stream = BufferOutputStream()
        parquet.write_table(self._table(part), stream, **_WRITING)
        try:
            write_bytes_atomically(self._path(part.block), stream.getvalue().to_pybytes())
        except OSError as error:
            raise InvalidInputError(
                f"cannot write to the folder {self.folder}: {error.strerror or error}; "
                "what was done stays, the same command goes on"
            ) from error

    def finish(self) -> Path:
        """Put all parts together, in order, and remove them.

        Raises
        ------
        InvalidInputError
            If the file cannot be written; the parts stay.
        """
        import pyarrow
        import pyarrow.parquet as parquet

        if self.result.is_file():
            shutil.rmtree(self._parts, ignore_errors=True)
            return self.result
        waiting = self.folder / f".{RESULT_FILE}"
        try:
            with parquet.ParquetWriter(waiting, self._schema(), **_WRITING) as writer:
                for group in self._groups():
                    table = pyarrow.concat_tables([parquet.read_table(path) for path in group])
                    writer.write_table(table.combine_chunks(), row_group_size=BLOCK * _BLOCKS_PER_GROUP)
            waiting.replace(self.result)
        except OSError as error:
            raise InvalidInputError(f"cannot write {self.result}: {error.strerror or error}") from error
        finally:
            waiting.unlink(missing_ok=True)
        shutil.rmtree(self._parts, ignore_errors=True)
        return self.result

    def _groups(self) -> Iterator[list[Path]]:
        blocks = -(-self.record["samples"]["cells"] // BLOCK)
        for start in range(0, blocks, _BLOCKS_PER_GROUP):
            yield [self._path(number) for number in range(start, min(start + _BLOCKS_PER_GROUP, blocks))]

    def _check_same(self) -> None:
        """Refuse a folder of another run; the message says whose it is and what differs."""
        path = self.folder / RECORD_FILE
        if not path.is_file():
            raise InvalidInputError(f"{self.folder} holds files, but no run ({RECORD_FILE}); choose another folder")
        try:
            there = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InvalidInputError(f"{path} is damaged ({error}); choose another folder") from error
        if there == self.record:
            return
        differs = [name for name in self.record if there.get(name) != self.record[name]]
        whose = f"{there.get('scenario', {}).get('id')} with {there.get('samples', {}).get('cells')} cells"
        raise InvalidInputError(
            f"{self.folder} holds another run: {whose}; it differs in {', '.join(differs)}. Choose another folder"
        )

    def _path(self, block: int) -> Path:
        return self._parts / f"{block:08d}.parquet"

    def _whole(self, block: int) -> bool:
        """A part is there and can be read; a damaged one is done again."""
        import pyarrow
        import pyarrow.parquet as parquet

        try:
            found = parquet.ParquetFile(self._path(block)).metadata.num_rows
        except (OSError, pyarrow.ArrowInvalid):
            return False
        return found == min(BLOCK, self.record["samples"]["cells"] - block * BLOCK)

    def _schema(self) -> pyarrow.Schema:
        import pyarrow

        times = len(self.record["times"])
        return pyarrow.schema(
            [
                pyarrow.field("cell", pyarrow.int64(), nullable=False),
                pyarrow.field("failure", pyarrow.string()),
                *(pyarrow.field(name, pyarrow.float64(), nullable=False) for name in self.record["parameters"]),
                *(
                    pyarrow.field(name, pyarrow.list_(pyarrow.float64(), times), nullable=False)
                    for name in self.record["readouts"]
                ),
            ],
            metadata={"zinc_sbml": json.dumps(self.record)},
        )

    def _table(self, part: Part) -> pyarrow.Table:
        import pyarrow

        count, times, _ = part.values.shape
        first = part.block * BLOCK
        columns = [
            pyarrow.array(np.arange(first, first + count)),
            pyarrow.array([part.failures.get(number) for number in range(count)], type=pyarrow.string()),
            *(pyarrow.array(np.ascontiguousarray(column)) for column in part.cells.T),
            *(
                pyarrow.FixedSizeListArray.from_arrays(
                    pyarrow.array(np.ascontiguousarray(part.values[:, :, place]).ravel()), times
                )
                for place in range(part.values.shape[2])
            ),
        ]
        return pyarrow.Table.from_arrays(columns, schema=self._schema())


# Numbers of a simulation repeat nothing: dictionaries and minima of them only cost.
_WRITING: dict[str, Any] = {"compression": "zstd", "use_dictionary": False, "write_statistics": False}
