// Everyone: themes, keyboard, screen readers, small screens, languages.

import assert from "node:assert/strict";
import { writeFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { enter, output, root, Unit, useBrowser, visit } from "./harness.js";

useBrowser();

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, as lines. Run through the debugger, the policy of the page does not concern it. */
async function findings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return violations.map((found) => `${found.id} (${found.impact}): ${found.nodes.map((node) => node.html).join(" | ")}`);
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing, ${colorScheme}`, async (t) => {
    const unit = await Unit.start(t);
    const page = await visit(t, unit, { colorScheme, reducedMotion: "reduce" });
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.deepEqual(await findings(page), [], "login");

    await unit.api("PUT", "bench/outlets/3", { relay: { fault: "stuck" } });
    const inside = await enter(t, unit, { colorScheme, reducedMotion: "reduce" });
    await inside.getByRole("heading", { name: "Loads" }).waitFor();
    await output(inside, 3).lever.click();
    await output(inside, 3).shows("Relay does not follow");
    assert.deepEqual(await findings(inside), [], "outputs, bench and a fault");

    await output(inside, 1).restart.click();
    await inside.getByRole("dialog").waitFor();
    assert.deepEqual(await findings(inside), [], "dialog");
    await inside.keyboard.press("Escape");

    await inside.getByRole("button", { name: "Signed in as admin" }).click();
    await inside.getByLabel("Language").waitFor();
    assert.deepEqual(await findings(inside), [], "menu");
  });
}

test("everything can be done with the keyboard alone", async (t) => {
  const unit = await Unit.start(t);
  const page = await visit(t, unit);
  await page.getByLabel("User").waitFor();
  for (const key of ["admin", "Tab", "admin", "Enter"]) {
    if (key === "admin") await page.keyboard.type(key);
    else await page.keyboard.press(key);
  }
  await page.getByRole("heading", { name: "Outputs" }).waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "");
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
  const tabTo = async (name) => {
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      if (await focused() === name) return;
    }
    assert.fail(`${name} cannot be reached`);
  };

  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Skip to outputs");
  await press("Enter");
  await tabTo("output_1, output 1");
  await press("ArrowDown", "ArrowDown");
  assert.equal(await focused(), "output_3, output 3");
  await press("Space");
  await output(page, 3).isOn();

  await press("Home");
  assert.equal(await focused(), "output_1, output 1");
  await press("Space");
  await page.getByRole("dialog").waitFor();
  assert.equal(await focused(), "Cancel", "the harmless answer has the focus");
  await press("Tab", "Enter");
  await output(page, 1).isOff();
  assert.equal(await focused(), "output_1, output 1", "the focus is back where it was");
  await press("End");
  assert.equal(await focused(), "output_8, output 8");

  await page.getByRole("button", { name: "Signed in as admin" }).focus();
  await press("Enter");
  await tabTo("Keyboard");
  await press("Enter");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  await press("Escape");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor({ state: "hidden" });
});

for (const [width, locale] of [[320, "en-GB"], [320, "de-DE"], [768, "de-DE"], [3840, "en-GB"]]) {
  test(`nothing is cut off or scrolls sideways at ${width} px, ${locale}`, async (t) => {
    const page = await visit(t, await Unit.start(t), { viewport: { width, height: 700 }, locale });
    const german = locale.startsWith("de");
    await page.getByLabel(german ? "Benutzer" : "User").fill("admin");
    await page.getByLabel(german ? "Passwort" : "Password").fill("admin");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: german ? "Lasten" : "Loads" }).waitFor();
    await page.locator(".bench details").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
    const { scrolls, outside, cut } = await page.evaluate(() => ({
      scrolls: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      outside: [...document.querySelectorAll("button, input, select, summary, .figure, .field > span, dt, h1, h2, h3")]
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map((element) => element.outerHTML),
      cut: [...document.querySelectorAll(".bench-outlet, .bench-fields, .field, .bench-facts div")]
        .filter((element) => element.scrollWidth > element.clientWidth + 1)
        .map((element) => element.outerHTML),
    }));
    assert.deepEqual(cut, []);
    assert.equal(scrolls, 0);
    assert.deepEqual(outside, []);
  });
}

test("language and colours are chosen without a reload and kept", async (t) => {
  const page = await enter(t, await Unit.start(t), { colorScheme: "light" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole("button", { name: "Signed in as admin" }).click();
  await page.getByLabel("Colours").selectOption("Dark");
  assert.notEqual(await ground(), light);
  const dark = await ground();
  await page.getByLabel("Language").selectOption("Deutsch");
  await page.getByRole("heading", { name: "Ausgänge" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  await page.reload();
  await page.getByRole("heading", { name: "Ausgänge" }).waitFor();
  assert.equal(await ground(), dark);
});

test("the first load is small", async (t) => {
  const unit = await Unit.start(t);
  const page = await visit(t, unit);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  const total = await page.evaluate(() => performance.getEntries().reduce((sum, entry) => sum + (entry.encodedBodySize ?? 0), 0));
  t.diagnostic(`first load: ${total} bytes compressed`);
  assert.ok(total > 10_000, "the sizes were measured");
  assert.ok(total < 60_000, `${total} bytes`);
});

// With UPDATE_SCREENSHOTS=1 it writes the picture, otherwise it only looks whether
// everything in it is still there.
test("the screenshot of the README", async (t) => {
  const unit = await Unit.start(t, ["demo", "--set", "device.name=Rack 12, left"]);
  const names = ["Server", "Core switch", "Heater", "Monitor", "Lamps", "Compressor", "Amplifier", "Solar"];
  for (const [index, name] of names.entries()) await unit.api("PATCH", `outputs/${index + 1}`, { name });
  await unit.plug(3, { type: "resistive", watts: 2000 });
  for (const id of [3, 5, 7]) await unit.api("POST", `outputs/${id}/action`, { action: "on" });
  await unit.api("POST", "outputs/2/action", { action: "shortOff", delayMs: 20_000 });
  const page = await enter(t, unit, { colorScheme: "light", deviceScaleFactor: 1.5 });
  await output(page, 3).shows(/2,000\.0 W/);
  await page.getByRole("timer").waitFor();
  const picture = await page.screenshot();
  assert.ok(picture.length > 10_000, "the page is not blank");
  if (process.env.UPDATE_SCREENSHOTS) writeFileSync(join(root, "docs", "screenshot.png"), picture);
});
