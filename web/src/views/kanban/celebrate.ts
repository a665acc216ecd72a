const COLORS = ["#2f56c8", "#17703c", "#c77700", "#b3261e", "#7a3cc2"];

/** A deal was won: a short shower of paper, for those who let things move. */
export function celebrate() {
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const box = document.createElement("div");
  box.className = "confetti";
  box.setAttribute("aria-hidden", "true");
  for (let i = 0; i < 36; i++) {
    const bit = document.createElement("i");
    bit.style.left = `${(i * 97) % 100}%`;
    bit.style.background = COLORS[i % COLORS.length] ?? "";
    bit.style.animationDelay = `${(i % 9) * 40}ms`;
    box.append(bit);
  }
  document.body.append(box);
  setTimeout(() => box.remove(), 1800);
}
