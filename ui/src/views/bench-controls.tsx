// The controls of the bench. Each acts at once.

import { useState } from "preact/hooks";
import { parseNumber } from "../bench";
import { t } from "../i18n/i18n";

interface SwitchProps {
  on: boolean;
  label: string;
  flip: () => void;
}

/** A switch that shows what is, and asks to be flipped. */
export function Switch({ on, label, flip }: SwitchProps) {
  return (
    <div class="bench-switch">
      <button type="button" role="switch" class="switch" aria-checked={on} aria-label={label} onClick={flip}><span class="switch-thumb" /></button>
      <span aria-hidden="true">{on ? t("state.on") : t("state.off")}</span>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  /** The name for a screen reader. */
  name: string;
  value: string;
  options: readonly string[];
  disabled?: boolean;
  text: (option: string) => string;
  set: (option: string) => void;
}

/** One of some options; a value that is none of them is one more. */
export function Choice({ label, name, value, options, disabled, text, set }: ChoiceProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select aria-label={name} value={value} disabled={disabled} onChange={(e) => set(e.currentTarget.value)}>
        {[...new Set([...options, value])].map((option) => <option key={option} value={option}>{text(option)}</option>)}
      </select>
    </label>
  );
}

interface TextFieldProps {
  label: string;
  /** The name for a screen reader, when the label alone is not enough. */
  name?: string;
  value: string;
  valid?: (text: string) => boolean;
  decimal?: boolean;
  set: (text: string) => void;
}

/** A text that is taken when the field is left or Enter is pressed. */
export function TextField({ label, name, value, valid = () => true, decimal, set }: TextFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const invalid = draft !== null && !valid(draft);
  const take = () => {
    if (draft === null || invalid) return;
    setDraft(null);
    if (draft !== value) set(draft);
  };
  return (
    <label class="field">
      <span>{label}</span>
      <input
        inputMode={decimal ? "decimal" : "text"} autocomplete="off" aria-label={name} aria-invalid={invalid || undefined} value={draft ?? value}
        onInput={(e) => setDraft(e.currentTarget.value)} onBlur={take}
        onKeyDown={(e) => { if (e.key === "Enter") take(); if (e.key === "Escape") setDraft(null); }}
      />
    </label>
  );
}

interface NumberFieldProps {
  label: string;
  name?: string;
  value: number;
  set: (value: number) => void;
}

/** A number that is taken when the field is left or Enter is pressed. */
export function NumberField({ value, set, ...rest }: NumberFieldProps) {
  const take = (text: string) => parseNumber(text) !== value && set(parseNumber(text));
  return <TextField {...rest} decimal value={String(value)} valid={(text) => !Number.isNaN(parseNumber(text))} set={take} />;
}
