// What stands before the page: finding the unit, the first password, the login.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { sentenceOf } from "../api";
import { t } from "../i18n/i18n";
import { access, enter, login, setup } from "../store";
import { Mark, WarningIcon } from "./icons";
import { Preferences } from "./menu";

/** Shows what the visitor has to do before the page can be shown. */
export function Gate() {
  switch (access.value.stage) {
    case "setup":
      return <Frame><Setup /></Frame>;
    case "login":
      return <Frame><Login expired={access.value.expired} /></Frame>;
    case "unreachable":
      return (
        <Frame>
          <p role="alert">{t("app.unreachable")}</p>
          <button type="button" class="button primary" onClick={() => void enter()}>{t("app.retry")}</button>
        </Frame>
      );
  }
  return <Frame><p role="status">{t("app.loading")}</p></Frame>;
}

function Frame({ children }: { children: ComponentChildren }) {
  return (
    <div class="gate">
      <main class="gate-card">
        <div class="gate-brand"><Mark /><span>Zerocross</span></div>
        {children}
      </main>
      <footer class="gate-preferences"><Preferences /></footer>
    </div>
  );
}

/** A form that sends once at a time and shows why it was refused. */
function useSubmit(send: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefused("");
    try {
      await send();
    } catch (thrown) {
      setRefused(sentenceOf(thrown));
    } finally {
      setBusy(false);
    }
  };
  return { busy, refused, submit };
}

/** A refusal that a form shows without asking the unit. */
class Incomplete extends Error {
  override toString() {
    return this.message;
  }
}

function Refusal({ text }: { text: string }) {
  return <div role="alert" class="form-refusal">{text && <><WarningIcon />{text}</>}</div>;
}

function Login({ expired }: { expired: boolean }) {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const { busy, refused, submit } = useSubmit(() => {
    if (!user || !password) throw new Incomplete(t("login.missing"));
    return login(user, password);
  });
  return (
    <form class="form" onSubmit={(event) => void submit(event)} noValidate>
      <h1>{t("login.title")}</h1>
      <p class="muted">{expired ? t("login.expired") : t("login.lead")}</p>
      <label>
        <span>{t("login.user")}</span>
        <input ref={first} name="user" autocomplete="username" autocapitalize="none" spellcheck={false} value={user} onInput={(e) => setUser(e.currentTarget.value)} />
      </label>
      <label>
        <span>{t("login.password")}</span>
        <input type="password" name="password" autocomplete="current-password" value={password} onInput={(e) => setPassword(e.currentTarget.value)} />
      </label>
      <Refusal text={refused} />
      <button class="button primary" aria-busy={busy}>{busy ? t("login.busy") : t("login.submit")}</button>
    </form>
  );
}

/** As the unit demands; it checks by itself. */
const minimumPassword = 8;

function Setup() {
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const { busy, refused, submit } = useSubmit(() => {
    if (password !== repeated) throw new Incomplete(t("setup.differs"));
    return setup(password);
  });
  return (
    <form class="form" onSubmit={(event) => void submit(event)} noValidate>
      <h1>{t("setup.title")}</h1>
      <p class="muted">{t("setup.lead")}</p>
      <input type="text" name="username" autocomplete="username" value="admin" hidden readOnly />
      <label>
        <span>{t("setup.password")}</span>
        <input type="password" autocomplete="new-password" aria-describedby="setup-hint" value={password} onInput={(e) => setPassword(e.currentTarget.value)} />
      </label>
      <p id="setup-hint" class="muted small">{t("setup.hint", { minimum: minimumPassword })}</p>
      <label>
        <span>{t("setup.repeat")}</span>
        <input type="password" autocomplete="new-password" value={repeated} onInput={(e) => setRepeated(e.currentTarget.value)} />
      </label>
      <Refusal text={refused} />
      <button class="button primary" aria-busy={busy}>{busy ? t("login.busy") : t("setup.submit")}</button>
    </form>
  );
}
