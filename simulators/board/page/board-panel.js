// The upper panel: what the planner sees and does.

import { createEntry, openEntry, pathOf } from "./board-sheet.js";
import { call, follow } from "./calls.js";
import { verbFor } from "./journeys.js";
import { NOBODY, Standing } from "./standing.js";
import { Timeline } from "./timeline.js";
import { instantOf, wallOf } from "./times.js";

export class BoardPanel {
  #page;
  #timeline;
  #entries = new Map();
  #standing = new Standing();
  resources = [];

  constructor(page, element) {
    this.#page = page;
    this.#timeline = new Timeline(element, {
      zone: page.zone,
      day: page.day,
      act: {
        open: ({ kind, full }) => openEntry(this.#desk(), kind, full),
        create: (span) => createEntry(this.#desk(), span),
        move: (state, moved) => this.#move(state, moved),
        complain: (words) => page.journeys.say(words),
        answer: (proposal, verdict) => this.#answer(proposal, verdict).catch((error) => page.journeys.say(error.message)),
      },
    });
    document.getElementById("asks").onclick = () => this.#showQuestion();
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
    this.#standing.replace(board);
    this.#entries.clear();
    for (const state of board.appointments) this.#entries.set(`appointment:${state.id}`, this.#entryOf("appointment", state));
    for (const state of board.unavailabilities) {
      this.#entries.set(`unavailability:${state.id}`, this.#entryOf("unavailability", state));
    }
    this.#drawRows();
    this.#timeline.setAll([...this.#entries.values()].map((entry) => this.#rowed(entry)));
    this.#countQuestions();
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
      this.#standing.hearStatus(change);
      this.#drawAgain(change.appointment);
    }
    if (change.kind === "proposal") this.#hearProposal(change);
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

  #hearProposal(change) {
    this.#standing.hearProposal(change);
    this.#drawAgain(change.state.appointment.id);
    this.#countQuestions();
    const entry = this.#entries.get(`appointment:${change.state.appointment.id}`);
    const mailbox = this.#mailboxOf(change.state.resource.id);
    // The worker's deletion has come over, as a question instead of a change.
    if (entry && mailbox && change.state.state === "open") {
      this.#page.journeys.seen("up", { mailbox, gone: true, ...spanOf(entry) });
    }
  }

  #drawAgain(appointment) {
    const shown = this.#entries.get(`appointment:${appointment}`);
    if (shown) this.#put(this.#entryOf("appointment", shown.state.full), false);
  }

  #countQuestions() {
    const { length } = this.#standing.waiting();
    const chip = document.getElementById("asks");
    chip.hidden = length === 0;
    chip.textContent = length === 1 ? "1 worker asks you" : `${length} questions for you`;
  }

  /** Go to the day of the first question that is not on the day shown, or stay. */
  #showQuestion() {
    const days = this.#standing.waiting()
      .map((one) => this.#entries.get(`appointment:${one.appointment.id}`))
      .filter(Boolean)
      .map((entry) => wallOf(entry.start, this.#page.zone).slice(0, 10));
    if (days.length) this.#page.goTo(days.find((day) => day > this.#page.day) ?? days.sort()[0]);
  }

  #answer(proposal, verdict) {
    return call("POST", `/_control/proposals/${encodeURIComponent(proposal)}/${verdict}`);
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
    const asked = before?.rows.filter((row) => before.looks[row]?.question).map((row) => this.#mailboxOf(row)) ?? [];
    // Whoever asked to be taken off has deleted the event already: nothing will be seen to go.
    for (const mailbox of placesOf(before).filter((one) => reachable(one) && !asked.includes(one))) {
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
    const isTask = kind === "appointment";
    const classes = isTask ? [] : ["away"];
    // An absence that Tandem entered was born in Outlook: it belongs to the worker, and looks like it on both sides.
    if (!isTask && full.origin) classes.push("worker");
    if (full.status === "cancelled") classes.push("cancelled");
    const looks = isTask ? this.#standing.looksOf(full, this.resources) : {};
    return {
      id: `${kind}:${full.id}`, rows, subject, title: subject, start: full.start, end: full.end,
      isPrivate: full.sensitivity === "private" || full.sensitivity === "confidential",
      allDay: full.allDay, days: [full.startDate, full.endDate], classes, looks,
      editable: !full.locked, state: { kind, full },
    };
  }

  #desk() {
    return {
      page: this.#page,
      resources: this.resources,
      standing: this.#standing,
      answer: (proposal, verdict) => this.#answer(proposal, verdict),
    };
  }

  async #move({ kind, full }, { start, end, rows, rowsBefore }) {
    const span = { start: instantOf(start, this.#page.zone), end: instantOf(end, this.#page.zone) };
    const [[row], [rowBefore]] = [rows, rowsBefore];
    const handedOver = row !== rowBefore;
    const path = `${pathOf(kind)}/${encodeURIComponent(full.id)}`;
    if (kind === "unavailability") {
      await call("PATCH", path, handedOver ? { ...span, resource: { id: row } } : span);
    } else {
      const planned = full.resources.map((one) => (one.id === rowBefore ? row : one.id));
      const resources = [...new Set(planned.length ? planned : [row])].filter((one) => one !== NOBODY);
      await call("POST", `${path}/move`, handedOver ? { ...span, resources } : span);
    }
  }
}

function spanOf(entry) {
  return entry.allDay ? { start: entry.days[0], end: entry.days[1] } : { start: entry.start, end: entry.end };
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
