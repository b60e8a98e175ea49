// The page itself: head, banners, totals, outputs, and the bench of a virtual unit.

import type { Device, Session } from "../api.gen";
import { age } from "../format";
import { t } from "../i18n/i18n";
import { announcement, connection, device, session } from "../store";
import { Banners } from "./banners";
import { Bench } from "./bench";
import { Confirm } from "./confirm";
import { Gate } from "./gate";
import { LinkIcon, Mark } from "./icons";
import { Menu } from "./menu";
import { Outputs } from "./outputs";
import { Totals } from "./totals";

/** Everything that is shown. */
export function Shell() {
  const signedIn = session.value;
  if (!signedIn) return <Gate />;
  return device.value ? <Page session={signedIn} device={device.value} /> : <p class="loading" role="status">{t("app.loading")}</p>;
}

function Page({ session, device }: { session: Session; device: Device }) {
  return (
    <>
      <a class="skip" href="#outputs">{t("app.skip")}</a>
      <header class="top">
        <Mark />
        <div class="top-name">
          <h1>{device.name}</h1>
          {device.model.name !== device.name && <p class="muted">{device.model.name}</p>}
        </div>
        <LinkState />
        <Menu session={session} />
      </header>
      <main class={connection.value === "stale" ? "page stale" : "page"}>
        <Banners device={device} />
        <Totals device={device} />
        <Outputs device={device} />
        {device.demo && <Bench device={device} />}
      </main>
      <footer class="bottom muted">
        <span>{t("app.about", { model: device.model.name, serial: device.serial, version: device.version })}</span>
        <span>{t("app.uptime", { duration: age(device.uptimeSeconds) })}</span>
        <a href="licenses.txt">{t("app.licences")}</a>
      </footer>
      <Confirm />
      <div class="visually-hidden" role="status" aria-live="polite">{announcement.value}</div>
    </>
  );
}

function LinkState() {
  const state = connection.value;
  return <p class={`link-state ${state}`}><LinkIcon /><span>{t(`connection.${state}`)}</span></p>;
}
