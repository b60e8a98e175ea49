import type { Device } from "../api.gen";
import { date, type Unit } from "../format";
import { t } from "../i18n/i18n";
import { Figure } from "./figure";

/** The values of the whole unit. */
export function Totals({ device }: { device: Device }) {
  const { inlet, inletEnergy: energy } = device;
  if (!inlet && !energy) return null; // a model without a meter
  const loaded = (inlet?.apparentPowerVA ?? 0) > 0;
  const since = energy && (energy.resetAt ? t("totals.energySince", { date: date(new Date(energy.resetAt)) }) : t("totals.energyEver"));
  return (
    <section class="totals" aria-labelledby="totals-title">
      <h2 id="totals-title" class="visually-hidden">{t("totals.title")}</h2>
      <dl>
        <Total name={t("totals.power")} value={inlet?.activePowerW} unit="W" lead />
        <Total name={t("totals.current")} value={inlet?.currentA} unit="A" />
        <Total name={t("totals.voltage")} value={inlet?.voltageV} unit="V" />
        <Total name={t("totals.frequency")} value={device.frequencyHz} unit="Hz" />
        <Total name={t("totals.powerFactor")} value={loaded ? inlet?.powerFactor : null} unit="PF" />
        <Total name={t("totals.energy")} value={energy ? energy.forwardWh / 1000 : null} unit="kWh" note={since ?? undefined} />
      </dl>
    </section>
  );
}

interface TotalProps {
  name: string;
  value: number | null | undefined;
  unit: Unit;
  note?: string | undefined;
  lead?: boolean;
}

function Total({ name, value, unit, note, lead }: TotalProps) {
  return (
    <div class={lead ? "total lead" : "total"}>
      <dt>{name}</dt>
      <dd>
        <Figure value={value} unit={unit} />
        {note && <span class="note">{note}</span>}
      </dd>
    </div>
  );
}
