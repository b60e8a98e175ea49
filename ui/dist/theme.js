// src/theme.ts
try {
  const theme = localStorage.getItem("zerocross.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
}
