// The planner's dialogs: what is on the board is opened, what is not is created.

import { call } from "./calls.js";
import { inWords, nameOf, NOBODY } from "./standing.js";
import { instantOf } from "./times.js";

/** Create an appointment or absences for a span that was drawn. */
export function createEntry({ page, resources }, { start, end, resource }) {
  page.sheet.open({
    title: "New on the board",
    subject: "",
    start,
    end,
    kinds: true,
    resources,
    chosen: resource && resource !== NOBODY ? [resource] : [],
    save: (wanted) => {
      const span = { start: instantOf(wanted.start, page.zone), end: instantOf(wanted.end, page.zone) };
      if (wanted.kind === "appointment") {
        return call("POST", pathOf("appointment"), { ...span, subject: wanted.subject, resources: wanted.resources });
      }
      const absence = { ...span, title: wanted.subject, kind: "other", showAs: "oof" };
      return Promise.all(wanted.resources.map((one) => call("POST", pathOf("unavailability"), { ...absence, resource: one })));
    },
  });
}

/** Open what is on the board, with the question about it that waits for an answer. */
export function openEntry({ page, resources, standing, answer }, kind, full) {
  const path = `${pathOf(kind)}/${encodeURIComponent(full.id)}`;
  const isTask = kind === "appointment";
  const asked = isTask ? standing.waiting().find((one) => one.appointment.id === full.id) : undefined;
  page.sheet.open({
    title: isTask ? `Appointment ${full.number ?? ""}` : "Absence",
    note: isTask ? noteOf(standing, full, resources) : full.location?.name ?? "",
    question: asked && {
      words: inWords(asked, nameOf(resources, asked.resource.id)),
      reason: asked.reason,
      answer: (verdict) => answer(asked.id, verdict),
    },
    subject: isTask ? full.subject : full.title ?? "",
    ...page.wallSpan(full),
    fixedTimes: full.allDay,
    resources,
    chosen: isTask ? full.resources.map((one) => one.id) : [full.resource.id],
    single: !isTask,
    ticks: isTask ? { locked: Boolean(full.locked), cancelled: full.status === "cancelled" } : undefined,
    save: (wanted) => {
      const span = full.allDay ? {} : {
        start: instantOf(wanted.start, page.zone), end: instantOf(wanted.end, page.zone),
      };
      const words = isTask
        ? { subject: wanted.subject, resources: wanted.resources.map((id) => ({ id })), ...standOf(full, wanted) }
        : { title: wanted.subject, resource: { id: wanted.resources[0] } };
      return call("PATCH", path, { ...span, ...words });
    },
    remove: () => call("DELETE", path),
  });
}

/** Where it is, and for whom it is held and why. */
function noteOf(standing, full, resources) {
  const looks = Object.values(standing.looksOf(full, resources));
  const held = looks.flatMap((look) => look.marks).filter((mark) => mark.kind === "held").map((mark) => mark.words);
  return [full.location?.name, ...held].filter(Boolean).join(" · ");
}

function standOf(full, { locked, cancelled }) {
  const wasCancelled = full.status === "cancelled";
  return { locked, ...(cancelled === wasCancelled ? {} : { status: cancelled ? "cancelled" : "planned" }) };
}

export function pathOf(kind) {
  return kind === "appointment" ? "/_control/appointments" : "/_control/unavailabilities";
}
