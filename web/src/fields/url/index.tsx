import { TextEditor } from "../base";
import type { FieldType } from "../types";

export const url: FieldType = {
  Display: ({ value }) => {
    const text = typeof value === "string" ? value : "";
    // Only web addresses become links: javascript: and the like stay text.
    return /^https?:\/\//i.test(text) ? (
      <a href={text} target="_blank" rel="noreferrer noopener">
        {text.replace(/^https?:\/\//i, "").replace(/\/$/, "")}
      </a>
    ) : (
      <>{text}</>
    );
  },
  Editor: TextEditor,
  operators: ["contains", "empty", "notempty"],
  width: 170,
};
