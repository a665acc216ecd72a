/** What of an element's look a picture file must carry with it. */
const LOOK = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "font-variant-numeric",
];

const SCALE = 2;
const MARGIN = 24;

/** The picture of a chart as a PNG, with what it shows written above and below it. */
export async function picture(
  chart: SVGSVGElement,
  o: { title: string; lines: string[]; keys: { color: string; label: string }[]; foot: string },
): Promise<Blob> {
  const width = chart.width.baseVal.value;
  const height = chart.height.baseVal.value;
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const from = chart.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((e, i) => {
    const look = from[i] && getComputedStyle(from[i]);
    if (!look) return;
    (e as SVGElement).style.cssText = LOOK.map((n) => `${n}:${look.getPropertyValue(n)}`).join(";");
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const text = new XMLSerializer().serializeToString(copy);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();

  const page = getComputedStyle(document.documentElement);
  const color = (name: string) => page.getPropertyValue(name).trim();
  const family = getComputedStyle(document.body).fontFamily;
  const head = MARGIN + 26 + o.lines.length * 20 + (o.keys.length ? 24 : 0) + 8;
  const canvas = document.createElement("canvas");
  canvas.width = (width + 2 * MARGIN) * SCALE;
  canvas.height = (head + height + 16 + 20 + MARGIN / 2) * SCALE;
  const ink = canvas.getContext("2d");
  if (!ink) throw new Error("this browser draws no pictures");
  ink.scale(SCALE, SCALE);
  ink.fillStyle = color("--surface");
  ink.fillRect(0, 0, width + 2 * MARGIN, canvas.height / SCALE);
  ink.textBaseline = "top";
  ink.fillStyle = color("--text");
  ink.font = `600 18px ${family}`;
  ink.fillText(o.title, MARGIN, MARGIN, width);
  ink.fillStyle = color("--muted");
  ink.font = `13px ${family}`;
  o.lines.forEach((line, i) => {
    ink.fillText(line, MARGIN, MARGIN + 28 + i * 20, width);
  });
  let x = MARGIN;
  for (const k of o.keys) {
    ink.fillStyle = k.color;
    ink.fillRect(x, head - 26, 12, 12);
    ink.fillStyle = color("--muted");
    ink.fillText(k.label, x + 17, head - 27);
    x += 17 + ink.measureText(k.label).width + 18;
  }
  ink.drawImage(image, MARGIN, head, width, height);
  ink.fillStyle = color("--muted");
  ink.font = `12px ${family}`;
  ink.fillText(o.foot, MARGIN, head + height + 16, width);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("the picture could not be written");
  return blob;
}
