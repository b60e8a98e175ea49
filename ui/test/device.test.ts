import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change, Device, Output } from "../src/api.gen";
import { clockOffset, reduce } from "../src/live/device";

const output = (id: number, state: Output["state"]) => ({ id, name: `output_${id}`, state }) as Output;
const device = { seq: 7, name: "rack", powered: true, frequencyHz: 50, outputs: [output(1, "off"), output(2, "off")] } as Device;
const change = (seq: number, members: Partial<Device>): { type: "change"; change: Change } => ({
  type: "change",
  change: { seq, at: "2026-01-01T00:00:00Z", event: { name: "powerUpDone" }, device: members },
});

test("a snapshot replaces everything", () => {
  const other = { ...device, seq: 3 };
  assert.equal(reduce(device, { type: "snapshot", device: other }), other);
  assert.equal(reduce(null, { type: "snapshot", device }), device);
});

test("a change replaces its members and its outputs, and nothing else", () => {
  const after = reduce(device, change(8, { frequencyHz: 49.9, outputs: [output(2, "on")] }));
  assert.notEqual(after, "gap");
  const now = after as Device;
  assert.equal(now.seq, 8);
  assert.equal(now.frequencyHz, 49.9);
  assert.equal(now.name, "rack");
  assert.equal(now.outputs[0], device.outputs[0], "an output that did not change stays the same object");
  assert.equal(now.outputs[1]?.state, "on");
  assert.equal(device.outputs[1]?.state, "off", "the state before is not written to");
});

test("a change to null is a change", () => {
  const running = { ...device, powerUp: { remaining: [1], nextAt: "2026-01-01T00:00:00Z" } };
  assert.equal((reduce(running, change(8, { powerUp: null })) as Device).powerUp, null);
});

test("another model brings its outputs whole", () => {
  const model = { id: "4c" } as Device["model"];
  const after = reduce(device, change(8, { model, outputs: [output(1, "on"), output(2, "on"), output(3, "on")] })) as Device;
  assert.equal(after.outputs.length, 3);
});

test("what is contained already changes nothing, what is missing is a gap", () => {
  assert.equal(reduce(device, change(7, { powered: false })), device);
  assert.equal(reduce(device, change(3, { powered: false })), device);
  assert.equal(reduce(device, change(9, { powered: false })), "gap");
  assert.equal(reduce(null, change(8, {})), "gap");
});

test("the clock offset is the smallest difference seen, until a clock is set", () => {
  assert.equal(clockOffset(null, 1000, 1300), 300);
  assert.equal(clockOffset(300, 2000, 2050), 50);
  assert.equal(clockOffset(50, 3000, 3900), 50, "a delay on the way is no change of the clock");
  assert.equal(clockOffset(50, 3000, 3000 + 3_600_000), 3_600_000, "an hour is");
});
