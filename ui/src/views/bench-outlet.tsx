// One outlet of the bench: what is plugged in, what it is doing, and its relay.

import type { ComponentChildren } from "preact";
import { choices, convertLoad, filesFor, membersOf, relayFaults, relayTiming, serverPhases, splitMember, typesFor, type BenchChange, type BenchOutlet, type BenchRelay, type Load, type Value } from "../bench";
import { duration, percent, rounded } from "../format";
import { t, tCode } from "../i18n/i18n";
import { Choice, NumberField, TextField } from "./bench-controls";

/** The name of a member with its unit. */
function memberName(member: string): string {
  const { words, unit } = splitMember(member);
  const name = tCode("bench.member.", member, undefined, words);
  return unit ? `${name} (${unit})` : name;
}

const valueName = (value: string) => tCode("bench.value.", value, undefined, value);

/** A value of the state as people read it. */
function valueText(member: string, value: Value): string {
  if (typeof value === "boolean") return value ? t("bench.yes") : t("bench.no");
  if (typeof value === "string") return valueName(value);
  const { unit } = splitMember(member);
  if (unit === "s") return duration(value * 1000);
  return unit ? `${rounded(value)}\u202f${unit}` : rounded(value);
}

interface OutletProps {
  outlet: BenchOutlet;
  name: string;
  /** The recordings and traces that can be played. */
  files: readonly string[];
  put: (change: BenchChange["outlet"]) => void;
  setMember: (member: string, value: Value) => void;
}

/** One outlet; what the bench prints of it is what is shown. */
export function Outlet({ outlet: { id, load, relay, operations, state }, name, files, put, setMember }: OutletProps) {
  const label = (field: string) => t("bench.of", { field, number: id });
  return (
    <fieldset class="bench-outlet">
      <legend>{t("bench.outlet", { number: id, name })}</legend>
      <div class="bench-fields">
        <Choice
          label={t("bench.load")} name={label(t("bench.load"))} value={load.type} options={typesFor(load, files)}
          text={(type) => tCode("bench.load.", type, undefined, type)} set={(type) => put({ load: convertLoad(load, type, files) })}
        />
        <Choice
          label={t("bench.relay")} name={label(t("bench.relay"))} value={relay.fault} options={relayFaults}
          text={(fault) => tCode("bench.relay.", fault, undefined, fault)} set={(fault) => put({ relay: { fault } })}
        />
        {membersOf(load).map(([member, value]) => (
          <Member
            key={`${load.type}.${member}`} member={member} value={value} name={label(memberName(member))} options={optionsOf(load, member, files)}
            set={(changed) => setMember(member, changed)}
          />
        ))}
        {load.type === "server" && state && (
          <Choice
            label={t("bench.member.phase")} name={label(t("bench.member.phase"))} value={String(state.phase)} options={serverPhases}
            disabled={state.phase === "off"} text={valueName} set={(phase) => put({ server: { phase } })}
          />
        )}
      </div>
      {state && (
        <Facts label={label(t("bench.state"))}>
          {Object.entries(state).map(([member, value]) => <Fact key={member} name={tCode("bench.member.", member, undefined, splitMember(member).words)} text={valueText(member, value)} />)}
        </Facts>
      )}
      <RelayDetails relay={relay} operations={operations} label={label} put={(change) => put({ relay: change })} />
    </fieldset>
  );
}

function optionsOf(load: Load, member: string, files: readonly string[]): readonly string[] | undefined {
  return member === "file" ? filesFor(load.type, files) : choices[member];
}

interface MemberProps {
  member: string;
  value: Value;
  name: string;
  /** The values that it can have, when they are few. */
  options?: readonly string[];
  set: (value: Value) => void;
}

function Member({ member, value, name, options, set }: MemberProps) {
  const label = memberName(member);
  if (typeof value === "number") return <NumberField label={label} name={name} value={value} set={set} />;
  if (typeof value === "boolean") return <Choice label={label} name={name} value={String(value)} options={["true", "false"]} text={(option) => valueText("", option === "true")} set={(option) => set(option === "true")} />;
  if (options) return <Choice label={label} name={name} value={value} options={options} text={member === "file" ? (file) => file : valueName} set={set} />;
  return <TextField label={label} name={name} value={value} set={set} />;
}

function Facts({ label, children }: { label: string; children: ComponentChildren }) {
  return <dl class="bench-facts" aria-label={label}>{children}</dl>;
}

function Fact({ name, text }: { name: string; text: string }) {
  return <div><dt>{name}</dt><dd class="figure">{text}</dd></div>;
}

interface RelayDetailsProps {
  relay: BenchRelay;
  operations: number;
  label: (field: string) => string;
  put: (change: Partial<BenchRelay>) => void;
}

/** How the relay moves and what it has behind it; rarely wanted, so folded up. */
function RelayDetails({ relay, operations, label, put }: RelayDetailsProps) {
  const members = Object.keys(relayTiming) as (keyof typeof relayTiming)[];
  return (
    <details>
      <summary aria-label={label(t("bench.relayDetails"))}>{t("bench.relayDetails")}</summary>
      <div class="bench-fields">
        {members.map((member) => (
          <NumberField
            key={member} label={memberName(member)} name={label(memberName(member))} value={relay[member] ?? relayTiming[member]}
            set={(value) => put({ [member]: value })}
          />
        ))}
      </div>
      <Facts label={label(t("bench.wear"))}>
        <Fact name={t("bench.operations")} text={rounded(operations)} />
        <Fact name={t("bench.wear")} text={percent(relay.wear ?? 0)} />
      </Facts>
    </details>
  );
}
