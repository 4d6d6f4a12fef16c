"""Records src/policy/tokenizer/fixtures/bpe.json: a small byte-level BPE vocabulary and what the reference makes of
texts with it, for every pre-tokenizer we know.

The reference is Hugging Face's `tokenizers` (Rust), set up as the tokenizer.json files of GPT-2, SmolLM2, Llama 3 and
Qwen 2 set it up. "default" is llama.cpp's rule for files that name no pre-tokenizer, spelled as patterns.

Usage: pip install tokenizers; python tools/record_tokenizer_fixture.py
"""

import json

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

TARGET = "src/policy/tokenizer/fixtures/bpe.json"
VOCAB = 460
CONTROL = ["<|user|>", "<|model|>", "<|end|>", "<|end|>>"]
VERBATIM = ["<think>", "   "]
# In the vocabulary, but out of reach of the merges: only whole words that come first find it.
WHOLE_WORDS = ["Ġplayground"]

CORPUS = """
The red fox ran to the hill and had the key. At night the fox was in the house, and the hen said that it can't be.
Write about a fox. Use no commas. Add a title. There isn't anything they'll say that we've not said; I'm sure you're
right. It's 12 o'clock, 345 days, 6789 times. return x; if (a == b) { print("hello world"); }    def f(n): return n
Der Fuchs läuft über die Straße. Le renard est là où était la forêt. El zorro corrió por la montaña mañana. Der Geiſt iſt faſt am Poſten, das iſt die Liſte.
Лиса бежит через лес и поле. Η αλεπού τρέχει στο δάσος. الثعلب يركض في الغابة. 狐狸跑过了山。 狐は森を走る。 여우가 숲을 달린다.
"""

TEXTS = [
    "", " ", "  ", "\n", "\r\n\r\n", " \n \n  x", "\t\tfoo  bar\t", "The red fox ran to the hill.", "Hello  world   !",
    "I'm you're WE'VE he'LL they'd it's 'S 'x 'ſ x'ſt", "can't CAN'T", "123 4567 89012 3.14 1e-5", "²½Ⅷ٣٤ 一二三 𝟘𝟙",
    "狐狸跑过了山。你好，世界！", "狐は森を走る、カナ", "여우가 숲을", "Лиса бежит, мир!", "Η αλεπού τρέχει", "الثعلب يركض",
    "नमस्ते दुनिया", "🦊🐻‍❄️👩‍👧🇩🇪", "e\u0301 \u00e9 A\u030a \u212b \u1100\u1161", "q\u0301\u0323 q\u0323\u0301",
    "a\u0085b\ufeffc\u00a0d\u3000e\u200bg\u2028h", "\u0000\u0001\u007f\u0080\u0085", "\U00010000\U00040000\U0010ffff",
    "f(x)[0] = {y: 1};\n\n\n    return y;\n", "x" * 40, "the the the", "  " * 9 + "z", "\n" * 7 + "a",
    "“quotes” ‘one’ — dash…", "http://a.example/b?c=d&e=f#g", "ßẞİı ﬁ ﬆ ǅ", "$100 €5 100% ^~|`", "!!!???...\n\n",
    "<|user|>the fox<|end|><|model|>", "a<|end|>>b<|end|>c<|end|", "<|end<|end|>", "<think>the\n</think>", "a   b    c",
    "the playground", "playground playgrounds", "\ufffd\ufffe\uffff", "a'b\"c`d", "x\r\ny\rz \r\n",
]  # fmt: skip

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|DIGITS| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def split(pattern: str):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def byte_level(use_regex: bool = False):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


SETUPS = {
    "gpt-2": [byte_level(use_regex=True)],
    "smollm": [pre_tokenizers.Digits(individual_digits=True), byte_level(use_regex=True)],
    "llama-bpe": [split(LLAMA3.replace("DIGITS", r"\p{N}{1,3}")), byte_level()],
    "qwen2": [split(LLAMA3.replace("DIGITS", r"\p{N}")), byte_level()],
    "default": [
        split(r"[\p{P}\$\+<=>\^~\|]+"),
        split(GPT2.removesuffix(r"|\s+")),
        split(r"\p{N}+"),
        split(r"[0-9][0-9][0-9]"),
        byte_level(),
    ],
}


def trained() -> tuple[list[str], list[list[str]]]:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = byte_level(use_regex=True)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    size = VOCAB - len(CONTROL) - len(VERBATIM) - len(WHOLE_WORDS)
    tokenizer.train_from_iterator([CORPUS], trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet))
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    return tokens + WHOLE_WORDS + CONTROL + VERBATIM, model["merges"]


def reference(name: str, tokens: list[str], merges: list[list[str]]) -> Tokenizer:
    vocab = {token: i for i, token in enumerate(tokens)}
    pairs = [tuple(merge) for merge in merges]
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=pairs, ignore_merges=name == "llama-bpe"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(SETUPS[name])
    if name == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in CONTROL])
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in VERBATIM])
    return tokenizer


def main() -> None:
    tokens, merges = trained()
    ids: dict[str, dict[str, list]] = {}
    for name in SETUPS:
        tokenizer = reference(name, tokens, merges)
        ids[name] = {}
        for mode in ("specials", "plain"):
            tokenizer.encode_special_tokens = mode == "plain"
            ids[name][mode] = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
        # Most are as with specials, or as with GPT-2's rule: null, to keep the file small.
        same = zip(ids[name]["plain"], ids[name]["specials"])
        ids[name]["plain"] = [None if plain == special else plain for plain, special in same]
    for name in SETUPS:
        if name != "gpt-2":
            pairs = zip(ids[name]["specials"], ids["gpt-2"]["specials"])
            ids[name]["specials"] = [None if own == other else own for own, other in pairs]
    fixture = {
        "tokens": tokens,
        "merges": [" ".join(merge) for merge in merges],
        "control": CONTROL,
        "verbatim": VERBATIM,
        "texts": TEXTS,
        "ids": ids,
    }
    with open(TARGET, "w", encoding="utf-8") as file:
        json.dump(fixture, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
