import type { RefObject } from "preact";
import { t } from "../i18n/i18n";

/** The list of keys, in a dialog that its owner opens. */
export function Help({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  const keys: [string[], string][] = [
    [["Tab", "⇧ Tab"], t("help.tab")],
    [["Space", "Enter"], t("help.space")],
    [["↑", "↓"], t("help.arrows")],
    [["Home", "End"], t("help.ends")],
    [["Esc"], t("help.escape")],
  ];
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="help-title">
      <h2 id="help-title">{t("help.title")}</h2>
      <dl class="keys">
        {keys.map(([names, meaning]) => (
          <div key={meaning}>
            <dt>{names.map((name) => <kbd key={name}>{name}</kbd>)}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">{t("help.safe")}</p>
      <form method="dialog" class="dialog-actions"><button class="button primary">{t("help.close")}</button></form>
    </dialog>
  );
}
