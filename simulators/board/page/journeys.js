// Follows each change to the other side and says, in words, how long it took.

import { sameInstant } from "./times.js";

const SHOWN = 3;
const PATIENCE_MS = 15_000;
const SIDES = {
  down: { arrow: "↓", from: "on the board", to: "seen in Outlook", missing: "not in Outlook yet" },
  up: { arrow: "↑", from: "in Outlook", to: "seen on the board", missing: "nothing to see on the board yet" },
};

export class Journeys {
  #list;
  #waiting = new Set();

  constructor(list) {
    this.#list = list;
  }

  /**
   * A change set out. `waits` are what must be seen on the other side:
   * {mailbox, start, end, subject, gone}; without any, the change has nowhere to go and is only named.
   */
  setOut(way, title, verb, waits) {
    const side = SIDES[way];
    const line = document.createElement("li");
    line.className = `journey ${way} ${waits.length ? "waiting" : ""}`;
    const arrow = span("way", waits.length ? side.arrow : "·");
    arrow.setAttribute("aria-hidden", "true");
    const words = span("words", "");
    const name = document.createElement("b");
    name.textContent = title;
    const took = span("took", waits.length ? "on its way …" : "");
    words.append(name, ` · ${verb} ${side.from}${waits.length ? " → " : ""}`, took);
    line.append(arrow, words);
    this.#list.querySelector(".resting")?.remove();
    this.#list.prepend(line);
    while (this.#list.children.length > SHOWN) this.#list.lastElementChild.remove();
    if (!waits.length) return;
    const journey = { way, waits: [...waits], line, took, setOutAt: performance.now() };
    this.#waiting.add(journey);
    setTimeout(() => this.#giveUpWaiting(journey), PATIENCE_MS);
  }

  /** Something was seen on the side to which `way` leads; tells whether it had been waited for. */
  seen(way, sight) {
    for (const journey of this.#waiting) {
      if (journey.way !== way) continue;
      const met = journey.waits.findIndex((wait) => fits(wait, sight));
      if (met < 0) continue;
      journey.waits.splice(met, 1);
      if (journey.waits.length === 0) {
        const seconds = (performance.now() - journey.setOutAt) / 1000;
        this.#waiting.delete(journey);
        journey.line.classList.remove("waiting", "missing");
        journey.took.textContent = `${SIDES[way].to} after ${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
      }
      return true;
    }
    return false;
  }

  say(words) {
    const line = document.createElement("li");
    line.className = "journey missing";
    line.append(span("way", "!"), span("words", words));
    this.#list.querySelector(".resting")?.remove();
    this.#list.prepend(line);
    while (this.#list.children.length > SHOWN) this.#list.lastElementChild.remove();
  }

  #giveUpWaiting(journey) {
    // It stays among those waited for: an outage may end, and then the time it took is worth reading.
    if (!this.#waiting.has(journey)) return;
    journey.line.classList.add("missing");
    journey.took.textContent = SIDES[journey.way].missing;
  }
}

function fits(wait, sight) {
  return wait.mailbox === sight.mailbox && wait.gone === sight.gone
    && (wait.subject === undefined || sight.subject === undefined || wait.subject === sight.subject)
    && (wait.start === undefined || sight.start === undefined
      || (sameInstant(wait.start, sight.start) && sameInstant(wait.end, sight.end)));
}

function span(className, text) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  return made;
}

/** Say in one verb what became of an entry; both sides speak {subject, start, end, rows}. */
export function verbFor(before, after) {
  if (before === null) return "created";
  if (after === null) return "deleted";
  if (after.rows.length === 0 && before.rows.length) return "taken off the plan";
  if (after.rows.length < before.rows.length && after.rows.every((row) => before.rows.includes(row))) return "taken off";
  if (before.rows.join() !== after.rows.join()) return "handed over";
  const length = (one) => Date.parse(one.end) - Date.parse(one.start);
  if (length(before) !== length(after)) return length(after) > length(before) ? "lengthened" : "shortened";
  if (!sameInstant(before.start, after.start)) return "moved";
  return before.subject === after.subject ? "changed" : "renamed";
}
