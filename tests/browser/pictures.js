// Pictures of a report for the README. Usage: pictures.js REPORT.html FOLDER
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [file, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.TARBOX_CHROMIUM, args: ["--disable-gpu"] });
const url = pathToFileURL(path.resolve(file)).href;

async function picture(name, options, element) {
  const context = await browser.newContext({ offline: true, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  await page.goto(url);
  if (element) {
    // The bar of sections stays on top of the page; it has no place in a picture of a part.
    await page.evaluate(() => { document.querySelector(".sections").hidden = true; });
    const top = await page.locator(element).evaluate((part) => { scrollTo(0, part.offsetTop); return part.getBoundingClientRect(); });
    await page.screenshot({ path: path.join(folder, `${name}.png`), clip: { x: 0, y: top.top + 1, width: options.viewport.width, height: top.height - 1 } });
  } else {
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
  }
  await context.close();
}

for (const colorScheme of ["light", "dark"]) {
  await picture(`report-${colorScheme}`, { colorScheme, viewport: { width: 1120, height: 860 } });
  await picture(`topology-${colorScheme}`, { colorScheme, viewport: { width: 1120, height: 860 } }, "#topology");
  await picture(`chain-${colorScheme}`, { colorScheme, viewport: { width: 1120, height: 860 } }, ".cause.lead .follows");
}
await picture("report-phone", { colorScheme: "light", viewport: { width: 390, height: 844 } });
await browser.close();
