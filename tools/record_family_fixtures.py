"""Records what PyTorch computes for tiny models of the Llama family's other kinds, as record_llama_fixtures.py does for Llama.

    pip install torch==2.13.0 transformers
    python tools/record_family_fixtures.py > src/policy/testing/fixtures/tiny_family.json

qwen2 has biases of queries, keys and values; qwen3 norms of their heads and a head size of its own; Llama 3.1 divides its
rotary frequencies. Recorded for each: log-probabilities and entropies, the gradients of L = -sum c ln p by all weights, and
with adapters on all projections the same, by the adapters' matrices.
"""

import json

import torch
from transformers import (
    LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM)

from record_llama_fixtures import (
    ALPHA, BRANCHES, PROMPT, RANK, add_lora, gradients, numbers, recorded_scores, weights)

COMMON = dict(
    vocab_size=24, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
    num_key_value_heads=1, max_position_embeddings=64, attn_implementation="eager")
DEFAULT_ROPE = {"rope_type": "default", "rope_theta": 10000.0}
LLAMA3_ROPE = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
               "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
LINEAR_ROPE = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0}


def models():
    common = dict(COMMON, rms_norm_eps=1e-6)
    yield "qwen2", Qwen2ForCausalLM(Qwen2Config(**common, tie_word_embeddings=True, rope_parameters=DEFAULT_ROPE))
    yield "qwen3", Qwen3ForCausalLM(
        Qwen3Config(**common, head_dim=24, tie_word_embeddings=False, rope_parameters=DEFAULT_ROPE))
    yield "llama3 rope", LlamaForCausalLM(
        LlamaConfig(**common, tie_word_embeddings=True, rope_parameters=LLAMA3_ROPE))
    yield "linear rope", LlamaForCausalLM(
        LlamaConfig(**common, tie_word_embeddings=True, rope_parameters=LINEAR_ROPE))


def our_config(model):
    config = model.config
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    plain = 1.0 / config.rope_parameters["rope_theta"] ** (torch.arange(0, head, 2).double() / head)
    divisors = (plain / model.model.rotary_emb.inv_freq.double()).tolist()
    own = {} if max(divisors) < 1.001 else dict(ropeDivisors=divisors)
    return dict(
        architecture=config.model_type, layers=config.num_hidden_layers, dim=config.hidden_size,
        heads=config.num_attention_heads, kvHeads=config.num_key_value_heads, headDim=head,
        ffnDim=config.intermediate_size, vocab=config.vocab_size, contextLength=config.max_position_embeddings,
        ropeBase=config.rope_parameters["rope_theta"], rmsEpsilon=config.rms_norm_eps,
        tied=config.tie_word_embeddings, **own)


def record(name, model):
    torch.manual_seed(5)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if key.endswith("norm.weight"):
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
            else:
                parameter.normal_(0, 0.3)
    coefficients = [torch.randn(len(branch)) for branch in BRANCHES]
    result = dict(name=name, config=our_config(model), weights=weights(model),
                  coefficients=[numbers(c) for c in coefficients])
    result["scores"] = recorded_scores(model)
    result["gradients"] = gradients(model, dict(model.named_parameters()), coefficients)
    matrices = add_lora(model)
    lora = dict(rank=RANK, alpha=ALPHA, matrices={key: numbers(matrix) for key, matrix in matrices.items()})
    result["lora"] = dict(
        lora, scores=recorded_scores(model), gradients=gradients(model, matrices, coefficients))
    return result


print(json.dumps(dict(
    madeBy=f"tools/record_family_fixtures.py with torch {torch.__version__}",
    prompt=PROMPT, branches=BRANCHES, models=[record(*one) for one in models()]), indent=1))
