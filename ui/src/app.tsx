// The entry of the page.

import { effect } from "@preact/signals";
import { render } from "preact";
import { startLanguage } from "./preferences";
import { connection, device, enter, reconnect } from "./store";
import { Shell } from "./views/shell";

async function start(): Promise<void> {
  await startLanguage().catch(() => undefined); // English is there in any case
  const root = document.getElementById("app");
  if (root) render(<Shell />, root);
  effect(() => {
    document.title = device.value ? `${device.value.name} – Zerocross` : "Zerocross";
  });
  // A page that was asleep, or a network that is back, should not wait for the
  // next attempt.
  const wake = () => {
    if (document.visibilityState === "visible" && connection.peek() === "stale") reconnect();
  };
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  await enter();
}

void start();
