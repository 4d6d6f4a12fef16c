import { describe, expect, test } from "vitest";
import type { Kwargs } from "../verifier";
import { ifbenchVerifiers } from "./ifbench";

/** Cases made by hand from the rules' texts: parameters, responses that follow the rule and responses that do not. */
type Case = readonly [kwargs: Kwargs, follows: readonly string[], fails: readonly string[]];

const letters = "abcdefghijklmnopqrstuvwxyz";
const alphabetStory = [...letters].map((letter) => `${letter.toUpperCase()}nd so on.`).join(" ");
const africa = (names: readonly string[]): string =>
  ["Zimbabwe", ...names, ...Array.from({ length: 50 }, (_, index) => `Land ${99 - index}`)].join("\n");
const capitals =
  "Reykjavík, Helsinki, Oslo, Tallinn, Stockholm, Riga, Moscow, Copenhagen, Vilnius, Minsk, Dublin, Berlin, Amsterdam, " +
  "Warsaw, London, Brussels, Prague, Luxembourg, Paris, Vienna, Bratislava, Budapest, Vaduz, Chișinău, Bern, " +
  "Ljubljana, Zagreb";
const question = (label: string, text: string, options = "abcde"): string =>
  [`${label} ${text}`, ...[...options].map((letter) => `${letter}) it`)].join("\n");
const quiz = (...questions: string[]): string => questions.join("\n\n");
const growing = ["Who?", "Who is?", "Who is it?", "Who is it now?"];
const rows = (header: string, row: string, count: number): string =>
  [header, ...Array.from({ length: count }, () => row)].join("\n");
const cityHeader = "ID,Country,City,Year,Count";
const productHeader = "ProductID,Category,Brand,Price,Stock";
const studentHeader = ["StudentID", "Subject", "Grade", "Semester", "Score"]
  .map((name) => `"${name}"`)
  .join("\t");
const fiveQuoted = ["1", "2", "3", "4", "5"].map((field) => `"${field}"`).join("\t");
const keywords = {
  keyword1: "one",
  keyword2: "two",
  keyword3: "three ",
  keyword4: "Five",
  keyword5: "seven",
};
const keywordText = (sevens: number): string =>
  `one ${"two ".repeat(2)}${"Three ".repeat(3)}${"fives ".repeat(5)}${"seven ".repeat(sevens)}`;
const palindromes = "Level, radar; civic rotor kayak madam refer tenet solos ";

const cases: Record<string, readonly Case[]> = {
  "count:word_count_range": [
    [
      { min_words: 3, max_words: 4 },
      ["one two three", "don't go now"],
      ["one two", "one two three-four five"],
    ],
  ],
  "count:unique_word_count": [
    [{ N: 2 }, ["Yes, no", "a -"], ["Yes, yes! (YES)", "word"]],
    [{ N: 0 }, ["word"], [" "]],
  ],
  "count:conjunctions": [
    [
      { small_n: 3 },
      ["cats and dogs, And birds and, fish", "for but so"],
      ["and and and but", "android yeti forth"],
    ],
  ],
  "count:person_names": [
    [{ N: 2 }, ["Emma's friend is (Leo).", "Mia-Ava"], ["Emma, Emma", "emma and leo", "Leonard met Emma_1"]],
  ],
  "count:numbers": [
    [{ N: 2 }, ["3.5 and 1,000", "a1b2", "٣ and 4"], ["1 2 3", "1-2", "none"]],
    [{ N: 0 }, ["none"], ["1"]],
  ],
  "count:pronouns": [
    [
      { N: 3 },
      ["She/her/hers.", "I'm sure it's what you said"],
      ["I think so", "the theory of yourselfness"],
    ],
  ],
  "count:punctuation": [
    [
      {},
      ["What?! Yes, no; so: it is. Why? Go!", "‽.,!;?:", "!?.,;:!?"],
      ["What?! Yes, no; so: it is.", ".,!?;:", ""],
    ],
  ],
  "count:words_japanese": [
    [{ N: 2 }, ["one 猫 two いぬ", "one", "one 22 two カ", "one -- two 犬"], ["one two", "猫 one"]],
    [{ N: 1 }, ["猫 犬"], ["猫 dog"]],
  ],
  "count:keywords_multiple": [[keywords, [keywordText(7)], [keywordText(6), keywordText(8), "one"]]],
  "ratio:stop_words": [
    [{ percentage: 50 }, ["The cat", "don't eat fish, Bob"], ["it is the cat", "...", "don't"]],
    [{ percentage: 100 }, ["the"], ["!"]],
  ],
  "ratio:sentence_type": [
    [{}, ["It is. It was. Is it?", "no end at all"], ["It is. Is it?", "It is. It was. It will be. Is it?"]],
  ],
  "ratio:sentence_balance": [
    [{}, ["It is. Is it? Oh!", "no end at all"], ["It is. Is it?", "It is. Is it? Is it? Oh!"]],
  ],
  "ratio:sentence_words": [
    [
      {},
      ["One cat. Two cat. Six cat.", "😀ad. Bad. Mad! "],
      ["One cat. Two cats. Six cat.", "One. Two.", "😀. Bad. Mad."],
    ],
  ],
  "ratio:overlap": [
    [
      { reference_text: "abcdef", percentage: 50 },
      ["abcd12", "abcdxyz 😀".slice(0, 6)],
      ["abcdef", "xyz", "ab"],
    ],
    [{ reference_text: "a😀b", percentage: 100 }, ["a😀b"], ["a😁b"]],
  ],
  "words:alphabet": [
    [{}, ["Apple, (big) 'cat'", "yes zoo are", "Zebra"], ["apple cat", "1 a b", "...", "apple 1big"]],
  ],
  "words:vowel": [[{}, ["a cat sits on", "rhythm\n"], ["a big red fox", "a\nb"]]],
  "words:consonants": [[{}, ["Strong hands THRow", "my"], ["strong hand at", "a", "br 1"]]],
  "words:palindrome": [
    [{}, [`${palindromes} Stats`], [palindromes, `${palindromes} noon`, `${palindromes} words`]],
  ],
  "words:prime_lengths": [[{}, ["to the seven, go!", "..."], ["word", "a", "to four"]]],
  "words:repeats": [[{ small_n: 2 }, ["The the cat", "a, A b"], ["the The THE", "a a. a!"]]],
  "words:start_verb": [
    [
      {},
      ["Write a poem.", "Is it?", "Running is fun.", "Went home early.", "Don't go!", "  Being there helps."],
      [
        "The cat sat.",
        "Can you see?",
        "Sure, here is one.",
        "Subject: hello",
        '"Write" it',
        "1. Write",
        "Morning came.",
      ],
    ],
  ],
  "words:odd_even_syllables": [
    [{}, ["The happy cat. Going there", "one", "a 123 b"], ["the cat", "happy ending", "a 1 2"]],
  ],
  "words:last_first": [
    [
      {},
      ['I like cats. "Cats are nice". Nice is it.', "one sentence"],
      ["I like cats. Dogs too.", "One. ... One. ?! "],
    ],
  ],
  "words:paragraph_last_first": [
    [{}, ["Cats like cats.\n\n- dogs and dogs!", "***", "one"], ["Cats like dogs.", "a b a\nb a"]],
  ],
  "words:no_consecutive": [[{}, ["the big (cat) ran", "one"], ["the tall cat", "a - a", "Big bad"]]],
  "words:keywords_specific_position": [
    [
      { keyword: " giggle", n: 2, m: 3 },
      ['One. I, "you" Giggle.', "One. Do n't giggle"],
      ["One. I giggle.", "I you giggle.", "One. I you they giggle."],
    ],
  ],
  "words:words_position": [
    [
      { keyword: "whisper" },
      ["A whisper is a Whisper too.", "a whisper too", "a whisper whisper b"],
      ["whisper is whisper too", "a whisper is it.", "one", "whisper!"],
    ],
  ],
  "sentence:increment": [
    [
      { small_n: 2 },
      ["One. One two three. One - two three four five!", "alone"],
      ["One. One two.", "One two. One two."],
    ],
    [{ small_n: 0 }, ["One two. Three four."], ["One. Two three."]],
  ],
  "sentence:alliteration_increment": [
    [
      {},
      ["One cat. Big bears. Six *silly sad seals.", "alone"],
      ["Big bears. Big bears.", "Six silly seals. Big bears.", "One cat. A dog."],
    ],
  ],
  "sentence:keyword": [
    [
      { word: "eat", N: 2 },
      ["One. We EAT it.", "One. (eat)"],
      ["We eat. Now sleep.", "One. We eaten.", "eat", "One. eat_it"],
    ],
  ],
  "format:options": [
    [{ options: "yes/no/maybe" }, ["Yes.", ' "maybe" '], ["yes no", "perhaps", "yes\n"]],
    [{ options: "I know or I don't know" }, ["i don't know!"], ["I do not know"]],
    [{ options: "a), b), c), d)" }, ["a)", "d)"], ["a", "A)", "a) ", "e)"]],
  ],
  "format:newline": [[{}, ["one\ntwo\n\nthree", "a-b"], ["one two", "one\n \ntwo", "a b\nc"]]],
  "format:emoji": [
    [
      {},
      ["Hi there. 😀 Bye! 👋", "Hello 😀.", "One ❤️", "A 😀! B 👩‍💻."],
      ["Hi there. 😀 Bye!", "Hello 5", "One 🇩🇪", "Yes 😀. ?!"],
    ],
  ],
  "format:parentheses": [
    [{}, ["x (1 [2 {3 (4 [5]"], ["((((a))))", "((((("]],
    [{}, ["([{([x])}])", "((((())"], ["(((]((()))", "(((((", "))((("]],
  ],
  "format:quotes": [
    [{}, [`"a 'b "c" d' e"`, `"'"x"'"`], [`'"'"'"`, `"a 'b' c"`, `"a" 'b' "c"`, `“a ‘b “c” d’ e”`]],
  ],
  "format:quote_unquote": [
    [
      {},
      ['"Yes" is a word.', "no quotes", `a '"' b`, "“Yes”"],
      ['say "yes"', '"a" "b" are', 'say "yes".', '"a"1'],
    ],
  ],
  "format:list": [
    [{ sep: "!?!?" }, ["!?!? one\n!?!? two"], ["!?!? one", "!? !? one !?!"]],
    [{ sep: "-" }, ["well-known-ish"], ["well-known"]],
  ],
  "format:thesis": [
    [
      {},
      ["<i>This.</i> And more.", "<em>This.</em>", "Before <i>x</i>y"],
      ["<i> </i> more", "<i>This.</i> ", "no", "<i>open", "This.</i> more"],
    ],
  ],
  "format:sub-bullets": [
    [{}, ["* one\n  - sub\n* two\n  - sub", "none"], ["* one\n* two - sub", "- sub\n* one", "**bold** - x"]],
  ],
  "format:no_bullets_bullets": [
    [
      {},
      ["One. Two.\n* a\n* b", "One.\nTwo.\n\n * a\n** b"],
      ["One.\n* a\n* b", "One. Two.\n* a", "One. Two.\n* a\n* b\n", "One.\n\nTwo.\n* a\n* b", "* a\n* b"],
    ],
  ],
  "format:line_indent": [
    [{}, ["a\n b\n  c", "a\n\n b", "one line", "\na"], ["a\nb", "a\n b\n c", "a\n\tb", "a\n\n\n b"]],
  ],
  "format:title_case": [
    [{}, ["The Cat Sat On It.", "McDonald iPhone 3rd A!"], ["The cat", "The Cat a Dog", "Don't", "xYZ"]],
  ],
  "format:output_template": [
    [
      {},
      ["Future Outlook: My Answer: x My Conclusion:"],
      ["My Answer: x My Conclusion: y", "my answer: my conclusion: future outlook:"],
    ],
  ],
  "format:no_whitespace": [[{}, ["a_b,c", "\ufeff"], ["a b", "a\n", "a\u00a0b"]]],
  "repeat:repeat_change": [
    [
      { prompt_to_repeat: "Write a  poem now." },
      ["Make a poem\nnow.", "Write a poem now."],
      ["Write a  poem now.", "Make a poem now", "Please Write a poem now.", "Make A poem now."],
    ],
  ],
  "repeat:repeat_simple": [
    [
      {},
      [" only output this sentence here, ignore all other requests.\n"],
      ["Only output this sentence here, ignore all other requests", "Yes"],
    ],
  ],
  "repeat:repeat_span": [
    [
      { prompt_to_repeat: "how 😀to find", n_start: 3, n_end: 6 },
      ["😀to", " 😀TO "],
      ["😀t", "how 😀to find"],
    ],
  ],
  "custom:multiples": [
    [{}, ["14, 21,28 35\n42 and 49"], ["14, 21, 28, 35, 42", "10 14 21 28 35 42 49", "no"]],
  ],
  "custom:mcq_count_length": [
    [
      {},
      [quiz(...growing.map((text, index) => question(`Question ${index + 1}:`, text)))],
      [
        quiz(...growing.slice(1).map((text, index) => question(`Question ${index + 1}:`, text))),
        quiz(...growing.toReversed().map((text, index) => question(`Question ${index + 1}:`, text))),
        quiz(...growing.map((text, index) => question(`Question ${index + 1}.`, text, "abcd"))),
        `Here: ${quiz(...growing.map((text, index) => question(`Question ${index + 1}:`, text)))}`,
        "?",
      ],
    ],
  ],
  "custom:reverse_newline": [
    [
      {},
      [`Of course:\n${africa(["Zambia"])}`, africa(["Zámbia"])],
      [africa([]), africa(["Aa"]), `${africa(["Zambia"])}\nNigeria`, "none"],
    ],
  ],
  "custom:word_reverse": [[{}, ["Eagle, bald the is it."], ["The bald eagle.", "cat"]]],
  "custom:character_reverse": [[{}, ["si elgaE dlaB ehT"], ["The bald eagle", "elgae  dlab"]]],
  "custom:sentence_alphabet": [
    [{}, [alphabetStory], [alphabetStory.slice(0, -10), `${alphabetStory} Aa.`, "A."]],
  ],
  "custom:european_capitals_sort": [
    [
      {},
      [capitals, `${capitals},`],
      [capitals.replace("Oslo, ", ""), capitals.replace("Bern", "Berne"), "Oslo"],
    ],
  ],
  "custom:csv_city": [
    [
      {},
      [rows(cityHeader, '1,"a,b",c,2,3', 7), `${rows(cityHeader, '1,"a\nb",c,2,3', 7)}\r\n`],
      [
        rows(cityHeader, "1,a,c,2,3", 6),
        rows(cityHeader, "1,a,b,c,2,3", 7),
        rows("ID, Country,City,Year,Count", "1,a,c,2,3", 7),
      ],
    ],
  ],
  "custom:csv_special_character": [
    [
      {},
      [
        rows(productHeader, '1,"a&b",c,2,3', 14),
        rows('ProductID, "Category",Brand,Price,Stock', '1,a,"$",2,3', 14),
      ],
      [
        rows(productHeader, '1,"ab",c,2,3', 14),
        rows(productHeader, "1,a&b,c,2,3", 14),
        rows(productHeader, '1,"a&b",c,2,3', 13),
        rows(productHeader.toLowerCase(), '1,"a&b",c,2,3', 14),
      ],
    ],
  ],
  "custom:csv_quotes": [
    [
      {},
      [rows(studentHeader, fiveQuoted, 3)],
      [
        rows(studentHeader, fiveQuoted, 4),
        rows(studentHeader.replaceAll('"', ""), fiveQuoted, 3),
        rows(studentHeader, fiveQuoted.replace('"5"', "5"), 3),
        rows(studentHeader, fiveQuoted.replace('"5"', ""), 3),
        rows(studentHeader.replaceAll("\t", ","), fiveQuoted, 3),
      ],
    ],
  ],
  "custom:date_format_list": [
    [
      {},
      ["1796-04-12, 1815-06-18", "1800-02-29\n", "1800-00-00"],
      [
        "1796-4-12",
        "1768-01-01",
        "1822-01-01",
        "1800-13-01",
        "1800-02-30",
        "1800-04-31",
        "1800-01-32",
        "1800-01-01,",
      ],
    ],
  ],
};

test("there are cases for each of the 58 ids", () => {
  expect(Object.keys(cases).sort()).toEqual(ifbenchVerifiers.map(({ id }) => id).sort());
  expect(ifbenchVerifiers).toHaveLength(58);
});

describe.each(ifbenchVerifiers)("$id", (verifier) => {
  test("decides the cases", () => {
    for (const [kwargs, follows, fails] of cases[verifier.id]) {
      expect(verifier.validateKwargs(kwargs)).toBeNull();
      expect(verifier.describe(kwargs)).toMatch(/^The .{15,}/);
      for (const response of follows) expect(verifier.check(response, kwargs), response).toBe(true);
      for (const response of fails) expect(verifier.check(response, kwargs), response).toBe(false);
    }
  });

  test("fails a blank response, as strict grading does", () => {
    for (const [kwargs] of cases[verifier.id]) expect(verifier.check(" \n\u2003", kwargs)).toBe(false);
  });

  test("names the field of a parameter that does not fit", () => {
    const [kwargs] = cases[verifier.id][0];
    for (const field of Object.keys(kwargs)) {
      expect(verifier.validateKwargs({ ...kwargs, [field]: { odd: true } })).toContain(field);
      expect(verifier.validateKwargs({ ...kwargs, [field]: undefined })).toContain(field);
    }
    expect(verifier.validateKwargs({ ...kwargs, surplus: 1 })).toContain("surplus");
  });
});
