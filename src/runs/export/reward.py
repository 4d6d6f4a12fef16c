"""Rewards of responses by the rubrics of a HeRL Playground run: `rubric_reward` for TRL, `compute_score` for verl.

Items that code decides are decided by IFEval's own public verifiers, under the names that the run recorded. They come
from the package `lm-eval` (pip install "lm-eval[ifeval]"), or from Google's `instruction_following_eval` where that is
on the path. Everything else is unknown here: items for a judge, and verifiers that IFEval does not have (IFBench,
MulDimIF, the playground's own). Give `other` below what decides them. A response with an unknown item has no reward.
"""

import importlib
import json

_REGISTRIES = ("lm_eval.tasks.ifeval.instructions_registry", "instruction_following_eval.instructions_registry")


def other(item, prompt, response):
    """Whether what `item["text"]` says is true of the response: True, False, or None for unknown. Yours to fill in."""
    return None


def _verifiers():
    for name in _REGISTRIES:
        try:
            return importlib.import_module(name).INSTRUCTION_DICT
        except ImportError:
            continue
    raise ImportError('No verifiers: pip install "lm-eval[ifeval]"')


def is_present(item, prompt, response):
    """Whether an item of a rubric is there: True, False, or None for unknown."""
    check = item["check"]
    verifiers = _verifiers() if check["by"] == "code" else {}
    if check.get("verifier") not in verifiers:
        return other(item, prompt, response)
    verifier = verifiers[check["verifier"]](check["verifier"])
    verifier.build_description(**{k: v for k, v in check.get("kwargs", {}).items() if v is not None})
    return bool(response.strip()) and bool(verifier.check_following(response))


def grade(rubric, prompt, response):
    """The reward in [0, 1], None where an item is unknown, and whether each item is satisfied.

    The satisfied weight over the total weight; pitfalls (polarity "avoid") that are present are subtracted, over the
    same total, and a rubric of pitfalls only starts from 1.
    """
    present = [is_present(item, prompt, response) for item in rubric]
    satisfied = [None if p is None else p == (item["polarity"] == "want") for item, p in zip(rubric, present)]
    if not rubric or None in satisfied:
        return None, satisfied
    weight = lambda polarity, flags: sum(
        item["weight"] for item, flag in zip(rubric, flags) if item["polarity"] == polarity and flag
    )
    everything = [True] * len(rubric)
    wanted, there = weight("want", everything), weight("avoid", present)
    reward = weight("want", satisfied) - there
    reward = reward / wanted if wanted else 1 - there / weight("avoid", everything)
    return min(1.0, max(0.0, reward)), satisfied


def _text(message):
    return message if isinstance(message, str) else message[-1]["content"]


def rubric_reward(prompts, completions, rubric, log_metric=None, **kwargs):
    """A reward function for TRL's GRPOTrainer. `rubric` is a column of the dataset: a JSON string a row."""
    graded = [
        grade(json.loads(items), _text(prompt), _text(completion))
        for prompt, completion, items in zip(prompts, completions, rubric)
    ]
    rewards = [reward for reward, _ in graded]
    known = [reward for reward in rewards if reward is not None]
    if log_metric and known:
        log_metric("all_met", sum(reward >= 1 - 1e-6 for reward in known) / len(known))
    return rewards


def compute_score(data_source, solution_str, ground_truth, extra_info=None):
    """A reward function for verl, with what the published HeRL code reads. Raises where an item is unknown: verl has no
    way to leave a response out, and no failure becomes a reward of 0."""
    rubric = json.loads(ground_truth)["rubric"]
    reward, satisfied = grade(rubric, (extra_info or {}).get("question", ""), solution_str)
    if reward is None:
        undecided = [item["text"] for item, flag in zip(rubric, satisfied) if flag is None]
        raise ValueError(f"Undecided items: {undecided}. Fill in `other` in {__file__}.")
    return {
        "score": reward,
        "acc": float(reward >= 1 - 1e-6),
        "dense": reward,
        "is_following_list": satisfied,
        "constraint_results": [
            {"description": item["text"], "is_following": flag} for item, flag in zip(rubric, satisfied)
        ],
    }
