// The connection to the event stream: it reconnects by itself with growing pauses
// and says when what is shown may no longer be true.

import { APIError, open } from "../api";
import { EventParser, type StreamEvent } from "./sse";

/** How the connection is doing. "stale" has been live and is silent or lost. */
export type Connection = "connecting" | "live" | "stale";

/** What a stream tells its owner. */
export interface StreamOwner {
  event(event: StreamEvent): void;
  state(connection: Connection): void;
  /** The unit wants a login; the stream has ended and is not tried again. */
  unauthenticated(): void;
  /** How long silence is normal at the moment, in ms. */
  silenceLimit(): number;
}

/** The pause before the given attempt to connect, in ms: 250 ms doubled up to 8 s. */
export function backoff(attempt: number): number {
  return Math.min(8000, 250 * 2 ** Math.max(0, attempt - 1));
}

/** One event stream, from start to stop. */
export class Stream {
  #stopped = false;
  #everLive = false;
  #connection: AbortController | null = null;
  #wake: (() => void) | null = null;

  constructor(private readonly owner: StreamOwner) {}

  /** Connects and stays connected until stop; never throws. */
  async run(): Promise<void> {
    for (let attempt = 0; !this.#stopped; attempt++) {
      if (attempt > 0) await this.#pause(backoff(attempt));
      if (this.#stopped) return;
      if (!this.#everLive) this.owner.state("connecting");
      try {
        await this.#readOnce(() => (attempt = 0));
      } catch (thrown) {
        if (thrown instanceof APIError && thrown.kind === "unauthenticated") {
          this.#stopped = true;
          this.owner.unauthenticated();
          return;
        }
      }
      if (!this.#stopped && this.#everLive) this.owner.state("stale");
    }
  }

  /** Ends the stream. */
  stop(): void {
    this.#stopped = true;
    this.reconnect();
  }

  /** Ends the pause before the next attempt, or drops a connection that is open. */
  reconnect(): void {
    this.#connection?.abort();
    this.#wake?.();
  }

  async #readOnce(succeeded: () => void): Promise<void> {
    const connection = new AbortController();
    this.#connection = connection;
    let lastSign = Date.now();
    const watch = setInterval(() => {
      const silent = Date.now() - lastSign;
      if (silent > this.owner.silenceLimit()) connection.abort();
    }, 500);
    try {
      const response = await open("events", { signal: connection.signal, headers: { Accept: "text/event-stream" } });
      const parser = new EventParser();
      for await (const text of texts(response, connection.signal)) {
        lastSign = Date.now();
        for (const event of parser.push(text)) this.owner.event(event);
        if (connection.signal.aborted) return;
        this.#everLive = true;
        succeeded();
        this.owner.state("live");
      }
    } finally {
      clearInterval(watch);
      connection.abort();
      this.#connection = null;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function* texts(response: Response, signal: AbortSignal): AsyncGenerator<string> {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  while (!signal.aborted) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
