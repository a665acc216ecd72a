import { call, queryString } from "./client";

/** The one server that mails go out through; its password is never read back. */
export interface MailServer {
  ready: boolean;
  host: string;
  port: number;
  security: "starttls" | "tls" | "none";
  user: string;
  has_password: boolean;
  /** False where this server has another key than the one the password was sealed with. */
  password_readable: boolean;
  sender_name: string;
  sender_address: string;
  /** The address by which people reach this server: links in mails begin with it. */
  site: string;
  invite_days: number;
}

/** What came of a test mail, in plain words, with what the mail server said. */
export interface Tried {
  ok: boolean;
  code?: string;
  message: string;
  answer?: string;
}

export interface Outgoing {
  id: string;
  user: { id: string; name: string } | null;
  kind: "invitation" | "password" | "password_changed" | "notice" | "digest";
  state: "queued" | "sent" | "failed" | "skipped";
  address?: string;
  attempts: number;
  problem?: string;
  answer?: string;
  created_at: string;
  sent_at: string | null;
  next_at: string | null;
}

export const mail = {
  server: () => call<MailServer>("/mail-server"),
  set: (body: Partial<MailServer> & { password?: string }) =>
    call<MailServer>("/mail-server", { method: "PATCH", body }),
  test: (to: string) => call<Tried>("/mail-server/actions/test", { method: "POST", body: { to } }),
  list: (q: { state?: string; cursor?: string }) =>
    call<{ mails: Outgoing[]; next: string | null }>(`/mails${queryString(q)}`),
  retry: (id: string) => call(`/mails/${id}/actions/retry`, { method: "POST", body: {} }),
};

/** A link in a mail by which somebody chooses a password. */
export const link = {
  forget: (login: string) =>
    call<{ message: string }>("/password/actions/forget", { method: "POST", body: { login } }),
  look: (token: string) =>
    call<{ name: string; login: string; language?: string; purpose: "invitation" | "password" }>(
      "/password/actions/look",
      { method: "POST", body: { token } },
    ),
  choose: (token: string, password: string) =>
    call("/password/actions/choose", { method: "POST", body: { token, password } }),
};
