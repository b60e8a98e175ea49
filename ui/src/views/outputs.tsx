import type { Device } from "../api.gen";
import { allOff, allOn, allRestart, pending } from "../commands";
import { t } from "../i18n/i18n";
import { may } from "../store";
import { PowerIcon, RestartIcon } from "./icons";
import { OutputRow } from "./output";

/** The list of outputs and what can be done with all of them. */
export function Outputs({ device }: { device: Device }) {
  const { outputs } = device;
  const on = outputs.filter((output) => output.state === "on").length;
  return (
    <section class="panel" aria-labelledby="outputs-title" id="outputs" tabIndex={-1}>
      <header class="panel-head">
        <div>
          <h2 id="outputs-title">{t("outputs.title")}</h2>
          <p class="muted">{t("totals.outputsOn", { on, all: outputs.length })}</p>
        </div>
        {may("can_control_outputs") ? <All device={device} on={on} /> : <p class="muted">{t("outputs.notAllowed")}</p>}
      </header>
      <div class="outputs" onKeyDown={walk}>
        <Columns metered={outputs.some((output) => output.metered)} />
        <ul role="list">{outputs.map((output) => <OutputRow key={output.id} output={output} powered={device.powered} />)}</ul>
      </div>
    </section>
  );
}

function All({ device: { outputs }, on }: { device: Device; on: number }) {
  const busy = pending.value.size > 0;
  return (
    <div class="actions" role="group" aria-label={t("outputs.all")}>
      <button type="button" class="button" disabled={busy} onClick={() => allOn(outputs)}><PowerIcon />{t("outputs.allOn")}</button>
      <button type="button" class="button" disabled={busy} onClick={() => allOff(outputs)}><PowerIcon />{t("outputs.allOff")}</button>
      <button type="button" class="button" disabled={busy || on === 0} onClick={() => allRestart(outputs)}><RestartIcon />{t("outputs.allRestart")}</button>
    </div>
  );
}

/** The heads of the columns on wide pages; each row also names its values itself. */
function Columns({ metered }: { metered: boolean }) {
  return (
    <div class="columns" aria-hidden="true">
      <span>{t("outputs.column.output")}</span>
      <span>{t("outputs.column.state")}</span>
      {metered && (
        <>
          <span>{t("outputs.column.power")}</span>
          <span>{t("outputs.column.current")}</span>
          <span>{t("outputs.column.voltage")}</span>
          <span>{t("outputs.column.powerFactor")}</span>
          <span>{t("outputs.column.phase")}</span>
          <span>{t("outputs.column.energy")}</span>
        </>
      )}
    </div>
  );
}

/** Arrow keys, Home and End go to the same control of another output. */
function walk(event: KeyboardEvent): void {
  const from = event.target as HTMLElement;
  const column = from.dataset.walk;
  if (!column || event.altKey || event.ctrlKey || event.metaKey) return;
  const stops = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(`[data-walk="${column}"]:not(:disabled)`)];
  const at = stops.indexOf(from);
  const targets: Record<string, HTMLElement | undefined> = {
    ArrowUp: stops[at - 1], ArrowDown: stops[at + 1], Home: stops[0], End: stops[stops.length - 1],
  };
  const to = targets[event.key];
  if (!to) return;
  event.preventDefault();
  to.focus();
}
