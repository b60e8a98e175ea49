// Runs before the first paint, as a classic script: a chosen theme must not flash
// in the other one. The key is also written by preferences.ts.
try {
  const theme = localStorage.getItem("zerocross.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be blocked; the system's theme is used then.
}
export {};
