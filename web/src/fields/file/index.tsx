import { useRef } from "react";
import { filesOf, fileUrl, isPicture } from "../../api/upload";
import { listed } from "../../lib/format";
import type { DisplayProps, EditorProps, FieldType } from "../types";
import { Files } from "./Files";
import { Uploader, useUploads } from "./Uploader";

function FileDisplay({ value, short }: DisplayProps) {
  const files = filesOf(value);
  if (!files.length) return null;
  if (!short) return <Files files={files} />;
  const first = files[0];
  return (
    <>
      {first && isPicture(first) && <img className="file-mini" src={fileUrl(first, 96)} alt="" />}
      {listed(files.map((f) => f.name))}
    </>
  );
}

function FileEditor(p: EditorProps) {
  const one = p.field.type === "picture";
  const files = filesOf(p.value);
  // Uploads end at their own time: what they add to is the value as it is then.
  const now = useRef(files);
  now.current = files;
  const uploads = useUploads((f) => {
    now.current = one ? [f] : [...now.current, f];
    p.onChange(one ? f : now.current);
  });
  return (
    <div className="stack tight">
      {files.length > 0 && (
        <Files
          files={files}
          remove={(f) => {
            const rest = files.filter((x) => x.id !== f.id);
            p.onChange(rest.length ? rest : null);
          }}
        />
      )}
      <Uploader
        id={p.id}
        uploads={uploads}
        many={!one}
        accept={one ? "image/png,image/jpeg,image/gif,image/webp" : undefined}
        disabled={p.disabled}
        describedBy={p.describedBy}
      />
    </div>
  );
}

export const file: FieldType = {
  Display: FileDisplay,
  Editor: FileEditor,
  operators: ["contains", "empty", "notempty"],
  width: 160,
  wide: true,
};
