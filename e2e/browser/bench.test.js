import { test } from "node:test";
import { answer, enter, output, Unit, useBrowser } from "./harness.js";

useBrowser();

const bench = (page) => page.getByRole("region", { name: "Bench" });

test("cutting mains shows the banner and no watts, returning it brings them back", async (t) => {
  const page = await enter(t, await Unit.start(t));
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
  const page = await enter(t, await Unit.start(t));
  await output(page, 3).lever.click();
  await output(page, 3).shows(/2,000\.0 W/);
  await bench(page).getByLabel("Voltage (V)").fill("115");
  await bench(page).getByLabel("Voltage (V)").press("Enter");
  await output(page, 3).shows(/Power500\.0 W.*115\.0 V/); // a quarter of the power at half the voltage

  await bench(page).getByLabel("Voltage (V)").fill("230");
  await bench(page).getByLabel("Load, outlet 3").selectOption("Constant power");
  await bench(page).getByLabel("Watts, outlet 3").fill("250");
  await bench(page).getByLabel("Power factor, outlet 3").fill("0,5");
  await bench(page).getByLabel("Power factor, outlet 3").press("Enter");
  await output(page, 3).shows(/Power250\.0 W.*PF0\.50/);
  await bench(page).getByLabel("Load, outlet 3").selectOption("Nothing");
  await output(page, 3).shows(/Power0\.0 W/);
});

test("a refused value is told, and the bench shows what holds", async (t) => {
  const page = await enter(t, await Unit.start(t));
  await bench(page).getByLabel("Voltage (V)").fill("-5");
  await bench(page).getByLabel("Voltage (V)").press("Enter");
  await bench(page).getByRole("alert").filter({ hasText: "Not done:" }).waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("input")].some((input) => input.value === "230"));
});

test("a stuck and a welded relay are told in words", async (t) => {
  const page = await enter(t, await Unit.start(t));
  await bench(page).getByLabel("Relay, outlet 3").selectOption("Stuck, does not move");
  await output(page, 3).lever.click();
  await output(page, 3).shows("Relay does not follow: told On, contact is Off.");
  await page.getByRole("region", { name: "Needs attention" }).filter({ hasText: "Output 3: the relay does not do what it was told." }).waitFor();
  await output(page, 3).isOff(); // the truth, not the wish

  await bench(page).getByLabel("Relay, outlet 1").selectOption("Welded, stays closed");
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
