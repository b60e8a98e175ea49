// What the browser tests share: a real pdud for each test, the distribution's
// Chromium, and pages in it. Nothing sleeps: every wait is for something to appear,
// and is bounded by waitLimit.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The root of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const waitLimit = 20_000;
const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

let browser;
let work;
let pdud;

/** Registers what a test file needs before and after its tests. */
export function useBrowser() {
  before(async () => {
    work = mkdtempSync(join(tmpdir(), "zerocross-browser-"));
    pdud = process.env.PDUD ?? build();
    browser = await chromium.launch({ executablePath: chromiumPath(), args: flags });
  });
  after(async () => {
    await browser?.close();
    rmSync(work, { recursive: true, force: true });
  });
}

function chromiumPath() {
  const paths = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"];
  const found = paths.find((path) => path && existsSync(path));
  if (!found) throw new Error("no Chromium found: install it from the distribution or set CHROMIUM");
  return found;
}

function build() {
  const program = join(work, "pdud");
  const built = spawnSync("go", ["build", "-o", program, "./cmd/pdud"], { cwd: root, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`build pdud: ${built.error ?? built.stderr}`);
  return program;
}

/** A folder that goes away with the test file. */
export function folder() {
  return mkdtempSync(join(work, "state-"));
}

/** A running pdud. */
export class Unit {
  /** Starts pdud and waits until it is ready; it ends with the test t. */
  static async start(t, args = ["demo"]) {
    const unit = new Unit();
    const listen = ["http", "snmp", "modbus", "telnet"]
      .filter((name) => !args.some((arg) => arg.startsWith(`${name}=`)))
      .flatMap((name) => ["--listen", `${name}=127.0.0.1:0`]);
    unit.process = spawn(pdud, [...args, ...listen, "--listen", "https=off"], { stdio: ["ignore", "ignore", "pipe"] });
    unit.exited = new Promise((resolve) => unit.process.once("exit", resolve));
    t.after(() => unit.stop());
    await unit.#ready();
    return unit;
  }

  #ready() {
    return new Promise((resolve, reject) => {
      const log = [];
      createInterface(this.process.stderr).on("line", (line) => {
        log.push(line);
        const listening = /msg=listening name=http addr=(\S+)/.exec(line);
        if (listening) this.address = listening[1];
        if (/msg=ready\b/.test(line)) resolve();
      });
      this.exited.then(() => reject(new Error(`pdud ended:\n${log.join("\n")}`)));
    });
  }

  get url() {
    return `http://${this.address}/`;
  }

  /** Ends the process, also one that is stopped by a signal. */
  async stop(signal = "SIGTERM") {
    this.process.kill("SIGCONT");
    this.process.kill(signal);
    await this.exited;
  }

  /** A request to the admin API as the administrator, beside the page. */
  async api(method, path, body) {
    const response = await fetch(`${this.url}api/v1/${path}`, {
      method,
      headers: { Authorization: `Basic ${btoa("admin:admin")}`, "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Plugs a load into an outlet of the bench. */
  plug(number, load) {
    return this.api("PUT", `bench/outlets/${number}`, { load });
  }
}

/** Opens the page of a unit in a browser of its own; errors of the page fail the test. */
export async function visit(t, unit, options = {}) {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(waitLimit);
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => /Content Security Policy/.test(message.text()) && errors.push(message.text()));
  t.after(() => {
    if (errors.length > 0) throw new Error(`errors of the page:\n${errors.join("\n")}`);
  });
  await page.goto(unit.url);
  return page;
}

/** Fills in the login. */
export async function login(page, user = "admin", password = user) {
  await page.getByLabel("User").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Opens the page of a unit and logs in. */
export async function enter(t, unit, { user = "admin", ...options } = {}) {
  const page = await visit(t, unit, options);
  await login(page, user);
  await page.getByRole("heading", { name: "Outputs" }).waitFor();
  return page;
}

/** What a test uses of one output. */
export function output(page, number) {
  const row = page.getByRole("listitem", { name: `Output ${number}:` });
  const lever = (checked) => row.getByRole("switch", checked === undefined ? {} : { checked });
  return {
    row,
    lever: lever(),
    restart: row.getByRole("button", { name: /^Restart/ }),
    isOn: () => lever(true).waitFor(),
    isOff: () => lever(false).waitFor(),
    shows: (text) => row.filter({ hasText: text }).waitFor(),
  };
}

/** Presses a button of the dialog that is open, and waits until it has closed. */
export async function answer(page, button) {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: button, exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
}
