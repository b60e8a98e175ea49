import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, enter, output, Unit, useBrowser } from "./harness.js";

useBrowser();

test("switching an output on shows its watts", async (t) => {
  const unit = await Unit.start(t);
  await unit.api("PUT", "bench/outlets/3", { load: { type: "resistive", watts: 1000 } });
  const page = await enter(t, unit);
  const heater = output(page, 3);
  await heater.isOff();
  await heater.lever.click(); // switching on does not ask
  await heater.isOn();
  await heater.shows(/1,000\.0 W/);
  await heater.shows(/since .* · admin \(web\)/);
  await page.getByRole("status").filter({ hasText: "output_3 is on" }).waitFor({ state: "attached" });
});

test("switching off asks, and does nothing when the answer is no", async (t) => {
  const unit = await Unit.start(t);
  const page = await enter(t, unit);
  const server = output(page, 1);
  await server.isOn();
  await server.lever.click();
  await page.getByRole("dialog", { name: "Switch off output_1?" }).waitFor();
  await answer(page, "Cancel");
  assert.equal((await unit.api("GET", "outputs/1")).state, "on");
  await server.lever.click();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal((await unit.api("GET", "outputs/1")).state, "on");
  await server.lever.click();
  await answer(page, "Switch off");
  await server.isOff();
  await server.shows(/0\.0 W/);
  assert.equal((await unit.api("GET", "outputs/1")).state, "off");
});

test("a restart counts down and ends on", async (t) => {
  const page = await enter(t, await Unit.start(t, ["demo", "--set", "outputs[0].shortDelayMs=4000"]));
  const server = output(page, 1);
  await server.isOn();
  await server.restart.click();
  await page.getByRole("dialog", { name: "Restart output_1?" }).waitFor();
  await answer(page, "Restart");
  await server.isOff();
  await server.row.getByRole("timer").filter({ hasText: /on again in [0-3]\.\d\ss/ }).waitFor();
  await server.row.getByRole("progressbar").waitFor();
  await server.isOn();
  await server.row.getByRole("timer").waitFor({ state: "detached" });
});

test("only an output that is on can be restarted", async (t) => {
  const page = await enter(t, await Unit.start(t));
  await output(page, 3).isOff();
  assert.equal(await output(page, 3).restart.isDisabled(), true);
  assert.equal(await output(page, 1).restart.isDisabled(), false);
});

test("a person may end a restart early", async (t) => {
  const page = await enter(t, await Unit.start(t, ["demo", "--set", "outputs[0].shortDelayMs=600000"]));
  const server = output(page, 1);
  await server.restart.click();
  await answer(page, "Restart");
  await server.row.getByRole("timer").filter({ hasText: /on again in (10:00|9:5\d)/ }).waitFor();
  await server.lever.click();
  await server.isOn();
  await server.row.getByRole("timer").waitFor({ state: "detached" });
});

test("all outputs: off names what loses power, on does not ask, restart leaves the others off", async (t) => {
  const unit = await Unit.start(t, ["demo", "--set", "outputs[0].shortDelayMs=1000"]);
  const page = await enter(t, unit);
  const all = page.getByRole("group", { name: "All outputs" });
  await page.getByText("3 of 8 outputs on").waitFor();

  await all.getByRole("button", { name: "All off" }).click();
  const dialog = page.getByRole("dialog", { name: "Switch off all outputs?" });
  await dialog.getByText("3 outputs lose power:").waitFor();
  assert.equal(await dialog.getByRole("listitem").count(), 3);
  await answer(page, "Switch all off");
  await page.getByText("0 of 8 outputs on").waitFor();
  assert.equal(await all.getByRole("button", { name: "Restart all" }).isDisabled(), true);

  await output(page, 1).lever.click();
  await page.getByText("1 of 8 outputs on").waitFor();
  await all.getByRole("button", { name: "Restart all" }).click();
  await answer(page, "Restart all");
  await page.getByText("0 of 8 outputs on").waitFor();
  await page.getByText("1 of 8 outputs on").waitFor();

  await all.getByRole("button", { name: "All on" }).click();
  await page.getByText("8 of 8 outputs on").waitFor();
});

test("two pages see each other's changes", async (t) => {
  const unit = await Unit.start(t);
  const [one, two] = [await enter(t, unit), await enter(t, unit, { user: "demo" })];
  await output(one, 3).lever.click();
  await output(two, 3).isOn();
  await output(two, 3).shows(/since .* · admin \(web\)/);
  await output(two, 1).lever.click();
  await answer(two, "Switch off");
  await output(one, 1).isOff();
});

test("an account of the role user can switch", async (t) => {
  const page = await enter(t, await Unit.start(t), { user: "demo" });
  await output(page, 3).lever.click();
  await output(page, 3).isOn();
  await output(page, 3).shows(/since .* · demo \(web\)/);
});

test("a refusal is told and the switch shows the truth", async (t) => {
  const page = await enter(t, await Unit.start(t));
  await page.route("**/api/v1/actions", (route) => route.fulfill({
    status: 503,
    json: { error: { kind: "unavailable", code: "mains.absent", message: "no mains", args: {}, faults: [] } },
  }));
  const heater = output(page, 3);
  await heater.lever.click();
  await heater.row.getByRole("alert").filter({ hasText: "Not done: The unit has no mains, so it cannot switch." }).waitFor();
  await heater.isOff();
  await heater.row.getByRole("button", { name: "Dismiss" }).click();
  await heater.row.getByRole("alert").waitFor({ state: "detached" });
});

test("a command under way is shown as such until it is answered", async (t) => {
  const page = await enter(t, await Unit.start(t));
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/api/v1/actions", async (route) => {
    await held;
    await route.continue();
  });
  const heater = output(page, 3);
  await heater.lever.click();
  await heater.shows("Switching …");
  await heater.isOff(); // not on before the unit says so
  release();
  await heater.isOn();
});
