// Lint rules of the house. Besides the usual ones: nothing that feeds a number may use an engine's own
// transcendental functions (their last bits differ between engines), and nothing untrusted becomes HTML.
import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

const inexactMath = [
  "exp",
  "expm1",
  "log",
  "log2",
  "log10",
  "log1p",
  "sin",
  "cos",
  "tan",
  "tanh",
  "pow",
  "random",
];

export default ts.config(
  { ignores: ["node_modules", "dist", "build", "public", "**/*.as.ts", "**/*.generated.ts"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs["flat/recommended"],
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: { "svelte/no-at-html-tags": "error" },
  },
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["src/**/*.ts", "workers/**/*.ts"],
    ignores: ["src/ui/**", "src/figures/**", "**/*.test.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        ...inexactMath.map((property) => ({
          object: "Math",
          property,
          message: "Its last bits differ between engines: use src/kernels/math.ts or src/kernels/random.ts.",
        })),
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "BinaryExpression[operator='**']", message: "** is Math.pow: see src/kernels/math.ts." },
      ],
    },
  },
);
