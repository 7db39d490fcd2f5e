// One timeline: rows of resources, a day of columns, entries that can be dragged. Both panels are one.

import { wallOf, wallOfDate } from "./times.js";

const FRESH_MS = 1600;
const SHORT_MS = 90 * 60_000;
const SLOTS = 28; // half hours from 6 to 20
const SIDEBAR = 192;
const NARROWEST_SLOT = 30;
const LOCK = "M2 5V4a2.5 2.5 0 0 1 5 0v1h.5a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zm1.2 0h2.6V4a1.3 1.3 0 0 0-2.6 0z";

export class Timeline {
  #calendar;
  #shown = new Map();
  #zone;
  #rows = "";
  #element;
  #focused = null;

  constructor(element, { zone, day, act }) {
    this.#zone = zone;
    this.#element = element;
    this.#calendar = globalThis.EventCalendar.create(element, {
      view: "resourceTimelineDay",
      date: day,
      height: "auto",
      headerToolbar: { start: "", center: "", end: "" },
      slotMinTime: "06:00",
      slotMaxTime: "20:00",
      flexibleSlotTimeLimits: true,
      slotDuration: "00:30",
      snapDuration: "00:15",
      slotLabelInterval: "01:00",
      slotWidth: widthOfSlot(element),
      slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
      nowIndicator: true,
      editable: true,
      eventResizableFromStart: true,
      selectable: true,
      pointer: true,
      resourceLabelContent: ({ resource }) => ({ domNodes: [labelOf(resource)] }),
      eventContent: ({ event }) => ({ domNodes: [wordsOf(event)] }),
      eventClassNames: ({ event }) => event.extendedProps.classes ?? [],
      eventDidMount: ({ el, event }) => {
        el.dataset.entry = event.id;
        setTimeout(() => this.refocus());
      },
      eventClick: ({ event, jsEvent }) => {
        // Otherwise the same stroke of Enter also sends off the form that it opens.
        jsEvent.preventDefault();
        act.open(event.extendedProps.state);
      },
      eventDrop: (info) => this.#moved(info, act),
      eventResize: (info) => this.#moved(info, act),
      select: ({ start, end, resource }) => {
        act.create({ start: wallOfDate(start), end: wallOfDate(end), resource: resource?.id });
        this.#calendar.unselect();
      },
    });
    document.addEventListener("focusin", ({ target }) => {
      if (!target.closest("dialog")) this.#focused = element.contains(target) ? target.dataset.entry ?? null : null;
    });
    // Slots have a fixed width; both panels stay as wide as the window, so that their hours stand below each other.
    new ResizeObserver(() => this.#calendar.setOption("slotWidth", widthOfSlot(element))).observe(element);
  }

  /** Give the focus back to the entry that had it: the component draws an entry that changes as a new element. */
  refocus() {
    if (this.#focused === null || document.activeElement !== document.body) return;
    const entries = [...this.#element.querySelectorAll(".ec-event")];
    entries.find((one) => one.dataset.entry === this.#focused)?.focus({ preventScroll: true });
  }

  goTo(day) {
    this.#calendar.setOption("date", day);
  }

  setRows(rows) {
    // Each setting draws everything anew, and a whole plan may arrive entry by entry.
    const drawn = JSON.stringify(rows);
    if (drawn === this.#rows) return;
    this.#rows = drawn;
    this.#calendar.setOption("resources", rows);
  }

  /** Replace everything that is shown. */
  setAll(entries) {
    this.#shown = new Map(entries.map((entry) => [entry.id, entry]));
    this.#calendar.setOption("events", entries.map((entry) => this.#drawn(entry)));
  }

  /** Show an entry as it is now, or take it away (null); a fresh one is lit up for a moment. */
  show(id, entry, { fresh = false } = {}) {
    const known = this.#shown.has(id);
    if (entry === null) {
      if (known) this.#calendar.removeEventById(id);
      this.#shown.delete(id);
      return;
    }
    this.#shown.set(id, entry);
    const drawn = this.#drawn(fresh ? { ...entry, classes: [...entry.classes, "fresh"] } : entry);
    if (known) this.#calendar.updateEvent(drawn);
    else this.#calendar.addEvent(drawn);
    if (fresh) {
      setTimeout(() => {
        if (this.#shown.get(id) === entry) this.#calendar.updateEvent(this.#drawn(entry));
      }, FRESH_MS);
    }
  }

  #drawn({ id, rows, title, start, end, allDay, days, classes, state, isPrivate, editable = true }) {
    const span = allDay
      ? { start: `${days[0]}T00:00:00`, end: `${days[1]}T00:00:00` }
      : { start: wallOf(start, this.#zone), end: wallOf(end, this.#zone) };
    return {
      id, resourceIds: rows, title, ...span, editable: editable && !allDay,
      extendedProps: { state, classes, allDay, isPrivate },
    };
  }

  async #moved(info, act) {
    const { event, oldEvent } = info;
    const entry = this.#shown.get(event.id);
    try {
      await act.move(event.extendedProps.state, {
        start: wallOfDate(event.start),
        end: wallOfDate(event.end),
        rows: event.resourceIds,
        rowsBefore: oldEvent.resourceIds,
      });
    } catch (error) {
      // Only what was asked for here goes back; a newer state that came in meanwhile stays.
      if (this.#shown.get(event.id) === entry) info.revert();
      act.complain(error.message);
    }
  }
}

function widthOfSlot(element) {
  return Math.max(NARROWEST_SLOT, Math.floor(100 * (element.clientWidth - SIDEBAR) / SLOTS) / 100);
}

function labelOf(resource) {
  const label = document.createElement("span");
  label.className = "resource";
  const name = document.createElement("b");
  name.textContent = resource.extendedProps.name;
  const small = document.createElement("small");
  small.textContent = resource.extendedProps.under ?? "";
  label.append(name, small);
  return label;
}

function drawLock() {
  const space = "http://www.w3.org/2000/svg";
  const lock = document.createElementNS(space, "svg");
  lock.setAttribute("class", "lock");
  lock.setAttribute("viewBox", "0 0 9 11");
  lock.setAttribute("role", "img");
  lock.setAttribute("aria-label", "private");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", LOCK);
  lock.append(path);
  return lock;
}

function timesInWords({ start, end }) {
  const clock = (date) => wallOfDate(date).slice(11, 16);
  // A short entry has room for one time only; where it ends can be seen.
  return end - start < SHORT_MS ? clock(start) : `${clock(start)} – ${clock(end)}`;
}

function wordsOf(event) {
  const words = document.createElement("span");
  words.className = "words-in";
  const title = document.createElement("b");
  title.textContent = event.title;
  if (event.extendedProps.isPrivate) title.prepend(drawLock());
  const time = document.createElement("small");
  time.textContent = event.extendedProps.allDay ? "all day" : timesInWords(event);
  words.append(title, time);
  return words;
}
