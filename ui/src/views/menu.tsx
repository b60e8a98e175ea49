// The menu of the visitor: who is signed in, language, colours, help, sign out.

import { useRef } from "preact/hooks";
import type { Session } from "../api.gen";
import { language, languages, t, type Language } from "../i18n/i18n";
import { chooseTheme, pickLanguage, theme, type Theme } from "../preferences";
import { logout } from "../store";
import { Help } from "./help";
import { PersonIcon } from "./icons";

/** Language and colours; also offered before the login. */
export function Preferences() {
  const themes: Record<Theme, string> = { auto: t("menu.theme.auto"), light: t("menu.theme.light"), dark: t("menu.theme.dark") };
  return (
    <>
      <label class="field">
        <span>{t("menu.language")}</span>
        <select value={language.value} onChange={(e) => pickLanguage(e.currentTarget.value as Language)}>
          {Object.entries(languages).map(([tag, name]) => <option key={tag} value={tag} lang={tag}>{name}</option>)}
        </select>
      </label>
      <label class="field">
        <span>{t("menu.theme")}</span>
        <select value={theme.value} onChange={(e) => chooseTheme(e.currentTarget.value as Theme)}>
          {Object.entries(themes).map(([value, name]) => <option key={value} value={value}>{name}</option>)}
        </select>
      </label>
    </>
  );
}

/** The button with the name of the account, and the menu under it. */
export function Menu({ session }: { session: Session }) {
  const help = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" class="button quiet account" popovertarget="menu" aria-label={t("menu.signedIn", { user: session.user })}>
        <PersonIcon /><span>{session.user}</span>
      </button>
      <div id="menu" class="menu" popover="auto">
        <p class="menu-who"><strong>{session.user}</strong><span class="muted">{t(`role.${session.role}`)}</span></p>
        <Preferences />
        <button type="button" class="button" popovertarget="menu" popovertargetaction="hide" onClick={() => help.current?.showModal()}>{t("menu.keyboard")}</button>
        <button type="button" class="button" onClick={() => void logout()}>{t("menu.signOut")}</button>
      </div>
      <Help dialog={help} />
    </>
  );
}
