// Times on the page are wall times of the board's zone, whatever zone the browser is in.

const formats = new Map();

function partsOf(instant, zone) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat("en-CA", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
      hour: "2-digit", minute: "2-digit", second: "2-digit",
    }));
  }
  return Object.fromEntries(formats.get(zone).formatToParts(instant).map((part) => [part.type, part.value]));
}

/** "2026-11-23T08:00:00" as people in the zone read the instant. */
export function wallOf(instant, zone) {
  const p = partsOf(new Date(instant), zone);
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}`;
}

/** The instant (ISO, UTC) at which clocks of the zone show the wall time. */
export function instantOf(wall, zone) {
  const asUtc = Date.parse(wall.length === 16 ? `${wall}:00Z` : `${wall}Z`);
  let instant = asUtc;
  // Twice, because the offset itself changes when the first guess lies on the other side of a clock change.
  for (let round = 0; round < 2; round += 1) {
    instant = asUtc - (Date.parse(`${wallOf(instant, zone)}Z`) - instant);
  }
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

/** The wall time that a Date of the timeline component stands for: it keeps wall times in local fields. */
export function wallOfDate(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
    + `T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function dayAfter(day, count) {
  const moved = new Date(`${day}T12:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + count);
  return moved.toISOString().slice(0, 10);
}

export function dayInWords(day) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC", weekday: "long", day: "numeric", month: "long", year: "numeric",
  });
  return format.format(new Date(`${day}T12:00:00Z`));
}

export function sameInstant(one, other) {
  return Date.parse(one) === Date.parse(other);
}
