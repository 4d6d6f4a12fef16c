"""Records the verdicts of IFEval's rules, as Python's `str` and `re` decide them, on short awkward texts.

    python tools/record_python_rules.py > src/rubric/verifiers/fixtures/python_rules.json

The rules are written here from their description (../shared/research/data.md, 1.1), with Python's own regular
expressions, so that every habit of Python that matters (what white space is, what `.` and `$` match, how case is
folded) is Python's and not our reading of it. Seeded: the same Python version gives the same file.
"""

import json
import random
import re
import sys

pieces = (
    # marks of the rules, letters of other cases and scripts, the white space on which languages differ, surrogates
    ["*", "**", "***", "******", "-", "[", "]", "[]", "<<", ">>", "<", ">", "P.S.", "p.p.s", "P. S.", "\"", "'", "```", "```json"]
    + [",", "，", ".", "{", "}", '{"a": 1}', "NaN", "-Infinity", "[1, NaN]", "1", "٣", "²", "_", "Part", "Part 1", "Part٢", "part 2"]
    + ["a", "A", "key", "KEY", "Key's", "monkey", "ſ", "straße", "İ", "ı", "kıy", "\u212aey", "ǅ", "é", "e\u0301", "猫", "😀", "\udc80"]
    + ["<<a>>", "<< >>", "<<>>>", "*a*", "**a**", "* *", "[a]", "\n- a", "\n* a", "\n*\n", '"key"', "P.S. a"]
    + [" ", "  ", "\n", "\n\n", "\t", "\r", "\r\n", "\v", "\x1c", "\x85", "\xa0", "\u2028", "\u3000", "\ufeff", "\u200b"]
)


def count_nonempty_middle(parts):
    blank = [not part.strip() for part in parts]
    return None if any(blank[1:-1]) else blank.count(False)


def without_fence(text):
    text = text.strip()
    for opening in ("```json", "```Json", "```JSON", "```"):
        text = text.removeprefix(opening)
    return text.removesuffix("```").strip()


def is_json(text):
    try:
        json.loads(text)
        return True
    except ValueError:
        return False


def bullets(text):
    stars = re.findall(r"^\s*\*[^\*].*$", text, re.MULTILINE)
    return len(stars) + len(re.findall(r"^\s*-.*$", text, re.MULTILINE))


def highlights(text):
    single = [m for m in re.findall(r"\*[^\n\*]*\*", text) if m.strip("*").strip()]
    double = [m for m in re.findall(r"\*\*[^\n\*]*\*\*", text) if m.removeprefix("**").removesuffix("**").strip()]
    return len(single) + len(double)


def two_responses(text):
    parts = text.split("******")
    kept = [part.strip() for part in parts if part.strip()]
    return count_nonempty_middle(parts) == 2 and kept[0] != kept[1]


def first_word(text):
    parts = text.split("\n\n")
    words = parts[0].strip().split()
    if len([part for part in parts if part.strip()]) < 1 or not words:
        return None
    word = words[0].strip().lstrip("'").lstrip('"')
    return re.split(r"[.,?!'\"]", word)[0].lower(), len([part for part in parts if part.strip()])


rules = [
    ("keywords:existence", {"keywords": ["key"]}, lambda t: bool(re.search("key", t, re.IGNORECASE))),
    ("keywords:existence", {"keywords": ["i", "s"]}, lambda t: all(re.search(k, t, re.IGNORECASE) for k in "is")),
    ("keywords:forbidden_words", {"forbidden_words": ["key", "a"]},
     lambda t: not any(re.search(rf"\b{word}\b", t, re.IGNORECASE) for word in ("key", "a"))),
    ("keywords:frequency", {"keyword": "a", "frequency": 2, "relation": "at least"},
     lambda t: len(re.findall("a", t, re.IGNORECASE)) >= 2),
    ("keywords:letter_frequency", {"letter": "K", "let_frequency": 1, "let_relation": "at least"},
     lambda t: t.lower().count("k") >= 1),
    ("length_constraints:number_words", {"num_words": 4, "relation": "less than"}, lambda t: len(re.findall(r"\w+", t)) < 4),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2},
     lambda t: count_nonempty_middle(re.split(r"\s?\*\*\*\s?", t)) == 2),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "key"},
     lambda t: first_word(t) == ("key", 1)),
    ("detectable_content:number_placeholders", {"num_placeholders": 1}, lambda t: len(re.findall(r"\[.*?\]", t)) >= 1),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, lambda t: len(re.findall(r"\[.*?\]", t)) >= 2),
    ("detectable_content:postscript", {"postscript_marker": "P.S."},
     lambda t: bool(re.findall(r"\s*p\.\s?s\..*$", t.lower(), re.MULTILINE))),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"},
     lambda t: bool(re.findall(r"\s*p\.\s?p\.\s?s.*$", t.lower(), re.MULTILINE))),
    ("detectable_format:number_bullet_lists", {"num_bullets": 1}, lambda t: bullets(t) == 1),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, lambda t: bullets(t) == 2),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, lambda t: highlights(t) >= 1),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, lambda t: highlights(t) >= 2),
    ("detectable_format:multiple_sections", {"section_spliter": "Part", "num_sections": 1},
     lambda t: len(re.split(r"\s?Part\s?\d+\s?", t)) - 1 >= 1),
    ("detectable_format:json_format", {}, lambda t: is_json(without_fence(t))),
    ("detectable_format:title", {},
     lambda t: any(m.lstrip("<").rstrip(">").strip() for m in re.findall(r"<<[^\n]+>>", t))),
    ("combination:repeat_prompt", {"prompt_to_repeat": " Key "}, lambda t: t.strip().lower().startswith("key")),
    ("combination:two_responses", {}, two_responses),
    ("startend:end_checker", {"end_phrase": "key "}, lambda t: t.strip().strip('"').lower().endswith("key")),
    ("startend:quotation", {}, lambda t: len(t.strip()) > 1 and t.strip()[0] == '"' == t.strip()[-1]),
    ("punctuation:no_comma", {}, lambda t: not re.search(r"\,", t)),
    ("change_case:english_lowercase", {}, lambda t: not any(map(str.isalpha, t)) or t.islower()),
    ("change_case:english_capital", {}, lambda t: not any(map(str.isalpha, t)) or t.isupper()),
]

generator = random.Random(17)
texts = set()
while len(texts) < 600:
    # Few pieces a text, drawn from few kinds, so that they meet.
    kinds = generator.sample(pieces, 4)
    text = "".join(generator.choices(kinds + [" ", "a", "\n"], k=generator.randint(1, 9)))
    texts.add(text)
cases = [
    [text, "".join(str(int(bool(text.strip()) and rule(text))) for _, _, rule in rules)] for text in sorted(texts)
]
json.dump(
    {
        "madeBy": f"tools/record_python_rules.py with Python {sys.version.split()[0]}",
        "rules": [{"id": name, "kwargs": kwargs} for name, kwargs, _ in rules],
        "cases": cases,
    },
    sys.stdout,
    indent=0,
)
print()
