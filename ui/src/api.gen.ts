// Code generated from web/api.go by "go generate ./web". DO NOT EDIT.
// Types of the admin API. Times are RFC 3339 strings.

/** ActionName names an action. */
export type ActionName = "off" | "on" | "shortOff" | "shortOn" | "toggle" | "noChange" | "ignore";

/** KindName classifies an error by what the caller can do about it. */
export type KindName = "internal" | "invalid" | "notFound" | "unauthenticated" | "forbidden" | "conflict" | "unavailable" | "tooLarge" | "tooMany";

export type Level = "unknown" | "off" | "on";

/** OutcomeName says what became of one command. */
export type OutcomeName = "switched" | "unchanged" | "dropped";

export type PowerUpState = "off" | "on" | "last";

export type Privilege = "can_login" | "can_control_outputs" | "can_alter_outputs" | "can_view_settings" | "can_alter_settings" | "can_browse_logs" | "can_alter_users" | "can_alter_rules" | "can_use_tunnels";

/** RelayFaultName says what is wrong with a relay; "" for nothing. */
export type RelayFaultName = "" | "notFollowing" | "movedItself" | "driveFailed";

export type Role = "administrator" | "user" | "guest";

export type Severity = "warning" | "error";

/** SourceName names who caused something. */
export type SourceName = "system" | "m2m" | "automation" | "web" | "button" | "protection";

/** ErrorBody is the one form in which every error is answered. */
export interface ErrorBody {
  error: ErrorInfo;
}

/** ErrorInfo describes one error. */
export interface ErrorInfo {
  kind: KindName;
  /** stable, the key of translations */
  code: string;
  /** for people: what was attempted and what to do */
  message: string;
  /** parameters of the translation */
  args: Record<string, unknown>;
  /** every faulty field, when a document was refused */
  faults: FaultInfo[];
}

/** FaultInfo is one faulty field of a refused document. */
export interface FaultInfo {
  /** "outputs[2].shortDelayMs" */
  path: string;
  code: string;
  message: string;
  args: Record<string, unknown>;
}

/** SessionRequest opens a session. */
export interface SessionRequest {
  user: string;
  password: string;
}

/** Session says who is logged in and what they may do. */
export interface Session {
  user: string;
  role: Role;
  privileges: Privilege[];
}

/** Setup tells whether the first password has yet to be chosen. */
export interface Setup {
  needed: boolean;
}

/** SetupRequest chooses the password of the first account, an administrator. */
export interface SetupRequest {
  password: string;
}

/** Device is the whole live state of the unit. */
export interface Device {
  /** number of the newest event contained */
  seq: number;
  model: Model;
  name: string;
  /** "24:A4:2C:39:31:16" */
  mac: string;
  serial: string;
  /** version that clients of this model expect */
  firmware: string;
  /** version of this software */
  version: string;
  /** moment of this state, in the unit's time zone */
  time: string;
  uptimeSeconds: number;
  /** a virtual unit with a bench under /api/v1/bench */
  demo: boolean;
  /** mains is present */
  powered: boolean;
  /** 0 without mains */
  frequencyHz: number;
  /** the whole device; null without a meter */
  inlet: Reading | null;
  /** null without a meter */
  inletEnergy: Energy | null;
  /** in the order of their numbers */
  outputs: Output[];
  inputs: Input[];
  /** the power-up sequence while it runs */
  powerUp: PowerUp | null;
}

/** Model is what kind of unit this is. */
export interface Model {
  /** value of --model */
  id: string;
  name: string;
  generation: "4x" | "esp";
  /** how many there are */
  outputs: number;
  inputs: number;
  /** outputs with a meter of their own */
  metered: number[];
}

/** Reading is what metering says of one channel over its last window, about
 * 200 ms. Powers are signed: negative means that the load feeds back. */
export interface Reading {
  /** RMS */
  voltageV: number;
  /** RMS */
  currentA: number;
  activePowerW: number;
  apparentPowerVA: number;
  /** of the fundamental; positive is inductive */
  reactivePowerVAr: number;
  /** -1 to 1; 0 without load */
  powerFactor: number;
  /** current against voltage, -180 to 180; negative is capacitive */
  phaseDeg: number;
  /** peak over RMS of the current; 0 without load */
  crestFactor: number;
}

/** Energy holds the counters of one channel in watt hours with fractions. */
export interface Energy {
  /** since ResetAt */
  forwardWh: number;
  /** since ResetAt */
  reverseWh: number;
  forwardLifeWh: number;
  reverseLifeWh: number;
  resetAt: string | null;
}

/** Output is the live state and the settings of one output. */
export interface Output {
  id: number;
  name: string;
  metered: boolean;
  /** what the output is held to be: commanded, or the contact once it does not follow */
  state: Level;
  /** what the relay was last told */
  commanded: Level;
  /** what the board sees */
  contact: Level;
  fault: RelayFaultName;
  /** the short off or short on that runs */
  pulse: Pulse | null;
  /** null without a meter */
  reading: Reading | null;
  /** null without a meter */
  energy: Energy | null;
  /** time of a pulse without one of its own */
  shortDelayMs: number;
  /** what happens after a real loss of power */
  powerUp: PowerUpState;
  powerUpIntervalMs: number;
  /** when commanded last changed */
  lastChange: string | null;
  /** by whom */
  lastOrigin: Origin;
  /** of the last command that drove this relay */
  timing: Timing;
}

/** Pulse is a running short off or short on. */
export interface Pulse {
  action: "shortOff" | "shortOn";
  /** its full length */
  delayMs: number;
  endsAt: string;
  origin: Origin;
}

/** Origin says who caused something. */
export interface Origin {
  source: SourceName;
  /** "json", "web", "button", "pulse", ... */
  protocol: string;
  /** "" when none was needed */
  user: string;
  /** "" when local */
  addr: string;
}

/** Timing holds the marks of one command on its way to the contacts. A mark is
 * null until it is reached, or when it does not apply. */
export interface Timing {
  /** the whole request was there */
  received: string | null;
  /** it was checked and clear what to do */
  decided: string | null;
  /** the coil was driven */
  driven: string | null;
  /** the contact was seen in its new position */
  confirmed: string | null;
}

/** Input is the live state of one digital input. */
export interface Input {
  id: number;
  name: string;
  level: Level;
  /** S0 pulses, wraps at 2^32 */
  count: number;
}

/** PowerUp is the power-up sequence while it runs. */
export interface PowerUp {
  /** in the order in which they will be switched on */
  remaining: number[];
  nextAt: string;
}

/** ActionRequest acts on the output in the path. */
export interface ActionRequest {
  /** a name, or a number 0 to 5 */
  action: ActionName | number;
  /** time of a pulse, 100 to 86400000; the output's own when absent */
  delayMs?: number;
}

/** ActionResult says what became of an ActionRequest. */
export interface ActionResult {
  outcome: OutcomeName;
  output: Output;
  timing: Timing;
}

/** ActionsRequest acts on several outputs: all entries are checked, then applied
 * in order, or none is. */
export interface ActionsRequest {
  outputs: ActionsEntry[];
}

/** ActionsEntry is the part of an ActionsRequest for one output. */
export interface ActionsEntry {
  id: number;
  /** a name, or a number 0 to 6 */
  action: ActionName | number;
  /** time of a pulse, 100 to 86400000 */
  delayMs?: number;
  /** the state to take; only with the action "ignore" */
  state?: Level;
}

/** ActionsResult says what became of an ActionsRequest. */
export interface ActionsResult {
  /** one for each entry, in its order */
  outcomes: OutcomeName[];
  /** every output that was named, once, in the order of their numbers */
  outputs: Output[];
  timing: Timing;
}

/** OutputPatch changes settings of one output; what is absent stays. */
export interface OutputPatch {
  name?: string;
  /** 100 to 86400000 */
  shortDelayMs?: number;
  powerUp?: PowerUpState;
  powerUpIntervalMs?: number;
}

/** EnergyResetRequest clears resettable counters. */
export interface EnergyResetRequest {
  /** absent: all outputs and the device */
  outputs?: number[];
}

/** Health lists what a person should know about. */
export interface Health {
  /** no condition of severity "error" */
  ok: boolean;
  conditions: Condition[];
}

/** Condition is one thing that is wrong. Code and subject together name it. */
export interface Condition {
  /** stable, the key of translations */
  code: string;
  /** what it is about: "http", "output 3" */
  subject: string;
  severity: Severity;
  text: string;
  args?: Record<string, unknown>;
  since: string;
}

/** ProtocolStatus says how one protocol service is doing. */
export interface ProtocolStatus {
  /** also its member of "protocols" in the configuration */
  name: string;
  enabled: boolean;
  running: boolean;
  /** addresses it answers on */
  listen: string[];
  /** why it does not run although enabled; "" otherwise */
  error: string;
}

/** Change is one change event of the stream. */
export interface Change {
  /** consecutive */
  seq: number;
  at: string;
  event: DeviceEvent;
  /** the members that changed; outputs holds the changed ones only, each whole */
  device: Partial<Device>;
}

/** OutputSwitchedEvent: the commanded level of an output changed, or a pulse was
 * started or ended on it. */
export interface OutputSwitchedEvent {
  name: "outputSwitched";
  output: number;
  from: Level;
  to: Level;
  action: ActionName;
  /** the pulse that this event started */
  pulse: Pulse | null;
  /** this event ended a pulse, by time or by interruption */
  ended: boolean;
  origin: Origin;
}

/** CommandDroppedEvent: a command was ignored because a pulse runs on the output. */
export interface CommandDroppedEvent {
  name: "commandDropped";
  output: number;
  action: ActionName;
  origin: Origin;
}

/** ContactMovedEvent: a contact was seen in a new position. */
export interface ContactMovedEvent {
  name: "contactMoved";
  output: number;
  level: Level;
  /** of the command that it follows */
  timing: Timing;
}

/** RelayFaultChangedEvent: a relay stopped following its commands, or follows again. */
export interface RelayFaultChangedEvent {
  name: "relayFaultChanged";
  output: number;
  fault: RelayFaultName;
}

/** MeasuredEvent: measured values are new. */
export interface MeasuredEvent {
  name: "measured";
  /** length of the metering window; 0 when only energy counters are new */
  windowMs: number;
}

/** InputChangedEvent: a digital input changed its level or counted pulses. */
export interface InputChangedEvent {
  name: "inputChanged";
  input: number;
  level: Level;
  /** counted with this event */
  pulses: number;
}

/** PowerChangedEvent: mains was lost or returned. */
export interface PowerChangedEvent {
  name: "powerChanged";
  powered: boolean;
}

/** PowerUpDoneEvent: the power-up sequence has ended. */
export interface PowerUpDoneEvent {
  name: "powerUpDone";
}

/** EnergyResetEvent: resettable counters were cleared. */
export interface EnergyResetEvent {
  name: "energyReset";
  /** none: all and the device */
  outputs: number[];
  origin: Origin;
}

/** SettingsChangedEvent: settings in the device document are new. */
export interface SettingsChangedEvent {
  name: "settingsChanged";
  origin: Origin;
}

/** JournalFaultEvent: the state could not be written to storage, or can be again. */
export interface JournalFaultEvent {
  name: "journalFault";
  /** "" when it can be written again */
  error: string;
}

/** DeviceEvent is one thing that happened to the unit. */
export type DeviceEvent =
  | OutputSwitchedEvent
  | CommandDroppedEvent
  | ContactMovedEvent
  | RelayFaultChangedEvent
  | MeasuredEvent
  | InputChangedEvent
  | PowerChangedEvent
  | PowerUpDoneEvent
  | EnergyResetEvent
  | SettingsChangedEvent
  | JournalFaultEvent;
