// Before the first paint: the theme that was chosen on an earlier visit. Everything else is in src/ui/state/theme.
try {
  const theme = localStorage.getItem("herl-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Site data is blocked: the system's theme it is.
}
