/** Stacked columns over time, drawn without a library; the table beside it says the same in words. */
export function Columns({
  labels,
  series,
  height = 200,
}: {
  labels: string[];
  series: { name: string; values: number[] }[];
  height?: number;
}) {
  const sums = labels.map((_, i) => series.reduce((n, s) => n + (s.values[i] ?? 0), 0));
  const top = nice(Math.max(1, ...sums));
  const width = 560;
  const left = 34;
  const bottom = 22;
  const inner = height - bottom - 8;
  const step = (width - left) / labels.length;
  const bar = Math.min(34, step * 0.62);
  const y = (v: number) => 8 + inner - (v / top) * inner;
  return (
    <svg className="columns" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {[0, 0.5, 1].map((f) => (
        <g key={f}>
          <line className="grid-line" x1={left} x2={width} y1={y(top * f)} y2={y(top * f)} />
          <text className="axis" x={left - 6} y={y(top * f) + 4} textAnchor="end">
            {Math.round(top * f * 10) / 10}
          </text>
        </g>
      ))}
      {labels.map((label, i) => {
        let base = 0;
        const x = left + i * step + (step - bar) / 2;
        return (
          <g key={label}>
            {series.map((s, n) => {
              const v = s.values[i] ?? 0;
              if (!v) return null;
              const from = base;
              base += v;
              return (
                <rect
                  key={s.name}
                  className={`c${(n % 7) + 1}`}
                  x={x}
                  width={bar}
                  y={y(base)}
                  height={Math.max(0.5, y(from) - y(base) - (from > 0 ? 1 : 0))}
                >
                  <title>{`${label} · ${s.name} ${v}`}</title>
                </rect>
              );
            })}
            <text className="axis" x={x + bar / 2} y={height - 6} textAnchor="middle">
              {label}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** The next round number above whose half is round too: 2, 4, 6, 8, 10, 20, 30 … */
export function nice(n: number): number {
  const base = 10 ** Math.floor(Math.log10(n));
  const steps = base > 1 ? [1, 1.5, 2, 3, 4, 5, 6, 8, 10] : [2, 4, 6, 8, 10];
  for (const f of steps) if (n <= f * base) return f * base;
  return n;
}

export function Legend({ names }: { names: string[] }) {
  return (
    <ul className="legend" aria-hidden="true">
      {names.map((n, i) => (
        <li key={n}>
          <span className={`swatch b${(i % 7) + 1}`} />
          {n}
        </li>
      ))}
    </ul>
  );
}
