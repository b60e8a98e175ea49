// The bench of a virtual unit, as /api/v1/bench gives and takes it.

/** What is plugged into an outlet. */
export type Load =
  | { type: "none" }
  | { type: "resistive"; watts: number }
  | { type: "constantPF"; watts: number; powerFactor: number }
  | { type: "recording"; file: string; ampsPerCount: number; voltsPerCount: number };

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
  recordings?: string[];
}

/** A load of another type, keeping what both have in common. */
export function convertLoad(from: Load, type: LoadType, recordings: readonly string[]): Load {
  const watts = "watts" in from ? from.watts : 100;
  switch (type) {
    case "none":
      return { type };
    case "resistive":
      return { type, watts };
    case "constantPF":
      return { type, watts, powerFactor: 0.9 };
    case "recording":
      // The scales of the recordings that come with the project's tests.
      return { type, file: recordings[0] ?? "", ampsPerCount: 0.0241, voltsPerCount: 0.0595 };
  }
}

/** A number as typed, with a decimal point or comma; NaN when it is none. */
export function parseNumber(text: string): number {
  const plain = text.trim().replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}
