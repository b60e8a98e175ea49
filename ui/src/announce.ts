// What a screen reader is told about the events of the unit.

import type { Device, DeviceEvent } from "./api.gen";
import { duration } from "./format";
import { t } from "./i18n/i18n";

/** The sentence for an event, or null when it is not worth an interruption. */
export function announcementOf(event: DeviceEvent, device: Device): string | null {
  switch (event.name) {
    case "outputSwitched": {
      const name = nameOf(device, event.output);
      if (event.pulse?.action === "shortOff") return t("announce.restarting", { name, time: duration(event.pulse.delayMs) });
      if (event.pulse) return t("announce.pulsing", { name, time: duration(event.pulse.delayMs) });
      return event.to === "on" ? t("announce.switchedOn", { name }) : t("announce.switchedOff", { name });
    }
    case "relayFaultChanged": {
      const name = nameOf(device, event.output);
      return event.fault === "" ? t("announce.mended", { name }) : t("announce.fault", { name });
    }
    case "powerChanged":
      return event.powered ? t("announce.mainsBack") : t("announce.mainsLost");
  }
  return null;
}

function nameOf(device: Device, id: number): string {
  return device.outputs.find((output) => output.id === id)?.name ?? t("outputs.number", { number: id });
}
