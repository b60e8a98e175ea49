// What the page knows, as signals. Views read it; the functions below and
// commands.ts change it.

import { computed, signal } from "@preact/signals";
import { api, APIError } from "./api";
import type { Change, Condition, Device, Privilege, Session } from "./api.gen";
import { announcementOf } from "./announce";
import { t } from "./i18n/i18n";
import { clockOffset, reduce, type Message } from "./live/device";
import type { StreamEvent } from "./live/sse";
import { Stream, type Connection } from "./live/stream";

/** Where a visitor stands. */
export type Access =
  | { stage: "checking" }
  | { stage: "unreachable" }
  | { stage: "setup" }
  | { stage: "login"; expired: boolean }
  | { stage: "in"; session: Session };

export const access = signal<Access>({ stage: "checking" });
export const device = signal<Device | null>(null);
export const connection = signal<Connection>("connecting");
export const conditions = signal<Condition[]>([]);
/** When the last message came, by this page's clock. */
export const lastMessageAt = signal(Date.now());
/** What the screen reader is told. */
export const announcement = signal("");
/** The unit's clock is this many ms behind the page's. */
const offset = signal<number | null>(null);

export const session = computed(() => (access.value.stage === "in" ? access.value.session : null));

/** Whether the account that is signed in has a privilege. */
export function may(privilege: Privilege): boolean {
  return session.value?.privileges.includes(privilege) ?? false;
}

/** How many ms are left until a moment of the unit's clock. */
export function remaining(at: string, now: number): number {
  return Date.parse(at) + (offset.value ?? 0) - now;
}

let stream: Stream | null = null;
let healthTimer: ReturnType<typeof setInterval> | undefined;

/** Finds out where the visitor stands. */
export async function enter(): Promise<void> {
  access.value = { stage: "checking" };
  try {
    admit(await api.session());
  } catch (thrown) {
    if (!(thrown instanceof APIError) || thrown.kind !== "unauthenticated") {
      access.value = { stage: "unreachable" };
      return;
    }
    access.value = (await setupNeeded()) ? { stage: "setup" } : { stage: "login", expired: false };
  }
}

async function setupNeeded(): Promise<boolean> {
  try {
    return (await api.setup()).needed;
  } catch {
    return false; // the login says what is wrong
  }
}

/** Signs in; throws an APIError when that is refused. */
export async function login(user: string, password: string): Promise<void> {
  admit(await api.login(user, password));
}

/** Chooses the first password and signs in with it. */
export async function setup(password: string): Promise<void> {
  admit(await api.choosePassword(password));
}

/** Signs out. */
export async function logout(): Promise<void> {
  await api.logout().catch(() => undefined); // the page forgets either way
  leave(false);
}

/** The session has ended on the unit's side. */
export function expire(): void {
  if (access.value.stage === "in") leave(true);
}

function admit(session: Session): void {
  access.value = { stage: "in", session };
  connection.value = "connecting";
  stream = new Stream({
    event: takeEvent,
    state: takeConnection,
    unauthenticated: expire,
    // Measurements come all the time while there is mains; without it, the
    // heartbeat of the stream is due every 15 s.
    silenceLimit: () => (device.value?.powered ? 4000 : 20_000),
  });
  void stream.run();
  void refreshHealth();
  healthTimer = setInterval(() => void refreshHealth(), 10_000);
}

function leave(expired: boolean): void {
  stream?.stop();
  stream = null;
  clearInterval(healthTimer);
  device.value = null;
  conditions.value = [];
  access.value = { stage: "login", expired };
}

/** Tries the connection at once. */
export function reconnect(): void {
  stream?.reconnect();
}

function takeEvent(event: StreamEvent): void {
  const message = messageOf(event);
  if (!message) return;
  const before = device.value;
  const after = reduce(before, message);
  if (after === "gap") {
    reconnect(); // a new connection starts with a snapshot
    return;
  }
  const now = Date.now();
  lastMessageAt.value = now;
  const sentAt = message.type === "snapshot" ? message.device.time : message.change.at;
  offset.value = clockOffset(offset.value, Date.parse(sentAt), now);
  device.value = after;
  if (message.type === "change" && before) noteChange(message.change, after);
}

function messageOf(event: StreamEvent): Message | null {
  switch (event.name) {
    case "snapshot":
      return { type: "snapshot", device: JSON.parse(event.data) as Device };
    case "change":
      return { type: "change", change: JSON.parse(event.data) as Change };
  }
  return null;
}

let announcedAt = 0;

/** Tells the screen reader; what comes together is told together. */
function announce(sentence: string): void {
  const now = Date.now();
  announcement.value = now - announcedAt < 500 ? `${announcement.value}. ${sentence}` : sentence;
  announcedAt = now;
}

function noteChange(change: Change, after: Device): void {
  const sentence = announcementOf(change.event, after);
  if (sentence) announce(sentence);
  // The unit makes conditions of its events; it gets a moment for that.
  if (change.event.name === "relayFaultChanged" || change.event.name === "journalFault") setTimeout(() => void refreshHealth(), 300);
}

function takeConnection(state: Connection): void {
  if (state === connection.value) return;
  if (state === "stale") announce(t("connection.lost"));
  if (state === "live" && connection.value === "stale") {
    announce(t("announce.live"));
    void refreshHealth();
  }
  connection.value = state;
}

async function refreshHealth(): Promise<void> {
  try {
    conditions.value = (await api.health()).conditions;
  } catch (thrown) {
    if (thrown instanceof APIError && thrown.kind === "unauthenticated") expire();
  }
}
