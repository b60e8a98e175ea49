// The live state of the unit, made of the messages of the event stream by pure
// functions: one snapshot, then numbered changes.

import type { Change, Device } from "../api.gen";

/** A message of the stream. */
export type Message = { type: "snapshot"; device: Device } | { type: "change"; change: Change };

/** What a message did: the state after it, or "gap" when messages are missing. */
export type Step = Device | "gap";

/**
 * Takes one message into the state. A change that is contained already leaves the
 * state as it is; one that does not follow the state is a gap, after which only a
 * new snapshot helps.
 */
export function reduce(device: Device | null, message: Message): Step {
  if (message.type === "snapshot") return message.device;
  const { change } = message;
  if (device === null) return "gap";
  if (change.seq <= device.seq) return device;
  if (change.seq !== device.seq + 1) return "gap";
  const { outputs, ...members } = change.device;
  return {
    ...device,
    ...members,
    seq: change.seq,
    // Another model has other outputs; they come whole then.
    outputs: outputs ? (members.model ? outputs : mergeByID(device.outputs, outputs)) : device.outputs,
  };
}

function mergeByID<T extends { id: number }>(all: T[], changed: T[]): T[] {
  const byID = new Map(changed.map((one) => [one.id, one]));
  return all.map((one) => byID.get(one.id) ?? one);
}

/**
 * How far the unit's clock is behind this page's, in ms: the smallest difference
 * between receiving and sending that was seen, since a delay on the way can only
 * add to it.
 */
export function clockOffset(known: number | null, sentAt: number, receivedAt: number): number {
  const difference = receivedAt - sentAt;
  // A clock that was set jumps by far more than any delay on the way.
  if (known === null || difference < known || difference - known > 60_000) return difference;
  return known;
}
