import { useEffect, useState } from "preact/hooks";

/** The present, renewed every period ms while it is needed. */
export function useNow(periodMs: number, needed: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!needed) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), periodMs);
    return () => clearInterval(timer);
  }, [periodMs, needed]);
  return now;
}
