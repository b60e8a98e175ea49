import assert from "node:assert/strict";
import { test } from "node:test";
import { enter, folder, login, output, Unit, useBrowser, visit } from "./harness.js";

useBrowser();

test("a wrong password is refused in words, the right one opens the page", async (t) => {
  const page = await visit(t, await Unit.start(t));
  await login(page, "admin", "wrong");
  await page.getByRole("alert").filter({ hasText: "User or password is wrong." }).waitFor();
  await login(page, "admin");
  await page.getByRole("heading", { name: "Outputs" }).waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
});

test("the first visit chooses the password", async (t) => {
  const unit = await Unit.start(t, ["run", "--state", folder()]);
  const page = await visit(t, unit);
  const choose = async (password, repeated) => {
    await page.getByLabel("New password").fill(password);
    await page.getByLabel("Repeat the password").fill(repeated);
    await page.getByRole("button", { name: "Set password and sign in" }).click();
  };
  await choose("correct horse", "correct house");
  await page.getByRole("alert").filter({ hasText: "The two passwords differ." }).waitFor();
  await choose("short", "short");
  await page.getByRole("alert").filter({ hasText: "The password needs at least 8 characters." }).waitFor();
  await choose("correct horse", "correct horse");
  await page.getByRole("heading", { name: "Outputs" }).waitFor();
  assert.equal(await page.getByRole("heading", { name: "Bench" }).count(), 0, "a real unit has no bench");

  const other = await visit(t, unit);
  await login(other, "admin", "correct horse");
  await other.getByRole("heading", { name: "Outputs" }).waitFor();
});

test("signing out and an ended session lead to the login, and back", async (t) => {
  const page = await enter(t, await Unit.start(t));
  await page.getByRole("button", { name: "Signed in as admin" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Sign in to see and switch this unit.").waitFor();
  await login(page, "admin");
  await output(page, 1).isOn();

  await page.request.delete(new URL("api/v1/session", page.url()).href); // the session ends elsewhere
  await page.getByText("Your session has ended.").waitFor();
  await login(page, "admin");
  await output(page, 1).isOn();
});

test("a reload keeps the session", async (t) => {
  const page = await enter(t, await Unit.start(t));
  await page.reload();
  await output(page, 1).isOn();
});

test("silence makes the values stale, and the page recovers by itself", async (t) => {
  const unit = await Unit.start(t);
  const page = await enter(t, unit);
  await page.getByText("Live", { exact: true }).waitFor();
  unit.process.kill("SIGSTOP");
  await page.getByRole("region", { name: "Values are not live" }).waitFor();
  await page.getByText("Not live", { exact: true }).waitFor();
  unit.process.kill("SIGCONT");
  await page.getByText("Live", { exact: true }).waitFor();
  await page.getByRole("region", { name: "Values are not live" }).waitFor({ state: "hidden" });
});

test("a unit that restarts is found again", async (t) => {
  const unit = await Unit.start(t);
  const page = await enter(t, unit);
  const { address } = unit;
  await unit.stop("SIGKILL");
  await page.getByText("Not live", { exact: true }).waitFor();
  await Unit.start(t, ["demo", "--listen", `http=${address}`]);
  await page.getByText("Your session has ended.").waitFor();
  await login(page, "admin");
  await page.getByText("Live", { exact: true }).waitFor();
});
