"""The authors' item parameters, which are a pickled file, taken out of it without unpickling.

A pickle is a program: whoever wrote it decides what runs when it is loaded. This reader lets that
program build lists, tuples, dicts, sets, ranges, numbers and strings, and numbers that numpy had
saved; any other name it asks for is refused. Even numpy's own functions are not called: small
stand-ins take what the file hands to them and copy it into fresh arrays of plain numbers.

The file (github.com/felipemaiapolo/tinyBenchmarks, ``tinyBenchmarks.pkl``) is a dict by benchmark:
``lb``, the Open LLM Leaderboard with six scenarios, ``mmlu`` alone, and others. Each has

- ``irt_parameters``: ``A`` and ``B``, [1, D, N]; the score of an item is the sum over D of a·t - b;
- ``scenarios_position``: which of the N items belong to a scenario;
- ``subscenarios_position``: the same by sub-scenario (MMLU's subjects), which weigh equal;
- ``seen_examples``: the items asked, a hundred a scenario, in the scenarios' order;
- ``examples_weights`` and ``optimal_lambdas``, by scenario.

As in the authors' package a scenario is taken from ``lb``, but MMLU from its own entry where there
is one. Ours: the file has not been seen by us; what is written here is what their code does with
it, and whatever does not fit is refused with the place where.
"""

import hashlib
import io
import pickle
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from aleator.benchmarks.item_parameters import SCENARIOS, ItemsFile, items_bytes, read_bytes
from aleator.errors import InputError
from aleator.files import write_bytes
from aleator.metrics.item_response import ItemParameters

LEADERBOARD = "lb"
_PLAIN_NUMBERS = re.compile(r"[<>=|]?[biuf][1248]|\?")


class _Array:
    """An array of numbers in the making; filled by what the pickle hands to it."""

    def __init__(self) -> None:
        self.values: NDArray[np.generic] = np.empty(0)

    def __setstate__(self, state: object) -> None:
        match state:
            case (
                int(),
                tuple() as shape,
                _Dtype() as dtype,
                bool() | int() as fortran,
                bytes(raw),
            ):
                self.values = _values(raw, dtype, shape, "F" if fortran else "C")
            case _:
                raise pickle.UnpicklingError("an array that is not plain numbers")


class _Dtype:
    """What kind of number an array holds."""

    def __init__(self, code: object, *_: object) -> None:
        if not isinstance(code, str) or _PLAIN_NUMBERS.fullmatch(code) is None:
            raise pickle.UnpicklingError(f"numbers of the kind {code!r}")
        self.dtype = np.dtype(code)

    def __setstate__(self, state: object) -> None:
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else None
        if order == ">":
            self.dtype = self.dtype.newbyteorder(">")
        elif order not in ("<", "|", "="):
            raise pickle.UnpicklingError("numbers in an unknown order of bytes")


def _values(raw: bytes, dtype: _Dtype, shape: object, order: object) -> NDArray[np.generic]:
    told: tuple[object, ...] = shape if isinstance(shape, tuple) else (shape,)
    sizes = [size for size in told if isinstance(size, int) and size >= 0]
    if len(sizes) != len(told):
        raise pickle.UnpicklingError("an array without a shape")
    flat = np.frombuffer(raw, dtype=dtype.dtype)
    return flat.reshape(sizes, order="F" if order == "F" else "C").copy()


def _reconstruct(*_: object) -> _Array:
    """Stands for the function by which numpy's pickles begin an array."""
    return _Array()


def _scalar(dtype: object, raw: object) -> int | float:
    """Stands for numpy's single numbers."""
    if not isinstance(dtype, _Dtype) or not isinstance(raw, bytes):
        raise pickle.UnpicklingError("a number that is not plain")
    return np.frombuffer(raw, dtype=dtype.dtype, count=1)[0].item()


def _frombuffer(raw: object, dtype: object, shape: object, order: object) -> _Array:
    """Stands for the function by which newer pickles make a whole array."""
    if not isinstance(dtype, _Dtype) or not isinstance(raw, bytes | bytearray):
        raise pickle.UnpicklingError("an array that is not plain numbers")
    array = _Array()
    array.values = _values(bytes(raw), dtype, shape, order)
    return array


def _empty_dict(*_: object) -> dict[object, object]:
    """Stands for dicts with a default, which their pickles fill afterwards."""
    return {}


def _latin(text: object, _: object) -> bytes:
    """Stands for the function by which old pickles write bytes."""
    if not isinstance(text, str):
        raise pickle.UnpicklingError("bytes that are not written as text")
    return text.encode("latin-1")


def _no_bytes(*_: object) -> bytes:
    """Stands for the bytes of nothing in old pickles."""
    return b""


class _NdArray:
    """Stands for the class of arrays, which is only named."""


_STAND_INS: Mapping[tuple[str, str], Callable[..., object]] = {
    **{
        (f"numpy.{core}.multiarray", name): function
        for core in ("core", "_core")
        for name, function in (("_reconstruct", _reconstruct), ("scalar", _scalar))
    },
    **{(f"numpy.{core}.numeric", "_frombuffer"): _frombuffer for core in ("core", "_core")},
    ("numpy", "dtype"): _Dtype,
    ("numpy", "ndarray"): _NdArray,
    ("collections", "OrderedDict"): dict,
    ("collections", "defaultdict"): _empty_dict,
    ("_codecs", "encode"): _latin,
    **{
        (module, kind.__name__): kind
        for module in ("builtins", "__builtin__")
        for kind in (list, set, range)
    },
    ("__builtin__", "xrange"): range,
    ("__builtin__", "bytes"): _no_bytes,
}


class _PlainUnpickler(pickle.Unpickler):
    """Knows no names but those of the stand-ins."""

    def find_class(self, module_name: str, global_name: str, /) -> Callable[..., object]:
        """The stand-in of that name, or a refusal."""
        if (module_name, global_name) not in _STAND_INS:
            raise pickle.UnpicklingError(f"it asks for {module_name}.{global_name}")
        return _STAND_INS[module_name, global_name]


def convert_items(pickled: ItemsFile, out: Path) -> str:
    """Write the authors' parameters as a file that ``benchmarks.item_parameters`` reads.

    Args:
        pickled: Their file, and its hash if it is known.
        out: Where the new file goes.

    Returns:
        The SHA-256 of the new file.

    Raises:
        InputError: The file cannot be read, is another one than it should be, asks for code, or
            holds something else.
        OutputError: ``out`` cannot be written.
    """
    data = read_bytes(pickled.path)
    digest = hashlib.sha256(data).hexdigest()
    if pickled.sha256 is not None and digest != pickled.sha256:
        raise InputError(
            f"{pickled.path} has the SHA-256 {digest}, not {pickled.sha256}: it is another file "
            "than the one asked for"
        )
    contents = items_bytes(pickled_scenarios(read_plain_pickle(data, pickled.path), pickled.path))
    write_bytes(out, contents)
    return hashlib.sha256(contents).hexdigest()


def read_plain_pickle(data: bytes, path: Path) -> object:
    """What a pickle holds, if that is only containers, strings and numbers.

    Args:
        data: The pickle.
        path: Where it lies, for messages.

    Raises:
        InputError: It asks for anything else, or is damaged.
    """
    try:
        return _without_stand_ins(_PlainUnpickler(io.BytesIO(data)).load())
    except (
        pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, KeyError,
        IndexError, UnicodeDecodeError, ImportError, OverflowError, MemoryError, RecursionError,
    ) as error:  # fmt: skip
        raise InputError(
            f"{path} is refused, {str(error) or 'it is damaged'}: only containers, strings and "
            "numbers are taken out of a pickled file"
        ) from error


def pickled_scenarios(contents: object, path: Path) -> dict[str, ItemParameters]:
    """The parameters of each scenario in what the authors' file holds.

    Args:
        contents: As `read_plain_pickle` gives it.
        path: Where it lies, for messages.

    Raises:
        InputError: It is not what their package reads.
    """
    found: dict[str, ItemParameters] = {}
    try:
        benches = cast("Mapping[str, Mapping[str, object]]", contents)
        for name in SCENARIOS:
            bench = name if name in benches else LEADERBOARD
            found[name] = _scenario(benches[bench], name)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{path} does not hold the item parameters of tinyBenchmarks: {error!r} at "
            f"{SCENARIOS[len(found)]}"
        ) from error
    return found


def _scenario(bench: Mapping[str, object], name: str) -> ItemParameters:
    positions = cast("Mapping[str, Sequence[int]]", bench["scenarios_position"])
    subs = cast("Mapping[str, Mapping[str, Sequence[int]]]", bench["subscenarios_position"])
    weights = cast("Mapping[str, Sequence[float]]", bench["examples_weights"])
    mixing = cast("Mapping[str, float]", bench["optimal_lambdas"])
    parameters = cast("Mapping[str, NDArray[np.float64]]", bench["irt_parameters"])
    place = _key(positions, name)
    own = np.asarray(positions[place], dtype=np.int64)
    anchors = np.asarray(weights[place], dtype=np.float64).reshape(-1)
    asked = np.asarray(bench["seen_examples"], dtype=np.int64).reshape(-1)
    asked = asked[np.isin(asked, own)]
    where = {int(item): index for index, item in enumerate(own)}
    a = np.asarray(parameters["A"], dtype=np.float64)[0]
    b = np.broadcast_to(np.asarray(parameters["B"], dtype=np.float64)[0], a.shape)
    balance = np.zeros(own.size)
    for members in subs[place].values():
        inside = [where[int(item)] for item in members]
        balance[inside] = own.size / (len(subs[place]) * len(inside))
    return ItemParameters(
        discrimination=a[:, own],
        difficulty=b[:, own].sum(axis=0),
        balance=balance,
        seen=np.array([where[int(item)] for item in asked], dtype=np.int64),
        weights=anchors,
        mixing=float(np.asarray(mixing[place]).reshape(())),
    )


def _key(positions: Mapping[str, Sequence[int]], name: str) -> str:
    """The scenario's own name, or the one that holds it (harness_truthfulqa_mc_0)."""
    keys = [key for key in positions if key == name] or [key for key in positions if name in key]
    if len(keys) != 1:
        raise KeyError(f"{name} among {', '.join(positions)}")
    return keys[0]


def _without_stand_ins(value: object) -> object:
    """The same with arrays where stand-ins were; no other object gets through."""
    match value:
        case _Array():
            return value.values
        case dict():
            return {_plain(key): _without_stand_ins(one) for key, one in value.items()}
        case list() | tuple() | set() | range():
            return [_without_stand_ins(one) for one in value]
        case _:
            return _plain(value)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple):
        return tuple(_plain(one) for one in value)
    raise pickle.UnpicklingError(f"it holds a {type(value).__name__}")
