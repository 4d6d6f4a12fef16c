"""Records what PyTorch computes for a tiny Llama model, as the oracle of src/policy/testing/policy_suite.ts.

    pip install torch==2.13.0 transformers
    python tools/record_llama_fixtures.py > src/policy/testing/fixtures/tiny_llama.json

The model is Hugging Face's LlamaForCausalLM with random weights. The text is a tree (a prompt and three branches);
PyTorch runs it as three separate sequences. Recorded: log-probabilities and entropies (at two temperatures), the
gradients of L = -sum c ln p by all weights and by the LoRA matrices, and ten AdamW steps on all weights.
"""

import base64
import json

import torch
from transformers import LlamaConfig, LlamaForCausalLM

SHAPE = dict(layers=2, dim=16, heads=2, kvHeads=1, headDim=8, ffnDim=24, vocab=24)
PROMPT = [3, 17, 8, 20, 5]
BRANCHES = [[9, 2, 14, 1], [11, 0, 7, 7, 19, 1], [23]]
RANK, ALPHA = 4, 8
PROJECTIONS = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
               "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]
ADAMW = dict(learningRate=0.01, beta1=0.9, beta2=0.95, epsilon=1e-8, weightDecay=0.1, maxGradNorm=1.0)


def numbers(tensor):
    return base64.b64encode(tensor.detach().contiguous().numpy().tobytes()).decode()


def make_model(tied):
    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=SHAPE["vocab"], hidden_size=SHAPE["dim"], intermediate_size=SHAPE["ffnDim"],
        num_hidden_layers=SHAPE["layers"], num_attention_heads=SHAPE["heads"], num_key_value_heads=SHAPE["kvHeads"],
        max_position_embeddings=64, rms_norm_eps=1e-5, tie_word_embeddings=tied, attn_implementation="eager",
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("norm.weight"):
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
            else:
                parameter.normal_(0, 0.3)
    return model


def scores(model, temperature=1.0):
    """ln p and entropy of each response token, branch by branch."""
    result = []
    for branch in BRANCHES:
        ids = torch.tensor([PROMPT + branch])
        logp = torch.log_softmax(model(ids).logits[0, len(PROMPT) - 1:-1] / temperature, dim=-1)
        result.append((logp.gather(1, torch.tensor(branch)[:, None])[:, 0], -(logp.exp() * logp).sum(-1)))
    return result


def loss_of(model, coefficients, temperature=1.0):
    return -sum((c * logp).sum() for c, (logp, _) in zip(coefficients, scores(model, temperature)))


def gradients(model, parameters, coefficients, temperature=1.0):
    for parameter in parameters.values():
        parameter.grad = None
    loss_of(model, coefficients, temperature).backward()
    return {name: numbers(parameter.grad) for name, parameter in parameters.items()}


def recorded_scores(model, temperature=1.0):
    return [dict(logprobs=numbers(logp), entropies=numbers(h)) for logp, h in scores(model, temperature)]


def add_lora(model):
    """Adapters by forward hooks; returns their matrices under PEFT's names."""
    matrices = {}
    for layer, block in enumerate(model.model.layers):
        for projection in PROJECTIONS:
            linear = block.get_submodule(projection)
            a = torch.nn.Parameter(0.3 * torch.randn(RANK, linear.in_features))
            b = torch.nn.Parameter(0.3 * torch.randn(linear.out_features, RANK))
            linear.register_forward_hook(
                lambda _m, inputs, out, a=a, b=b: out + ALPHA / RANK * (inputs[0] @ a.T) @ b.T)
            for side, matrix in (("A", a), ("B", b)):
                matrices[f"base_model.model.model.layers.{layer}.{projection}.lora_{side}.weight"] = matrix
    return matrices


def ten_steps(model, coefficients):
    parameters = [p for p in model.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=ADAMW["learningRate"], betas=(ADAMW["beta1"], ADAMW["beta2"]),
                                  eps=ADAMW["epsilon"], weight_decay=ADAMW["weightDecay"])
    losses, norms = [], []
    for _ in range(10):
        optimizer.zero_grad()
        loss = loss_of(model, coefficients)
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, ADAMW["maxGradNorm"]).item())
        optimizer.step()
        losses.append(loss.item())
    return dict(losses=losses, gradNorms=norms, parameters=weights(model))


def weights(model):
    return {name: numbers(parameter) for name, parameter in model.named_parameters()}


def record(tied):
    model = make_model(tied)
    torch.manual_seed(6)
    coefficients = [torch.randn(len(branch)) for branch in BRANCHES]
    result = dict(tied=tied, weights=weights(model), coefficients=[numbers(c) for c in coefficients])
    result["scores"] = recorded_scores(model)
    result["gradients"] = gradients(model, dict(model.named_parameters()), coefficients)
    if not tied:
        return result
    result["scoresAtTemperature"] = recorded_scores(model, 0.7)
    result["adamw"] = dict(options=ADAMW, **ten_steps(make_model(tied), coefficients))
    result["gradientsAtTemperature"] = gradients(model, {"model.norm.weight": model.model.norm.weight}, coefficients, 0.7)
    matrices = add_lora(model)
    lora = dict(rank=RANK, alpha=ALPHA, matrices={name: numbers(matrix) for name, matrix in matrices.items()})
    result["lora"] = dict(lora, scores=recorded_scores(model), gradients=gradients(model, matrices, coefficients))
    return result


if __name__ == "__main__":
    print(json.dumps(dict(
        madeBy=f"tools/record_llama_fixtures.py with torch {torch.__version__}",
        config=dict(SHAPE, contextLength=64, ropeBase=10000, rmsEpsilon=1e-5, architecture="llama"),
        prompt=PROMPT, branches=BRANCHES, models=[record(True), record(False)]), indent=1))
