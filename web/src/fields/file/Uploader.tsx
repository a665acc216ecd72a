import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type FileRef, fileSize, upload } from "../../api/upload";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useErrorText } from "../../ui/State";
import "./file.css";

interface Going {
  key: number;
  file: File;
  part: number;
  error?: string;
  stop: AbortController;
}

let last = 0;

/** Uploads under way: how far each is, cancelled or tried again one by one. */
export function useUploads(done: (f: FileRef) => void) {
  const errorText = useErrorText();
  const [going, setGoing] = useState<Going[]>([]);
  const finished = useRef(done);
  finished.current = done;
  const all = useRef<Going[]>([]);
  all.current = going;
  useEffect(() => () => all.current.forEach((g) => void g.stop.abort()), []);
  const set = (key: number, change: Partial<Going>) =>
    setGoing((list) => list.map((g) => (g.key === key ? { ...g, ...change } : g)));
  const drop = (key: number) => setGoing((list) => list.filter((g) => g.key !== key));
  async function start(g: Going) {
    try {
      const f = await upload(g.file, (part) => set(g.key, { part }), g.stop.signal);
      drop(g.key);
      finished.current(f);
    } catch (e) {
      if (g.stop.signal.aborted) drop(g.key);
      else set(g.key, { error: errorText(e) });
    }
  }
  return {
    going,
    add(files: Iterable<File>) {
      for (const file of files) {
        const g = { key: ++last, file, part: 0, stop: new AbortController() };
        setGoing((list) => [...list, g]);
        start(g);
      }
    },
    cancel(g: Going) {
      g.stop.abort();
      drop(g.key);
    },
    retry(g: Going) {
      set(g.key, { error: undefined, part: 0 });
      start(g);
    },
  };
}

/** Where files are dropped, pasted, chosen or photographed. */
export function Uploader({
  id,
  uploads,
  many,
  accept,
  disabled,
  describedBy,
}: {
  id?: string;
  uploads: ReturnType<typeof useUploads>;
  many?: boolean;
  accept?: string;
  disabled?: boolean;
  describedBy?: string;
}) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (list: FileList | null | undefined) => {
    const files = [...(list ?? [])];
    if (files.length) uploads.add(many ? files : files.slice(0, 1));
    return files.length > 0;
  };
  return (
    <div
      className={`uploader ${over ? "over" : ""}`}
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault();
        e.stopPropagation();
        setOver(false);
        take(e.dataTransfer.files);
      }}
      onPaste={(e) => {
        if (take(e.clipboardData.files)) e.preventDefault();
      }}
    >
      <div className="row">
        <Button
          small
          id={id}
          disabled={disabled}
          aria-describedby={describedBy}
          icon={<Icon name="import" size={16} />}
          onClick={() => input.current?.click()}
        >
          {t(many ? "file.choose" : "file.choose_one")}
        </Button>
        <Button
          small
          className="only-phone"
          disabled={disabled}
          onClick={() => camera.current?.click()}
        >
          {t("file.camera")}
        </Button>
        <span className="muted only-desktop">{t("file.drop")}</span>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        multiple={many}
        accept={accept}
        onChange={(e) => {
          take(e.target.files);
          e.target.value = "";
        }}
      />
      <input
        ref={camera}
        type="file"
        hidden
        accept="image/*"
        capture="environment"
        onChange={(e) => {
          take(e.target.files);
          e.target.value = "";
        }}
      />
      {uploads.going.map((g) => (
        <div key={g.key} className="row nowrap upload">
          <span className="file-name">{g.file.name}</span>
          {g.error ? (
            <>
              <span className="error-text" role="alert">
                {g.error}
              </span>
              <Button small onClick={() => uploads.retry(g)}>
                {t("retry")}
              </Button>
            </>
          ) : (
            <>
              <progress value={g.part} max={1} aria-label={g.file.name} />
              <span className="muted">{fileSize(g.file.size)}</span>
            </>
          )}
          <IconButton label={t("cancel")} onClick={() => uploads.cancel(g)}>
            <Icon name="close" size={14} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
