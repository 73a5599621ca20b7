// What must hold of an HTML report in a real browser. Usage: check.js REPORT.html…
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: process.env.TARBOX_CHROMIUM, args: ["--disable-gpu"] });
let failures = 0;

/** One report, with everything that it does behind the reader's back. */
async function open(url, options = {}) {
  const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const heard = { requests: [], console: [], violations: [] };
  page.on("request", (request) => { if (request.url() !== url && !request.url().startsWith("data:")) heard.requests.push(request.url()); });
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) heard.console.push(message.text()); });
  page.on("pageerror", (error) => heard.console.push(String(error)));
  await page.exposeFunction("tarboxViolation", (text) => heard.violations.push(text));
  await page.addInitScript(() => addEventListener("securitypolicyviolation", (event) => window.tarboxViolation(`${event.violatedDirective} ${event.blockedURI}`)));
  await page.goto(url);
  return { page, heard, close: () => context.close() };
}

/** Violations of accessibility, as axe finds them. */
async function accessibility(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}: ${v.nodes[0].failureSummary.replace(/\s+/g, " ")}`);
}

/** Every link inside of the page: its target is there, is shown, and comes into view. */
const jumps = (page) => page.evaluate(async () => {
  const wrong = [];
  const settled = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const links = Array.from(document.querySelectorAll("a[href]"));
  for (const link of links) {
    const href = link.getAttribute("href");
    const target = href.startsWith("#") ? document.getElementById(decodeURIComponent(href.slice(1))) : null;
    if (!target) { wrong.push(`${href} leads nowhere`); continue; }
    const fold = link.closest("details");
    if (fold) fold.open = true;
    history.replaceState(null, "", location.pathname);
    link.click();
    // The page may still unfold its target: a second is what a reader would wait.
    let box;
    const until = performance.now() + 1000;
    do {
      await settled();
      box = target.getBoundingClientRect();
    } while ((box.width === 0 || box.bottom < 0 || box.top > innerHeight) && performance.now() < until);
    if (location.hash !== href) wrong.push(`${href} does not jump`);
    else if (box.width === 0 || box.bottom < 0 || box.top > innerHeight) wrong.push(`"${link.textContent.trim()}" in ${link.closest("[id]")?.id} leads to ${href}, which is not in view: ${Math.round(box.top)} of ${innerHeight}`);
  }
  return { wrong, count: links.length };
});

async function check(file) {
  const url = pathToFileURL(path.resolve(file)).href;
  const name = path.basename(path.dirname(path.resolve(file)));
  const facts = [];
  const expect = (holds, what) => { if (!holds) { failures += 1; console.log(`FAILED ${name}: ${what}`); } };
  const none = (list, what) => expect(list.length === 0, `${what}: ${list.slice(0, 5).join(" | ")}${list.length > 5 ? ` and ${list.length - 5} more` : ""}`);
  const shot = (page, kind) => page.screenshot({ path: path.join(path.dirname(file), `${kind}.png`) });

  const { page, heard, close } = await open(url, { colorScheme: "light" });
  const paint = await page.evaluate(() => new Promise((done) => {
    const told = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const again = () => told() === undefined ? requestAnimationFrame(again) : done(told());
    again();
  }));
  facts.push(`${statSync(file).size} bytes`, `first paint ${Math.round(paint)} ms`);
  await shot(page, "light");
  const top = await page.evaluate(() => document.querySelector("#answer h1, #answer h2")?.getBoundingClientRect().top ?? Infinity);
  expect(top < 900, "the answer is not on the first screen");

  // Filters: words, severities, and a link to what a filter hides.
  const items = page.locator("#finding-list > li");
  const total = await items.count();
  const shown = () => page.locator("#finding-list > li:not([hidden])").count();
  if (total > 0) {
    const rule = await items.first().locator("code").first().textContent();
    const hidden = await items.first().evaluate((li) => li.querySelector("[id]").id);
    await page.keyboard.press("/");
    expect(await page.evaluate(() => document.activeElement.id) === "filter-text", "`/` does not lead to the filter");
    await page.fill("#filter-text", rule);
    await page.waitForTimeout(150);
    const some = await shown();
    expect(some >= 1 && some <= total, `the filter "${rule}" shows ${some} of ${total}`);
    const fits = await page.evaluate((word) => Array.from(document.querySelectorAll("#finding-list > li:not([hidden])")).every((li) => li.textContent.toLowerCase().includes(word.toLowerCase())), rule);
    expect(fits, `what "${rule}" shows does not have it`);
    await page.fill("#filter-text", "no such word anywhere");
    await page.waitForTimeout(150);
    expect(await shown() === 0, "a word that is nowhere shows findings");
    expect((await page.locator("#filter-count").textContent()).startsWith("0 of "), "the count of the filter is not told");
    await page.evaluate((id) => { location.hash = id; }, hidden);
    await page.waitForTimeout(100);
    expect(await page.locator(`#${hidden}`).isVisible(), "a link to what the filter hides does not bring it back");
    for (const severity of ["critical", "high", "medium", "low"]) {
      const here = await page.locator(`#finding-list > li[data-severity=${severity}]`).count();
      await page.uncheck(`.filters input[value=${severity}]`, { force: true });
      expect(await shown() === total - here, `without ${severity} it shows ${await shown()}, not ${total - here}`);
      await page.check(`.filters input[value=${severity}]`, { force: true });
    }
    expect(await shown() === total, "all boxes ticked, and not all is shown");
    facts.push(`${total} findings filtered`);
  }

  const { wrong, count } = await jumps(page);
  none(wrong, "links");
  expect(count > 0, "there is no link");
  facts.push(`${count} links`);

  // Everything unfolded, so that nothing is hidden from the checks of contrast and names.
  await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
  let violations = await accessibility(page);
  none(violations, "accessibility, light");
  let sum = violations.length;

  // Dark by the system's wish, and by the page's own switch.
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ground();
  expect(light !== dark, "dark mode looks like light mode");
  await page.evaluate(() => scrollTo(0, 0));
  await shot(page, "dark");
  violations = await accessibility(page);
  none(violations, "accessibility, dark");
  sum += violations.length;
  await page.check("#theme-light", { force: true });
  expect(await ground() === light, "the switch to light does nothing");
  await page.emulateMedia({ colorScheme: "light" });
  await page.check("#theme-dark", { force: true });
  expect(await ground() === dark, "the switch to dark does nothing");
  await page.check("#theme-auto", { force: true });

  // Narrow: nothing may stick out sideways.
  for (const width of [320, 390, 768]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    const culprits = await page.evaluate((limit) => Array.from(document.querySelectorAll("main *")).filter((e) => e.getBoundingClientRect().right > limit + 1 && !e.closest("pre, .chain, .quote")).slice(0, 3).map((e) => `${e.tagName}.${e.className}`), width);
    expect(wide <= width, `${width} px wide, it scrolls sideways to ${wide}: ${culprits.join(", ")}`);
  }
  await page.setViewportSize({ width: 320, height: 700 });
  await page.evaluate(() => scrollTo(0, 0));
  await shot(page, "phone");
  violations = await accessibility(page);
  none(violations, "accessibility, 320 px");
  sum += violations.length;
  facts.push(`${sum} accessibility violations`);

  // Paper: controls stay away, the proof of the causes is there.
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.evaluate(() => {
    document.querySelectorAll("details").forEach((fold) => { fold.open = false; });
    window.openOnPaper = -1;
    addEventListener("beforeprint", () => { window.openOnPaper = document.querySelectorAll("details.proof:not([open])").length; });
  });
  const paper = await page.pdf({ path: path.join(path.dirname(file), "print.pdf"), format: "A4" });
  expect(paper.length > 10_000, `the printed report has ${paper.length} bytes`);
  expect(await page.evaluate(() => window.openOnPaper) === 0, "evidence of causes is not printed");
  await page.emulateMedia({ media: "print" });
  for (const control of [".theme", ".filters", ".skip"]) {
    expect(await page.locator(control).count() === 0 || !(await page.locator(control).first().isVisible()), `${control} is printed`);
  }
  await page.emulateMedia({ media: "screen" });

  none(heard.requests, "requests");
  none(heard.console, "console");
  none(heard.violations, "violations of its policy");
  facts.push(`${heard.requests.length} requests`, `${heard.console.length} console errors`, `${heard.violations.length} policy violations`);
  await close();

  // Without scripts everything can still be read.
  const plain = await browser.newContext({ offline: true, javaScriptEnabled: false });
  const quiet = await plain.newPage();
  await quiet.goto(url);
  expect(await quiet.locator("#answer").isVisible() && (total === 0 || await quiet.locator("#finding-list > li").first().isVisible()), "without scripts it cannot be read");
  expect(await quiet.locator(".filters").count() === 0 || !(await quiet.locator(".filters").isVisible()), "without scripts a dead filter is shown");
  await plain.close();
  console.log(`${name}: ${facts.join(", ")}`);
}

try {
  for (const file of process.argv.slice(2)) await check(file);
} finally {
  await browser.close();
}
if (failures > 0) { console.log(`${failures} failed`); process.exit(1); }
console.log("all passed");
