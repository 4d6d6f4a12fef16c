"""The LoRA step of `npx herl bench --model FILE` in PyTorch eager on one thread.

    pip install torch==2.13.0 transformers gguf accelerate
    python bench/torch_lora_step.py SmolLM2-135M-Instruct.Q4_1.gguf

The file's weights are dequantized to floats at load (ours stay quantized). Adapters of rank 8 on all projections; four
sequences of 128 random tokens; forward, the loss on every token, backward, AdamW. Prints the median of five steps.
"""

import os
import resource
import statistics
import sys
import time

import torch
from transformers import AutoModelForCausalLM

RANK, ALPHA, SEQUENCES, LENGTH = 8, 16, 4, 128
PROJECTIONS = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
               "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]

torch.set_num_threads(1)
folder, name = os.path.split(os.path.abspath(sys.argv[1]))
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32, attn_implementation="eager")
model.requires_grad_(False)
adapters = []
for layer in model.model.layers:
    for projection in PROJECTIONS:
        linear = layer.get_submodule(projection)
        a = torch.nn.Parameter(torch.randn(RANK, linear.in_features) / linear.in_features ** 0.5)
        b = torch.nn.Parameter(torch.zeros(linear.out_features, RANK))
        linear.register_forward_hook(
            lambda _m, inputs, out, a=a, b=b: out + ALPHA / RANK * (inputs[0] @ a.T) @ b.T)
        adapters += [a, b]
optimizer = torch.optim.AdamW(adapters, lr=1e-4, weight_decay=0)
ids = torch.randint(0, model.config.vocab_size, (SEQUENCES, LENGTH))
seconds = []
for _ in range(6):
    started = time.perf_counter()
    logp = torch.log_softmax(model(ids).logits[:, :-1], -1).gather(2, ids[:, 1:, None])[..., 0]
    optimizer.zero_grad()
    (-logp.mean()).backward()
    torch.nn.utils.clip_grad_norm_(adapters, 1.0)
    optimizer.step()
    seconds.append(time.perf_counter() - started)
print(f"PyTorch {torch.__version__} eager, one thread: {statistics.median(seconds[1:]):.2f} s a step, "
      f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
