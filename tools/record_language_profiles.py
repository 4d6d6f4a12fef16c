"""Records the profiles of the language detector that the published checkers use, and its guesses on short texts.

    pip install langdetect==1.0.9
    python tools/record_language_profiles.py

writes `src/rubric/language/profiles.txt` and `src/rubric/language/fixtures/guesses.json`. A profile is the share of
each letter, pair and triple of letters in one language's Wikipedia; the package's counts are rounded to quarters of
a power of two, which no decision on a text of some words feels. Format of the profiles, lines with tabs between:

    kanji  CHARACTERS  CHARACTERS …      characters that count as the first one of their field
    @CODE                                the profile of a language begins
    LEVEL  SINGLES  PAIRS  TRIPLES       n-grams, one after the other, whose share is 2^(-LEVEL/4)
"""

import json
import math
import os

import langdetect
from langdetect import detector_factory
from langdetect.utils.ngram import NGram

folder = os.path.join(os.path.dirname(langdetect.__file__), "profiles")
out = os.path.join(os.path.dirname(__file__), "..", "src", "rubric", "language")

lines = ["\t".join(["kanji", *NGram.CJK_CLASS])]
for code in sorted(os.listdir(folder)):
    with open(os.path.join(folder, code), encoding="utf8") as file:
        profile = json.load(file)
    levels = {}
    for gram, count in profile["freq"].items():
        share = count / profile["n_words"][len(gram) - 1]
        levels.setdefault(round(-4 * math.log2(share)), ([], [], []))[len(gram) - 1].append(gram)
    lines.append("@" + code)
    for level, grams in sorted(levels.items()):
        lines.append("\t".join([str(level), *("".join(sorted(group)) for group in grams)]))
with open(os.path.join(out, "profiles.txt"), "w", encoding="utf8") as file:
    file.write("\n".join(lines) + "\n")

texts = [
    "The quick brown fox jumps over the lazy dog.",
    "i am writing this in lower case letters, and nothing else matters here.",
    "THIS SENTENCE IS WRITTEN IN CAPITAL LETTERS, AND IT IS ENGLISH.",
    "Der schnelle braune Fuchs springt über den faulen Hund.",
    "Le renard brun saute par-dessus le chien paresseux.",
    "El zorro marrón salta sobre el perro perezoso, como siempre.",
    "La volpe marrone salta sopra il cane pigro e poi dorme.",
    "A raposa marrom pula sobre o cachorro preguiçoso e não volta.",
    "Nopea ruskea kettu hyppää laiskan koiran yli.",
    "Mbweha mwepesi wa kahawia anaruka juu ya mbwa mvivu.",
    "Con cáo nâu nhanh nhẹn nhảy qua con chó lười biếng.",
    "Con ca\u0301o na\u0302u nhanh nhe\u0323n nha\u0309y qua con cho\u0301 lu\u031bo\u031b\u0300i bie\u0302\u0301ng.",
    "Быстрая коричневая лиса перепрыгивает через ленивую собаку.",
    "Бързата кафява лисица прескача мързеливото куче.",
    "तेज भूरी लोमड़ी आलसी कुत्ते के ऊपर कूदती है।",
    "चपळ तपकिरी कोल्हा आळशी कुत्र्यावर उडी मारतो आहे.",
    "छिटो खैरो फ्याउरो अल्छी कुकुरमाथि उफ्रन्छ।",
    "ವೇಗದ ಕಂದು ನರಿ ಸೋಮಾರಿ ನಾಯಿಯ ಮೇಲೆ ಹಾರುತ್ತದೆ.",
    "ઝડપી ભૂરું શિયાળ આળસુ કૂતરા પર કૂદે છે.",
    "ਤੇਜ਼ ਭੂਰੀ ਲੂੰਬੜੀ ਆਲਸੀ ਕੁੱਤੇ ਉੱਤੇ ਛਾਲ ਮਾਰਦੀ ਹੈ।",
    "వేగవంతమైన గోధుమ నక్క సోమరి కుక్క మీద దూకుతుంది.",
    "வேகமான பழுப்பு நரி சோம்பேறி நாயின் மேல் குதிக்கிறது.",
    "দ্রুত বাদামী শিয়াল অলস কুকুরের উপর লাফ দেয়।",
    "สุนัขจิ้งจอกสีน้ำตาลกระโดดข้ามสุนัขขี้เกียจ",
    "빠른 갈색 여우가 게으른 개를 뛰어넘습니다.",
    "الثعلب البني السريع يقفز فوق الكلب الكسول.",
    "روباه قهوه‌ای سریع از روی سگ تنبل می‌پرد.",
    "تیز بھوری لومڑی سست کتے پر چھلانگ لگاتی ہے۔",
    "素早い茶色の狐がのろまな犬を飛び越える。",
    "中华人民共和国的首都是北京,这座城市有三千多年的历史。这里的人们说普通话,他们喜欢喝茶。",
    "臺灣的首都是臺北,這座城市有許多歷史。這裡的人們說國語,他們喜歡喝茶,也會在學校學習。",
    "Visit https://example.org/und/der/die/das and write to der.hund@example.org about the fox and the dog.",
    "12345 67890 !!! ...",
    "",
]


def guess(text):
    detector_factory.DetectorFactory.seed = 0
    try:
        return langdetect.detect(text)
    except langdetect.LangDetectException:
        return None


with open(os.path.join(out, "fixtures", "guesses.json"), "w", encoding="utf8") as file:
    json.dump([[text, guess(text)] for text in texts], file, ensure_ascii=False, indent=1)
    file.write("\n")
