// The admin API: requests that answer a value or throw an APIError. Paths are
// relative to the page, so that it also works behind a path of a reverse proxy.

import type {
  ActionsRequest, ActionsResult, ErrorBody, FaultInfo, Health, KindName, Session, Setup,
} from "./api.gen";
import { t, tCode } from "./i18n/i18n";

const base = "api/v1/";

/** A request that was refused, or that found no answer (kind "network"). */
export class APIError extends Error {
  constructor(
    readonly kind: KindName | "network",
    readonly code: string,
    readonly args: Record<string, unknown>,
    text: string,
    readonly faults: FaultInfo[] = [],
  ) {
    super(text);
  }

  /** What to tell a person, in the language that is shown. */
  get sentence(): string {
    if (this.kind === "network") return t("error.network");
    // A refused document names each faulty field; that says more than the whole.
    if (this.faults.length > 0) return this.faults.map((fault) => tCode("code.", fault.code, fault.args, fault.message)).join("; ");
    return tCode("code.", this.code, this.args, this.message);
  }
}

/** The sentence for anything that was thrown. */
export function sentenceOf(thrown: unknown): string {
  return thrown instanceof APIError ? thrown.sentence : String(thrown);
}

/** A request that gives its answer unread; network failures are APIErrors. */
export async function open(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(base + path, { cache: "no-store", credentials: "same-origin", ...init });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new APIError("network", "", {}, String(cause));
  }
  if (response.ok) return response;
  throw await refusal(response);
}

async function refusal(response: Response): Promise<APIError> {
  const fallback: KindName = response.status === 401 ? "unauthenticated" : response.status === 403 ? "forbidden" : "internal";
  try {
    const { error } = (await response.json()) as ErrorBody;
    return new APIError(error.kind ?? fallback, error.code ?? "", error.args ?? {}, error.message ?? response.statusText, error.faults ?? []);
  } catch {
    return new APIError(fallback, "", {}, `${response.status} ${response.statusText}`);
  }
}

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const response = await open(path, init);
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export const api = {
  session: () => request<Session>("GET", "session"),
  login: (user: string, password: string) => request<Session>("POST", "session", { user, password }),
  logout: () => request<void>("DELETE", "session"),
  setup: () => request<Setup>("GET", "setup"),
  choosePassword: (password: string) => request<Session>("POST", "setup", { password }),
  health: () => request<Health>("GET", "health"),
  actAll: (body: ActionsRequest) => request<ActionsResult>("POST", "actions", body),
  get: <T>(path: string) => request<T>("GET", path),
  put: <T>(path: string, body: unknown) => request<T>("PUT", path, body),
};
