"""Records src/policy/gguf/fixtures/blocks.gguf: one matrix in every tensor type we read and write.

The container is written by the `gguf` package of the llama.cpp project, the blocks by the reference quantizers in
llama.cpp's own library, and next to each the values its dequantizer gives. The tests compare our reader, repacking
and quantizers with them, bit for bit.

Usage: pip install gguf; python tools/record_gguf_fixture.py PATH/TO/libggml-base.so
"""

import ctypes
import sys

import gguf
import numpy as np

ROWS, COLS = 8, 64
TARGET = "src/policy/gguf/fixtures/blocks.gguf"
TYPES = [gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.Q4_0, gguf.GGMLQuantizationType.Q4_1]


def values() -> np.ndarray:
    """Rows of different kinds: where quantizers go wrong is zeros, ties, tiny scales and large ones."""
    rng = np.random.default_rng(7)
    rows = rng.standard_normal((ROWS, COLS))
    rows[1] *= 1e-6
    rows[2] = 0
    rows[3] *= 6e4 / np.abs(rows[3]).max()
    rows[4] = np.arange(COLS) - 31.5  # many quotients are ties
    rows[5] = 0.25  # no spread: a Q4_1 scale of zero
    rows[6, :32] = np.where(np.arange(32) % 2, 127, -63.5)
    rows[7] = np.abs(rows[7])
    return rows.astype(np.float32)


def row_functions(library: ctypes.CDLL, name: str):
    pointer = ctypes.c_void_p
    functions = [getattr(library, f"quantize_row_{name}_ref"), getattr(library, f"dequantize_row_{name}")]
    for function in functions:
        function.argtypes = [pointer, pointer, ctypes.c_int64]
        function.restype = None
    return functions


def main() -> None:
    library = ctypes.CDLL(sys.argv[1])
    matrix = np.ascontiguousarray(values())
    writer = gguf.GGUFWriter(TARGET, "llama")
    writer.add_uint8("test.uint8", 200)
    writer.add_int8("test.int8", -100)
    writer.add_uint16("test.uint16", 60000)
    writer.add_int16("test.int16", -30000)
    writer.add_uint32("test.uint32", 4000000000)
    writer.add_int32("test.int32", -2000000000)
    writer.add_uint64("test.uint64", 2**63 + 1)
    writer.add_int64("test.int64", -(2**62) - 1)
    writer.add_float32("test.float32", 0.1)
    writer.add_float64("test.float64", 0.1)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "héllo 世界 🦊")
    writer.add_array("test.strings", ["", "a b", "Ġthe"])
    writer.add_array("test.integers", [1, -2, 3])
    writer.add_tensor("matrix.F32", matrix)
    writer.add_tensor("matrix.F16", matrix.astype(np.float16))
    writer.add_tensor("expected.F16", matrix.astype(np.float16).astype(np.float32))
    for kind in TYPES:
        quantize, dequantize = row_functions(library, kind.name.lower())
        block, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = np.zeros((ROWS, COLS // block * size), np.uint8)
        expected = np.zeros((ROWS, COLS), np.float32)
        quantize(matrix.ctypes.data, blocks.ctypes.data, matrix.size)
        dequantize(blocks.ctypes.data, expected.ctypes.data, matrix.size)
        writer.add_tensor(f"matrix.{kind.name}", blocks, raw_dtype=kind)
        writer.add_tensor(f"expected.{kind.name}", expected)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
