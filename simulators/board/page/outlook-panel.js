// The lower panel: what each worker sees and does in Outlook, through the simulator's control API.

import { call, follow } from "./calls.js";
import { verbFor } from "./journeys.js";
import { Timeline } from "./timeline.js";
import { instantOf, sameInstant } from "./times.js";

export class OutlookPanel {
  #page;
  #timeline;
  #entries = new Map();
  #mailboxes = [];
  #existing = [];

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
    follow("/outlook/changes", {
      refresh: () => this.refresh(),
      tell: (change) => this.#hear(change),
      pulse: this.#page.pulse("outlook-pulse"),
    });
  }

  goTo(day) {
    this.#timeline.goTo(day);
  }

  refocus() {
    this.#timeline.refocus();
  }

  has(mailbox) {
    return this.#mailboxes.includes(mailbox);
  }

  async refresh() {
    const users = (await call("GET", "/outlook/users")).value;
    this.#existing = users.map((user) => ({ address: user.userPrincipalName.toLowerCase(), name: user.displayName }));
    await this.showMailboxes();
  }

  /** Show one row per resource of the board that has a mailbox here. */
  async showMailboxes() {
    const rows = [];
    for (const resource of this.#page.resources()) {
      const address = resource.email?.toLowerCase();
      const user = this.#existing.find((one) => one.address === address);
      if (user && !rows.some((row) => row.id === address)) {
        rows.push({ id: address, title: user.name, extendedProps: { name: user.name, under: address } });
      }
    }
    this.#mailboxes = rows.map((row) => row.id);
    const lists = await Promise.all(
      this.#mailboxes.map((address) => call("GET", `/outlook/mailboxes/${encodeURIComponent(address)}/events`)),
    );
    this.#entries.clear();
    lists.forEach((list, n) => {
      for (const event of list.value) {
        if (!event.deleted && event.type !== "seriesMaster") this.#keep(this.#entryOf(this.#mailboxes[n], event));
      }
    });
    this.#timeline.setRows(rows);
    this.#timeline.setAll([...this.#entries.values()]);
    this.#page.showEmpty("outlook", rows.length === 0);
  }

  #keep(entry) {
    this.#entries.set(entry.id, entry);
  }

  #hear({ mailbox, event }) {
    const address = mailbox.toLowerCase();
    if (!this.has(address) || event.type === "seriesMaster") return;
    const id = `${address}|${event.id}`;
    const before = this.#entries.get(id) ?? null;
    const after = event.deleted ? null : this.#entryOf(address, event);
    if (before === null && after === null) return;
    if (after === null) this.#entries.delete(id);
    else this.#keep(after);
    this.#timeline.show(id, after, { fresh: true });
    this.#name(address, before, after);
  }

  #name(mailbox, before, after) {
    const { journeys } = this.#page;
    const entry = after ?? before;
    const sight = { mailbox, gone: after === null, start: entry.start, end: entry.end, subject: entry.subject };
    if (journeys.seen("down", sight)) return;
    const verb = verbFor(before, after);
    // Outlook does not say whose hand it was. What looks like the board already was brought here by Tandem.
    const alike = this.#page.boardEntriesOf(mailbox).some((one) => isAlike(one, entry));
    if (after === null ? !alike : alike || verb === "changed") return;
    journeys.setOut("up", entry.subject, verb, [{ ...sight, subject: undefined }]);
  }

  #entryOf(address, event) {
    const ours = Object.keys(event.extended ?? {}).some((name) => /name tandemmarker$/i.test(name));
    const isPrivate = event.sensitivity === "private" || event.sensitivity === "confidential";
    const classes = ours ? [] : ["worker"];
    if (event.showAs === "oof") classes.push("away");
    return {
      id: `${address}|${event.id}`, rows: [address], subject: event.subject || "(no title)",
      title: event.subject || "(no title)", isPrivate, start: event.start, end: event.end,
      allDay: event.allDay, days: [event.start, event.end], classes,
      editable: event.isOrganizer, state: { address, event, ours },
    };
  }

  async #move({ address, event }, { start, end, rows }) {
    if (rows[0] !== address) throw new Error("A worker cannot move an entry into somebody else's calendar.");
    await this.#act(address, { action: "patch", id: event.id, event: this.#span(start, end) });
  }

  #create({ start, end, resource }) {
    this.#page.sheet.open({
      title: "New in Outlook",
      note: "Made by the worker. The board sees that this time is taken; the entry itself stays the worker's.",
      subject: "",
      start,
      end,
      isPrivate: false,
      save: (wanted) => this.#act(resource, { action: "create", event: this.#wanted(wanted) }),
    });
  }

  #open({ address, event, ours }) {
    this.#page.sheet.open({
      title: ours ? "Planned on the board" : "The worker's own",
      note: [event.location, event.categories?.join(", ")].filter(Boolean).join(" · "),
      subject: event.subject,
      ...this.#page.wallSpan(event),
      fixedTimes: event.allDay,
      isPrivate: event.sensitivity === "private",
      save: (wanted) => {
        const changed = this.#wanted(wanted);
        if (event.allDay) { delete changed.start; delete changed.end; }
        return this.#act(address, { action: "patch", id: event.id, event: changed });
      },
      remove: () => this.#act(address, { action: "delete", id: event.id }),
    });
  }

  #wanted({ subject, start, end, isPrivate }) {
    return { subject, sensitivity: isPrivate ? "private" : "normal", ...this.#span(start, end) };
  }

  #span(start, end) {
    const graphTime = (wall) => ({ dateTime: instantOf(wall, this.#page.zone).replace("Z", ""), timeZone: "UTC" });
    return { start: graphTime(start), end: graphTime(end) };
  }

  #act(address, action) {
    return call("POST", `/outlook/mailboxes/${encodeURIComponent(address)}/events`, action);
  }
}

function isAlike(one, other) {
  const start = one.allDay ? one.days[0] : one.start;
  const end = one.allDay ? one.days[1] : one.end;
  return sameInstant(start, other.start) && sameInstant(end, other.end);
}
