"""Writes sketches.json: sketches that the Python datasketches 5.2.0 made, for sketches_test.cc. Run it where that package is installed:
python src/loop/profile/testdata/make_sketches.py"""

import base64
import json
import pathlib

import datasketches as ds


def text(sketch_bytes):
    return base64.b64encode(bytes(sketch_bytes)).decode()


def kll(rows):
    sketch = ds.kll_doubles_sketch(1024)
    for i in range(rows):
        sketch.update(float(i * 7919 % rows))
    return {"rows": rows, "bytes": text(sketch.serialize())}


def hll(rows, value):
    sketch = ds.hll_sketch(12, ds.tgt_hll_type.HLL_8)
    for i in range(rows):
        sketch.update(value(i))
    return {"rows": rows, "estimate": sketch.get_estimate(), "bytes": text(sketch.serialize_compact())}


def frequent(rows):
    sketch = ds.frequent_strings_sketch(10)
    for i in range(rows):
        sketch.update(f"v{i % 997 if i % 3 else i % 5}")
    items = sketch.get_frequent_items(ds.frequent_items_error_type.NO_FALSE_POSITIVES)
    return {"rows": rows, "bytes": text(sketch.serialize()), "items": {name: lower for name, _, lower, _ in items}}


pathlib.Path(__file__).with_name("sketches.json").write_text(
    json.dumps(
        {
            "kll": [kll(500), kll(50_000)],
            "hll": [hll(n, float) for n in (5, 200, 20_000)],
            "hll_texts": [hll(n, lambda i: f"text {i}") for n in (5, 200, 20_000)],
            "frequent": [frequent(300), frequent(30_000)],
        },
        indent=1,
    )
    + "\n"
)
