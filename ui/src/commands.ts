// Commands to the outputs. Nothing is shown as done before the unit says so: an
// output is pending from the click until the answer is there and the live state
// contains it.

import { effect, signal } from "@preact/signals";
import { api, APIError, sentenceOf } from "./api";
import type { ActionName, Output } from "./api.gen";
import { t } from "./i18n/i18n";
import { device, expire } from "./store";

/** A question that is put before something goes off. */
export interface Question {
  kind: "off" | "restart" | "allOff" | "allRestart";
  /** The outputs that would lose power. */
  losing: Output[];
  go: () => void;
}

/** The outputs with a command under way. */
export const pending = signal<ReadonlySet<number>>(new Set());
/** Why the last command to an output did nothing. */
export const failures = signal<ReadonlyMap<number, string>>(new Map());
/** The question that is open. */
export const question = signal<Question | null>(null);

/** Switches an output the other way; asks before an output that is on goes off. */
export function flip(output: Output): void {
  if (output.state !== "on") return void run([output.id], "on");
  question.value = { kind: "off", losing: [output], go: () => void run([output.id], "off") };
}

/** Asks, then switches an output off and on again. */
export function restart(output: Output): void {
  question.value = { kind: "restart", losing: [output], go: () => void run([output.id], "shortOff") };
}

/** Switches all outputs on. */
export function allOn(outputs: Output[]): void {
  void run(ids(outputs), "on");
}

/** Switches all outputs off; asks when any is on. */
export function allOff(outputs: Output[]): void {
  const losing = outputs.filter((output) => output.state !== "off");
  const go = () => void run(ids(outputs), "off");
  if (losing.length === 0) return go();
  question.value = { kind: "allOff", losing, go };
}

/** Asks, then restarts the outputs that are on; the others stay off. */
export function allRestart(outputs: Output[]): void {
  const losing = outputs.filter((output) => output.state === "on");
  question.value = { kind: "allRestart", losing, go: () => void run(ids(losing), "shortOff") };
}

/** Forgets why the last command to an output did nothing. */
export function dismiss(id: number): void {
  note([id], null);
}

const ids = (outputs: Output[]) => outputs.map((output) => output.id);

async function run(targets: number[], action: ActionName): Promise<void> {
  note(targets, null);
  pending.value = new Set([...pending.value, ...targets]);
  try {
    const answer = await api.actAll({ outputs: targets.map((id) => ({ id, action })) });
    const dropped = targets.filter((_, i) => answer.outcomes[i] === "dropped");
    note(dropped, t("state.dropped"));
    await shown(answer.outputs);
  } catch (thrown) {
    if (thrown instanceof APIError && thrown.kind === "unauthenticated") return expire();
    note(targets, t("error.failed", { reason: sentenceOf(thrown) }));
  } finally {
    pending.value = new Set([...pending.value].filter((id) => !targets.includes(id)));
  }
}

function note(targets: number[], failure: string | null): void {
  const next = new Map(failures.value);
  for (const id of targets) failure === null ? next.delete(id) : next.set(id, failure);
  failures.value = next;
}

/**
 * Waits until the live state contains the outputs of an answer, or for 2 s: when
 * the stream is down the page says so itself.
 */
function shown(answered: Output[]): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      queueMicrotask(() => stop());
      resolve();
    };
    const timer = setTimeout(finish, 2000);
    const stop = effect(() => {
      const outputs = device.value?.outputs ?? [];
      if (answered.every((answer) => contains(outputs.find((output) => output.id === answer.id), answer))) finish();
    });
  });
}

/** Whether an output as it is now is at least as new as an answer about it. */
export function contains(now: Output | undefined, answer: Output): boolean {
  if (!now) return true;
  return Date.parse(now.lastChange ?? "") >= Date.parse(answer.lastChange ?? "") || answer.lastChange === null;
}
