import { none, number, type Unit } from "../format";

/** A quantity: its number, and its unit set back; no unit where there is no value. */
export function Figure({ value, unit }: { value: number | null | undefined; unit: Unit }) {
  const text = number(value, unit);
  return (
    <>
      <span class="figure">{text}</span>
      {text !== none && unit !== "PF" && <span class="unit"> {unit}</span>}
    </>
  );
}
