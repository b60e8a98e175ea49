// Reading of a text/event-stream (HTML Standard, section 9.2.6). The page reads it
// with fetch instead of EventSource, because it wants to know two things that
// EventSource keeps to itself: the status of a refusal, and that a comment came,
// which is the sign of life of a unit that has nothing to tell.

/** One event of a stream. */
export interface StreamEvent {
  name: string;
  data: string;
}

/** Takes pieces of text and gives the events that they complete. */
export class EventParser {
  #rest = "";
  #name = "";
  #data: string[] = [];

  push(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line: string): StreamEvent | null {
    if (line === "") {
      const event = this.#data.length > 0 ? { name: this.#name || "message", data: this.#data.join("\n") } : null;
      this.#name = "";
      this.#data = [];
      return event;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    if (field === "event") this.#name = value;
    return null;
  }
}
