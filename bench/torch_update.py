"""The same update in PyTorch eager on one thread: the yardstick of `npm run bench`.

    npx herl train --preset pocket --steps 4 --out RUN --set evaluation.every=0
    pip install torch==2.13.0 transformers
    python bench/torch_update.py RUN

Takes the prompts and responses that the run recorded and does their work again with Hugging Face's LlamaForCausalLM of
the pocket model's shape (random weights: the work is the same): batched sampling of all rollouts and of all revisions
with a key-value cache, a token a step until the longest is done; then, for LoRA of rank 8 on all projections, forward,
loss, backward and AdamW over the padded sequences. Prints the median seconds of an update.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

torch.set_num_threads(1)
run = Path(sys.argv[1])
records = [json.loads(line) for line in (run / "rollouts.jsonl").open()]
config = json.loads((run / "manifest.json").read_text())["config"]
PROJECTIONS = config["training"]["targets"]
RANK, ALPHA = config["training"]["rank"], config["training"]["alpha"]


def token_ids(conversations):
    """Prompt tokens through the project's own tokenizer and template."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        source.write_text("\n".join(json.dumps({"messages": messages}) for messages in conversations))
        subprocess.run(["npx", "herl", "tokenize", "--in", source, "--out", target], check=True, capture_output=True)
        return [json.loads(line)["ids"] for line in target.open()]


def make_model():
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=512, hidden_size=96, intermediate_size=256, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=384, tie_word_embeddings=True))
    model.requires_grad_(False)
    adapters = []
    for layer in model.model.layers:
        for name in PROJECTIONS:
            linear = layer.get_submodule(name)
            a = torch.nn.Parameter(torch.randn(RANK, linear.in_features) / linear.in_features ** 0.5)
            b = torch.nn.Parameter(torch.zeros(linear.out_features, RANK))
            linear.register_forward_hook(
                lambda _m, inputs, out, a=a, b=b: out + ALPHA / RANK * (inputs[0] @ a.T) @ b.T)
            adapters += [a, b]
    return model, adapters


def pad(sequences, left):
    width = max(map(len, sequences))
    ids = torch.zeros(len(sequences), width, dtype=torch.long)
    mask = torch.zeros(len(sequences), width, dtype=torch.long)
    for row, sequence in enumerate(sequences):
        place = slice(width - len(sequence), width) if left else slice(0, len(sequence))
        ids[row, place] = torch.tensor(sequence)
        mask[row, place] = 1
    return ids, mask


@torch.no_grad()
def sample(model, prompts, steps):
    """Draws as many tokens as the longest recorded response has, for all prompts together."""
    ids, mask = pad(prompts, left=True)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    past = None
    for _ in range(steps):
        out = model(input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=past, use_cache=True)
        past = out.past_key_values
        ids = torch.multinomial(out.logits[:, -1].softmax(-1), 1)
        mask = torch.cat([mask, mask.new_ones(len(prompts), 1)], 1)
        positions = positions[:, -1:] + 1


def train(model, adapters, optimizer, rows):
    """Forward, the loss on response tokens, backward, AdamW."""
    ids, mask = pad([prompt + response for prompt, response in rows], left=False)
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1]
    logp = torch.log_softmax(logits, -1).gather(2, ids[:, 1:, None])[..., 0]
    weights = torch.zeros_like(logp)
    for row, (prompt, response) in enumerate(rows):
        weights[row, len(prompt) - 1:len(prompt) + len(response) - 1] = 1 / (len(rows) * len(response))
    optimizer.zero_grad()
    (-(weights * logp).sum()).backward()
    torch.nn.utils.clip_grad_norm_(adapters, 1.0)
    optimizer.step()


def updates():
    """Per recorded update: rollouts and revisions as (prompt, response)."""
    for step in sorted({record["step"] for record in records}):
        mine = [record for record in records if record["step"] == step]
        rollouts = [r for r in mine if r["role"] != "revision"]
        revisions = [r for r in mine if r["role"] == "revision"]
        drafts = {(r["group"], r["index"]): r["text"] for r in rollouts}
        plain = token_ids([[{"role": "user", "content": r["prompt"]}] for r in rollouts])
        hindsight = token_ids([[
            {"role": "user", "content": r["prompt"]},
            {"role": "assistant", "content": drafts[r["group"], r["draft"]]},
            {"role": "user", "content": "Missing:\n1. " + r["prompt"].split("\n1. ")[1].split("\n")[0] + "\nRevise."},
        ] for r in revisions]) if revisions else []
        yield ([(p, r["ids"]) for p, r in zip(plain, rollouts)], [(p, r["ids"]) for p, r in zip(hindsight, revisions)])


model, adapters = make_model()
optimizer = torch.optim.AdamW(adapters, lr=1e-3)
seconds = []
for rollouts, revisions in list(updates()):
    started = time.perf_counter()
    sample(model, [prompt for prompt, _ in rollouts], max(len(ids) for _, ids in rollouts))
    if revisions:
        sample(model, [prompt for prompt, _ in revisions], max(len(ids) for _, ids in revisions))
    sampled = time.perf_counter()
    train(model, adapters, optimizer, rollouts + revisions)
    done = time.perf_counter()
    seconds.append(done - started)
    print(f"sample and revise {sampled - started:.2f} s, train {done - sampled:.2f} s")
print(f"PyTorch {torch.__version__} eager, one thread: {statistics.median(seconds):.2f} s an update")
