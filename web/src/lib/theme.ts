/** light, dark, or whatever the system says. */
export function setTheme(theme?: string, density?: string) {
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  localStorage.setItem("ecrm.theme", theme ?? "");
  if (density) root.dataset.density = density;
}
