"""tests/golden, read by an independent msgpack implementation: every .bin is
the value of the .json beside it, in the shortest encoding."""
import json
import pathlib

import msgpack
import pytest

FOLDER = pathlib.Path(__file__).parent.parent / "golden"
FILES = sorted(FOLDER.glob("*.json"))


def plain(value):
    """Binary as the text that stands for it in the .json."""
    if isinstance(value, bytes):
        return "hex:" + value.hex()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def no_floats(text):
    raise AssertionError(f"a float in a golden file: {text}")


def test_there_are_files():
    assert len(FILES) >= 60
    assert {f.stem for f in FILES} == {f.stem for f in FOLDER.glob("*.bin")}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_same_value(file):
    data = file.with_suffix(".bin").read_bytes()
    value = msgpack.unpackb(data, raw=False, strict_map_key=True)
    want = json.loads(file.read_text(encoding="utf-8"), parse_float=no_floats)
    assert plain(value) == want


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_shortest_encoding(file):
    data = file.with_suffix(".bin").read_bytes()
    value = msgpack.unpackb(data, raw=False)
    assert msgpack.packb(value, use_bin_type=True) == data


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_cut_short_is_refused(file):
    data = file.with_suffix(".bin").read_bytes()
    with pytest.raises(ValueError):
        msgpack.unpackb(data[:-1], raw=False)
