import type { Kwargs } from "../../verifier";

/** Parameters, responses that follow the rule, and responses that do not: made by hand from the rules' texts. */
export type Case = readonly [kwargs: Kwargs, follows: readonly string[], fails: readonly string[]];

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

/** Counts, shares, words, sentences and repetition. */
export const wordCases: Record<string, readonly Case[]> = {
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
};
