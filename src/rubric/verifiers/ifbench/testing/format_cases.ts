import type { Case } from "./word_cases";

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
/** Formats and single tasks. */
export const formatCases: Record<string, readonly Case[]> = {
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
