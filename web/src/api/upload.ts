import { BASE } from "./client";
import { Problem } from "./problem";

/** An uploaded file as a field, an attachment or a comment holds it. */
export interface FileRef {
  id: string;
  name: string;
  size: number;
  type: string;
  width?: number;
  height?: number;
}

/** Sends one file and tells how far it is; fetch cannot tell that of what it sends. */
export function upload(file: File, onProgress: (part: number) => void, signal: AbortSignal) {
  return new Promise<FileRef>((resolve, reject) => {
    const x = new XMLHttpRequest();
    const form = new FormData();
    form.set("file", file, file.name);
    x.open("POST", `${BASE}/files`);
    x.setRequestHeader("Accept-Language", document.documentElement.lang);
    x.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total);
    x.onerror = () => reject(new Problem(0));
    x.onabort = () => reject(new DOMException("", "AbortError"));
    x.onload = () => {
      let data: unknown;
      try {
        data = JSON.parse(x.responseText);
      } catch {
        data = undefined;
      }
      if (x.status === 201) resolve(data as FileRef);
      else reject(new Problem(x.status, data));
    };
    signal.addEventListener("abort", () => x.abort());
    x.send(form);
  });
}

export const fileUrl = (f: FileRef, size?: 96 | 320 | 1600) =>
  `${BASE}/files/${encodeURIComponent(f.id)}${size ? `?size=${size}` : ""}`;

/** Whether it can be shown as a picture: the server measured those it can make small. */
export const isPicture = (f: FileRef) => f.type.startsWith("image/") && !!f.width;

/** Whether it can be listened to: a voice note says so by its name where its type does not. */
export const isSound = (f: FileRef) =>
  f.type.startsWith("audio/") || /\.(weba|m4a|mp3|ogg|oga|opus|wav|aac)$/i.test(f.name);

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** What a field of files or a picture holds, as a list. */
export function filesOf(value: unknown): FileRef[] {
  const list = Array.isArray(value) ? value : value ? [value] : [];
  return list.filter((f): f is FileRef => !!f && typeof f === "object" && "name" in f);
}
