// Brings the two panels, the day and the story between them together.

import { BoardPanel } from "./board-panel.js";
import { call } from "./calls.js";
import { Journeys } from "./journeys.js";
import { OutlookPanel } from "./outlook-panel.js";
import { Sheet } from "./sheet.js";
import { dayAfter, dayInWords, wallOf } from "./times.js";

const element = (id) => document.getElementById(id);

async function start() {
  const board = await call("GET", "/_control/board");
  const zone = board.timeZone;
  const today = () => wallOf(new Date().toISOString(), zone).slice(0, 10);
  const asked = new URLSearchParams(location.search).get("day");
  const panels = {};
  const page = {
    zone,
    day: /^\d{4}-\d{2}-\d{2}$/.test(asked ?? "") ? asked : firstBusyDay(board, today(), zone),
    journeys: new Journeys(element("journeys")),
    sheet: new Sheet(),
    resources: () => panels.board?.resources ?? [],
    hasMailbox: (mailbox) => panels.outlook?.has(mailbox) ?? false,
    boardEntriesOf: (mailbox) => panels.board.entriesOf(mailbox),
    mailboxesChanged: () => panels.outlook?.showMailboxes().catch(() => {}),
    wallSpan: (one) => one.allDay
      ? { start: `${(one.startDate ?? one.start).slice(0, 10)}T00:00`, end: `${(one.endDate ?? one.end).slice(0, 10)}T00:00` }
      : { start: wallOf(one.start, zone), end: wallOf(one.end, zone) },
    pulse: (id) => (state, words) => {
      element(id).className = `pulse ${state}`;
      element(id).textContent = words;
    },
    showEmpty: (id, isEmpty) => showEmpty(element(id), id, isEmpty),
  };
  panels.board = new BoardPanel(page, element("board"));
  panels.outlook = new OutlookPanel(page, element("outlook"));

  const goTo = page.goTo = (day) => {
    page.day = day;
    element("day").textContent = dayInWords(day);
    panels.board.goTo(day);
    panels.outlook.goTo(day);
  };
  element("day-before").onclick = () => goTo(dayAfter(page.day, -1));
  element("day-after").onclick = () => goTo(dayAfter(page.day, 1));
  element("today").onclick = () => goTo(today());
  element("hint-away").onclick = () => { element("hint").hidden = true; };
  element("sheet").addEventListener("close", () => Object.values(panels).forEach((panel) => panel.refocus()));
  goTo(page.day);
  panels.board.start();
  panels.outlook.start();
}

/** Today, or the next day with something on it: an empty page explains nothing. */
function firstBusyDay(board, today, zone) {
  const days = [...board.appointments, ...board.unavailabilities]
    .filter((one) => wallOf(one.end, zone) > `${today}T00:00:00`)
    .map((one) => wallOf(one.start, zone).slice(0, 10))
    .sort();
  return days.length && days[0] > today ? days[0] : today;
}

function showEmpty(panel, id, isEmpty) {
  panel.parentElement.querySelector(".empty")?.remove();
  panel.hidden = isEmpty;
  if (!isEmpty) return;
  const words = document.createElement("p");
  words.className = "empty";
  words.textContent = id === "board"
    ? "Nobody is planned here yet. A team is loaded by `python3 dev.py up`."
    : "No mailbox of this board's resources is known to the simulated Outlook.";
  panel.after(words);
}

start().catch((error) => {
  element("board-pulse").className = "pulse lost";
  element("board-pulse").textContent = error.message;
});
