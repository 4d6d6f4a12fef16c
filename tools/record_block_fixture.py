"""Records src/policy/gguf/fixtures/block_types.gguf: blocks of every type that we read and do not write, with their values.

Blocks are any bytes whatever with finite f16 numbers where a block has them, so that every bit of a block counts. The
values are those of the `gguf` package of the llama.cpp project, which are held there against its C code, bit for bit.

Usage: pip install gguf; python tools/record_block_fixture.py
"""

import gguf
import numpy as np
from gguf.quants import dequantize

TARGET = "src/policy/gguf/fixtures/block_types.gguf"
ROWS, COLS = 3, 512

# By type: where a block has its f16 numbers.
TYPES = {
    "Q5_0": [0],
    "Q5_1": [0, 2],
    "Q2_K": [80, 82],
    "Q3_K": [108],
    "Q4_K": [0, 2],
    "Q5_K": [0, 2],
    "Q6_K": [208],
    "IQ4_NL": [0],
    "BF16": [0],
}


def blocks(name: str, rng: np.random.Generator) -> np.ndarray:
    kind = gguf.GGMLQuantizationType[name]
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    data = rng.integers(0, 256, (ROWS, COLS // elements, size), dtype=np.uint8)
    for at in TYPES[name]:
        data[..., at + 1] &= 0xBF  # the top bit of the exponent: no infinity, no NaN
    data[0, 0, TYPES[name][0]] = 1  # a subnormal scale
    data[0, 0, TYPES[name][0] + 1] = 0
    return data.reshape(ROWS, -1)


def main() -> None:
    rng = np.random.default_rng(11)
    writer = gguf.GGUFWriter(TARGET, "llama")
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        data = blocks(name, rng)
        writer.add_tensor(f"blocks.{name}", data, raw_dtype=kind)
        writer.add_tensor(f"values.{name}", dequantize(data, kind).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main()
