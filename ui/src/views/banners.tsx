// What a person should know first: values that are not live, no mains, a power-up
// sequence, and the conditions of the unit.

import type { ComponentChildren } from "preact";
import type { Condition, Device } from "../api.gen";
import { list, moment } from "../format";
import { t, tCode } from "../i18n/i18n";
import { conditions, connection, lastMessageAt, reconnect, remaining } from "../store";
import { WarningIcon } from "./icons";
import { useNow } from "./now";

/** All banners that apply, the most pressing first. */
export function Banners({ device }: { device: Device }) {
  // The absence of mains has a banner of its own.
  const listed = conditions.value.filter((one) => one.code !== "mains.absent");
  return (
    <div class="banners">
      {connection.value === "stale" && <Stale />}
      {!device.powered && <Banner tone="danger" title={t("banner.mains")}>{t("banner.mainsText")}</Banner>}
      {device.powerUp && <PowerUp device={device} />}
      {listed.length > 0 && <Conditions conditions={listed} />}
    </div>
  );
}

function Banner({ tone, title, children }: { tone: "danger" | "warning" | "info"; title: string; children: ComponentChildren }) {
  return (
    <section class={`banner ${tone}`} aria-label={title}>
      <WarningIcon />
      <div><strong>{title}</strong> <span>{children}</span></div>
    </section>
  );
}

function Stale() {
  return (
    <Banner tone="warning" title={t("banner.stale")}>
      {t("banner.staleText", { time: moment(new Date(lastMessageAt.value), new Date()) })}{" "}
      <button type="button" class="link" onClick={reconnect}>{t("banner.staleRetry")}</button>
    </Banner>
  );
}

function PowerUp({ device }: { device: Device }) {
  const now = useNow(250, true);
  const progress = device.powerUp;
  if (!progress) return null;
  const names = progress.remaining.map((id) => device.outputs.find((output) => output.id === id)?.name ?? String(id));
  const seconds = Math.ceil(Math.max(0, remaining(progress.nextAt, now)) / 1000);
  return <Banner tone="info" title={t("banner.powerUp")}>{t("banner.powerUpText", { outputs: list(names), seconds })}</Banner>;
}

function Conditions({ conditions }: { conditions: Condition[] }) {
  return (
    <section class="banner warning" aria-labelledby="health-title">
      <WarningIcon />
      <div>
        <strong id="health-title">{t("health.title")}</strong>
        <ul>{conditions.map((one) => <ConditionLine key={one.code + one.subject} condition={one} />)}</ul>
      </div>
    </section>
  );
}

function ConditionLine({ condition }: { condition: Condition }) {
  const { code, subject, severity, text, args, since } = condition;
  return (
    <li>
      <span class={`tag ${severity}`}>{severity === "error" ? t("health.error") : t("health.warning")}</span>{" "}
      {tCode("health.", code, { ...args, subject }, text)}{" "}
      <span class="muted">{t("health.since", { time: moment(new Date(since), new Date()) })}</span>
    </li>
  );
}
