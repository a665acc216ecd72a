import { useTranslation } from "react-i18next";
import { useMe } from "../../api/queries";

/** Whether a sum holds amounts of other currencies, and how many it lacks for want of a rate. */
export interface Converted {
  converted?: boolean;
  unconverted?: number;
}

/** Adds up what the parts of a sum say. */
export const together = (parts: Converted[]): Converted => ({
  converted: parts.some((p) => p.converted),
  unconverted: parts.reduce((n, p) => n + (p.unconverted ?? 0), 0),
});

/** Says beside a sum that it was converted, or that it is not whole. */
export function SumMark({ of, long }: { of: Converted | undefined; long?: boolean }) {
  const { t } = useTranslation();
  const currency = useMe().data?.company.currency ?? "TWD";
  const said: [string, string, boolean][] = [];
  if (of?.converted) {
    said.push([t("sum.converted"), t("sum.converted_long", { currency }), false]);
  }
  if (of?.unconverted) {
    const n = of.unconverted;
    said.push([t("sum.unconverted", { n }), t("sum.unconverted_long", { n, currency }), true]);
  }
  return (
    <>
      {said.map(([short, whole, bad]) =>
        long ? (
          <p key={short} className={bad ? "warn-text" : "muted"}>
            {whole}
          </p>
        ) : (
          <span key={short} className={`sum-mark ${bad ? "warn-text" : "muted"}`} title={whole}>
            {short}
          </span>
        ),
      )}
    </>
  );
}
