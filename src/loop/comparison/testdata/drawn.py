"""Samples that the C++ tests rebuild bit for bit (loop/comparison/testing/golden.h), and how goldens are written."""

import json

import numpy as np


def uniform(seed, count):
    """SplitMix64 in (0, 1): the same bits in numpy and in C++."""
    state = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(float) * 2.0**-53


def drawn(seed, count, shift=0.0, scale=1.0, ties=0):
    """Bell-shaped: the sum of four uniforms; with ties, rounded down to 1/ties."""
    u = uniform(seed, 4 * count)
    x = shift + scale * ((u[0::4] + u[1::4]) + (u[2::4] + u[3::4]) - 2.0)
    return np.floor(x * ties) / ties if ties else x


def sample(spec):
    return drawn(**spec) if isinstance(spec, dict) else np.array([np.nan if v is None else v for v in spec], float)


def finite(x):
    return x[np.isfinite(x)]


def plain(value):
    """Infinities as the names that the JSON reader's writer uses."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, float) and not np.isfinite(value):
        return "NaN" if np.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def write(path, made_with, content):
    text = json.dumps(plain({"made_with": made_with, **content}), indent=1, allow_nan=False)
    path.write_text(text + "\n")
