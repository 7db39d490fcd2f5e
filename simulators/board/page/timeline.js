// One timeline: rows of resources, a day of columns, entries that can be dragged. Both panels are one.

import { drawMark, drawQuestion } from "./marks.js";
import { wallOf, wallOfDate } from "./times.js";

const FRESH_MS = 1600;
const SHORT_MS = 90 * 60_000;
const SLOTS = 28; // half hours from 6 to 20
const SIDEBAR = 192;
const NARROWEST_SLOT = 30;

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
      eventContent: ({ event }) => ({ domNodes: [wordsOf(event, act.answer)] }),
      eventClassNames: ({ event }) => event.extendedProps.classes ?? [],
      eventDidMount: ({ el, event }) => {
        el.dataset.drawn = event.id;
        el.dataset.entry = event.extendedProps.entry;
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
      if (!target.closest("dialog")) this.#focused = element.contains(target) ? target.closest(".ec-event") : null;
    });
    // Slots have a fixed width; both panels stay as wide as the window, so that their hours stand below each other.
    new ResizeObserver(() => this.#calendar.setOption("slotWidth", widthOfSlot(element))).observe(element);
  }

  /** Give the focus back to the entry that had it: the component draws an entry that changes as a new element. */
  refocus() {
    if (this.#focused === null || document.activeElement !== document.body) return;
    const entries = [...this.#element.querySelectorAll(".ec-event")];
    const { drawn, entry } = this.#focused.dataset;
    const again = entries.find((one) => one.dataset.drawn === drawn) ?? entries.find((one) => one.dataset.entry === entry);
    again?.focus({ preventScroll: true });
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
    this.#calendar.setOption("events", entries.flatMap((entry) => this.#drawn(entry)));
  }

  /** Show an entry as it is now, or take it away (null); a fresh one is lit up for a moment. */
  show(id, entry, { fresh = false } = {}) {
    const known = new Set((this.#shown.get(id)?.rows ?? []).map((row) => drawnAs(id, row)));
    const drawn = entry === null ? [] : this.#drawn(fresh ? { ...entry, classes: [...entry.classes, "fresh"] } : entry);
    const stays = new Set(drawn.map((one) => one.id));
    for (const one of known) {
      if (!stays.has(one)) this.#calendar.removeEventById(one);
    }
    for (const one of drawn) {
      if (known.has(one.id)) this.#calendar.updateEvent(one);
      else this.#calendar.addEvent(one);
    }
    if (entry === null) this.#shown.delete(id);
    else this.#shown.set(id, entry);
    if (entry !== null && fresh) {
      setTimeout(() => {
        if (this.#shown.get(id) === entry) this.#drawn(entry).forEach((one) => this.#calendar.updateEvent(one));
      }, FRESH_MS);
    }
  }

  /** One drawing for each row, since the same entry may stand differently for each resource. */
  #drawn({ id, rows, title, start, end, allDay, days, classes, state, isPrivate, looks = {}, editable = true }) {
    const span = allDay
      ? { start: `${days[0]}T00:00:00`, end: `${days[1]}T00:00:00` }
      : { start: wallOf(start, this.#zone), end: wallOf(end, this.#zone) };
    return rows.map((row) => {
      const look = { classes: [], marks: [], ...looks[row] };
      return {
        id: drawnAs(id, row), resourceIds: [row], title, ...span, editable: editable && !allDay,
        extendedProps: {
          entry: id, state, allDay, isPrivate, classes: [...classes, ...look.classes], marks: look.marks,
          question: look.question,
        },
      };
    });
  }

  async #moved(info, act) {
    const { event, oldEvent } = info;
    const { entry: id } = event.extendedProps;
    const entry = this.#shown.get(id);
    try {
      await act.move(event.extendedProps.state, {
        start: wallOfDate(event.start),
        end: wallOfDate(event.end),
        rows: event.resourceIds,
        rowsBefore: oldEvent.resourceIds,
      });
    } catch (error) {
      // Only what was asked for here goes back; a newer state that came in meanwhile stays.
      if (this.#shown.get(id) === entry) info.revert();
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

function drawnAs(id, row) {
  return `${id}@${row}`;
}

function isShort({ start, end }) {
  return end - start < SHORT_MS;
}

function timesInWords({ start, end }) {
  const clock = (date) => wallOfDate(date).slice(11, 16);
  // A short entry has room for one time only; where it ends can be seen.
  return isShort({ start, end }) ? clock(start) : `${clock(start)} – ${clock(end)}`;
}

function wordsOf(event, answer) {
  const { isPrivate, allDay, marks = [], question } = event.extendedProps;
  const words = document.createElement("span");
  words.className = "words-in";
  const head = document.createElement("span");
  head.className = "head";
  const title = document.createElement("b");
  title.textContent = event.title;
  if (isPrivate) head.append(drawMark({ kind: "private", words: "private" }));
  head.append(title);
  const foot = document.createElement("span");
  foot.className = "foot";
  const time = document.createElement("small");
  time.textContent = allDay ? "all day" : timesInWords(event);
  foot.append(time, ...marks.map(drawMark));
  words.append(head, foot);
  if (question) {
    const asked = { ...question, isShort: isShort(event), answer: (verdict) => answer(question.id, verdict) };
    words.append(drawQuestion(asked));
  }
  return words;
}
