// A real browser and hands at it: what the scripts beside this file click, type, read and look at.
//
// The test names in the environment where things are: BASE (the service), LINK and LINK_OF_SECOND (what signs in two
// owners), MAILS (a folder to which the mail server writes letters), SHOTS (where pictures go), NODE_MODULES.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const modules = createRequire(path.join(process.env.NODE_MODULES, "none.js"));
const { chromium } = modules("playwright-core");
const axe = fs.readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");

export const { BASE, LINK, LINK_OF_SECOND, MAILS, SHOTS } = process.env;
export const PASSWORD = "nine calm otters drift east";

export const DESK = { viewport: { width: 1100, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1 };

/** How long a page may take while others use the machine too. */
const PATIENCE = Number(process.env.PATIENCE ?? 30_000);

/** What browsers complained of, in any page: a test that has seen something fails at its end. */
const complaints = [];
let browser;
let at = "the start";

/** A refusal is an answer, and a browser names each in its console; what else stands there is a complaint. */
const isAnswer = (text) => /^Failed to load resource: the server responded with a status of (4\d\d|503)/.test(text);

/** A browser's profile of its own: nothing is known in it. */
export async function device(options = {}) {
  const { language = "en", ...rest } = options;
  const context = await browser.newContext({
    ...DESK,
    locale: language === "zh-Hans" ? "zh-CN" : "en-GB",
    serviceWorkers: "block",
    ...rest,
  });
  context.setDefaultTimeout(PATIENCE);
  const complain = (what) => complaints.push(`${at}: ${what}`);
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
  });
  context.on("weberror", (error) => complain(error.error().message));
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !isAnswer(message.text())) complain(message.text());
  });
  context.on("dialog", (dialog) => { complain(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  context.on("page", (page) => page.on("requestfailed", (request) => {
    if (!request.url().startsWith(BASE)) complain(`a request to ${request.url()}`);
  }));
  return context;
}

/** A page of a profile. */
export async function tab(context) {
  return context.newPage();
}

/** Runs a script's steps; what fails is told by its step, with a picture of each page that is open. */
export async function main(steps, more = []) {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", ...more],
  });
  fs.mkdirSync(SHOTS, { recursive: true });
  try {
    await steps();
    if (complaints.length) throw new Error(`the browser complained:\n${complaints.join("\n")}`);
  } catch (error) {
    console.error(`At "${at}": ${error.stack ?? error}`);
    let number = 0;
    for (const context of browser.contexts()) {
      for (const page of context.pages()) {
        const file = path.join(SHOTS, `failed-${process.pid}-${number++}.png`);
        await page.screenshot({ path: file, fullPage: true, timeout: 5000 }).catch(() => {});
        console.error(`${page.url()} is shown in ${file}`);
      }
    }
    process.exitCode = 1;
  }
  await browser.close();
}

/** How many reports of breaches of the policy the service has counted since it was started. */
export async function reports() {
  const metrics = await (await fetch(`${BASE}/metrics`)).text();
  return Number(/^vouchsafe_csp_reports_total(?:{.*})? (\d+)/m.exec(metrics)?.[1] ?? 0);
}

/** What browsers have complained of since this was asked last. */
export const complained = () => complaints.splice(0);

/** One step, which is named if something fails in it. */
export async function step(name, work) {
  at = name;
  const begun = Date.now();
  const value = await work();
  if (process.env.TOLD) console.log(`${Date.now() - begun} ms  ${name}`);
  return value;
}

export function same(seen, expected, what) {
  if (seen !== expected) throw new Error(`${what}: expected ${JSON.stringify(expected)}, seen ${JSON.stringify(seen)}`);
}

export function holds(condition, what) {
  if (!condition) throw new Error(what);
}

/** The path that a page is at. */
export const place = (page) => new URL(page.url()).pathname;

/** Opens a page of the service. */
export async function go(page, to) {
  const answer = await page.goto(to.startsWith("http") ? to : BASE + to);
  return answer.status();
}

/** Presses what has this name, and waits for the page to which it leads. */
export async function press(page, selector) {
  await Promise.all([page.waitForEvent("load"), page.locator(selector).first().click()]);
}

/** Types into a field as a person does: what was there goes. */
export async function type(page, name, text) {
  await page.locator(`#f-${name}`).fill(text);
}

/** The button of the form to which the fields belong. */
export const SUBMIT = "main form.stack button:not([type=button])";

// Letters ------------------------------------------------------------------------------------------

function decoded(head, body) {
  const encoding = /^content-transfer-encoding:\s*(\S+)/im.exec(head)?.[1]?.toLowerCase();
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return body;
  const bytes = body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function read(file) {
  const raw = fs.readFileSync(path.join(MAILS, file), "latin1");
  const split = /\r?\n\r?\n/.exec(raw);
  const head = raw.slice(0, split.index);
  let [partHead, body] = [head, raw.slice(split.index + split[0].length)];
  const boundary = /boundary="?([^";\r\n]+)/i.exec(head)?.[1];
  if (boundary) {
    const parts = body.split(`--${boundary}`).filter((part) => /content-type:\s*text\/plain/i.test(part));
    const part = parts[0].replace(/^\r?\n/, "");
    const inner = /\r?\n\r?\n/.exec(part);
    [partHead, body] = [part.slice(0, inner.index), part.slice(inner.index)];
  }
  return { to: /^to:\s*(.*)$/im.exec(head)?.[1] ?? "", text: decoded(partHead, body) };
}

const opened = new Set();

/** Waits for the next letter to somebody that holds `sign`, and answers what `sign` finds in it. */
export async function letter(to, sign) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    for (const file of fs.readdirSync(MAILS).filter((name) => /^[^.].*\.eml$/.test(name)).sort()) {
      if (opened.has(file)) continue;
      const mail = read(file);
      if (!mail.to.includes(to)) continue;
      const found = sign.exec(mail.text);
      if (!found) continue;
      opened.add(file);
      return found[1] ?? found[0];
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no letter to ${to} with ${sign}`);
}

/** The link of this kind that stands in a letter. */
export const link = (to, kind) => letter(to, new RegExp(`(${BASE}/${kind}/\\S+)`));

/** The six digits that a letter holds. */
export const digits = (to) => letter(to, /(?:^|\s)(\d{6})(?:\s|$)/);

// What is looked at --------------------------------------------------------------------------------

/** What axe-core finds wrong in a page as it stands. */
export async function faults(page, rules) {
  await page.evaluate(`if (!globalThis.axe) { ${axe} }`);
  const found = await page.evaluate(async (rules) => {
    const options = { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
    const { violations } = await axe.run(document, options);
    return violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(" | ")}`);
  }, rules);
  return found;
}

/** Asks the API as a script of ours does that runs in a page of somebody who is signed in. */
export async function api(page, method, path, body, more = {}) {
  return page.evaluate(async ([method, path, body, more]) => {
    const token = document.querySelector("meta[name=form-token]").content;
    const sent = method === "GET" ? {} : { body: JSON.stringify(body ?? {}) };
    const headers = { "X-Form-Token": token, "Content-Type": "application/json", ...more };
    const answer = await fetch(path, { method, headers, ...sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }, [method, path, body, more]);
}

/** A Chinese resident's number of nobody's, whose check digit is right. */
export function residentId(n) {
  const body = `11010519491231${String(n).padStart(3, "0")}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = [...body].reduce((sum, digit, place) => sum + Number(digit) * weights[place], 0);
  return body + "10X98765432"[sum % 11];
}
