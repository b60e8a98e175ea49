// The question before something goes off. The rule has no setting: switching off
// and restarting ask, switching on does not.

import { useLayoutEffect, useRef } from "preact/hooks";
import { question, type Question } from "../commands";
import { duration, plural, quantity } from "../format";
import { t } from "../i18n/i18n";

/** The dialog of the question that is open. */
export function Confirm() {
  const open = question.value;
  return open && <Ask question={open} />;
}

function Ask({ question: asked }: { question: Question }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const { title, text, go } = wording(asked);
  const closed = () => {
    question.value = null;
    if (dialog.current?.returnValue === "go") asked.go();
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="confirm-title" aria-describedby="confirm-text" onClose={closed}>
      <h2 id="confirm-title">{title}</h2>
      <div id="confirm-text">
        <p>{text}</p>
        {asked.losing.length > 1 && <Losing question={asked} />}
      </div>
      <form method="dialog" class="dialog-actions">
        <button class="button" value="">{t("confirm.cancel")}</button>
        <button class="button danger" value="go">{go}</button>
      </form>
    </dialog>
  );
}

function Losing({ question: { losing } }: { question: Question }) {
  return (
    <ul class="losing">
      {losing.map((output) => (
        <li key={output.id}>
          <span><span class="number">{output.id}</span> {output.name}</span>
          {output.reading && <span class="figure">{quantity(output.reading.activePowerW, "W")}</span>}
        </li>
      ))}
    </ul>
  );
}

function wording({ kind, losing }: Question): { title: string; text: string; go: string } {
  const one = losing[0];
  const name = one?.name ?? "";
  const count = { count: losing.length };
  const loses = plural(losing.length) === "one" ? t("confirm.loses.one", count) : t("confirm.loses.other", count);
  switch (kind) {
    case "off": {
      const watts = one?.reading?.activePowerW ?? 0;
      const text = watts >= 0.05 ? t("confirm.offDraws", { power: quantity(watts, "W") }) : t("confirm.offText");
      return { title: t("confirm.off", { name }), text, go: t("confirm.doOff") };
    }
    case "restart":
      return { title: t("confirm.restart", { name }), text: t("confirm.restartText", { time: duration(one?.shortDelayMs ?? 0) }), go: t("confirm.doRestart") };
    case "allOff":
      return { title: t("confirm.allOff"), text: loses, go: t("confirm.doAllOff") };
    case "allRestart":
      return { title: t("confirm.allRestart"), text: t("confirm.allRestartText"), go: t("confirm.doAllRestart") };
  }
}
