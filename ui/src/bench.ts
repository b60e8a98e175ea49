// The bench of a virtual unit, as /api/v1/bench gives and takes it.

import type { Level } from "./api.gen";

/** The side to which the current of a load is shifted. */
export type Shift = "inductive" | "capacitive";

/** What is plugged into an outlet. */
export type Load =
  | { type: "none" }
  | { type: "resistive"; watts: number }
  | { type: "constantPF"; watts?: number; va?: number; powerFactor: number; shift: Shift }
  | { type: "recording"; file: string; ampsPerCount: number; voltsPerCount: number; rate?: number };

/** A kind of load. */
export type LoadType = Load["type"];

/** What is wrong with a relay of the bench. */
export type BenchRelayFault = "none" | "stuck" | "welded";

export interface BenchOutlet {
  id: number;
  load: Load;
  relay: { fault: BenchRelayFault };
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
  outlet: { load: Load } | { relay: { fault: BenchRelayFault } };
  input: { level: Level } | { pulses: number };
}

/** A load of another type, keeping what both have in common. */
export function convertLoad(from: Load, type: LoadType, recordings: readonly string[]): Load {
  const watts = ("watts" in from ? from.watts : undefined) ?? 100;
  switch (type) {
    case "none":
      return { type };
    case "resistive":
      return { type, watts };
    case "constantPF":
      return { type, watts, powerFactor: 0.9, shift: "inductive" };
    case "recording":
      // Plausible for a 10-bit or 12-bit converter; the scales belong to the file.
      return { type, file: recordings[0] ?? "", ampsPerCount: 0.0241, voltsPerCount: 0.0595 };
  }
}

/** A number as typed, with a decimal point or comma; NaN when it is none. */
export function parseNumber(text: string): number {
  const plain = text.trim().replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}
