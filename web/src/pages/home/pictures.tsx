/** One part of what a picture shows. */
export interface Slice {
  key: string;
  label: string;
  value: number;
  /** The value as it is read. */
  text: string;
}

const tone = (i: number) => `c${(i % 7) + 1}`;

/** Lying bars: a label, a bar and the value, which are their own table. */
export function Bars({ slices }: { slices: Slice[] }) {
  const most = Math.max(1, ...slices.map((s) => s.value));
  return (
    <ul className="stage-bars plain-bars">
      {slices.map((s) => (
        <li key={s.key}>
          <span className="stage-name">{s.label}</span>
          <span className="stage-track" aria-hidden="true">
            <span style={{ width: `${(Math.max(0, s.value) / most) * 100}%` }} />
          </span>
          <span className="num">{s.text}</span>
        </li>
      ))}
    </ul>
  );
}

const WIDTH = 560;
const HEIGHT = 170;

/** A line over time, with the same in words for those who do not see it. */
export function Line({ slices }: { slices: Slice[] }) {
  const most = Math.max(1, ...slices.map((s) => s.value));
  const step = WIDTH / Math.max(1, slices.length);
  const at = (s: Slice, i: number) =>
    [step * (i + 0.5), 12 + (1 - s.value / most) * (HEIGHT - 44)] as const;
  const every = Math.ceil(slices.length / 8);
  return (
    <figure className="picture">
      <svg className="columns" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <line className="grid-line" x1={0} x2={WIDTH} y1={HEIGHT - 32} y2={HEIGHT - 32} />
        <polyline
          className="line-path"
          points={slices.map((s, i) => at(s, i).join(",")).join(" ")}
        />
        {slices.map((s, i) => {
          const [x, y] = at(s, i);
          return (
            <g key={s.key}>
              <circle className="c1" cx={x} cy={y} r={4}>
                <title>{`${s.label} ${s.text}`}</title>
              </circle>
              {i % every === 0 && (
                <text className="axis" x={x} y={HEIGHT - 12} textAnchor="middle">
                  {s.label}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <Words slices={slices} />
    </figure>
  );
}

/** A ring of shares with its legend, which says the values. */
export function Pie({ slices }: { slices: Slice[] }) {
  const parts = slices.filter((s) => s.value > 0);
  const sum = parts.reduce((n, s) => n + s.value, 0) || 1;
  const around = 2 * Math.PI * 40;
  let before = 0;
  return (
    <div className="pie">
      <svg viewBox="0 0 120 120" aria-hidden="true">
        {parts.map((s, i) => {
          const share = s.value / sum;
          const turn = before;
          before += share;
          return (
            <circle
              key={s.key}
              className={`ring ${tone(i)}`}
              cx={60}
              cy={60}
              r={40}
              strokeDasharray={`${Math.max(0, share * around - 1)} ${around}`}
              transform={`rotate(${turn * 360 - 90} 60 60)`}
            >
              <title>{`${s.label} ${s.text}`}</title>
            </circle>
          );
        })}
      </svg>
      <ul>
        {parts.map((s, i) => (
          <li key={s.key}>
            <span className={`swatch b${(i % 7) + 1}`} />
            <span className="line">{s.label}</span>
            <span className="num">{s.text}</span>
            <span className="muted num">{`${Math.round((s.value / sum) * 100)}%`}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Words({ slices }: { slices: Slice[] }) {
  return (
    <figcaption className="sr-only">
      <ul>
        {slices.map((s) => (
          <li key={s.key}>{`${s.label} ${s.text}`}</li>
        ))}
      </ul>
    </figcaption>
  );
}
