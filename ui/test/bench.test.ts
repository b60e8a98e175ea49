import assert from "node:assert/strict";
import { test } from "node:test";
import { convertLoad, filesFor, loadTypes, membersOf, parseNumber, splitMember, typesFor } from "../src/bench";
import { percent, rounded } from "../src/format";
import { en } from "../src/i18n/en";

test("numbers are read as people type them", () => {
  for (const [text, want] of [["230", 230], [" 0,95 ", 0.95], ["-1.5", -1.5], ["", NaN], ["12a", NaN]] as const) {
    assert.ok(Object.is(parseNumber(text), want), text);
  }
});

test("another type of load gets what it requires and keeps its watts", () => {
  const files = ["dishwasher.csv", "kettle-1.i16"];
  assert.deepEqual(convertLoad({ type: "resistive", watts: 60 }, "constantPF", files), { type: "constantPF", watts: 60, powerFactor: 0.9, shift: "inductive" });
  assert.deepEqual(convertLoad({ type: "none" }, "resistive", files), { type: "resistive", watts: 100 });
  assert.deepEqual(convertLoad({ type: "constantPF", va: 50, powerFactor: 1, shift: "inductive" }, "resistive", files), { type: "resistive", watts: 100 });
  assert.deepEqual(convertLoad({ type: "resistive", watts: 4000 }, "pfc", files), { type: "pfc" }, "its own defaults");
  assert.deepEqual(convertLoad({ type: "none" }, "trace", files), { type: "trace", file: "dishwasher.csv" });
  assert.equal(convertLoad({ type: "none" }, "recording", files).file, "kettle-1.i16");
});

test("types that play files are offered where there are files, unknown ones stay", () => {
  assert.deepEqual(typesFor({ type: "none" }, []), loadTypes.filter((type) => type !== "recording" && type !== "trace"));
  assert.deepEqual(typesFor({ type: "none" }, ["a.i16", "b.csv"]), loadTypes);
  assert.equal(typesFor({ type: "plasma" }, []).at(-1), "plasma");
  assert.deepEqual(filesFor("trace", ["a.i16", "b.csv"]), ["b.csv"]);
  assert.deepEqual(filesFor("motor", ["a.i16"]), []);
});

test("every type of load has a name", () => {
  for (const type of loadTypes) assert.ok(`bench.load.${type}` in en, type);
});

test("the address of a server can be given where there is none", () => {
  assert.deepEqual(membersOf({ type: "server", bootS: 40 }), [["bootS", 40], ["address", ""]]);
  assert.deepEqual(membersOf({ type: "led", watts: 40 }), [["watts", 40]]);
});

test("members that have no translation are readable", () => {
  for (const [member, words, unit] of [
    ["bulkUF", "Bulk", "µF"], ["ntcTemperatureC", "Ntc temperature", "°C"], ["resistanceOhm", "Resistance", "Ω"], ["noLoadPercent", "No load", "%"],
    ["operateMs", "Operate", "ms"], ["bootS", "Boot", "s"], ["watts", "Watts", ""], ["va", "Va", ""], ["powerFactor", "Power factor", ""], ["S", "S", ""],
  ] as const) {
    assert.deepEqual(splitMember(member), { words, unit }, member);
  }
});

test("figures of the state have about three digits", () => {
  for (const [value, text] of [[388.27, "388"], [60.24, "60.2"], [0.4, "0.4"], [-0.5, "\u22120.5"], [1e-9, "0"], [-1e-9, "0"]] as const) {
    assert.equal(rounded(value), text);
  }
  assert.equal(percent(2e-7), "0.00002%");
  assert.equal(percent(0.5), "50%");
});
