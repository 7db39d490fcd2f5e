// Calls to the board's own control API and, through it, to the simulated Outlook.

export class Refused extends Error {}

export async function call(method, path, body) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await fetch(path, { method, ...sent });
  const text = await answer.text();
  let content = {};
  try {
    content = text ? JSON.parse(text) : {};
  } catch {
    throw new Refused(`The answer was not understood (${answer.status}).`);
  }
  if (!answer.ok) {
    const wrong = (content.errors ?? []).map((error) => `${error.pointer} ${error.detail}`).join("; ");
    throw new Refused(wrong || content.detail || content.error?.message || `Refused (${answer.status}).`);
  }
  return content;
}

/** Follow a stream of server-sent events. `refresh` runs at each (re)connection, before anything that follows it. */
export function follow(path, { refresh, tell, pulse }) {
  const source = new EventSource(path);
  let ready = Promise.resolve();
  source.onopen = () => {
    ready = refresh().then(() => pulse("live", "live"), (error) => pulse("lost", error.message));
  };
  source.onerror = () => {
    pulse("lost", "not connected");
    // A refusal (503: no Outlook yet) closes the source for good, so ask again ourselves.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(path, { refresh, tell, pulse }), 2000);
  };
  source.onmessage = (message) => {
    // In order, and one that goes wrong does not stop those behind it.
    ready = ready.then(() => tell(JSON.parse(message.data))).catch((error) => console.error(error));
  };
}
