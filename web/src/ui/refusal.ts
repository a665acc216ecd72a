import { toast } from "./Toast";

/**
 * What a control has that one may not use: it looks disabled but can be reached and tapped, and then
 * says why not. Spread it after the control's own properties.
 */
export const refusal = (whyNot: string | undefined) =>
  whyNot
    ? {
        "aria-disabled": true as const,
        title: whyNot,
        onClick: () => void toast(whyNot, { key: "whynot" }),
      }
    : {};
