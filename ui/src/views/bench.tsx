// The panel of the bench: mains, loads, relay faults and inputs of a virtual unit.
// Every control acts at once; what the bench answers is what is shown.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, sentenceOf } from "../api";
import type { Device, Level } from "../api.gen";
import type { BenchChange, BenchMains, BenchState } from "../bench";
import { t } from "../i18n/i18n";
import { NumberField, Switch } from "./bench-controls";
import { Outlet } from "./bench-outlet";
import { WarningIcon } from "./icons";

/** The bench; empty until it has answered. */
export function Bench({ device }: { device: Device }) {
  const { bench, refused, put } = useBench(device.powered);
  const files = bench?.recordings.map((recording) => recording.name) ?? [];
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
                  key={outlet.id} outlet={outlet} files={files} put={(change) => put(`outlets/${outlet.id}`, change)}
                  setMember={(member, value) => put(`outlets/${outlet.id}`, (now) => ({ load: { ...(now.outlets.find(({ id }) => id === outlet.id) ?? outlet).load, [member]: value } }))}
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

type Change = BenchChange[keyof BenchChange];

/** The state of the bench, why its last change was refused, and how to change it. */
function useBench(powered: boolean) {
  const [bench, setBench] = useState<BenchState | null>(null);
  const [refused, setRefused] = useState("");
  const newest = useRef<BenchState | null>(null);
  const looks = useRef({ begun: 0, shown: 0 });
  const load = async () => {
    const look = ++looks.current.begun;
    try {
      const now = await api.get<BenchState>("bench");
      if (look < looks.current.shown) return; // a later look knows better
      looks.current.shown = look;
      newest.current = now;
      setBench(now);
    } catch (thrown) {
      setRefused(sentenceOf(thrown));
    }
  };
  // The bench has no events of its own: what its loads do, and others who move it,
  // is noticed at once by a change of mains, else at the next look.
  useEffect(() => {
    void load();
    const timer = setInterval(() => document.visibilityState === "visible" && void load(), 2000);
    return () => clearInterval(timer);
  }, [powered]);
  // One change after the other, each made from what the bench is by then: a field
  // that is left just after another one must not bring back the other's old value.
  const queue = useRef(Promise.resolve());
  const put = (path: string, change: Change | ((now: BenchState) => Change)) => {
    queue.current = queue.current.then(async () => {
      setRefused("");
      try {
        await api.put(`bench/${path}`, typeof change === "function" ? change(newest.current!) : change);
      } catch (thrown) {
        setRefused(t("error.failed", { reason: sentenceOf(thrown) }));
      }
      await load();
    });
  };
  return { bench, refused, put };
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
