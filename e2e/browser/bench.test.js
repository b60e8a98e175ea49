import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, enter, output, Unit, useBrowser } from "./harness.js";

useBrowser();

const bench = (page) => page.getByRole("region", { name: "Bench" });

test("cutting mains shows the banner and no watts, returning it brings them back", async (t) => {
  const unit = await Unit.start(t);
  await unit.plug(1, { type: "constantPF", watts: 180, powerFactor: 0.97 });
  const page = await enter(t, unit);
  await output(page, 1).shows(/180\.0 W/);
  await bench(page).getByRole("switch", { name: "Mains supply", checked: true }).click();
  await page.getByRole("region", { name: "No mains" }).waitFor();
  for (const number of [1, 2, 4]) await output(page, number).shows(/Power0\.0 W.*Voltage0\.0 V/);
  await page.getByRole("region", { name: "Whole unit" }).filter({ hasText: /Power0\.0 W.*Voltage0\.0 V.*Frequency0\.00 Hz/ }).waitFor();

  await bench(page).getByRole("switch", { name: "Mains supply", checked: false }).click();
  await page.getByRole("region", { name: "No mains" }).waitFor({ state: "detached" });
  await output(page, 1).shows(/180\.0 W/);
});

test("voltage and loads follow the bench", async (t) => {
  const unit = await Unit.start(t);
  await unit.plug(3, { type: "resistive", watts: 2000 });
  const page = await enter(t, unit);
  await output(page, 3).lever.click();
  await output(page, 3).shows(/2,000\.0 W/);
  await bench(page).getByLabel("Voltage (V)", { exact: true }).fill("115");
  await bench(page).getByLabel("Voltage (V)", { exact: true }).press("Enter");
  await output(page, 3).shows(/Power500\.0 W.*115\.0 V/); // a quarter of the power at half the voltage

  await bench(page).getByLabel("Voltage (V)", { exact: true }).fill("230");
  await bench(page).getByLabel("Load, outlet 3", { exact: true }).selectOption("Constant power");
  await bench(page).getByLabel("Power factor, outlet 3", { exact: true }).waitFor();
  await bench(page).getByLabel("Watts, outlet 3", { exact: true }).fill("250");
  await bench(page).getByLabel("Power factor, outlet 3", { exact: true }).fill("0,5");
  await bench(page).getByLabel("Power factor, outlet 3", { exact: true }).press("Enter");
  await output(page, 3).shows(/Power250\.0 W.*PF0\.50/);
  await bench(page).getByLabel("Load, outlet 3", { exact: true }).selectOption("Nothing");
  await output(page, 3).shows(/Power0\.0 W/);
});

test("every type of load can be plugged in", async (t) => {
  const unit = await Unit.start(t);
  const page = await enter(t, unit);
  await page.request.put(`${unit.url}api/v1/bench/recordings/oven.csv`, { data: "0,100\n60,900\n" });
  const choice = bench(page).getByLabel("Load, outlet 3", { exact: true });
  await choice.getByRole("option", { name: "Power over time" }).waitFor({ state: "attached" });
  const types = await choice.getByRole("option").evaluateAll((options) => options.map((option) => option.value));
  assert.ok(types.length >= 13, types.join());
  for (const type of types) {
    const answered = page.waitForResponse((response) => response.request().method() === "PUT");
    if (await choice.inputValue() === type) await choice.selectOption("none");
    await choice.selectOption(type);
    assert.equal((await answered).status(), 200, type);
    await page.waitForFunction(([select, wanted]) => select.value === wanted, [await choice.elementHandle(), type]);
  }
  assert.equal(await bench(page).getByRole("alert").count(), 0, "nothing was refused");
});

test("a parameter of a load is set, and what the load is doing is told", async (t) => {
  const unit = await Unit.start(t);
  await unit.plug(1, { type: "server", bootS: 0.1, work: "busy" });
  const page = await enter(t, unit);
  const doing = bench(page).getByLabel("What the load is doing, outlet 1", { exact: true });
  await doing.filter({ hasText: /PhaseBusyAliveyes/ }).waitFor();
  await bench(page).getByLabel("Watts frozen, outlet 1", { exact: true }).fill("42");
  await page.keyboard.press("Enter");
  await bench(page).getByLabel("Phase, outlet 1", { exact: true }).selectOption("Frozen");
  await doing.filter({ hasText: /PhaseFrozenAliveno/ }).waitFor();
  await output(page, 1).shows(/Power42\.0 W/);
  await bench(page).getByLabel("Answers ping at, outlet 1", { exact: true }).fill("server.example");
  await page.keyboard.press("Enter");
  await bench(page).getByLabel("Work after boot, outlet 1", { exact: true }).selectOption("Idle");
  await page.waitForFunction(async () => {
    const { outlets } = await (await fetch("api/v1/bench")).json();
    return outlets[0].load.address === "server.example" && outlets[0].load.work === "idle" && outlets[0].load.frozenWatts === 42;
  });
});

test("a dead relay does not close, and a slow one closes late", async (t) => {
  const unit = await Unit.start(t);
  const page = await enter(t, unit);
  await bench(page).getByLabel("Relay timing and wear, outlet 3", { exact: true }).click();
  await bench(page).getByLabel("Closing time (ms), outlet 3", { exact: true }).fill("25");
  await page.keyboard.press("Enter");
  await bench(page).getByLabel("Relay, outlet 3", { exact: true }).selectOption("Dead, stays open");
  await output(page, 3).lever.click();
  await output(page, 3).shows("Relay does not follow: told On, contact is Off.");
  const { relay } = (await unit.api("GET", "bench")).outlets[2];
  assert.deepEqual([relay.fault, relay.operateMs], ["dead", 25]);
});

test("a refused value is told, and the bench shows what holds", async (t) => {
  const page = await enter(t, await Unit.start(t));
  await bench(page).getByLabel("Voltage (V)", { exact: true }).fill("-5");
  await bench(page).getByLabel("Voltage (V)", { exact: true }).press("Enter");
  await bench(page).getByRole("alert").filter({ hasText: "Not done:" }).waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("input")].some((input) => input.value === "230"));
});

test("a stuck and a welded relay are told in words", async (t) => {
  const unit = await Unit.start(t);
  await unit.plug(1, { type: "constantPF", watts: 180, powerFactor: 0.97 });
  const page = await enter(t, unit);
  await bench(page).getByLabel("Relay, outlet 3", { exact: true }).selectOption("Stuck, does not move");
  await output(page, 3).lever.click();
  await output(page, 3).shows("Relay does not follow: told On, contact is Off.");
  await page.getByRole("region", { name: "Needs attention" }).filter({ hasText: "Output 3: the relay does not do what it was told." }).waitFor();
  await output(page, 3).isOff(); // the truth, not the wish

  await bench(page).getByLabel("Relay, outlet 1", { exact: true }).selectOption("Welded, stays closed");
  await output(page, 1).lever.click();
  await answer(page, "Switch off");
  await output(page, 1).shows("Relay does not follow: told Off, contact is On.");
  await output(page, 1).shows(/180\.0 W/);
});

test("inputs are closed and count pulses", async (t) => {
  const page = await enter(t, await Unit.start(t));
  await bench(page).getByText("Pulses: 0").waitFor();
  await bench(page).getByRole("button", { name: "Send a pulse" }).click();
  await bench(page).getByText("Pulses: 1").waitFor();
  await bench(page).getByRole("switch", { name: /closed$/, checked: false }).click();
  await bench(page).getByRole("switch", { name: /closed$/, checked: true }).waitFor();
});
