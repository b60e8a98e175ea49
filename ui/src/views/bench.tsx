// The panel of the bench: mains, loads, relay faults and inputs of a virtual unit.
// Every control acts at once; what the bench answers is what is shown.

import { useEffect, useState } from "preact/hooks";
import { api, sentenceOf } from "../api";
import type { Device, Level } from "../api.gen";
import { convertLoad, parseNumber, type BenchChange, type BenchMains, type BenchOutlet, type BenchRelayFault, type BenchState, type Load, type LoadType, type Shift } from "../bench";
import { t } from "../i18n/i18n";
import { WarningIcon } from "./icons";

const loadTypes: LoadType[] = ["none", "resistive", "constantPF", "recording"];
const relayFaults: BenchRelayFault[] = ["none", "stuck", "welded"];
const shifts: Shift[] = ["inductive", "capacitive"];

/** The bench; empty until it has answered. */
export function Bench({ device }: { device: Device }) {
  const { bench, refused, put } = useBench(device.powered);
  const recordings = bench?.recordings.map((recording) => recording.name) ?? [];
  return (
    <section class="panel bench" aria-labelledby="bench-title">
      <header class="panel-head">
        <div>
          <h2 id="bench-title">{t("bench.title")}</h2>
          <p class="muted">{t("bench.lead")}</p>
        </div>
      </header>
      <div role="alert" class="bench-refused">{refused && <><WarningIcon />{refused}</>}</div>
      {bench && (
        <>
          <div class="bench-part">
            <h3>{t("bench.mains")}</h3>
            <Mains mains={bench.mains} put={(change) => put("mains", change)} />
          </div>
          <div class="bench-part">
            <h3>{t("bench.outlets")}</h3>
            <div class="bench-outlets">
              {bench.outlets.map((outlet) => (
                <Outlet
                  key={outlet.id} outlet={outlet} recordings={recordings} put={(change) => put(`outlets/${outlet.id}`, change)}
                  name={device.outputs.find((output) => output.id === outlet.id)?.name ?? ""}
                />
              ))}
            </div>
          </div>
          {bench.inputs.length > 0 && (
            <div class="bench-part">
              <h3>{t("bench.inputs")}</h3>
              {bench.inputs.map((input) => <InputLine key={input.id} id={input.id} level={input.level} device={device} put={(change) => put(`inputs/${input.id}`, change)} />)}
            </div>
          )}
        </>
      )}
    </section>
  );
}

/** The state of the bench, why its last change was refused, and how to change it. */
function useBench(powered: boolean) {
  const [bench, setBench] = useState<BenchState | null>(null);
  const [refused, setRefused] = useState("");
  const load = () => api.get<BenchState>("bench").then(setBench, (thrown) => setRefused(sentenceOf(thrown)));
  // The bench has no events of its own: others who move it are noticed at once by
  // a change of mains, else at the next look.
  useEffect(() => {
    void load();
    const timer = setInterval(() => document.visibilityState === "visible" && void load(), 5000);
    return () => clearInterval(timer);
  }, [powered]);
  const put = async (path: string, change: BenchChange[keyof BenchChange]) => {
    setRefused("");
    try {
      await api.put(`bench/${path}`, change);
    } catch (thrown) {
      setRefused(t("error.failed", { reason: sentenceOf(thrown) }));
    }
    await load();
  };
  return { bench, refused, put };
}

interface SwitchProps {
  on: boolean;
  label: string;
  flip: () => void;
}

function Switch({ on, label, flip }: SwitchProps) {
  return (
    <div class="bench-switch">
      <button type="button" role="switch" class="switch" aria-checked={on} aria-label={label} onClick={flip}><span class="switch-thumb" /></button>
      <span aria-hidden="true">{on ? t("state.on") : t("state.off")}</span>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  /** The name for a screen reader. */
  name: string;
  value: T;
  options: readonly T[];
  text: (option: T) => string;
  set: (option: T) => void;
}

function Choice<T extends string>({ label, name, value, options, text, set }: ChoiceProps<T>) {
  return (
    <label class="field">
      <span>{label}</span>
      <select aria-label={name} value={value} onChange={(e) => set(e.currentTarget.value as T)}>
        {options.map((option) => <option key={option} value={option}>{text(option)}</option>)}
      </select>
    </label>
  );
}

function Mains({ mains, put }: { mains: BenchMains; put: (change: BenchChange["mains"]) => void }) {
  return (
    <div class="bench-line">
      <Switch on={mains.on} label={t("bench.mainsSwitch")} flip={() => put({ on: !mains.on })} />
      <NumberField label={`${t("bench.voltage")} (V)`} value={mains.voltage} set={(voltage) => put({ voltage })} />
      <NumberField label={`${t("bench.frequency")} (Hz)`} value={mains.frequency} set={(frequency) => put({ frequency })} />
    </div>
  );
}

interface OutletProps {
  outlet: BenchOutlet;
  name: string;
  recordings: readonly string[];
  put: (change: BenchChange["outlet"]) => void;
}

function Outlet({ outlet: { id, load, relay }, name, recordings, put }: OutletProps) {
  const label = (field: string) => t("bench.of", { field, number: id });
  const types = loadTypes.filter((type) => type !== "recording" || type === load.type || recordings.length > 0);
  return (
    <fieldset class="bench-outlet">
      <legend>{t("bench.outlet", { number: id, name })}</legend>
      <div class="bench-fields">
        <Choice
          label={t("bench.load")} name={label(t("bench.load"))} value={load.type} options={types}
          text={(type) => t(`bench.load.${type}`)} set={(type) => put({ load: convertLoad(load, type, recordings) })}
        />
        <Choice
          label={t("bench.relay")} name={label(t("bench.relay"))} value={relay.fault} options={relayFaults}
          text={(fault) => t(`bench.relay.${fault}`)} set={(fault) => put({ relay: { fault } })}
        />
        <LoadFields load={load} label={label} recordings={recordings} set={(change) => put({ load: { ...load, ...change } as Load })} />
      </div>
    </fieldset>
  );
}

interface LoadFieldsProps {
  load: Load;
  label: (field: string) => string;
  recordings: readonly string[];
  set: (change: Partial<Extract<Load, { type: "constantPF" }>> | Partial<Extract<Load, { type: "recording" }>>) => void;
}

function LoadFields({ load, label, recordings, set }: LoadFieldsProps) {
  const figure = (text: string, value: number, take: (value: number) => void) => <NumberField label={text} name={label(text)} value={value} set={take} />;
  switch (load.type) {
    case "none":
      return null;
    case "resistive":
      return figure(t("bench.watts"), load.watts, (watts) => set({ watts }));
    case "constantPF":
      return (
        <>
          {load.va === undefined
            ? figure(t("bench.watts"), load.watts ?? 0, (watts) => set({ watts }))
            : figure(t("bench.voltAmperes"), load.va, (va) => set({ va }))}
          {figure(t("bench.powerFactor"), load.powerFactor, (powerFactor) => set({ powerFactor }))}
          <Choice
            label={t("bench.shift")} name={label(t("bench.shift"))} value={load.shift} options={shifts}
            text={(shift) => t(`bench.shift.${shift}`)} set={(shift) => set({ shift })}
          />
        </>
      );
    case "recording":
      return (
        <>
          <Choice
            label={t("bench.file")} name={label(t("bench.file"))} value={load.file} options={[...new Set([load.file, ...recordings])].sort()}
            text={(file) => file} set={(file) => set({ file })}
          />
          {figure(t("bench.ampsPerCount"), load.ampsPerCount, (ampsPerCount) => set({ ampsPerCount }))}
          {figure(t("bench.voltsPerCount"), load.voltsPerCount, (voltsPerCount) => set({ voltsPerCount }))}
        </>
      );
  }
}

interface InputLineProps {
  id: number;
  level: Level;
  device: Device;
  put: (change: BenchChange["input"]) => void;
}

function InputLine({ id, level, device, put }: InputLineProps) {
  const known = device.inputs.find((input) => input.id === id);
  const name = known?.name ?? String(id);
  return (
    <div class="bench-line">
      <Switch on={level === "on"} label={t("bench.inputClosed", { name })} flip={() => put({ level: level === "on" ? "off" : "on" })} />
      <span>{name}</span>
      <span class="figure">{t("bench.pulses", { count: known?.count ?? 0 })}</span>
      <button type="button" class="button" onClick={() => put({ pulses: 1 })}>{t("bench.sendPulse")}</button>
    </div>
  );
}

interface NumberFieldProps {
  label: string;
  /** The name for a screen reader, when the label alone is not enough. */
  name?: string;
  value: number;
  set: (value: number) => void;
}

/** A number that is taken when the field is left or Enter is pressed. */
function NumberField({ label, name, value, set }: NumberFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const invalid = draft !== null && Number.isNaN(parseNumber(draft));
  const take = () => {
    if (draft === null || invalid) return;
    setDraft(null);
    if (parseNumber(draft) !== value) set(parseNumber(draft));
  };
  return (
    <label class="field">
      <span>{label}</span>
      <input
        inputMode="decimal" autocomplete="off" aria-label={name} aria-invalid={invalid || undefined} value={draft ?? String(value)}
        onInput={(e) => setDraft(e.currentTarget.value)} onBlur={take}
        onKeyDown={(e) => { if (e.key === "Enter") take(); if (e.key === "Escape") setDraft(null); }}
      />
    </label>
  );
}
