"""Trains a model of your choice with TRL on the tasks and the hyper-parameters of a HeRL Playground run.

    pip install trl peft datasets "lm-eval[ifeval]"
    python train.py --model Qwen/Qwen2.5-0.5B-Instruct

What of the run's method TRL does by itself, and what it does not, is in README.md.
"""

import argparse
import json

import trl
from datasets import load_dataset
from peft import LoraConfig

from reward import rubric_reward

arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
arguments.add_argument("--model", required=True)
arguments.add_argument("--out", default="output")
arguments = arguments.parse_args()

with open("config.json") as file:
    config = json.load(file)

options = {
    "model": arguments.model,
    "args": getattr(trl, config["config_class"])(output_dir=arguments.out, **config["args"]),
    "train_dataset": load_dataset("json", data_files=config["dataset"], split="train"),
    "peft_config": LoraConfig(**config["lora"]) if config["lora"] else None,
}
if config["trainer"] == "GRPOTrainer":
    options["reward_funcs"] = rubric_reward
    options["eval_dataset"] = load_dataset("json", data_files="heldout.jsonl", split="train")

trainer = getattr(trl, config["trainer"])(**options)
trainer.train()
trainer.save_model(arguments.out)
