import { useEffect, useState } from "react";
import { plainNumber } from "../lib/format";
import { Input } from "../ui/Input";
import { editorProps } from "./base";
import type { EditorProps } from "./types";

/**
 * Numbers stay text while typed, so that "1." and full-width digits can be on the way.
 * What is no number is handed on as typed: the server says what is wrong with it.
 */
export function NumberEditor(p: EditorProps & { whole?: boolean; suffix?: string }) {
  const shown = p.value === undefined || p.value === null ? "" : String(p.value);
  const [text, setText] = useState(shown);
  useEffect(() => {
    setText((before) => (plainNumber(before) === shown ? before : shown));
  }, [shown]);
  return (
    <Input
      {...editorProps(p)}
      inputMode={p.whole ? "numeric" : "decimal"}
      className="num"
      value={text}
      onChange={(e) => {
        setText(e.target.value);
        const plain = plainNumber(e.target.value);
        if (plain === "") p.onChange(null);
        else if (p.whole && /^-?\d+$/.test(plain)) p.onChange(Number(plain));
        else p.onChange(plain);
      }}
    />
  );
}
