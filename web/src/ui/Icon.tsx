// One small set of line icons, 24 by 24.
const PATHS: Record<string, string> = {
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  building: "M5 21V4h9v17M14 9h5v12M3 21h18M8 8h3M8 12h3M8 16h3",
  user: "M12 12a4 4 0 100-8 4 4 0 000 8zM4 21c1-5 4-7 8-7s7 2 8 7",
  users:
    "M9 11a4 4 0 100-7 4 4 0 000 7zM2 20c1-4 3-6 7-6s6 2 7 6M16 4a4 4 0 010 7M18 14c2 1 3 3 4 6",
  target: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 16a4 4 0 100-8 4 4 0 000 8z",
  funnel: "M3 5h18l-7 8v6l-4 2v-8z",
  chat: "M4 5h16v11H9l-5 4z",
  calendar: "M4 6h16v15H4zM4 10h16M8 3v4M16 3v4",
  check: "M5 12l5 5 9-10",
  task: "M4 4h16v16H4zM8 12l3 3 5-6",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  box: "M3 8l9-5 9 5v9l-9 5-9-5zM3 8l9 5 9-5M12 13v9",
  money: "M3 6h18v12H3zM12 15a3 3 0 100-6 3 3 0 000 6z",
  gear: "M12 15a3 3 0 100-6 3 3 0 000 6zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
  search: "M11 18a7 7 0 100-14 7 7 0 000 14zM16 16l5 5",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M4 6h16M4 12h16M4 18h16",
  down: "M6 9l6 6 6-6",
  up: "M6 15l6-6 6 6",
  convert: "M4 7h11M12 3l4 4-4 4M20 17H9M12 13l-4 4 4 4",
  camera: "M4 8h4l2-3h4l2 3h4v12H4zM12 17a4 4 0 100-8 4 4 0 000 8z",
  link: "M10 14a4 4 0 005 0l4-4a4 4 0 00-6-6l-1 1M14 10a4 4 0 00-5 0l-4 4a4 4 0 006 6l1-1",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  import: "M12 3v12M7 10l5 5 5-5M4 20h16",
  grip: "M9 5h.01M9 12h.01M9 19h.01M15 5h.01M15 12h.01M15 19h.01",
  columns: "M4 5h16v14H4zM10 5v14M15 5v14",
  board: "M4 4h5v16H4zM11 4h5v10h-5zM18 4h2v14h-2z",
  group: "M4 5h16M8 9h12M8 13h12M4 17h16M8 21h12",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  edit: "M4 20l1-5L16 4l4 4L9 19z",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 14h8l1-14",
  more: "M5 11a1 1 0 100 2 1 1 0 000-2zM12 11a1 1 0 100 2 1 1 0 000-2zM19 11a1 1 0 100 2 1 1 0 000-2z",
  phone: "M6 3h4l2 5-3 2c1 2 3 4 5 5l2-3 5 2v4c0 2-2 3-4 3C9 20 3 13 3 6c0-2 1-3 3-3z",
  mail: "M3 6h18v12H3zM3 7l9 6 9-6",
  circle: "M12 20a8 8 0 100-16 8 8 0 000 16z",
  tree: "M12 4v5M6 20v-4h12v4M12 9v7M9 4h6M4 20h4M10 20h4M16 20h4",
  "cloud-off": "M3 3l18 18M9 6a6 6 0 019 4 4 4 0 012 7M16 18H7a4 4 0 01-1-8",
  key: "M8 15a4 4 0 100-8 4 4 0 000 8zM12 11h9M18 11v4",
  shield: "M12 3l8 3v6c0 5-3 8-8 9-5-1-8-4-8-9V6z",
  download: "M12 4v11M7 11l5 5 5-5M4 20h16",
  undo: "M9 7L4 12l5 5M4 12h11a5 5 0 010 10h-3",
  warn: "M12 4l9 16H3zM12 10v4M12 17h.01",
  globe: "M12 21a9 9 0 100-18 9 9 0 000 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  laptop: "M5 5h14v11H5zM2 20h20",
  sun: "M12 16a4 4 0 100-8 4 4 0 000 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1 1M18 18l1 1M5 19l1-1M18 6l1-1",
  star: "M12 3l2.8 5.8 6.2.9-4.5 4.4 1.1 6.3L12 17.4l-5.6 3 1.1-6.3L3 9.7l6.2-.9z",
  chart: "M4 20V4M4 20h16M8 16v-5M12 16V7M16 16v-8",
  flag: "M5 21V4h13l-3 4 3 4H5",
  bell: "M6 17V11a6 6 0 0112 0v6l2 2H4zM10 21h4",
  pin: "M12 21c4-5 7-8 7-12a7 7 0 00-14 0c0 4 3 7 7 12zM12 11a2 2 0 100-4 2 2 0 000 4z",
  mic: "M12 3a3 3 0 00-3 3v6a3 3 0 006 0V6a3 3 0 00-3-3zM6 11v1a6 6 0 0012 0v-1M12 18v3M9 21h6",
  cake: "M4 21h16v-8H4zM4 17c2 1.5 4 1.5 5.3 0 1.4 1.5 4 1.5 5.4 0 1.3 1.5 3.3 1.5 5.3 0M12 13V9M12 6v.01",
  repeat: "M4 11V9a3 3 0 013-3h12M16 3l3 3-3 3M20 13v2a3 3 0 01-3 3H5M8 21l-3-3 3-3",
  copy: "M9 8h11v12H9zM5 16H4V4h11v2",
  merge: "M6 3v5c0 4 6 4 6 8v5M18 3v5c0 4-6 4-6 8",
  clock: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 7v5l4 2",
};

const ALIASES: Record<string, string> = {
  customer: "building",
  company: "building",
  contact: "user",
  person: "user",
  lead: "funnel",
  opportunity: "target",
  activity: "chat",
  department: "tree",
  product: "box",
  order: "file",
  quote: "file",
  contract: "file",
  "check-square": "task",
  "message-circle": "chat",
};

export function Icon({ name, size = 18 }: { name?: string; size?: number }) {
  const d = PATHS[name ?? ""] ?? PATHS[ALIASES[name ?? ""] ?? "circle"];
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={d} />
    </svg>
  );
}
