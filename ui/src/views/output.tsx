import type { Origin, Output } from "../api.gen";
import { dismiss, failures, flip, pending, restart } from "../commands";
import { duration, moment, type Unit } from "../format";
import { t, tCode } from "../i18n/i18n";
import { connection, may, remaining } from "../store";
import { Figure } from "./figure";
import { CloseIcon, RestartIcon, WarningIcon } from "./icons";
import { useNow } from "./now";

/** One output: its switch, values, and what is going on with it. */
export function OutputRow({ output, powered }: { output: Output; powered: boolean }) {
  const { id, name, state } = output;
  const allowed = may("can_control_outputs");
  const busy = pending.value.has(id);
  const failure = failures.value.get(id);
  const title = `output-${id}`;
  return (
    <li class={`output ${state}${output.fault ? " faulty" : ""}${powered ? "" : " dead"}`} aria-labelledby={title}>
      <div class="output-name">
        <span class="number" aria-hidden="true">{id}</span>
        <div>
          <h3 id={title}><span class="visually-hidden">{t("outputs.number", { number: id })}: </span>{name}</h3>
          <LastChange output={output} />
        </div>
      </div>
      <div class="output-switch">
        <button
          type="button" role="switch" class="switch" data-walk="switch"
          aria-checked={state === "on"} aria-busy={busy} aria-label={t("outputs.switchLabel", { name, number: id })}
          disabled={!allowed} onClick={() => busy || flip(output)}
        >
          <span class="switch-thumb" />
        </button>
        <span class="output-state">{stateText(output, busy, powered)}</span>
      </div>
      <Values output={output} />
      <button
        type="button" class="button quiet output-restart" data-walk="restart" disabled={!allowed || state !== "on"}
        title={state === "on" ? undefined : t("outputs.restartNeedsOn")} aria-label={t("outputs.restartOf", { name })}
        onClick={() => busy || restart(output)}
      >
        <RestartIcon /><span>{t("outputs.restart")}</span>
      </button>
      {output.pulse && <Countdown output={output} />}
      {output.fault && <p class="output-fault"><WarningIcon />{faultText(output)}</p>}
      {failure && (
        <p class="output-fault" role="alert">
          <WarningIcon />{failure}
          <button type="button" class="button quiet" aria-label={t("error.dismiss")} onClick={() => dismiss(id)}><CloseIcon /></button>
        </p>
      )}
    </li>
  );
}

function stateText({ state, contact, commanded, fault }: Output, busy: boolean, powered: boolean): string {
  const moving = fault === "" && contact !== "unknown" && contact !== commanded;
  if (busy || (moving && powered)) return t("state.switching");
  return powered || state !== "on" ? t(`state.${state}`) : `${t("state.on")}, ${t("outputs.noMains")}`;
}

function faultText({ fault, commanded, contact }: Output): string {
  const levels = { commanded: t(`state.${commanded}`), contact: t(`state.${contact}`) };
  return fault ? t(`fault.${fault}`, levels) : "";
}

function Values({ output: { metered, reading, energy } }: { output: Output }) {
  if (!metered) return <p class="values unmetered muted">{t("outputs.unmetered")}</p>;
  const loaded = (reading?.apparentPowerVA ?? 0) > 0;
  return (
    <dl class="values">
      <Value name={t("outputs.column.power")} value={reading?.activePowerW} unit="W" lead />
      <Value name={t("outputs.column.current")} value={reading?.currentA} unit="A" />
      <Value name={t("outputs.column.voltage")} value={reading?.voltageV} unit="V" />
      <Value name={t("outputs.column.powerFactor")} value={loaded ? reading?.powerFactor : null} unit="PF" />
      <Value name={t("outputs.column.phase")} value={loaded ? reading?.phaseDeg : null} unit="°" />
      <Value name={t("outputs.column.energy")} value={energy && energy.forwardWh / 1000} unit="kWh" />
    </dl>
  );
}

function Value({ name, value, unit, lead }: { name: string; value: number | null | undefined; unit: Unit; lead?: boolean }) {
  return (
    <div class={lead ? "value lead" : "value"}>
      <dt>{name}</dt>
      <dd><Figure value={value} unit={unit} /></dd>
    </div>
  );
}

function Countdown({ output }: { output: Output }) {
  const pulse = output.pulse;
  // A countdown that runs on while the unit is silent would be a guess.
  const now = useNow(100, connection.value === "live");
  if (!pulse) return null;
  const left = Math.max(0, Math.min(pulse.delayMs, remaining(pulse.endsAt, now)));
  const time = duration(left);
  return (
    <div class="countdown">
      <span role="timer">{pulse.action === "shortOff" ? t("pulse.shortOff", { time }) : t("pulse.shortOn", { time })}</span>
      <progress max={pulse.delayMs} value={left} aria-label={t("pulse.progress")} />
    </div>
  );
}

function LastChange({ output: { lastChange, lastOrigin } }: { output: Output }) {
  if (!lastChange) return null;
  const time = moment(new Date(lastChange), new Date());
  const origin = originText(lastOrigin);
  return <p class="muted small">{origin ? t("change.by", { time, origin }) : t("change.at", { time })}</p>;
}

function originText({ source, protocol, user }: Origin): string {
  const way = tCode("origin.", protocol || source, undefined, tCode("origin.", source, undefined, protocol));
  return user ? t("origin.withUser", { user, way }) : way;
}
