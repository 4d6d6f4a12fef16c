"""Loads an adapter with PEFT on the same GGUF file and compares log-probabilities with ours.

    pip install torch==2.13.0 transformers peft gguf accelerate
    npx herl train --model MODEL.gguf --preset smollm2-135m --steps 1 --out RUN
    python tools/check_peft.py MODEL.gguf RUN/adapter

transformers dequantizes the file to floats, so that both sides start from the same numbers. Exits with 1 where a
log-probability differs by more than 1e-3, or by more than 1e-4 on average; says as well how far the adapter moves them,
since an adapter that does nothing would agree too.
"""

import json
import os
import subprocess
import sys
import tempfile

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

SEQUENCES, LENGTH = 4, 48


def ours(model, sequences, adapter=None):
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in.jsonl"), os.path.join(folder, "out.jsonl")
        with open(source, "w") as file:
            file.writelines(json.dumps({"ids": ids}) + "\n" for ids in sequences)
        command = ["npx", "herl", "score", "--model", model, "--in", source, "--out", target]
        subprocess.run(command + (["--adapter", adapter] if adapter else []), check=True)
        with open(target) as file:
            return torch.tensor([json.loads(line)["logprobs"] for line in file], dtype=torch.double)


def theirs(model, sequences):
    ids = torch.tensor(sequences)
    with torch.no_grad():
        logprobs = torch.log_softmax(model(ids).logits.double(), -1)
    return logprobs[:, :-1].gather(-1, ids[:, 1:, None])[..., 0]


def main(path, adapter):
    folder, name = os.path.split(os.path.abspath(path))
    base = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
    generator = torch.Generator().manual_seed(0)
    sequences = torch.randint(0, base.config.vocab_size, (SEQUENCES, LENGTH), generator=generator).tolist()
    plain = theirs(base, sequences)
    adapted = theirs(PeftModel.from_pretrained(base, adapter), sequences)
    print(f"the adapter moves log-probabilities by {(adapted - plain).abs().mean():.2e} on average")
    worst = True
    for what, expected, got in (
            ("without the adapter", plain, ours(path, sequences)),
            ("with it", adapted, ours(path, sequences, adapter))):
        difference = (expected - got).abs()
        print(f"{what}: differences of {difference.max():.2e} at most, {difference.mean():.2e} on average")
        worst = worst and difference.max() < 1e-3 and difference.mean() < 1e-4
    sys.exit(0 if worst else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
