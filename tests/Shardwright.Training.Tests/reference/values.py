"""Reproducible parameters and inputs: a pure function of (seed, name, element index), the same in Fixtures/ReferenceValues.cs.

bits(seed, name, i): the top 24 bits of splitmix64's i-th output (i from 0), started at FNV-1a 64 of the UTF-8 text "{seed}/{name}".
unit = (bits - 2^23) * 2^-23, exact in float32, in [-1, 1).
Parameters by shape and name, each rounded once per operation to float32:
    rank >= 2                            unit * float32(sqrt(3 / first dimension))      (standard deviation 1/sqrt(fan in))
    rank 1, name ends in Norm or Gain    1 + 0.1 * unit
    rank 1 otherwise                     0.1 * unit
Inputs of step s, micro-batch-major [micro-batch, sequence, position]:
    tokens, targets                      (bits * vocabulary) >> 24                      names "tokens/{s}", "targets/{s}"
    weights                              0 where bits < 2^22 (a quarter), else bits * 2^-23, in [0.5, 2)      name "weights/{s}"
"""
import math
import numpy as np


def fnv1a64(text):
    h = 0xCBF29CE484222325
    for byte in text.encode("utf-8"):
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def bits(seed, name, count):
    with np.errstate(over="ignore"):
        z = np.uint64(fnv1a64(f"{seed}/{name}")) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.int64)


def parameter(seed, path, shape):
    unit = (bits(seed, path, math.prod(shape)) - 2**23).astype(np.float32) * np.float32(2.0**-23)
    if len(shape) > 1:
        value = unit * np.float32(math.sqrt(3.0 / shape[0]))
    elif path.endswith(("Norm", "Gain")):
        value = np.float32(1) + np.float32(0.1) * unit
    else:
        value = np.float32(0.1) * unit
    return value.astype(np.float32).reshape(shape)


def integers(seed, name, count, vocabulary):
    return (bits(seed, name, count) * vocabulary) >> 24


def weights(seed, name, count):
    b = bits(seed, name, count)
    return np.where(b < 2**22, 0, b).astype(np.float32) * np.float32(2.0**-23)
