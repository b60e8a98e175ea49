// The bench of a virtual unit, as /api/v1/bench gives and takes it. Loads are shown
// by the members that the bench prints, so that a new kind of load, or a new member
// of an old one, needs nothing here but, at best, its name in the translations.

import type { Level } from "./api.gen";

/** A member of a load, of its state or of a relay. */
export type Value = number | string | boolean;

/** What is plugged into an outlet: its type and its members. */
export interface Load {
  type: string;
  [member: string]: Value;
}

/** The types of loads, simple ones first. */
export const loadTypes = [
  "none", "resistive", "constantPF", "rectifier", "pfc", "led", "server", "motor", "transformer", "thermostat",
  "capacitor", "inverter", "recording", "trace",
];

/** What can be wrong with a relay. */
export const relayFaults = ["none", "stuck", "welded", "dead"];

/** How a relay moves when the bench prints nothing of it, in milliseconds. */
export const relayTiming = { operateMs: 8, releaseMs: 8, spreadMs: 0, bounceMs: 0 };

/** The phases that a server with power can be put into. */
export const serverPhases = ["boot", "idle", "busy", "frozen"];

/** The values of members of loads that take one of a few. */
export const choices: Record<string, readonly string[]> = {
  shift: ["inductive", "capacitive"],
  work: ["idle", "busy"],
};

/** A relay: its fault, how it moves where that is not the default, its wear. */
export interface BenchRelay extends Partial<typeof relayTiming> {
  fault: string;
  wear?: number;
}

export interface BenchOutlet {
  id: number;
  load: Load;
  relay: BenchRelay;
  operations: number;
  /** What the load is doing, if it does anything. */
  state?: Record<string, Value>;
}

export interface BenchMains {
  on: boolean;
  voltage: number;
  frequency: number;
}

export interface BenchState {
  mains: BenchMains;
  outlets: BenchOutlet[];
  inputs: { id: number; level: Level }[];
  recordings: { name: string }[];
}

/** A change of one part of the bench; what is absent stays. */
export interface BenchChange {
  mains: Partial<BenchMains>;
  outlet: { load: Load } | { relay: Partial<BenchRelay> } | { server: { phase: string } };
  input: { level: Level } | { pulses: number };
}

/** The files that a type of load plays; none for types that play none. */
export function filesFor(type: string, files: readonly string[]): string[] {
  const suffix = { recording: ".i16", trace: ".csv" }[type];
  return suffix ? files.filter((file) => file.endsWith(suffix)) : [];
}

/** The types that can be chosen: without a file there is none to play. */
export function typesFor(load: Load, files: readonly string[]): string[] {
  const playable = (type: string) => (type !== "recording" && type !== "trace") || filesFor(type, files).length > 0;
  return [...new Set([...loadTypes.filter(playable), load.type])];
}

/** A load of another type: what that requires, the rest is up to the bench. */
export function convertLoad(from: Load, type: string, files: readonly string[]): Load {
  const watts = from.watts ?? 100;
  const file = filesFor(type, files)[0] ?? "";
  switch (type) {
    case "resistive":
      return { type, watts };
    case "constantPF":
      return { type, watts, powerFactor: 0.9, shift: "inductive" };
    case "recording":
      // Plausible for a 10-bit or 12-bit converter; the scales belong to the file.
      return { type, file, ampsPerCount: 0.0241, voltsPerCount: 0.0595 };
    case "trace":
      return { type, file };
  }
  return { type };
}

/** The members of a load in the order of the bench, also those that it leaves out while they are empty. */
export function membersOf({ type, ...members }: Load): [string, Value][] {
  return Object.entries(type === "server" ? { ...members, address: members.address ?? "" } : members);
}

const units: Record<string, string> = { UF: "µF", UH: "µH", Ohm: "Ω", Percent: "%", Ms: "ms", Hz: "Hz", C: "°C", K: "K", S: "s", W: "W", V: "V", A: "A" };

/** The words and the unit in the name of a member: "bulkUF" is "Bulk" in µF. */
export function splitMember(member: string): { words: string; unit: string } {
  const suffix = Object.keys(units).find((end) => member.endsWith(end) && /[a-z]$/.test(member.slice(0, -end.length))) ?? "";
  const words = member.slice(0, member.length - suffix.length).replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return { words: words.charAt(0).toUpperCase() + words.slice(1), unit: units[suffix] ?? "" };
}

/** A number as typed, with a decimal point or comma; NaN when it is none. */
export function parseNumber(text: string): number {
  const plain = text.trim().replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}
