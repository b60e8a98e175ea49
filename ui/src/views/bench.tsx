// The panel of the bench: mains, loads and relay faults of a virtual unit. Every
// control acts at once; what the bench answers is what is shown.

import { useEffect, useState } from "preact/hooks";
import { api, sentenceOf } from "../api";
import type { Device } from "../api.gen";
import { convertLoad, parseNumber, type BenchMains, type BenchOutlet, type BenchRelayFault, type BenchState, type Load, type LoadType } from "../bench";
import { t } from "../i18n/i18n";

const loadTypes: LoadType[] = ["none", "resistive", "constantPF", "recording"];
const relayFaults: BenchRelayFault[] = ["none", "stuck", "welded"];

/** The bench, or nothing while it has not answered. */
export function Bench({ device }: { device: Device }) {
  const [bench, setBench] = useState<BenchState | null>(null);
  const [refused, setRefused] = useState("");
  const load = () => api.get<BenchState>("bench").then(setBench, (thrown) => setRefused(sentenceOf(thrown)));
  // Somebody else may have moved the bench: mains shows it at once, the rest is
  // looked up now and then.
  useEffect(() => {
    void load();
    const timer = setInterval(() => document.visibilityState === "visible" && void load(), 5000);
    return () => clearInterval(timer);
  }, [device.powered]);
  const put = async (path: string, body: unknown) => {
    setRefused("");
    try {
      await api.put(`bench/${path}`, body);
    } catch (thrown) {
      setRefused(t("error.failed", { reason: sentenceOf(thrown) }));
    }
    await load();
  };
  return (
    <section class="panel bench" aria-labelledby="bench-title">
      <header class="panel-head">
        <div>
          <h2 id="bench-title">{t("bench.title")}</h2>
          <p class="muted">{t("bench.lead")}</p>
        </div>
      </header>
      <p class="bench-refused" role="alert">{refused}</p>
      {bench && (
        <>
          <Mains mains={bench.mains} put={(change) => put("mains", change)} />
          <div class="bench-part">
            <h3>{t("bench.outlets")}</h3>
            {bench.outlets.map((outlet) => (
              <Outlet
                key={outlet.id} outlet={outlet} recordings={bench.recordings ?? []}
                name={device.outputs.find((output) => output.id === outlet.id)?.name ?? ""}
                put={(change) => put(`outlets/${outlet.id}`, change)}
              />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function Mains({ mains, put }: { mains: BenchMains; put: (change: Partial<BenchMains>) => void }) {
  return (
    <div class="bench-part">
      <h3>{t("bench.mains")}</h3>
      <div class="bench-mains">
        <div class="bench-switch">
          <button type="button" role="switch" class="switch" aria-checked={mains.on} aria-label={t("bench.mainsSwitch")} onClick={() => put({ on: !mains.on })}>
            <span class="switch-thumb" />
          </button>
          <span aria-hidden="true">{mains.on ? t("state.on") : t("state.off")}</span>
        </div>
        <NumberField label={`${t("bench.voltage")} (V)`} value={mains.voltage} set={(voltage) => put({ voltage })} />
        <NumberField label={`${t("bench.frequency")} (Hz)`} value={mains.frequency} set={(frequency) => put({ frequency })} />
      </div>
    </div>
  );
}

interface OutletProps {
  outlet: BenchOutlet;
  name: string;
  recordings: readonly string[];
  put: (change: { load: Load } | { relay: { fault: BenchRelayFault } }) => void;
}

function Outlet({ outlet: { id, load, relay }, name, recordings, put }: OutletProps) {
  const label = (field: string) => t("bench.of", { field, number: id });
  const set = (change: Partial<Load>) => put({ load: { ...load, ...change } as Load });
  return (
    <fieldset class="bench-outlet">
      <legend>{t("bench.outlet", { number: id, name })}</legend>
      <div class="bench-fields">
        <label class="field">
          <span>{t("bench.load")}</span>
          <select aria-label={label(t("bench.load"))} value={load.type} onChange={(e) => put({ load: convertLoad(load, e.currentTarget.value as LoadType, recordings) })}>
            {loadTypes.map((type) => <option key={type} value={type}>{t(`bench.load.${type}`)}</option>)}
          </select>
        </label>
        {"watts" in load && <NumberField label={t("bench.watts")} name={label(t("bench.watts"))} value={load.watts} set={(watts) => set({ watts })} />}
        {load.type === "constantPF" && (
          <NumberField label={t("bench.powerFactor")} name={label(t("bench.powerFactor"))} value={load.powerFactor} set={(powerFactor) => set({ powerFactor })} />
        )}
        {load.type === "recording" && <Recording load={load} label={label} recordings={recordings} set={set} />}
        <label class="field">
          <span>{t("bench.relay")}</span>
          <select aria-label={label(t("bench.relay"))} value={relay.fault} onChange={(e) => put({ relay: { fault: e.currentTarget.value as BenchRelayFault } })}>
            {relayFaults.map((fault) => <option key={fault} value={fault}>{t(`bench.relay.${fault}`)}</option>)}
          </select>
        </label>
      </div>
    </fieldset>
  );
}

interface RecordingProps {
  load: Extract<Load, { type: "recording" }>;
  label: (field: string) => string;
  recordings: readonly string[];
  set: (change: Partial<Load>) => void;
}

function Recording({ load, label, recordings, set }: RecordingProps) {
  return (
    <>
      <label class="field">
        <span>{t("bench.file")}</span>
        <input list="recordings" aria-label={label(t("bench.file"))} value={load.file} onChange={(e) => set({ file: e.currentTarget.value })} />
      </label>
      <datalist id="recordings">{recordings.map((file) => <option key={file} value={file} />)}</datalist>
      <NumberField label={t("bench.ampsPerCount")} name={label(t("bench.ampsPerCount"))} value={load.ampsPerCount} set={(ampsPerCount) => set({ ampsPerCount })} />
      <NumberField label={t("bench.voltsPerCount")} name={label(t("bench.voltsPerCount"))} value={load.voltsPerCount} set={(voltsPerCount) => set({ voltsPerCount })} />
    </>
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
