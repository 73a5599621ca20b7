// What must hold of a report with ten thousand findings: it shows at once, filters at once, and reaches every finding. Usage: crowd.js REPORT.html
// The bounds are ten times what two cores need; what they catch is a page that lays out everything at every key.
import { statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const PAINT = 3000;
const FILTER = 1500;
const file = process.argv[2];
const browser = await chromium.launch({ executablePath: process.env.TARBOX_CHROMIUM, args: ["--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
let failures = 0;
const expect = (holds, what) => { if (!holds) { failures += 1; console.log(`FAILED crowd: ${what}`); } };

await page.goto(pathToFileURL(path.resolve(file)).href);
const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
const loaded = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
expect(paint < PAINT, `first paint after ${Math.round(paint)} ms`);
const listed = () => page.locator("#finding-list > li").count();
const told = () => page.locator("#filter-count").textContent();
expect(await listed() === 200, `${await listed()} findings are laid out, not 200`);

/** Types words into the filter; milliseconds until the page has drawn the answer. */
const filter = (words) => page.evaluate(async (text) => {
  const box = document.getElementById("filter-text");
  const begun = performance.now();
  const answered = new Promise((done) => new MutationObserver((_, observer) => { observer.disconnect(); done(); }).observe(document.getElementById("finding-list"), { childList: true }));
  box.value = text;
  box.dispatchEvent(new Event("input"));
  await answered;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - begun;
}, words);
const times = [];
for (const [words, answer, count] of [["worker-77", "111 of ", 111], ["worker-999 refused", "11 of ", 11], ["worker", "10,000 of ", 200], ["no such word anywhere", "0 of ", 0]]) {
  const took = await filter(words);
  times.push(Math.round(took));
  expect(took < FILTER, `the filter "${words}" took ${Math.round(took)} ms`);
  expect((await told()).startsWith(answer), `the filter "${words}" says: ${await told()}`);
  expect(await listed() === count, `the filter "${words}" shows ${await listed()}, not ${count}`);
}

// One that no list shows is reached by its link all the same, though the filter hides it now.
await page.evaluate(() => { location.hash = "f9876"; });
await page.waitForTimeout(300);
expect(await page.locator("#f9876").isVisible(), "a link to a finding far down does not lead there");
await page.click("#finding-more");
expect(await listed() === 400, `"Show more" leads to ${await listed()}, not to 400`);
await browser.close();
console.log(`crowd: ${statSync(file).size} bytes, first paint ${Math.round(paint)} ms, loaded ${Math.round(loaded)} ms, filters ${times.join(", ")} ms`);
if (failures > 0) { console.log(`${failures} failed`); process.exit(1); }
