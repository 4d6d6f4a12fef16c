// Installs what is missing: the npm packages of the lock file, if they are not there or another lock file's.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Runs a command with its output shown; ends this process with its status when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", cwd: root, ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Brings node_modules in line with package-lock.json. */
export function installPackages() {
  const installed = join(root, "node_modules/.package-lock.json");
  const lock = join(root, "package-lock.json");
  const isCurrent = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
  if (isCurrent || (existsSync(installed) && samePackages(lock, installed))) return;
  console.log("Installing packages …");
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}

/** Whether what is installed is what the lock file asks for, whatever the files' dates (a fresh checkout's are new). */
function samePackages(lock, installed) {
  const wanted = JSON.parse(readFileSync(lock, "utf8")).packages;
  const found = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === "" || optional || found[path]?.version === version,
  );
}

/** The path of a Chromium: CHROMIUM, one on the PATH, Debian's package (as root on Debian), or Playwright's. */
export async function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) return named;
  const onPath = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    .map(which)
    .find(Boolean);
  if (onPath) return onPath;
  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    console.log("Installing Debian's chromium …");
    run("apt-get", ["update", "-qq"]);
    run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"]);
    const installed = which("chromium");
    if (installed) return installed;
  }
  console.log("Installing Playwright's Chromium …");
  run("npx", ["playwright-core", "install", "--with-deps", "chromium"]);
  const { chromium } = await import("playwright-core");
  return chromium.executablePath();
}

/** The path of a Firefox: FIREFOX, one on the PATH, or Debian's package (as root on Debian); null where there is none. */
export function findFirefox() {
  const found = process.env.FIREFOX ?? which("firefox-esr") ?? which("firefox");
  if (found || !existsSync("/etc/debian_version") || process.getuid?.() !== 0) return found;
  console.log("Installing Debian's firefox-esr …");
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "firefox-esr"], {
    stdio: "inherit",
  });
  return which("firefox-esr");
}

function which(name) {
  const { status, stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}
