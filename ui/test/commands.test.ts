import assert from "node:assert/strict";
import { test } from "node:test";
import type { Output } from "../src/api.gen";
import { contains } from "../src/commands";

const changed = (lastChange: string | null) => ({ id: 1, lastChange }) as Output;

test("an answer is contained once the live output is as new", () => {
  const before = changed("2026-01-01T00:00:01.000Z");
  const after = changed("2026-01-01T00:00:02.000000001Z");
  assert.equal(contains(before, after), false);
  assert.equal(contains(after, after), true);
  assert.equal(contains(after, before), true, "a newer change overtook the answer");
  assert.equal(contains(changed(null), after), false, "its first change is not there yet");
  assert.equal(contains(changed(null), changed(null)), true);
  assert.equal(contains(undefined, after), true, "an output that is gone is not waited for");
});
