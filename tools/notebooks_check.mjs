// Type-checks the notebooks: the kit that builds them only strips types. Cells of a notebook share one scope, so each
// notebook is checked as one module, under the project's own settings.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "notebooks");

const blank = (text) => text.replace(/[^\n]/g, " ");

/**
 * A notebook's source as a TypeScript module with all else blanked out, so that errors name the line in the notebook:
 * its TypeScript cells, and the expressions ${…} of its texts. Texts may stand before the code that they read, as the
 * runtime orders cells by what they need, so their expressions are wrapped in functions.
 */
export function moduleOf(html) {
  const cell = /(<script\b[^>]*\btype="([^"]*)"[^>]*>)([\s\S]*?)(<\/script>)/g;
  let [module, end] = ["", 0];
  for (const { index, 0: whole, 1: open, 2: type, 3: code, 4: close } of html.matchAll(cell)) {
    const kept = type === "text/x-typescript" ? code : expressionsOf(code);
    module += blank(html.slice(end, index)) + blank(open) + kept + blank(close);
    end = index + whole.length;
  }
  return `${module}${blank(html.slice(end))}export {};\n`;
}

/** The expressions of a template, each as a function of its own in the place where it stands. */
function expressionsOf(text) {
  let code = "";
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (depth === 0 && text.startsWith("${", i)) {
      // Two characters become one more line's worth of code: columns shift, lines stay.
      code += ";(() => (";
      depth = 1;
      i++;
    } else if (depth > 0 && text[i] === "}" && depth-- === 1) code += "));";
    else {
      if (depth > 0 && text[i] === "{") depth++;
      code += depth > 0 || text[i] === "\n" ? text[i] : " ";
    }
  }
  return code;
}

/** What tsc says about these notebooks (module sources by file name), a line each. */
export function check(notebooks) {
  const config = ts.getParsedCommandLineOfConfigFile(join(root, "tsconfig.json"), {}, { ...ts.sys });
  const options = { ...config.options, noEmit: true };
  const host = ts.createCompilerHost(options);
  const modules = new Map(
    Object.entries(notebooks).map(([name, html]) => [join(folder, `${name}.ts`), moduleOf(html)]),
  );
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => modules.get(name) ?? readFile(name);
  host.fileExists = (name) => modules.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    modules.has(name)
      ? ts.createSourceFile(name, modules.get(name), ts.ScriptTarget.ESNext, true)
      : getSourceFile(name, ...rest);
  const kitFiles = ["vite.config.ts", "kit/runtime.ts", "kit/globals.d.ts"].map((name) => join(folder, name));
  const program = ts.createProgram([...modules.keys(), ...kitFiles], options, host);
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(folder));
  return own
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, start, messageText }) => {
      const { line } = file.getLineAndCharacterOfPosition(start);
      const name = file.fileName.slice(folder.length + 1).replace(/\.html\.ts$/, ".html");
      return `notebooks/${name}:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
}

/** The notebooks of the project, by file name. */
export const notebooks = () =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(".html"))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const errors = check(notebooks());
  for (const error of errors) console.error(error);
  if (errors.length > 0) process.exit(1);
  console.log(`${Object.keys(notebooks()).length} notebooks type-check`);
}
