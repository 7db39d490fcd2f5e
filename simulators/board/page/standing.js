// How an appointment stands for each of its resources: what Tandem reported, and what a worker asks the planner.

export const NOBODY = "nobody";
// A hyphen that does not break: entries are narrow.
const WISHES = {
  unplan: { full: "deleted this: un\u2011plan?", short: "un\u2011plan?" },
  change: { full: "wishes a change: make it?", short: "change?" },
};

export class Standing {
  #statuses = {};
  #proposals = new Map();

  replace({ statuses, proposals }) {
    this.#statuses = statuses;
    this.#proposals = new Map(proposals.map((one) => [one.id, one]));
  }

  hearStatus({ appointment, state }) {
    this.#statuses[appointment] = { ...this.#statuses[appointment], [state.resource.id]: state };
  }

  hearProposal({ state }) {
    this.#proposals.set(state.id, state);
  }

  /** The open proposals, oldest first. */
  waiting() {
    return [...this.#proposals.values()].filter((one) => one.state === "open");
  }

  /** The look of an appointment in each of its rows: classes, marks with their words, and an open question. */
  looksOf(full, resources) {
    const locked = full.locked ? [{ kind: "locked", words: "Locked: what is changed in Outlook is put back" }] : [];
    const looks = { [NOBODY]: { classes: [], marks: locked } };
    for (const { id } of full.resources) {
      const look = this.#lookOf(full, id, nameOf(resources, id));
      looks[id] = { ...look, marks: [...locked, ...look.marks] };
    }
    return looks;
  }

  #lookOf(full, id, name) {
    const status = this.#statuses[full.id]?.[id];
    const marks = markOf(status, full, name);
    const asked = this.waiting().find((one) => one.appointment.id === full.id && one.resource.id === id);
    if (!asked) return { classes: status?.state === "held" ? ["held"] : [], marks };
    const words = { words: inWords(asked, name), inShort: inWords(asked, name, "short") };
    return {
      classes: ["asked"],
      // What was delivered is no longer there: the worker has deleted it.
      marks: marks.filter((mark) => mark.kind !== "delivered"),
      question: { id: asked.id, hint: asked.reason, ...words },
    };
  }
}

export function nameOf(resources, id) {
  return resources.find((one) => one.id === id)?.name ?? id;
}

/** "Ben deleted this: un-plan?", or in short "Ben: un-plan?". */
export function inWords(proposal, name, length = "full") {
  return `${name.split(" ")[0]}${length === "short" ? ":" : ""} ${WISHES[proposal.kind][length]}`;
}

function markOf(status, full, name) {
  if (status === undefined) return [];
  if (status.state === "held") return [{ kind: "held", words: `Held for ${name}: ${status.detail}` }];
  if (status.revision >= full.revision) return [{ kind: "delivered", words: `In ${name}'s calendar` }];
  return [{ kind: "delivered", isDim: true, words: `In ${name}'s calendar, but not yet the last change` }];
}
