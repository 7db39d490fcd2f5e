// The upper panel: what the planner sees and does.

import { call, follow } from "./calls.js";
import { verbFor } from "./journeys.js";
import { Timeline } from "./timeline.js";
import { instantOf } from "./times.js";

const NOBODY = "nobody";

export class BoardPanel {
  #page;
  #timeline;
  #entries = new Map();
  #statuses = {};
  resources = [];

  constructor(page, element) {
    this.#page = page;
    this.#timeline = new Timeline(element, {
      zone: page.zone,
      day: page.day,
      act: {
        open: (state) => this.#open(state),
        create: (span) => this.#create(span),
        move: (state, moved) => this.#move(state, moved),
        complain: (words) => page.journeys.say(words),
      },
    });
  }

  start() {
    follow("/_control/changes", {
      refresh: () => this.refresh(),
      tell: (change) => this.#hear(change),
      pulse: this.#page.pulse("board-pulse"),
    });
  }

  goTo(day) {
    this.#timeline.goTo(day);
  }

  refocus() {
    this.#timeline.refocus();
  }

  async refresh() {
    const board = await call("GET", "/_control/board");
    this.resources = board.resources;
    this.#statuses = board.statuses;
    this.#entries.clear();
    for (const state of board.appointments) this.#entries.set(`appointment:${state.id}`, this.#entryOf("appointment", state));
    for (const state of board.unavailabilities) {
      this.#entries.set(`unavailability:${state.id}`, this.#entryOf("unavailability", state));
    }
    this.#drawRows();
    this.#timeline.setAll([...this.#entries.values()].map((entry) => this.#rowed(entry)));
    this.#page.mailboxesChanged();
  }

  /** The living entries of a mailbox, to tell an echo in Outlook from the worker's own hand. */
  entriesOf(mailbox) {
    const rows = this.resources.filter((one) => one.email?.toLowerCase() === mailbox).map((one) => one.id);
    return [...this.#entries.values()].filter((entry) => entry.rows.some((row) => rows.includes(row)));
  }

  #hear(change) {
    if (change.kind === "reset" || change.kind === "resource") return this.refresh();
    if (change.kind === "status") {
      this.#statuses[change.appointment] = { ...this.#statuses[change.appointment], [change.state.resource.id]: change.state };
      const held = this.#entries.get(`appointment:${change.appointment}`);
      if (held) this.#put(this.#entryOf("appointment", held.state.full), false);
    }
    if (change.kind !== "appointment" && change.kind !== "unavailability") return undefined;
    const id = `${change.kind}:${change.id}`;
    const before = this.#entries.get(id) ?? null;
    const after = change.state === null ? null : this.#entryOf(change.kind, change.state);
    if (after === null) {
      this.#entries.delete(id);
      this.#timeline.show(id, null);
    } else {
      this.#put(after, true);
    }
    this.#drawRows();
    if (before ?? after) this.#name(change, before, after);
    return undefined;
  }

  #name(change, before, after) {
    const { journeys } = this.#page;
    const placesOf = (entry) => (entry ? entry.rows.map((row) => this.#mailboxOf(row)).filter(Boolean) : []);
    if (change.by === "api") {
      for (const mailbox of placesOf(after)) journeys.seen("up", { mailbox, gone: false, ...spanOf(after) });
      for (const mailbox of placesOf(before)) {
        if (!placesOf(after).includes(mailbox)) journeys.seen("up", { mailbox, gone: true, ...spanOf(before) });
      }
      return;
    }
    const subjectOf = (entry) => (change.kind === "appointment" ? entry.subject : undefined);
    const reachable = (mailbox) => this.#page.hasMailbox(mailbox);
    const waits = placesOf(after).filter(reachable)
      .map((mailbox) => ({ mailbox, gone: false, ...spanOf(after), subject: subjectOf(after) }));
    for (const mailbox of placesOf(before).filter(reachable)) {
      if (!placesOf(after).includes(mailbox)) waits.push({ mailbox, gone: true, ...spanOf(before), subject: subjectOf(before) });
    }
    journeys.setOut("down", (after ?? before).subject, verbFor(before, after), waits);
  }

  #put(entry, fresh) {
    this.#entries.set(entry.id, entry);
    this.#timeline.show(entry.id, this.#rowed(entry), { fresh });
  }

  #mailboxOf(row) {
    return this.resources.find((one) => one.id === row)?.email?.toLowerCase();
  }

  #drawRows() {
    const rows = this.resources.map((one) => ({
      id: one.id, title: one.name, extendedProps: { name: one.name, under: one.email ?? one.type },
    }));
    if ([...this.#entries.values()].some((entry) => entry.rows.length === 0)) {
      rows.push({ id: NOBODY, title: "Not planned", extendedProps: { name: "Not planned", under: "waiting for somebody" } });
    }
    this.#timeline.setRows(rows);
    this.#page.showEmpty("board", rows.length === 0);
  }

  #rowed(entry) {
    return entry.rows.length ? entry : { ...entry, rows: [NOBODY] };
  }

  #entryOf(kind, full) {
    const rows = kind === "appointment" ? full.resources.map((one) => one.id) : [full.resource.id];
    const subject = kind === "appointment" ? full.subject : full.title || capital(full.kind);
    const statuses = kind === "appointment" ? this.#statuses[full.id] ?? {} : {};
    const held = Object.values(statuses).find((status) => status.state === "held");
    const classes = kind === "appointment" ? [] : ["away"];
    // An absence that Tandem entered was born in Outlook: it belongs to the worker, and looks like it on both sides.
    if (kind === "unavailability" && full.origin) classes.push("worker");
    if (held) classes.push("held");
    return {
      id: `${kind}:${full.id}`, rows, subject, title: held ? `⚠ ${subject}` : subject, start: full.start, end: full.end,
      isPrivate: full.sensitivity === "private" || full.sensitivity === "confidential",
      allDay: full.allDay, days: [full.startDate, full.endDate], classes,
      editable: !full.locked, state: { kind, full, held: held?.detail },
    };
  }

  async #move({ kind, full }, { start, end, rows, rowsBefore }) {
    const span = { start: instantOf(start, this.#page.zone), end: instantOf(end, this.#page.zone) };
    const handedOver = rows.join() !== rowsBefore.join();
    const path = `${pathOf(kind)}/${encodeURIComponent(full.id)}`;
    if (kind === "unavailability") {
      await call("PATCH", path, handedOver ? { ...span, resource: { id: rows[0] } } : span);
    } else {
      const resources = rows.filter((row) => row !== NOBODY);
      await call("POST", `${path}/move`, handedOver ? { ...span, resources } : span);
    }
  }

  #create({ start, end, resource }) {
    this.#page.sheet.open({
      title: "New on the board",
      subject: "",
      start,
      end,
      kinds: true,
      resources: this.resources,
      chosen: resource && resource !== NOBODY ? [resource] : [],
      save: (wanted) => {
        const span = { start: instantOf(wanted.start, this.#page.zone), end: instantOf(wanted.end, this.#page.zone) };
        if (wanted.kind === "appointment") {
          return call("POST", pathOf("appointment"), { ...span, subject: wanted.subject, resources: wanted.resources });
        }
        const absence = { ...span, title: wanted.subject, kind: "other", showAs: "oof" };
        return Promise.all(wanted.resources.map((one) => call("POST", pathOf("unavailability"), { ...absence, resource: one })));
      },
    });
  }

  #open({ kind, full, held }) {
    const path = `${pathOf(kind)}/${encodeURIComponent(full.id)}`;
    const isTask = kind === "appointment";
    this.#page.sheet.open({
      title: isTask ? `Appointment ${full.number ?? ""}` : "Absence",
      note: held ? `Held: ${held}` : full.location?.name ?? "",
      subject: isTask ? full.subject : full.title ?? "",
      ...this.#page.wallSpan(full),
      fixedTimes: full.allDay,
      resources: this.resources,
      chosen: isTask ? full.resources.map((one) => one.id) : [full.resource.id],
      single: !isTask,
      save: (wanted) => {
        const span = full.allDay ? {} : {
          start: instantOf(wanted.start, this.#page.zone), end: instantOf(wanted.end, this.#page.zone),
        };
        const words = isTask
          ? { subject: wanted.subject, resources: wanted.resources.map((id) => ({ id })) }
          : { title: wanted.subject, resource: { id: wanted.resources[0] } };
        return call("PATCH", path, { ...span, ...words });
      },
      remove: () => call("DELETE", path),
    });
  }
}

function pathOf(kind) {
  return kind === "appointment" ? "/_control/appointments" : "/_control/unavailabilities";
}

function spanOf(entry) {
  return entry.allDay ? { start: entry.days[0], end: entry.days[1] } : { start: entry.start, end: entry.end };
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
